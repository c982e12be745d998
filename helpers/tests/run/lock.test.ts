import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { takeLock, withLock } from '../../run/lock.ts';
import { refusal } from '../refusal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockPath = (): string => join(folder, '.table.lock');

test('a second writer is refused until the first gives the lock back', () => {
  const unlock = takeLock(folder, 'table');
  expect(refusal(() => takeLock(folder, 'table'))).toBe(
    `busy: another run (${hostname()} ${process.pid}) is writing table in ${folder}`,
  );
  unlock();
  takeLock(folder, 'table')();
  expect(readdirSync(folder)).toEqual([]);
});

test('work that fails gives its lock back, and work is not begun where another holds the lock', async () => {
  const failing = withLock(folder, 'table', async () => {
    expect(existsSync(lockPath())).toBe(true);
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(readdirSync(folder)).toEqual([]);
  const unlock = takeLock(folder, 'table');
  let isBegun = false;
  await expect(
    withLock(folder, 'table', () => {
      isBegun = true;
    }),
  ).rejects.toThrow('another run');
  expect(isBegun).toBe(false);
  unlock();
});

test('locks of other names do not stand in the way', () => {
  const unlock = takeLock(folder, 'table');
  takeLock(folder, 'other')();
  unlock();
});

test.each([
  ['a process that is gone', `${hostname()} 4194303 5`],
  ['an earlier process with the number of a living one', `${hostname()} ${process.pid} 5`],
])('a lock left by %s is taken over', (_, owner) => {
  writeFileSync(lockPath(), `${owner}\n`);
  const unlock = takeLock(folder, 'table');
  expect(readFileSync(lockPath(), 'utf8')).toMatch(new RegExp(` ${process.pid} `));
  unlock();
  expect(existsSync(lockPath())).toBe(false);
});

test('a lock of another host is never taken over', () => {
  writeFileSync(lockPath(), 'elsewhere 1 5\n');
  expect(refusal(() => takeLock(folder, 'table'))).toMatch(/^busy: another run \(elsewhere 1\)/);
});

test('a lock that somebody has taken over is not given back by its former owner', () => {
  const unlock = takeLock(folder, 'table');
  writeFileSync(lockPath(), 'elsewhere 1 5 -\n');
  unlock();
  expect(readFileSync(lockPath(), 'utf8')).toBe('elsewhere 1 5 -\n');
});

test('a job that was started anew takes over the lock of its earlier start, on whatever node that was', () => {
  vi.stubEnv('SLURM_JOB_ID', '12');
  vi.stubEnv('SLURM_CLUSTER_NAME', 'big');
  vi.stubEnv('SLURM_RESTART_COUNT', '1');
  writeFileSync(lockPath(), 'elsewhere 1 5 12@big#0\n');
  takeLock(folder, 'table')();
  for (const owner of ['12@big#1', '12@other#0']) {
    writeFileSync(lockPath(), `elsewhere 1 5 ${owner}\n`);
    expect(refusal(() => takeLock(folder, 'table'))).toMatch(/^busy: another run \(elsewhere 1, SLURM job 12\)/);
  }
  vi.unstubAllEnvs();
});
