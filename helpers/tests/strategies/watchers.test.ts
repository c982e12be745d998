/** Watchers see one trade after the other and know nothing of what comes. */
import { describe, expect, test } from 'vitest';
import { createWatcher, type SeenTrade, type StrategyKind } from '../../strategies/watchers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a watcher names: number of the trade, cell by name, outcome. */
function watch(kind: StrategyKind, trades: readonly Partial<SeenTrade>[]): [number, string, number][] {
  const watcher = createWatcher(kind);
  const found: [number, string, number][] = [];
  trades.forEach((trade, i) => {
    watcher.see(
      { tsMs: i, market: 0, price0: 0.5, bought: 0, amountUsd: 10, isFlagged: false, ...trade },
      (cell, outcome) => {
        found.push([i, watcher.cellNames[cell], outcome]);
      },
    );
  });
  return found;
}

describe('favourite and longshot', () => {
  test('names both outcomes when a price is first seen in its cell, and not again', () => {
    expect(watch('favourite_longshot', [{ price0: 0.92 }, { price0: 0.93 }, { price0: 0.88 }])).toEqual([
      [0, '90 to 95 ¢', 0],
      [0, '5 to 10 ¢', 1],
      [2, '85 to 90 ¢', 0],
      [2, '10 to 15 ¢', 1],
    ]);
  });

  test('keeps markets apart, also those of large numbers', () => {
    expect(watch('favourite_longshot', [{ market: 5 }, { market: 70_000 }, { market: 5 }]).map(([i]) => i)).toEqual([
      0, 0, 1, 1,
    ]);
  });
});

describe('moves of the last hour', () => {
  test('are measured from the last price of an earlier hour, once an hour', () => {
    const trades = [
      { tsMs: 0, price0: 0.4 },
      { tsMs: 10, price0: 0.5 },
      { tsMs: HOUR, price0: 0.62 },
      { tsMs: HOUR + 1, price0: 0.8 },
    ];
    expect(watch('recency', trades)).toEqual([
      [2, 'with a move of 10 to 20 ¢', 0],
      [2, 'against a move of 10 to 20 ¢', 1],
    ]);
  });

  test('over a gap of more than six hours are none', () => {
    expect(
      watch('recency', [
        { tsMs: 0, price0: 0.3 },
        { tsMs: 8 * HOUR, price0: 0.9 },
      ]),
    ).toEqual([]);
  });
});

describe('large trades', () => {
  const quietDay = Array.from({ length: 2000 }, (_, i) => ({ tsMs: i, amountUsd: 10 + (i % 100) }));

  test('are those above 99 % of earlier days; a large trade of the first day is none', () => {
    const found = watch('whales', [
      { tsMs: 0, amountUsd: 5000 },
      ...quietDay,
      { tsMs: DAY, amountUsd: 5000, price0: 0.3, bought: 1 },
      { tsMs: DAY + 1, amountUsd: 50, price0: 0.3 },
    ]);
    expect(found).toEqual([[2001, '60 to 80 ¢', 1]]);
  });

  test('count once a day in an outcome', () => {
    const large = [DAY, DAY + 1, 2 * DAY].map((tsMs) => ({ tsMs, amountUsd: 5000 }));
    expect(watch('whales', [...quietDay, ...large]).map(([i]) => i)).toEqual([2000, 2002]);
  });

  test('of flagged wallets are a kind of their own, however small, and count for the days to come as others do', () => {
    const trades = [
      { isFlagged: true, price0: 0.3 },
      { isFlagged: true, price0: 0.3 },
      ...quietDay,
      { tsMs: DAY, amountUsd: 5000, isFlagged: true, price0: 0.3 },
      { tsMs: DAY, amountUsd: 5000, price0: 0.3 },
    ];
    expect(watch('whales', trades)).toEqual([
      [0, '20 to 40 ¢, by a flagged wallet', 0],
      [2002, '20 to 40 ¢, by a flagged wallet', 0],
      [2003, '20 to 40 ¢', 0],
    ]);
  });
});
