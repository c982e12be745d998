import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { publishSection } from '../../charts/report.ts';
import { type ModelKey, modelRunName, saveModel } from '../../registry/compat.ts';
import type { Run } from '../../run/script.ts';
import { isToldAgain } from '../../supervised/told_again.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable } from '../../tables/table_store.ts';
import { newFolder, removeFolders, writeTables } from '../features/tables.ts';
import { testRun } from '../profit/predictions.ts';

afterAll(removeFolders);

const SECTION = 'scout';
let lines: string[];
let run: Run;
let key: ModelKey;
beforeEach(() => {
  lines = [];
  run = testRun('train_scout', writeTables([{}]), lines);
  key = { name: 'scout', options: {}, inputs: [openTable(run.dataDir, RAW_TRADES)] };
});

/** What a step leaves: the section, then the model. */
async function make(own: Run, ownKey: ModelKey, line: string): Promise<void> {
  const model = modelRunName(own, ownKey);
  await publishSection(own, { id: SECTION, order: 92, title: 'Scout', blocks: [], model });
  saveModel(own, {
    ...ownKey,
    model: {},
    nRows: 1,
    metrics: { lines: [line] },
    card: { purpose: 'Test.', data: 'none', features: [], split: 'none', metrics: [], limits: [] },
  });
}

describe('a step whose product is a model', () => {
  it('tells again what it told, until its model or its section is gone', async () => {
    await make(run, key, 'first');
    expect(isToldAgain(run, key, SECTION)).toBe(true);
    expect(lines).toEqual(['first']);
    rmSync(join(run.dataDir, 'reports'), { recursive: true });
    expect(isToldAgain(run, key, SECTION)).toBe(false);
    await make(run, key, 'first');
    rmSync(run.modelsDir, { recursive: true });
    expect(isToldAgain(run, key, SECTION)).toBe(false);
  });

  it('puts its model in force again when a run on other data in another data folder has taken its place', async () => {
    await make(run, key, 'first');
    const other = { ...run, dataDir: newFolder() };
    const otherKey = { ...key, inputs: [openTable(writeTables([{ price: 0.3 }]), RAW_TRADES)] };
    await make(other, otherKey, 'other');
    expect(isToldAgain(run, key, SECTION)).toBe(true);
    expect(lines.at(-1)).toBe('first');
    expect(readFileSync(join(run.modelsDir, 'scout', 'current.json'), 'utf8')).toContain(modelRunName(run, key));
  });

  it('is to be done again when the section in the report speaks of another model', async () => {
    await make(run, key, 'first');
    await make(run, { ...key, options: { recall: 0.9 } }, 'other');
    expect(isToldAgain(run, key, SECTION)).toBe(false);
  });
});
