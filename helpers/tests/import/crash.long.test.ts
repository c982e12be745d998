/** Kills, a full quota and a second writer: child processes of the true script. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { takeLock } from '../../run/lock.ts';
import { gammaMarket, orderFilledFile } from '../venues/samples.ts';
import { fillCount, makeSandbox, type Row, type Sandbox } from './sandbox.ts';
import { lines, runImport } from './script_process.ts';

const N_KILLS = 8;

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
    await runImport(calm);
    await runImport(box);
    const old = summaryOf(box.trades());
    bringMore(calm);
    const startMs = performance.now();
    expect((await runImport(calm)).code).toBe(0);
    const wholeMs = performance.now() - startMs;
    const fresh = summaryOf(calm.trades());
    expect(fresh).not.toBe(old);
    bringMore(box);
    const random = createRandom(11);
    for (let kill = 0; kill < N_KILLS; kill++) {
      await runImport(box, [], wholeMs * (0.4 + 0.6 * random.uniform()));
      expect([old, fresh]).toContain(summaryOf(box.trades()));
    }
    expect((await runImport(box)).code).toBe(0);
    expect(box.tableBytes()).toEqual(calm.tableBytes());
    calm.remove();
  });

  test('a full quota is one line and exit code 2, and the old tables stay whole', async () => {
    box.write('a.csv', orderFilledFile(lines(300, 0)));
    await runImport(box);
    const before = box.tableBytes();
    box.write('b.csv', orderFilledFile(lines(20_000, 3)));
    const { code, text } = await runImport(box, ['prlimit', '--fsize=30000']);
    expect(text).toMatch(/^error: no room left to write /m);
    expect(code).toBe(2);
    expect(box.tableBytes()).toEqual(before);
    expect((await runImport(box)).code).toBe(0);
    expect(fillCount(box)).toBe(20_300);
  });

  test('a second writer is refused with exit code 2', async () => {
    box.write('a.csv', orderFilledFile(lines(3, 0)));
    const unlock = takeLock(box.dataDir, '10_raw_trades');
    const { code, text } = await runImport(box);
    unlock();
    expect(text).toMatch(/^error: another run \(.*\) is writing 10_raw_trades/m);
    expect(code).toBe(2);
    expect(fillCount(box)).toBe(0);
  });
});
