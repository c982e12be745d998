import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { readJson, writeJsonAtomic } from '../../run/files.ts';
import { codeRevision, composeManifest, readManifest } from '../../run/manifest.ts';
import { publishTable, upToDateManifest } from '../../tables/derived_table.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { removeFolders, writeTables } from '../features/tables.ts';
import { testRun } from '../profit/predictions.ts';

/** Dependencies are pinned to one version each. */
const packageSchema = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });
const path = process.env.PATH;
const folder = process.cwd();
afterEach(() => {
  process.chdir(folder);
  process.env.PATH = path;
});
afterAll(removeFolders);

function headOfGit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

test('the revision is the commit that git has checked out, or unknown where there is no git, and asked for once', () => {
  const { commit } = codeRevision();
  expect(commit).toBe(headOfGit() ?? 'unknown');
  process.env.PATH = '/nowhere';
  expect(codeRevision().commit).toBe(commit);
});

test('a manifest tells the versions of Node, Polars and Spyhop from any working directory, outside its fingerprint', () => {
  process.chdir('/');
  const manifest = composeManifest({
    step: 'test',
    fingerprint: 'given',
    options: {},
    seed: 1,
    schemaHash: '',
    inputs: [],
    rows: 0,
    parts: [],
    rejects: {},
    metrics: {},
    codeHash: 'test',
    startedMs: 0,
  });
  const { version, dependencies } = packageSchema.parse(readJson(join(folder, 'package.json')));
  const polars = dependencies['nodejs-polars'];
  expect(manifest.versions).toEqual({ node: process.version, 'nodejs-polars': polars, spyhop: version });
  expect(manifest.fingerprint).toBe('given');
});

test('a table that another version of Polars made is still up to date', () => {
  const run = testRun('import_trades', writeTables([{}]));
  const recipe = { inputs: [], options: {} };
  publishTable(run, RAW_TRADES, recipe, readTable(openTable(run.dataDir, RAW_TRADES)), {});
  const table = join(run.dataDir, RAW_TRADES.folder);
  const versions = { node: 'v20.0.0', 'nodejs-polars': '0.1.0', spyhop: '0.0.1' };
  writeJsonAtomic(join(table, 'manifest.json'), { ...readManifest(table), versions });
  expect(upToDateManifest(run, RAW_TRADES, recipe)?.versions).toEqual(versions);
});
