import { describe, expect, it } from 'vitest';
import { logistic, logit, logOddsPool } from '../../evaluate/log_odds.ts';
import { calibrate, fitCalibration, fitMarketWeight } from '../../forecast/calibration.ts';
import { createRandom } from '../../kernels/random.ts';

/** Outcomes of true probabilities, and forecasts whose log-odds are `factor` times theirs. */
function draw(n: number, factor: number, seed: number) {
  const random = createRandom(seed);
  const truths = Array.from({ length: n }, () => logistic(1.2 * random.normal()));
  return {
    forecasts: truths.map((p) => logistic(factor * logit(p))),
    truths,
    outcomes: truths.map((p) => (random.uniform() < p ? 1 : 0)),
    random,
  };
}

describe('calibration', () => {
  it('is the identity below 100 resolved forecasts', () => {
    const { forecasts, outcomes } = draw(99, 3, 1);
    expect(fitCalibration(forecasts, outcomes)).toEqual({ slope: 1, offset: 0, n: 99 });
    expect(calibrate({ slope: 1, offset: 0, n: 99 }, 0.123)).toBe(0.123);
  });

  it.each([
    [2, 0.5],
    [0.5, 2],
    [1, 1],
  ])('takes back that log-odds are told %d times too large: %d', (factor, slope) => {
    const { forecasts, outcomes } = draw(20_000, factor, 2);
    const fit = fitCalibration(forecasts, outcomes);
    expect(fit.slope).toBeCloseTo(slope, 1);
    expect(Math.abs(fit.offset)).toBeLessThan(0.06);
  });

  it('has no better neighbour: the loss with its prior is higher on every side', () => {
    const { forecasts, outcomes } = draw(300, 2, 3);
    const loss = (slope: number, offset: number): number =>
      2 * (slope - 1) ** 2 +
      2 * offset ** 2 -
      forecasts.reduce((sum, p, i) => {
        const q = logistic(slope * logit(p) + offset);
        return sum + Math.log(outcomes[i] === 1 ? q : 1 - q);
      }, 0);
    const { slope, offset } = fitCalibration(forecasts, outcomes);
    for (const [da, db] of [
      [0.001, 0],
      [-0.001, 0],
      [0, 0.001],
      [0, -0.001],
    ])
      expect(loss(slope + da, offset + db)).toBeGreaterThan(loss(slope, offset));
  });

  it('stays near the identity when there is little to learn from, and finite when all came true', () => {
    const { forecasts } = draw(100, 1, 4);
    const { slope, offset } = fitCalibration(
      forecasts,
      forecasts.map(() => 1),
    );
    expect(Number.isFinite(slope) && Number.isFinite(offset)).toBe(true);
    expect(offset).toBeLessThan(5);
  });
});

describe('the weight of the market', () => {
  it('is two thirds before anything was resolved', () => {
    expect(fitMarketWeight([], [], [])).toBeCloseTo(0.67, 9);
  });

  it('goes to whoever knows', () => {
    const { truths, outcomes, random } = draw(5000, 1, 5);
    const noise = truths.map((p) => logistic(logit(p) + 1.5 * random.normal()));
    expect(fitMarketWeight(noise, truths, outcomes)).toBeGreaterThan(0.9);
    expect(fitMarketWeight(truths, noise, outcomes)).toBeLessThan(0.15);
  });

  it('makes of two that know different things one that beats both', () => {
    const random = createRandom(6);
    const parts = Array.from({ length: 8000 }, () => [random.normal(), random.normal()]);
    const outcomes = parts.map(([a, b]) => (random.uniform() < logistic(a + b) ? 1 : 0));
    const [ours, market] = [0, 1].map((k) => parts.map((part) => logistic(2 * part[k])));
    const weight = fitMarketWeight(ours, market, outcomes);
    expect(weight).toBeCloseTo(0.5, 1);
    const brier = (ps: readonly number[]): number =>
      ps.reduce((sum, p, i) => sum + (p - outcomes[i]) ** 2, 0) / ps.length;
    const blend = ours.map((p, i) => logOddsPool([p, market[i]], [1 - weight, weight]));
    expect(brier(blend)).toBeLessThan(Math.min(brier(ours), brier(market)) - 0.01);
  });
});
