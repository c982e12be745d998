/** A full disk and folders without permission, on real ones: a small tmpfs, and a user who is not root. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { gammaMarket, orderFilledFile } from '../venues/samples.ts';
import { fillCount, makeSandbox, type Sandbox } from './sandbox.ts';
import { IMPORT_SCRIPT, lines, runImport } from './script_process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let box: Sandbox;
let isMounted = false;

/** Lays a disk of this size over the data folder; whether that was allowed. */
function mountSmallDisk({ dataDir }: Sandbox, size: string): boolean {
  mkdirSync(dataDir, { recursive: true });
  isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dataDir]).status === 0;
  return isMounted;
}

describe('a full disk', () => {
  beforeEach(() => {
    box = makeSandbox();
  });
  afterEach(() => {
    if (isMounted) spawnSync('umount', [box.dataDir]);
    isMounted = false;
    box.remove();
  });

  test('is one line and exit code 2, the old tables stay whole, and with more room the import goes on', async (context) => {
    if (!mountSmallDisk(box, '256k')) context.skip('this machine does not let us mount a tmpfs');
    box.write('a.csv', orderFilledFile(lines(300, 0)));
    expect(await runImport(box)).toMatchObject({ code: 0 });
    const before = box.tableBytes();
    box.write('b.csv', orderFilledFile(lines(20_000, 3)));
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    const { code, text } = await runImport(box);
    expect(text).toMatch(/^error: no room left to write .*\nhint: {2}free some disk space/m);
    expect(code).toBe(2);
    expect(box.tableBytes()).toEqual(before);
    expect(readdirSync(box.dataDir).sort()).toEqual(['10_markets', '10_raw_trades']);
    spawnSync('mount', ['-o', 'remount,size=64m', box.dataDir]);
    expect(await runImport(box)).toMatchObject({ code: 0 });
    expect(fillCount(box)).toBe(20_300);
  });

  test('that has no room for a single file leaves nothing behind', async (context) => {
    if (!mountSmallDisk(box, '4k')) context.skip('this machine does not let us mount a tmpfs');
    box.write('a.csv', orderFilledFile(lines(300, 0)));
    const { code, text } = await runImport(box);
    expect(text).toMatch(/^error: no room left to write /m);
    expect(code).toBe(2);
    expect(fillCount(box)).toBe(0);
  });
});

const NOBODY = 65_534;

/** Words that make a command run without root's rights; null where that cannot be done or nobody may read the project. */
function withoutRights(): readonly string[] | null {
  if (process.getuid?.() !== 0) return [];
  const prefix = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const probe = spawnSync('setpriv', [
    ...prefix.slice(1),
    process.execPath,
    '-e',
    `fs.readFileSync('${IMPORT_SCRIPT}')`,
  ]);
  return probe.status === 0 ? prefix : null;
}

/** Gives the sandbox to the user that the script will run as. */
function handOver(path: string): void {
  chmodSync(path, 0o755);
  if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
}

const PREFIX = withoutRights();

describe.skipIf(PREFIX === null)('without permission (skipped where root cannot become nobody)', () => {
  // One sandbox for all: no case changes it, as each shows.
  let shared: Sandbox;
  const run = () => runImport(shared, PREFIX!);

  beforeAll(async () => {
    shared = makeSandbox();
    shared.write('a.csv', orderFilledFile(lines(30, 0)));
    mkdirSync(shared.dataDir);
    for (const path of [shared.root, shared.dataDir]) handOver(path);
    expect(await run()).toMatchObject({ code: 0 });
    shared.write('b.csv', orderFilledFile(lines(40, 3)));
  });
  afterAll(() => shared.remove());

  test.each([
    ['a raw file that may not be read', 'raw/b.csv', 0o000],
    ['a raw folder that may not be listed', 'raw', 0o000],
    ['a data folder that may not be written', 'data', 0o555],
    ['a data folder that may not be looked into', 'data', 0o000],
    ['a table that may not be written', 'data/10_raw_trades', 0o555],
    ['a month of it that may not be written', 'data/10_raw_trades/month=2023-11', 0o555],
    ['a manifest that may not be read', 'data/10_markets/manifest.json', 0o000],
  ])('%s is one line that names it and exit code 2, and the tables stay whole', async (_, name, mode) => {
    const before = shared.tableBytes();
    const path = join(shared.root, name);
    chmodSync(path, mode);
    const { code, text } = await run();
    chmodSync(path, 0o755);
    expect(text).toMatch(/^error: no permission for .*\nhint: {2}check the rights of the file and its folder$/m);
    expect(text).toContain(path);
    expect(text).not.toContain('bug');
    expect(code).toBe(2);
    expect(shared.tableBytes()).toEqual(before);
  });

  test('with the rights back the import goes on', async () => {
    expect(await run()).toMatchObject({ code: 0 });
    expect(fillCount(shared)).toBe(70);
  });
});
