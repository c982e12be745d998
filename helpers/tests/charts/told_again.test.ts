import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { publishSection } from '../../charts/report.ts';
import { isTableToldAgain } from '../../charts/told_again.ts';
import { pl } from '../../polars/polars.ts';
import type { Run } from '../../run/script.ts';
import { publishTable, type Recipe } from '../../tables/derived_table.ts';
import { column, type TableSchema } from '../../tables/schema.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { testRun } from '../profit/predictions.ts';

afterAll(removeFolders);

const NUMBERS: TableSchema = {
  name: 'numbers',
  folder: 'numbers',
  what: 'a test',
  madeBy: 'make it',
  columns: [column('n', 'int64', '', 'a number')],
};
const SECTION = 'numbers';
const RECIPE: Recipe = { inputs: [], options: { a: 1 } };
let told: string[];
let run: Run;
beforeEach(() => {
  told = [];
  run = testRun('train_scout', newFolder(), told);
});

/** What a step leaves: the section, then the table. */
async function make(metrics: Readonly<Record<string, unknown>>): Promise<void> {
  await publishSection(run, { id: SECTION, order: 92, title: 'Numbers', blocks: [] });
  publishTable(run, NUMBERS, RECIPE, pl.DataFrame({ n: [1] }, { schema: { n: pl.Int64 } }), metrics);
}
const isToldAgain = (own: Run, recipe = RECIPE): boolean => isTableToldAgain(own, NUMBERS, recipe, SECTION);

describe('a step whose product is a table', () => {
  it('tells again what it told, unless it is forced to work or its recipe is another', async () => {
    await make({ lines: ['first', 'second'] });
    expect(isToldAgain({ ...run, force: true })).toBe(false);
    expect(isToldAgain(run, { inputs: [], options: { a: 2 } })).toBe(false);
    expect(told).toEqual([]);
    expect(isToldAgain(run)).toBe(true);
    expect(told).toEqual(['first', 'second']);
  });

  it.each(['numbers', 'reports'])('works again when %s is gone, and with --check ends there', async (folder) => {
    await make({ lines: ['first'] });
    rmSync(join(run.dataDir, folder), { recursive: true });
    expect(isToldAgain(run)).toBe(false);
    expect(() => isToldAgain({ ...run, isCheck: true })).toThrow();
    expect(told).toEqual([]);
  });

  it('works again when the table does not say what was told', async () => {
    await make({});
    expect(isToldAgain(run)).toBe(false);
    expect(() => isToldAgain({ ...run, isCheck: true })).toThrow();
  });

  it('asks last for what else the step has made', async () => {
    await make({ lines: ['first'] });
    const asked: unknown[] = [];
    const isKept = (isThere: boolean) =>
      isTableToldAgain(run, NUMBERS, RECIPE, SECTION, (manifest) => {
        asked.push(manifest.metrics);
        return isThere;
      });
    expect([isKept(false), isKept(true)]).toEqual([false, true]);
    expect(told).toEqual(['first']);
    rmSync(join(run.dataDir, 'reports'), { recursive: true });
    expect(isKept(true)).toBe(false);
    expect(asked).toEqual([{ lines: ['first'] }, { lines: ['first'] }]);
  });
});
