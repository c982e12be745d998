import { describe, expect, it } from 'vitest';
import { abstain, type Estimate } from '../../forecast/forecast.ts';
import { poolForecasts, weightsOf } from '../../forecast/pool.ts';

const estimate = (p: number, changes: Partial<Estimate> = {}): Estimate => ({
  kind: 'estimate',
  p,
  spread: Number.NaN,
  n: 1,
  sources: [`source of ${p}`],
  reasons: [`reason of ${p}`],
  ...changes,
});
const equal = (n: number): number[] => Array.from({ length: n }, () => 1 / n);
const pooled = (ps: readonly number[], weights = equal(ps.length)) => {
  const pool = poolForecasts(
    ps.map((p) => estimate(p)),
    weights,
  );
  return pool.kind === 'estimate' ? pool : null;
};

describe('the pool', () => {
  it('is the weighted mean of log-odds: .70 and .60 at .55 and .45 are .657', () => {
    expect(pooled([0.7, 0.6], [0.55, 0.45])?.p).toBeCloseTo(0.657, 3);
  });

  it('leaves out the highest and the lowest of five, and none of four', () => {
    expect(pooled([0.01, 0.4, 0.5, 0.6, 0.999])?.p).toBeCloseTo(0.5, 9);
    expect(pooled([0.5, 0.5, 0.5, 0.9])?.p).toBeGreaterThan(0.55);
  });

  it('is as uncertain as its members differ, and as each of them is', () => {
    // log-odds of ±1: one standard deviation of 1 around 0.
    const [low, high] = [-1, 1].map((x) => 1 / (1 + Math.exp(-x)));
    expect(pooled([low, high])?.spread).toBeCloseTo(1, 9);
    const wide = poolForecasts([estimate(low, { spread: 2 }), estimate(high, { spread: 2 })], equal(2));
    expect(wide.kind === 'estimate' && wide.spread).toBeCloseTo(Math.sqrt(5), 9);
    expect(pooled([0.3])?.spread).toBeNaN();
  });

  it('keeps every source and reason, and counts only who spoke', () => {
    const pool = poolForecasts([estimate(0.4), abstain('no key'), estimate(0.6)], equal(3));
    expect(pool).toMatchObject({
      n: 2,
      sources: ['source of 0.4', 'source of 0.6'],
      reasons: ['reason of 0.4', 'reason of 0.6'],
    });
  });

  it('abstains with all reasons where all abstain', () => {
    expect(poolForecasts([abstain('no key'), abstain('no bulletin')], equal(2))).toEqual(
      abstain('no key; no bulletin'),
    );
  });
});

describe('weights', () => {
  it('are equal without records', () => {
    expect(weightsOf([0, 0, 0].map(() => ({ excessLoss: Number.NaN, n: 0 })))).toEqual(equal(3));
  });

  it('favour who lost less, the more the longer the record is, within bounds', () => {
    const ratio = (n: number): number => {
      const [better, worse] = weightsOf([
        { excessLoss: -0.05, n },
        { excessLoss: 0.05, n },
      ]);
      return better / worse;
    };
    expect(ratio(1)).toBeGreaterThan(1);
    expect(ratio(100)).toBeGreaterThan(ratio(10));
    expect(ratio(1e9)).toBeCloseTo(Math.exp(0.1 * 30), 4);
  });

  it('do not favour who was asked less: as good as the market is as good as the market', () => {
    expect(weightsOf([7, 700].map((n) => ({ excessLoss: 0, n })))).toEqual(equal(2));
  });

  it('give who has no record what the others have on average', () => {
    const [a, b, fresh] = weightsOf([
      { excessLoss: -0.05, n: 100 },
      { excessLoss: 0.05, n: 100 },
      { excessLoss: Number.NaN, n: 0 },
    ]);
    expect(fresh).toBeGreaterThan(b);
    expect(fresh).toBeLessThan(a);
  });
});
