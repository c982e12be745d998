/** Days of trades at many times their speed: memory, disk and latency at the end as at the start. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantile } from 'd3-array';
import { expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { sentAlerts } from '../../stream/latency.ts';
import { until } from '../bus/bus_conformance.ts';
import { startKalshiVenue } from './kalshi_venue.ts';
import { quietStream, saveModel, whale } from './made_up_stream.ts';
import { PARTS, streamProcesses } from './processes.ts';

/** SOAK_DAYS=7 at SOAK_SPEED=1000 for the week of the issue (ten minutes); an hour at 100 by default. */
const SOAK_MS = Number(process.env.SOAK_DAYS ?? 1 / 24) * DAY_MS;
const SPEED = Number(process.env.SOAK_SPEED ?? 100);
/** Of real time. */
const TRADES_PER_S = 300;
const WHALES_PER_S = 1;
const STEP_MS = 50;
const N_MARKETS = 20;
/** Markets come and go. */
const MARKET_LIFE_MS = DAY_MS / 2;
const N_SAMPLES = 20;
const PATIENCE_MS = 180_000;

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { parentPath, name }) => sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test(`${SOAK_MS / HOUR_MS} hours at ${SPEED} times their speed: memory, disk and latency at the end as at the start`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-soak-'));
  const venue = await startKalshiVenue();
  saveModel(join(folder, 'models'));
  const limits = ['--alerts-per-day', '100000', '--market-pause', '0'];
  const stream = streamProcesses(folder, venue.env(folder), { stream_alerter: limits });
  const random = createRandom(7);
  const planted: string[] = [];
  const samples: { memory: number[]; queueBytes: number; stateBytes: number }[] = [];
  const below = (name: string): number => bytesBelow(join(stream.dataDir, 'live', 'stream', name));
  try {
    for (const part of PARTS) stream.start(part);
    await until(() => venue.socket.heard.some((text) => text.includes('"trade"')), PATIENCE_MS);
    const [quiet] = quietStream(1);
    const [firstMs, beganMs] = [Date.now(), performance.now()];
    for (const trade of quietStream(3000, { firstMs: firstMs - 150_000 })) venue.trade(trade);
    let nTrades = 0;
    for (let elapsedMs = 0; SPEED * elapsedMs < SOAK_MS; await new Promise((done) => setTimeout(done, STEP_MS))) {
      elapsedMs = performance.now() - beganMs;
      const tsMs = Math.round(firstMs + SPEED * elapsedMs);
      const era = Math.floor((tsMs - firstMs) / MARKET_LIFE_MS);
      for (; nTrades < (TRADES_PER_S * elapsedMs) / 1000; nTrades++) {
        const market = `KXSIM-${era === 0 ? '' : `E${era}-`}${random.integer(N_MARKETS)}`;
        const contracts = Math.ceil(Math.exp(3 + random.normal()));
        venue.trade({ ...quiet, trade_id: `soak-${nTrades}`, market_id: market, ts_ms: tsMs, contracts });
      }
      if (planted.length < (WHALES_PER_S * elapsedMs) / 1000) {
        planted.push(`whale-${planted.length}`);
        venue.trade(whale(planted[planted.length - 1], tsMs, `KXSIM-W${planted.length}`));
      }
      if (samples.length < (N_SAMPLES * SPEED * elapsedMs) / SOAK_MS)
        samples.push({
          memory: PARTS.map((part) => stream.memoryMib(part)),
          queueBytes: below('bus'),
          stateBytes: below('.') - below('bus') - below('alerts'),
        });
    }
    await until(() => new Set(stream.sent()).size >= planted.length, PATIENCE_MS).catch(() => undefined);
    await stream.stop();
    // A size that is drawn may be odd enough for an alert of its own.
    const sent = sentAlerts(stream.dataDir).filter(({ tradeId }) => tradeId.startsWith('whale'));
    expect(sent.map(({ tradeId }) => tradeId).sort()).toEqual([...planted].sort());
    const fifth = <T>(all: readonly T[], n: number): T[] =>
      all.slice(Math.floor((n * all.length) / 5), Math.floor(((n + 1) * all.length) / 5));
    const memory = (n: number): number[] =>
      PARTS.map((_, i) => Math.round(mean(fifth(samples, n).map((one) => one.memory[i]))));
    const p90 = (n: number): number =>
      quantile(
        fifth(sent, n).map(({ sentMs, receivedMs }) => sentMs - receivedMs),
        0.9,
      ) ?? Number.NaN;
    const mib = (n: number, key: 'queueBytes' | 'stateBytes'): number =>
      Math.round((10 * Math.max(...fifth(samples, n).map((one) => one[key]))) / 2 ** 20) / 10;
    const told = [1, 4].map((n) => ({
      memoryMib: memory(n),
      p90Ms: p90(n),
      queueMib: mib(n, 'queueBytes'),
      stateMib: mib(n, 'stateBytes'),
    }));
    process.stderr.write(
      `soak: ${nTrades} trades, ${planted.length} whales, second and last fifth: ${JSON.stringify(told)}\n`,
    );
    const [early, late] = told;
    for (const [i, part] of PARTS.entries())
      expect([part, late.memoryMib[i] <= 1.5 * early.memoryMib[i] + 30]).toEqual([part, true]);
    expect(late.queueMib).toBeLessThan(2 * early.queueMib + 10);
    expect(late.p90Ms).toBeLessThan(2 * early.p90Ms + 200);
  } finally {
    await stream.stop();
    await venue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 3_600_000);
