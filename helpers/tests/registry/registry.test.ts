import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { activate, currentRun, isActive, loadActiveModel } from '../../registry/active_model.ts';
import { activeModelLine, modelManifest, modelRunName, stageModel, sweepModel } from '../../registry/registry.ts';
import { commitRenames } from '../../run/transaction.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { refusal } from '../refusal.ts';

afterAll(removeFolders);

let modelsDir: string;
beforeEach(() => {
  modelsDir = newFolder();
});

const NAME = 'scout';
const FIRST = 'aaaaaaaaaaaa0000';
const SECOND = 'bbbbbbbbbbbb0000';
const runOf = (fingerprint: string): string => modelRunName(fingerprint);
const published = (): string => readFileSync(join(modelsDir, 'scout.txt'), 'utf8');

/** Writes a model whose published file holds its fingerprint; it is saved and active once its renames are carried out. */
function stage(fingerprint: string) {
  const entry = {
    model: { weight: 1 },
    nRows: 7,
    published: { 'scout.txt': fingerprint },
    card: { purpose: 'Test.', data: 'none', features: ['a'], split: 'none', metrics: ['one'], limits: ['all'] },
  };
  return stageModel(modelsDir, NAME, entry, {
    step: 'test',
    fingerprint,
    options: {},
    seed: 1,
    inputs: [],
    metrics: { lines: ['precision .5'] },
    codeHash: 'test',
    startedMs: 0,
  });
}
function save(fingerprint: string): string {
  const staged = stage(fingerprint);
  commitRenames(modelsDir, staged.renames);
  staged.dispose();
  return staged.folder;
}

describe('a model that is saved', () => {
  it('is active, with its files, its manifest and the copies that people know by name', () => {
    const folder = save(FIRST);
    expect(loadActiveModel(modelsDir, NAME, 'x.ts')).toEqual({ model: { weight: 1 }, folder });
    expect(modelManifest(modelsDir, NAME, runOf(FIRST))).toMatchObject({
      rows: 7,
      metrics: { lines: ['precision .5'] },
    });
    expect(modelManifest(modelsDir, NAME, runOf(FIRST))!.parts.map(({ file }) => file)).toEqual([
      'model.json',
      'metrics.json',
      'card.md',
      'published/scout.txt',
    ]);
    expect(published()).toBe(FIRST);
  });

  it('does not show before its commit, and takes the place of the one before in the same moment', () => {
    save(FIRST);
    const staged = stage(SECOND);
    expect([currentRun(modelsDir, NAME), published()]).toEqual([runOf(FIRST), FIRST]);
    commitRenames(modelsDir, staged.renames);
    expect([currentRun(modelsDir, NAME), published()]).toEqual([runOf(SECOND), SECOND]);
  });

  it('is made active again with its published files', () => {
    save(FIRST);
    save(SECOND);
    expect(isActive(modelsDir, NAME, runOf(FIRST))).toBe(false);
    activate(modelsDir, NAME, runOf(FIRST));
    expect([currentRun(modelsDir, NAME), published()]).toEqual([runOf(FIRST), FIRST]);
  });

  it('is not active while one of its published files is gone or of another', () => {
    save(FIRST);
    expect(isActive(modelsDir, NAME, runOf(FIRST))).toBe(true);
    writeFileSync(join(modelsDir, 'scout.txt'), 'of another');
    expect(isActive(modelsDir, NAME, runOf(FIRST))).toBe(false);
    rmSync(join(modelsDir, 'scout.txt'));
    expect(isActive(modelsDir, NAME, runOf(FIRST))).toBe(false);
  });
});

describe('leftovers of killed runs', () => {
  it('are swept: all of the model, and of published files those that wait for longer than a commit takes', () => {
    save(FIRST);
    stage(SECOND);
    const leftovers = (folder: string): string[] => readdirSync(folder).filter((file) => file.endsWith('.tmp'));
    const [waiting] = leftovers(modelsDir);
    sweepModel(modelsDir, NAME, []);
    expect([leftovers(join(modelsDir, NAME)), leftovers(modelsDir)]).toEqual([[], [waiting]]);
    utimesSync(join(modelsDir, waiting), 0, 0);
    sweepModel(modelsDir, NAME, []);
    expect(leftovers(modelsDir)).toEqual([]);
    expect(published()).toBe(FIRST);
  });
});

describe('loadActiveModel', () => {
  it('names the command that makes a model when there is none', () => {
    expect(refusal(() => loadActiveModel(modelsDir, NAME, 'x.ts'))).toContain('missing-input: there is no model');
  });

  it.each(['{"run":"gone","role":"scout"}', '{"run":"../../etc","role":"scout"}', '[]', '{"role":"scout"}'])(
    'refuses a pointer that points nowhere: %s',
    (text) => {
      save(FIRST);
      writeFileSync(join(modelsDir, NAME, 'current.json'), text);
      expect(refusal(() => loadActiveModel(modelsDir, NAME, 'x.ts'))).toContain('points to no model');
      activate(modelsDir, NAME, runOf(FIRST));
      expect(loadActiveModel(modelsDir, NAME, 'x.ts').model).toEqual({ weight: 1 });
    },
  );

  it('refuses a model in which a bit has rotted', () => {
    save(FIRST);
    const path = join(modelsDir, NAME, runOf(FIRST), 'model.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('1', '3'));
    expect(refusal(() => loadActiveModel(modelsDir, NAME, 'x.ts'))).toBe(
      `corrupt-file: ${path} is not the model that its manifest lists (its SHA-256 differs)`,
    );
  });

  it('refuses a pointer that is cut short', () => {
    save(FIRST);
    writeFileSync(join(modelsDir, NAME, 'current.json'), '{"run":');
    expect(refusal(() => loadActiveModel(modelsDir, NAME, 'x.ts'))).toContain('corrupt-file');
  });
});

describe('activeModelLine', () => {
  it('says that the active model stays, and whether it was made from these data; nothing where there is none', () => {
    expect(activeModelLine(modelsDir, NAME, () => true)).toBe('');
    save(FIRST);
    const line = ` The active model, scout ${runOf(FIRST)}, stays; `;
    expect(activeModelLine(modelsDir, NAME, () => true)).toBe(`${line}it was made from these data.`);
    expect(activeModelLine(modelsDir, NAME, () => false)).toContain('with other options or from other data.');
    expect(existsSync(join(modelsDir, NAME, 'current.json'))).toBe(true);
  });
});
