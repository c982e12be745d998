import { describe, expect, it } from 'vitest';
import {
  entryRows,
  futurePrices,
  LABEL_STATES,
  nearestRows,
  type Resolutions,
  type Tape,
} from '../../../features/trades/future_prices.ts';
import { createRandom } from '../../../kernels/random.ts';
import { HOUR_MS } from '../../../run/clock.ts';

const HORIZON_MS = 6 * HOUR_MS;

interface Print {
  readonly market: number;
  readonly tsMs: number;
  readonly price0: number;
  readonly shares?: number;
}

function tapeOf(prints: readonly Print[]): Tape {
  return {
    market: prints.map((print) => print.market),
    tsMs: Float64Array.from(prints, (print) => print.tsMs),
    price0: Float64Array.from(prints, (print) => print.price0),
    shares: Float64Array.from(prints, (print) => print.shares ?? 1),
  };
}

function endsOf(...ends: readonly (readonly [number, number])[]): Resolutions {
  return {
    resolvedMs: Float64Array.from(ends, ([at]) => at),
    payoff0: Float64Array.from(ends, ([, payoff]) => payoff),
  };
}

const OPEN = [Number.NaN, Number.NaN] as const;
const hours = (...at: readonly (readonly [number, number])[]): Tape =>
  tapeOf(at.map(([hour, price0]) => ({ market: 0, tsMs: hour * HOUR_MS, price0 })));

function statesOf(tape: Tape, ends: Resolutions, endHours: number): string[] {
  return Array.from(futurePrices(tape, ends, HORIZON_MS, endHours * HOUR_MS).state, (state) => LABEL_STATES[state]);
}

/** The definition, word by word, for one row at a time. */
function slowFuture(prints: readonly Print[], i: number, ends: Resolutions, endMs: number): number | null {
  const { market, tsMs, price0 } = prints[i];
  const resolvedMs = ends.resolvedMs[market];
  if (resolvedMs <= tsMs || tsMs + HORIZON_MS > endMs || price0 <= 0 || price0 >= 1) return null;
  if (resolvedMs <= tsMs + HORIZON_MS) return Number.isNaN(ends.payoff0[market]) ? null : ends.payoff0[market];
  const later = prints.filter((p) => p.market === market && p.tsMs > tsMs && p.tsMs <= tsMs + HORIZON_MS);
  if (later.length === 0) return null;
  const lastMs = Math.max(...later.map((p) => p.tsMs));
  const moment = later.filter((p) => p.tsMs === lastMs);
  const shares = moment.reduce((sum, p) => sum + (p.shares ?? 1), 0);
  return moment.reduce((sum, p) => sum + p.price0 * (p.shares ?? 1), 0) / shares;
}

describe('the price one horizon later', () => {
  it('is the last trade at or before the horizon, and not the nearer one just after it', () => {
    const tape = hours([0, 0.4], [5, 0.5], [6.01, 0.9]);
    const { price0, exitMs } = futurePrices(tape, endsOf(OPEN), HORIZON_MS, 100 * HOUR_MS);
    expect(price0[0]).toBe(0.5);
    expect(exitMs[0]).toBe(HORIZON_MS);
  });

  it('takes a trade exactly at the horizon', () => {
    const { price0 } = futurePrices(hours([0, 0.4], [6, 0.7]), endsOf(OPEN), HORIZON_MS, 100 * HOUR_MS);
    expect(price0[0]).toBe(0.7);
  });

  it('of several trades at the last moment is their mean by shares, to the last bit in whatever order they stand', () => {
    const at = (price0: number, shares: number): Print => ({ market: 0, tsMs: HOUR_MS, price0, shares });
    const moment = [at(0.61, 7), at(0.5, 30), at(0.57, 11), at(0.5, 3)];
    const first: Print = { market: 0, tsMs: 0, price0: 0.4 };
    const priceOf = (prints: readonly Print[]) =>
      futurePrices(tapeOf([first, ...prints]), endsOf(OPEN), HORIZON_MS, 100 * HOUR_MS).price0[0];
    expect(priceOf(moment)).toBeCloseTo((0.61 * 7 + 0.5 * 33 + 0.57 * 11) / 51, 15);
    expect(priceOf([...moment].reverse())).toBe(priceOf(moment));
    expect(priceOf([at(0.7, 3), at(0.7, 5)])).toBe(0.7);
  });

  it('does not take a trade of the same millisecond for a later one', () => {
    expect(statesOf(hours([0, 0.4], [0, 0.6]), endsOf(OPEN), 100)).toEqual(
      Array(2).fill('no later trade within the horizon'),
    );
  });

  it('is the payoff once the market has resolved, whatever is traded afterwards', () => {
    const tape = hours([0, 0.4], [1, 0.5], [5, 0.2]);
    const { price0, exitMs } = futurePrices(tape, endsOf([2 * HOUR_MS, 1]), HORIZON_MS, 100 * HOUR_MS);
    expect([price0[0], price0[1], exitMs[0]]).toEqual([1, 1, 2 * HOUR_MS]);
    expect(statesOf(tape, endsOf([2 * HOUR_MS, 1]), 100)[2]).toBe('after the resolution');
  });

  it('ignores a resolution after the horizon', () => {
    const { price0 } = futurePrices(hours([0, 0.4], [1, 0.5]), endsOf([7 * HOUR_MS, 0]), HORIZON_MS, 1e12);
    expect(price0[0]).toBe(0.5);
  });

  it('is unknown in a void market, at prices 0 and 1, and where the horizon passes the end of the data', () => {
    expect(statesOf(hours([0, 0.4], [1, 0.5]), endsOf([2 * HOUR_MS, Number.NaN]), 100)[0]).toBe('void market');
    expect(statesOf(hours([0, 0], [1, 1], [2, 0.5], [3, 0.5]), endsOf(OPEN), 100).slice(0, 2)).toEqual(
      Array(2).fill('price 0 or 1'),
    );
    expect(statesOf(hours([0, 0.4], [1, 0.5]), endsOf(OPEN), 5)[0]).toBe('horizon beyond the data');
  });

  it('does not learn of a resolution that lies beyond the end of the data', () => {
    expect(statesOf(hours([0, 0.4], [1, 0.5]), endsOf([2 * HOUR_MS, 1]), 1)[0]).toBe('horizon beyond the data');
  });

  it('agrees with the definition on random tapes with ties and several markets', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = createRandom(seed);
      const ends = endsOf(OPEN, [20 * HOUR_MS, 1], [15 * HOUR_MS, Number.NaN], [30 * HOUR_MS, 0]);
      const prints = Array.from({ length: 200 }, () => ({
        market: random.integer(4),
        tsMs: random.integer(80) * (HOUR_MS / 2),
        price0: random.integer(101) / 100,
        shares: 1 + random.integer(50),
      })).sort((a, b) => a.market - b.market || a.tsMs - b.tsMs);
      const { price0 } = futurePrices(tapeOf(prints), ends, HORIZON_MS, 38 * HOUR_MS);
      const slow = prints.map((_, i) => slowFuture(prints, i, ends, 38 * HOUR_MS) ?? Number.NaN);
      expect(Array.from(price0, Number.isNaN)).toEqual(slow.map(Number.isNaN));
      expect(Math.max(...slow.map((price, i) => Math.abs(price - price0[i]) || 0))).toBeLessThan(1e-12);
      expect(slow.filter((price) => !Number.isNaN(price)).length).toBeGreaterThan(50);
    }
  });
});

describe('the trade that a follower enters at', () => {
  it('is the first at or after the delay, of the same market', () => {
    const tape = hours([0, 0.4], [0.5, 0.5], [1, 0.6], [2, 0.7]);
    expect(Array.from(entryRows(tape, endsOf(OPEN), HOUR_MS, HORIZON_MS))).toEqual([2, 3, 3, -1]);
  });

  it('is never of the same millisecond, not even without a delay', () => {
    const tape = hours([0, 0.4], [0, 0.5], [1, 0.6]);
    expect(Array.from(entryRows(tape, endsOf(OPEN), 0, HORIZON_MS))).toEqual([2, 2, -1]);
  });

  it('is none when the market has resolved by then, or the horizon has passed', () => {
    const tape = hours([0, 0.4], [2, 0.5], [9, 0.6]);
    expect(Array.from(entryRows(tape, endsOf([HOUR_MS, 1]), 0, HORIZON_MS))).toEqual([-1, -1, -1]);
    expect(Array.from(entryRows(tape, endsOf(OPEN), 0, HORIZON_MS))).toEqual([1, -1, -1]);
  });
});

describe('the nearest trade of the widespread recipe', () => {
  it('looks past the horizon when that is nearer, which the honest price never does', () => {
    const tape = hours([0, 0.4], [5.5, 0.5], [6.1, 0.9]);
    expect(nearestRows(tape.market, tape.tsMs, HORIZON_MS, HOUR_MS)[0]).toBe(2);
  });

  it('is none beyond the tolerance and never of another key', () => {
    const tape = hours([0, 0.4], [4.9, 0.5], [7.1, 0.9]);
    expect(nearestRows(tape.market, tape.tsMs, HORIZON_MS, HOUR_MS)[0]).toBe(-1);
    expect(nearestRows([0, 1], Float64Array.of(0, HORIZON_MS), HORIZON_MS, HOUR_MS)[0]).toBe(-1);
  });
});
