import { expect, test } from 'vitest';
import { openSqliteStore } from '../../baselines/sqlite_store.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { IN_MEMORY } from '../../sqlite/database.ts';
import { StreamAnalyzer } from '../../stream/analyzer.ts';
import { BaselineWriter } from '../../stream/baseline_writer.ts';
import type { StreamEvent } from '../../stream/events.ts';
import { ALERT_SETTINGS } from '../../stream/trade_alerts.ts';
import { quietStream, START_MS } from './made_up_stream.ts';

const SETTINGS = { latenessMs: 10, nIds: 100_000, alerts: ALERT_SETTINGS };
const tick = (received_ms: number): StreamEvent => ({ kind: 'tick', received_ms });

/** An analyzer that has seen the trades of twenty markets. */
function fold(firstMs = START_MS): StreamAnalyzer {
  const analyzer = new StreamAnalyzer(SETTINGS, () => null);
  for (const event of [...quietStream(2000, { firstMs }), tick(firstMs + HOUR_MS)]) analyzer.take(event);
  return analyzer;
}
const marketsOf = async (store: ReturnType<typeof openSqliteStore>): Promise<string[]> =>
  [...(await store.load()).keys()].filter((name) => !name.startsWith('category')).sort();

test('a few baselines at a time, each market has its turn, and none is written twice', async () => {
  const store = openSqliteStore(IN_MEMORY);
  const writer = new BaselineWriter(store, fold(), () => undefined);
  for (const n of [8, 16, 20, 20]) {
    await writer.save(8);
    expect(await marketsOf(store)).toHaveLength(n);
  }
  await store.close();
});

test('what the store does not take is saved with the next, and the log says so', async () => {
  const store = openSqliteStore(IN_MEMORY);
  const lines: string[] = [];
  let isAway = true;
  const save: typeof store.save = async (some) => {
    if (isAway) throw new InputError('no-answer', 'Redis: it is away', 'start it');
    await store.save(some);
  };
  const writer = new BaselineWriter({ ...store, save }, fold(), (line) => lines.push(line));
  await writer.save();
  expect(lines).toEqual(['baselines of 21 markets cannot be saved now: Redis: it is away']);
  isAway = false;
  await writer.save();
  expect(await marketsOf(store)).toHaveLength(20);
  await store.close();
});

test('baselines that are older than anybody looks back are removed', async () => {
  const store = openSqliteStore(IN_MEMORY);
  const old = { mean: 1, deviation: 1, median: 1, mad: 1, n: 9, windowMs: 3 * DAY_MS };
  await store.save(
    new Map([
      ['kalshi GONE', { ...old, asOfMs: START_MS - 3 * DAY_MS - 1 }],
      ['kalshi QUIET', { ...old, asOfMs: START_MS - 2 * DAY_MS }],
    ]),
  );
  await new BaselineWriter(store, fold(), () => undefined).save();
  const names = await marketsOf(store);
  expect(names).not.toContain('kalshi GONE');
  expect(names).toContain('kalshi QUIET');
  await store.close();
});
