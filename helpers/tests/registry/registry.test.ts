import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadActiveModel } from '../../registry/active_model.ts';
import {
  keepModel,
  type ModelKey,
  modelRunName,
  saveModel,
  skippedLine,
  upToDateModel,
} from '../../registry/compat.ts';
import { namedCode } from '../../run/code.ts';
import { readManifest } from '../../run/manifest.ts';
import type { Run } from '../../run/script.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, type Table } from '../../tables/table_store.ts';
import { newFolder, removeFolders, writeTables } from '../features/tables.ts';
import { testRun } from '../profit/predictions.ts';
import { refusal } from '../refusal.ts';

let run: Run;
let trades: Table;
let otherTrades: Table;
let key: ModelKey;
let otherKey: ModelKey;
beforeAll(() => {
  [trades, otherTrades] = [[{}], [{ price: 0.3 }]].map((fills) => openTable(writeTables(fills), RAW_TRADES));
  key = { name: 'scout', options: { recall: 0.5 }, inputs: [trades] };
  otherKey = { ...key, inputs: [otherTrades] };
});
beforeEach(() => {
  run = { ...testRun('train_scout', 'data'), modelsDir: newFolder() };
});
afterAll(removeFolders);

/** Saves a model whose published file holds the hash of its first table. */
const save = (own: ModelKey = key): string =>
  saveModel(run, {
    ...own,
    model: { weight: 1 },
    nRows: 7,
    published: { 'scout.txt': own.inputs[0].manifest.parts[0].sha256 },
    metrics: { lines: ['precision .5'] },
    card: { purpose: 'Test.', data: 'none', features: ['a'], split: 'none', metrics: ['one'], limits: ['all'] },
  });

describe('upToDateModel', () => {
  it('is the model of the same data, options, seed and code, with what it told people', () => {
    const folder = save();
    expect(upToDateModel(run, key)).toEqual({ runName: basename(folder), lines: ['precision .5'] });
  });

  it('is none for other data, options, seed or code, and with --force', () => {
    save();
    expect(upToDateModel(run, otherKey)).toBeNull();
    expect(upToDateModel(run, { ...key, options: { recall: 0.6 } })).toBeNull();
    expect(upToDateModel({ ...run, seed: 2 }, key)).toBeNull();
    expect(upToDateModel({ ...run, code: namedCode('newer') }, key)).toBeNull();
    expect(upToDateModel({ ...run, force: true }, key)).toBeNull();
  });

  it('is there while another run is in force, and gone with its folder', () => {
    const folder = save();
    save(otherKey);
    expect(upToDateModel(run, key)?.runName).toBe(basename(folder));
    rmSync(folder, { recursive: true });
    expect(upToDateModel(run, key)).toBeNull();
  });
});

describe('keepModel', () => {
  const pointer = (): string => readFileSync(join(run.modelsDir, 'scout', 'current.json'), 'utf8');
  const published = (): string => readFileSync(join(run.modelsDir, 'scout.txt'), 'utf8');
  const keep = (): boolean => keepModel(run, 'scout', modelRunName(run, key));

  it('puts a model in force again, with its published files, after other data took its place', () => {
    const folder = save();
    const madeMs = statSync(join(folder, 'model.json')).mtimeMs;
    save(otherKey);
    expect(published()).toBe(otherTrades.manifest.parts[0].sha256);
    expect(keep()).toBe(true);
    expect(loadActiveModel(run.modelsDir, 'scout', 'x.ts').folder).toBe(folder);
    expect(published()).toBe(trades.manifest.parts[0].sha256);
    expect(statSync(join(folder, 'model.json')).mtimeMs).toBe(madeMs);
  });

  it('brings back a published file that is gone or that a killed run has replaced', () => {
    save();
    rmSync(join(run.modelsDir, 'scout.txt'));
    expect(keep()).toBe(true);
    expect(published()).toBe(trades.manifest.parts[0].sha256);
    writeFileSync(join(run.modelsDir, 'scout.txt'), 'of another');
    expect(keep()).toBe(true);
    expect(published()).toBe(trades.manifest.parts[0].sha256);
  });

  it('does not know a model that was never made, or whose folder is gone, and leaves the one in force', () => {
    save(otherKey);
    const before = pointer();
    expect(keep()).toBe(false);
    rmSync(save(), { recursive: true });
    save(otherKey);
    expect(keep()).toBe(false);
    expect(pointer()).toBe(before);
  });

  it('leaves a model in force that was made from the product of this one, and no other', () => {
    save();
    const later = save({ ...otherKey, options: { recall: 0.9 } });
    expect(keepModel(run, 'scout', modelRunName(run, key), otherTrades)).toBe(true);
    expect(pointer()).toContain(basename(later));
    expect(keepModel(run, 'scout', modelRunName(run, key), trades)).toBe(true);
    expect(pointer()).toContain(modelRunName(run, key));
  });

  it('changes nothing when it is only asked', () => {
    save();
    save(otherKey);
    const before = pointer();
    expect(() => keepModel({ ...run, isCheck: true }, 'scout', modelRunName(run, key))).toThrow();
    expect(pointer()).toBe(before);
  });
});

describe('the manifest of a model', () => {
  it('names the tables it was made from by content, the rows it learnt from, and its files', () => {
    const folder = save();
    const manifest = readManifest(folder)!;
    expect(manifest.inputs).toMatchObject([{ path: RAW_TRADES.folder, rows: 1, format: RAW_TRADES.name }]);
    expect(manifest.rows).toBe(7);
    expect(manifest.schemaHash).toMatch(/^[0-9a-f]{64}$/);
    expect(manifest.parts.map(({ file }) => file)).toEqual([
      'model.json',
      'metrics.json',
      'card.md',
      'published/scout.txt',
    ]);
    const other = readManifest(save(otherKey))!;
    expect(other.inputs[0].sha256).not.toBe(manifest.inputs[0].sha256);
    expect(other.schemaHash).toBe(manifest.schemaHash);
  });
});

describe('loadActiveModel', () => {
  it('gives the model in force', () => {
    save();
    expect(loadActiveModel(run.modelsDir, 'scout', 'x.ts').model).toEqual({ weight: 1 });
  });

  it('names the command that makes a model when there is none', () => {
    expect(refusal(() => loadActiveModel(run.modelsDir, 'scout', 'x.ts'))).toContain(
      'missing-input: there is no model',
    );
  });

  it.each(['{"run":"gone","role":"scout"}', '{"run":"../../etc","role":"scout"}', '[]', '{"role":"scout"}'])(
    'refuses a pointer that points nowhere: %s',
    (text) => {
      save();
      writeFileSync(join(run.modelsDir, 'scout', 'current.json'), text);
      expect(refusal(() => loadActiveModel(run.modelsDir, 'scout', 'x.ts'))).toContain('points to no model');
      expect(keepModel(run, 'scout', modelRunName(run, key))).toBe(true);
      expect(loadActiveModel(run.modelsDir, 'scout', 'x.ts').model).toEqual({ weight: 1 });
    },
  );

  it('refuses a pointer that is cut short', () => {
    save();
    writeFileSync(join(run.modelsDir, 'scout', 'current.json'), '{"run":');
    expect(refusal(() => loadActiveModel(run.modelsDir, 'scout', 'x.ts'))).toContain('corrupt-file');
  });
});

describe('skippedLine', () => {
  it('says what is missing, and that the model in force stays when there is one', () => {
    expect(skippedLine(run, { name: 'scout', inputs: [] }, 'no whale')).toBe('Nothing to train, skipped: no whale.');
    const name = save().split('/').at(-1);
    expect(skippedLine(run, { name: 'scout', inputs: [] }, 'no whale')).toContain(
      `The model in force, scout ${name}, stays.`,
    );
    expect(existsSync(join(run.modelsDir, 'scout', 'current.json'))).toBe(true);
    expect(readFileSync(join(run.modelsDir, 'scout', 'current.json'), 'utf8')).toContain(name);
  });

  it('says of a model in force that it was made from these data only when it was', () => {
    save();
    expect(skippedLine(run, key, 'no whale')).toMatch(/stays; it was made from these data\.$/);
    expect(skippedLine(run, otherKey, 'no whale')).toMatch(
      /stays; it was made with other options or from other data\.$/,
    );
  });
});
