import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../kernels/random.ts';
import { judge, runTrader, startRoughExchange, type TraderOptions, type TraderReport } from './rough_exchange.ts';

const N_ORDERS = Number(process.env.ORDERS ?? 1000);
const N_KILLS = Number(process.env.KILLS ?? 8);
const HOURS_MS = 7_200_000;

function start(options: TraderOptions): ChildProcessWithoutNullStreams {
  const script = join(import.meta.dirname, 'killed_trader.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options)]);
  child.stderr.on('data', (data) => process.stderr.write(data));
  return child;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Kills a trader at a random moment: mostly soon after it has begun to talk to the exchange, sometimes while it still opens its files. */
async function killSomewhere(child: ChildProcessWithoutNullStreams, { uniform }: Random, nRequests: () => number) {
  const ended = once(child, 'exit');
  const [before, isEarly] = [nRequests(), uniform() < 0.2];
  while (!isEarly && nRequests() === before && child.exitCode === null) await pause(5);
  await pause(uniform() * (isEarly ? 3000 : 1000));
  child.kill('SIGKILL');
  await ended;
}

describe('orders on an exchange where everything goes wrong', () => {
  it(
    `are sent once each, ${N_ORDERS} of them, and the ledger is the exchange's to the micro-dollar`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'spyhop-desk-'));
      const rough = await startRoughExchange(2);
      try {
        const { url, feedUrl, pem } = rough;
        const options = { url, feedUrl, pem, folder, seed: 2, nOrders: N_ORDERS };
        const report = await runTrader(options, async () => rough.calm());
        expect(judge(rough, report)).toEqual([]);
        // Every kind of fault was met.
        expect(rough.double.met.size).toBe(9);
      } finally {
        await rough.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    HOURS_MS,
  );

  it(
    `are sent once each by a trader that is killed ${N_KILLS} times, and the ledger is the exchange's to the micro-dollar`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'spyhop-killed-trader-'));
      const rough = await startRoughExchange(3);
      const random = createRandom(4);
      try {
        const { url, feedUrl, pem } = rough;
        const options = { url, feedUrl, pem, folder, seed: 3, nOrders: 20 * N_KILLS };
        for (let n = 0; n < N_KILLS; n++) await killSomewhere(start(options), random, () => rough.double.nRequests);
        const last = start(options);
        let text = '';
        last.stdout.on('data', (data) => {
          text += String(data);
          if (!text.endsWith('calm?\n')) return;
          rough.calm();
          last.stdin.write('yes\n');
        });
        await once(last, 'exit');
        const report = JSON.parse(text.trim().split('\n').at(-1) ?? '') as TraderReport;
        expect(judge(rough, report)).toEqual([]);
        expect(rough.exchange.matching.fills.length).toBeGreaterThan(N_KILLS);
      } finally {
        await rough.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    HOURS_MS,
  );
});
