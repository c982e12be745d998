import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { PricePool } from '../../replay/controls.ts';
import { deflatedOf } from '../../replay/earnings.ts';
import { dailyReturns, dailySharpe, maxDrawdown, performanceOf } from '../../replay/performance.ts';
import { play } from './hand_tape.ts';

describe('maxDrawdown', () => {
  it('is the largest fall from a peak, with the days until the peak was reached again', () => {
    // 120 on day 1 falls to 90 on day 3 and comes back on day 5.
    expect(maxDrawdown(100, [110, 120, 100, 90, 110, 120, 119])).toEqual({ share: 0.25, recoveryDays: 4 });
  });

  it('counts a fall from the very start', () => {
    expect(maxDrawdown(100, [80, 90, 100])).toEqual({ share: 0.2, recoveryDays: 3 });
  });

  it('has no recovery when the peak was never reached again, and none to make when nothing fell', () => {
    expect(maxDrawdown(100, [50, 99])).toEqual({ share: 0.5, recoveryDays: null });
    expect(maxDrawdown(100, [100, 101])).toEqual({ share: 0, recoveryDays: 0 });
    expect(maxDrawdown(100, [])).toEqual({ share: 0, recoveryDays: 0 });
  });
});

describe('daily figures', () => {
  it('are returns on the day before, until ruin', () => {
    expect(dailyReturns(100, [110, 99, 0, 50])).toEqual([expect.closeTo(0.1), expect.closeTo(-0.1), -1]);
  });

  it('give the Sharpe ratio of one day: mean .02 over deviation √(.0002/1)', () => {
    expect(dailySharpe([0.03, 0.01])).toBeCloseTo(0.02 / Math.sqrt(0.0002), 12);
    expect(dailySharpe([0.03])).toBeNaN();
    expect(dailySharpe([0.01, 0.01, 0.01])).toBeNaN();
  });
});

describe('performanceOf', () => {
  it('adds up two trades by hand', () => {
    const day = 24 * 60;
    const { result, signals } = play({
      trades: [
        { at: 1, price: 0.5 },
        { at: 361, price: 0.6 },
        { at: day + 1, price: 0.5 },
        { at: day + 361, price: 0.4 },
        { at: 2 * day, price: 0.4 },
      ],
      signals: [{ at: 0 }, { at: day }, { at: 2 * day - 10 }],
      markets: [{ feeRate: 0.05 }],
    });
    const figures = performanceOf(result, signals, Uint32Array.from([0, 1, 2]), 0, 1000);
    // 200 shares each: 100 + 2.5 -> 120 − 2.4, and 100 + 2.5 -> 80 − 2.4; the third is filled at 2·day at .4 with fee 3.
    expect(figures.nOrders).toBe(3);
    expect(figures.states).toMatchObject({ sold: 2, marked: 1, expired: 0 });
    expect(figures.gainUsd).toBeCloseTo(15.1 - 24.9 - 3, 9);
    expect(figures.meanReturn).toBeCloseTo((15.1 / 102.5 - 24.9 / 102.5 - 3 / 103) / 3, 9);
    expect(figures.winRate).toBeCloseTo(1 / 3, 12);
    expect(figures.feesUsd).toBeCloseTo(12.8, 9);
    expect(figures.holdingHours).toBeCloseTo((6 + 6 + 0) / 3, 9);
    expect(figures.turnover).toBeCloseTo(0.3, 12);
    expect(figures.totalReturn).toBeCloseTo(-0.0128, 9);
    expect(figures.returnsPerDay.length).toBe(result.equity[0].length);
    expect(result.equity[0].at(-1)).toBeCloseTo(987.2, 9);
  });

  it('of a strategy that never traded is not a number where there is nothing to divide', () => {
    const { result, signals } = play({ trades: [] });
    const figures = performanceOf(result, signals, new Uint32Array(0), 0, 1000);
    expect(figures.nOrders).toBe(1);
    expect([figures.nFilled, figures.meanReturn, figures.sharpe]).toEqual([0, Number.NaN, Number.NaN]);
    expect([figures.totalReturn, figures.drawdown.share, figures.turnover]).toEqual([0, 0, 0]);
  });
});

describe('deflatedOf', () => {
  const returns = Array.from({ length: 60 }, (_, i) => 0.01 + 0.02 * Math.sin(i * i));

  it.each([
    [40, 2.189],
    [100, 2.531],
    [1000, 3.255],
  ])('sets the bar at the luck of the best of %d trials: %d of their deviations', (n, bracket) => {
    const random = createRandom(n);
    const trials = Array.from({ length: n }, () => 0.1 * random.normal());
    const mean = trials.reduce((sum, t) => sum + t / n, 0);
    const deviation = Math.sqrt(trials.reduce((sum, t) => sum + (t - mean) ** 2, 0) / (n - 1));
    expect(deflatedOf(returns, trials)!.luckSharpe / deviation).toBeCloseTo(bracket, 3);
  });

  it('believes less the more was tried, and nothing where there are no returns', () => {
    const sure = (n: number): number =>
      deflatedOf(
        returns,
        Array.from({ length: n }, (_, i) => 0.1 * (-1) ** i),
      )!.probability;
    expect(sure(1000)).toBeLessThan(sure(10));
    expect(deflatedOf([], [0.1])).toBeNull();
    expect(deflatedOf([0.1, 0.1], [0.1, 0.2])).toBeNull();
    expect(deflatedOf(returns, [])).toBeNull();
  });
});

describe('random picks', () => {
  const random = createRandom(5);
  const prices = Float64Array.from({ length: 2000 }, () => random.integer(101) / 100);
  const pool = Uint32Array.from(prices.keys()).filter((row) => row % 2 === 0);
  const picks = pool.filter((row) => prices[row] > 0.8).slice(0, 120);
  const histogram = (rows: Uint32Array) => {
    const counts = new Array<number>(20).fill(0);
    for (const row of rows) counts[Math.min(19, Math.floor(prices[row] * 20))]++;
    return counts;
  };

  const randomPicks = (from: Uint32Array, wanted: Uint32Array, n: number, seed: number): Uint32Array[] => {
    const source = createRandom(seed);
    const byPrice = new PricePool(prices, from);
    return Array.from({ length: n }, () => byPrice.draw(wanted, source));
  };

  it('draws as many trades in every five cents, from the pool alone, each once', () => {
    for (const drawn of randomPicks(pool, picks, 5, 1)) {
      expect(histogram(drawn)).toEqual(histogram(picks));
      expect(new Set(drawn).size).toBe(picks.length);
      expect(drawn.every((row, i) => row % 2 === 0 && (i === 0 || row > drawn[i - 1]))).toBe(true);
    }
  });

  it('draws anew each time, and the same again for the same seed', () => {
    const draws = randomPicks(pool, picks, 2, 1);
    expect(draws[0]).not.toEqual(draws[1]);
    expect(randomPicks(pool, picks, 2, 1)).toEqual(draws);
    expect(randomPicks(pool, picks, 1, 2)[0]).not.toEqual(draws[0]);
  });

  it('of a strategy that picks the whole pool is that strategy', () => {
    expect(randomPicks(pool, pool, 1, 1)[0]).toEqual(pool);
    expect(randomPicks(pool, new Uint32Array(0), 1, 1)[0].length).toBe(0);
  });
});
