import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { readJson } from '../../run/files.ts';
import { codeRevision, composeManifest } from '../../run/manifest.ts';
import { removeFolders } from '../features/tables.ts';

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
