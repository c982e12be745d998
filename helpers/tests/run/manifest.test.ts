import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { codeRevision } from '../../run/manifest.ts';

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

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
