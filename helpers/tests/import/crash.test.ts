/** Kills, full disks and a second writer: child processes of the true script. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { takeLock } from '../../run/lock.ts';
import { gammaMarket, orderFilled, orderFilledFile, TOKEN_A, TOKEN_B } from '../venues/samples.ts';
import { fillCount, makeSandbox, type Row, type Sandbox } from './sandbox.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const SCRIPT = join(PROJECT, '1_data_pipeline/00-3_import_trades.ts');
const N_KILLS = 8;

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Runs the import script; kills it after `killMs` unless that is null. */
function run(box: Sandbox, prefix: readonly string[], killMs: number | null): Promise<Ended> {
  const words = [
    ...prefix,
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    SCRIPT,
    '--input',
    join(box.root, 'raw'),
    '--data-dir',
    box.dataDir,
  ];
  const child = spawn(words[0], words.slice(1), { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += String(piece)));
  const timer = killMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killMs);
  return new Promise((done) => {
    child.on('close', (code) => {
      if (timer !== null) clearTimeout(timer);
      done({ code, text });
    });
  });
}

const lines = (n: number, from: number): string[] =>
  Array.from({ length: n }, (_, i) =>
    orderFilled({ ts: 1_700_000_000 + ((from + i) % 10) * 86_400 + i, token: i % 2 ? TOKEN_A : TOKEN_B, usd: 1 + i }),
  );

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

/** Writes what the second import brings: more fills, and a markets file that moves the first ones. */
function bringMore(sandbox: Sandbox): void {
  sandbox.write('b.csv', orderFilledFile(lines(20_000, 3)));
  sandbox.write('markets.jsonl', JSON.stringify(gammaMarket()));
}

const summaryOf = (rows: readonly Row[]): string =>
  JSON.stringify([rows.length, [...new Set(rows.map((row) => row.market_id))].sort()]);

describe('an import that is stopped', () => {
  test(`killed at ${N_KILLS} moments leaves the old tables or the new ones, and a rerun ends like an undisturbed run`, async () => {
    const calm = makeSandbox();
    for (const sandbox of [calm, box]) sandbox.write('a.csv', orderFilledFile(lines(3000, 0)));
    await run(calm, [], null);
    await run(box, [], null);
    const old = summaryOf(box.trades());
    bringMore(calm);
    const startMs = performance.now();
    expect((await run(calm, [], null)).code).toBe(0);
    const wholeMs = performance.now() - startMs;
    const fresh = summaryOf(calm.trades());
    expect(fresh).not.toBe(old);
    bringMore(box);
    const random = createRandom(11);
    for (let kill = 0; kill < N_KILLS; kill++) {
      await run(box, [], wholeMs * (0.4 + 0.6 * random.uniform()));
      expect([old, fresh]).toContain(summaryOf(box.trades()));
    }
    expect((await run(box, [], null)).code).toBe(0);
    expect(box.tableBytes()).toEqual(calm.tableBytes());
    calm.remove();
  });

  test('a full quota is one line and exit code 2, and the old tables stay whole', async () => {
    box.write('a.csv', orderFilledFile(lines(300, 0)));
    await run(box, [], null);
    const before = box.tableBytes();
    box.write('b.csv', orderFilledFile(lines(20_000, 3)));
    const { code, text } = await run(box, ['prlimit', '--fsize=30000'], null);
    expect(text).toMatch(/^error: no room left to write /m);
    expect(code).toBe(2);
    expect(box.tableBytes()).toEqual(before);
    expect((await run(box, [], null)).code).toBe(0);
    expect(fillCount(box)).toBe(20_300);
  });

  test('a second writer is refused with exit code 2', async () => {
    box.write('a.csv', orderFilledFile(lines(3, 0)));
    const unlock = takeLock(box.dataDir, '10_raw_trades');
    const { code, text } = await run(box, [], null);
    unlock();
    expect(text).toMatch(/^error: another run \(.*\) is writing 10_raw_trades/m);
    expect(code).toBe(2);
    expect(fillCount(box)).toBe(0);
  });
});
