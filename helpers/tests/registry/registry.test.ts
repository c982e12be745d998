import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findStep } from '../../pipeline.ts';
import { loadCurrentModel, type ModelKey, saveModel, skippedLine, upToDateModel } from '../../registry/registry.ts';
import { createLog } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';
import { refusal } from '../refusal.ts';

let run: Run;
beforeEach(() => {
  run = {
    step: findStep('train_scout'),
    log: createLog({ quiet: true }),
    dataDir: 'data',
    modelsDir: mkdtempSync(join(tmpdir(), 'spyhop-models-')),
    seed: 1,
    force: false,
    startedMs: 0,
    codeHash: 'code',
  };
});
afterEach(() => rmSync(run.modelsDir, { recursive: true, force: true }));

const key: ModelKey = { name: 'scout', options: { recall: 0.5 }, dataHash: 'data' };
const save = (own: ModelKey = key): string =>
  saveModel(run, {
    ...own,
    model: { weight: 1 },
    metrics: { lines: ['precision .5'] },
    card: { purpose: 'Test.', data: 'none', features: ['a'], split: 'none', metrics: ['one'], limits: ['all'] },
  });

describe('upToDateModel', () => {
  it('is the model of the same data, options, seed and code, with what it told people', () => {
    const folder = save();
    expect(upToDateModel(run, key)).toEqual({ folder, lines: ['precision .5'] });
  });

  it('is none for other data, options, seed or code, and with --force', () => {
    save();
    expect(upToDateModel(run, { ...key, dataHash: 'other' })).toBeNull();
    expect(upToDateModel(run, { ...key, options: { recall: 0.6 } })).toBeNull();
    expect(upToDateModel({ ...run, seed: 2 }, key)).toBeNull();
    expect(upToDateModel({ ...run, codeHash: 'newer' }, key)).toBeNull();
    expect(upToDateModel({ ...run, force: true }, key)).toBeNull();
  });

  it('is none when another run is in force, or its folder is gone', () => {
    const folder = save();
    save({ ...key, options: { recall: 0.9 } });
    expect(upToDateModel(run, key)).toBeNull();
    save();
    rmSync(folder, { recursive: true });
    expect(upToDateModel(run, key)).toBeNull();
  });
});

describe('loadCurrentModel', () => {
  it('gives the model in force', () => {
    save();
    expect(loadCurrentModel(run.modelsDir, 'scout', 'x.ts').model).toEqual({ weight: 1 });
  });

  it('names the command that makes a model when there is none', () => {
    expect(refusal(() => loadCurrentModel(run.modelsDir, 'scout', 'x.ts'))).toContain(
      'missing-input: there is no model',
    );
  });

  it.each(['{"run":"gone","role":"scout"}', '{"run":"../../etc","role":"scout"}', '[]', '{"role":"scout"}'])(
    'refuses a pointer that points nowhere: %s',
    (text) => {
      save();
      writeFileSync(join(run.modelsDir, 'scout', 'current.json'), text);
      expect(refusal(() => loadCurrentModel(run.modelsDir, 'scout', 'x.ts'))).toContain('points to no model');
      expect(upToDateModel(run, key)).toBeNull();
    },
  );

  it('refuses a pointer that is cut short', () => {
    save();
    writeFileSync(join(run.modelsDir, 'scout', 'current.json'), '{"run":');
    expect(refusal(() => loadCurrentModel(run.modelsDir, 'scout', 'x.ts'))).toContain('corrupt-file');
  });
});

describe('skippedLine', () => {
  it('says what is missing, and that the model in force stays when there is one', () => {
    expect(skippedLine(run, 'scout', 'no whale')).toBe('Nothing to train, skipped: no whale.');
    const name = save().split('/').at(-1);
    expect(skippedLine(run, 'scout', 'no whale')).toContain(`The model in force, scout ${name}, stays`);
    expect(existsSync(join(run.modelsDir, 'scout', 'current.json'))).toBe(true);
    expect(readFileSync(join(run.modelsDir, 'scout', 'current.json'), 'utf8')).toContain(name);
  });
});
