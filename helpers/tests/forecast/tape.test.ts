/** The whole chain on worlds whose truth is known: prices that are right, and prices that are wrong by eight points. */
import { describe, expect, it } from 'vitest';
import { openForecasts } from '../../forecast/open_markets.ts';
import { scoreForecasts } from '../../forecast/scores.ts';
import { askTape } from '../../forecast/tape_forecasts.ts';
import { intervalOf, trackRecord } from '../../forecast/track_record.ts';
import { createRandom } from '../../kernels/random.ts';
import { HOUR_MS } from '../../run/clock.ts';
import type { StrategyOpportunities } from '../../strategies/opportunities.ts';
import { takerFeeUsd } from '../../venues/fees.ts';

const RULE = { nEventsMin: 30, z: 1.64 };

/** A market an hour at 42 cents, of which outcome 0 wins with .42 + edge; each is asked about from both sides and known six hours later. */
function drawWorld(edge: number, nMarkets: number, seed: number): StrategyOpportunities {
  const random = createRandom(seed);
  const nRows = 2 * nMarkets;
  const wins = Array.from({ length: nMarkets }, () => (random.uniform() < 0.42 + edge ? 1 : 0));
  const of = (row: number): number => row >> 1;
  const isOther = (row: number): boolean => row % 2 === 1;
  const numbers = (value: (row: number) => number): Float64Array =>
    Float64Array.from({ length: nRows }, (_, row) => value(row));
  const price = numbers((row) => (isOther(row) ? 0.58 : 0.42));
  return {
    kind: 'favourite_longshot',
    cellNames: ['40 to 45 ¢', '55 to 60 ¢'],
    nRows,
    tsMs: numbers((row) => of(row) * HOUR_MS),
    cell: Uint16Array.from({ length: nRows }, (_, row) => row % 2),
    market: Int32Array.from({ length: nRows }, (_, row) => of(row)),
    event: Int32Array.from({ length: nRows }, (_, row) => of(row)),
    outcome: Uint8Array.from({ length: nRows }, (_, row) => row % 2),
    price,
    cost: price.map((p) => p + 0.02),
    payout: numbers((row) => (isOther(row) ? 1 - wins[of(row)] : wins[of(row)])),
    knownMs: numbers((row) => (of(row) + 6) * HOUR_MS),
  };
}

describe('questions to the tape', () => {
  it('are one a trade, about outcome 0, however many sides it tells of', () => {
    const world = drawWorld(0, 50, 1);
    const questions = askTape(world, RULE);
    expect(questions).toHaveLength(50);
    questions.forEach(({ marketP, payout }, i) => {
      expect(marketP).toBeCloseTo(0.42, 12);
      expect(payout).toBe(world.payout[2 * i]);
    });
  });

  it('are not answered before 30 events of the kind have a result', () => {
    const why = askTape(drawWorld(0.5, 60, 2), RULE).map(({ forecast }) => forecast.kind);
    // Market 36 is asked when the results of markets 0 to 29 are known: strictly before it.
    expect(why.indexOf('estimate')).toBe(36);
  });

  it('leave costs out: where prices are right nothing is corrected for the spread', () => {
    const answered = askTape(drawWorld(0, 3000, 3), RULE).filter(({ forecast }) => forecast.kind === 'estimate');
    // Each looks at a mean that is often beyond 1.64 standard errors by chance alone, never all the time.
    expect(answered.length).toBeLessThan(1500);
  });

  it('never make anything certain: a correction takes half of the way at most', () => {
    const certain = askTape(drawWorld(0.58, 200, 4), RULE).at(-1)!.forecast;
    expect(certain.kind === 'estimate' && certain.p).toBeCloseTo(1 - 0.58 / 2, 9);
  });
});

describe('a world with an edge of 8 points', () => {
  const { answered, weights, marketWeight } = trackRecord(askTape(drawWorld(0.08, 6000, 5), RULE));
  const scores = scoreForecasts(answered, 1);

  it('is found: the forecaster is better than the market, and says about what is true', () => {
    expect(scores.find(({ name }) => name === 'favourite_longshot')?.verdict).toBe('better than the market');
    expect(answered.at(-1)!.pooled.p).toBeCloseTo(0.5, 1);
    const { low, high } = intervalOf(answered.at(-1)!.pooled);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });

  it('takes weight from the market', () => {
    expect(marketWeight).toBeLessThan(0.3);
    expect([...weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it('has a blend that is better than the market too', () => {
    const blend = scores.find(({ name }) => name === 'blend')!;
    expect(blend.verdict).toBe('better than the market');
    expect(blend.logLoss).toBeLessThan(blend.marketLogLoss);
    expect(blend.difference.high).toBeLessThan(0);
  });
});

describe('a world without an edge', () => {
  it('shows none: on ten markets of chance at most one verdict is better, and the blend costs next to nothing', () => {
    const blends = Array.from({ length: 10 }, (_, seed) =>
      scoreForecasts(trackRecord(askTape(drawWorld(0, 1500, 100 + seed), RULE)).answered, seed).find(
        ({ name }) => name === 'blend',
      ),
    ).flatMap((row) => row ?? []);
    expect(blends.filter(({ verdict }) => verdict === 'better than the market').length).toBeLessThanOrEqual(1);
    const n = blends.reduce((sum, row) => sum + row.n, 0);
    const excess = blends.reduce((sum, { n: own, brier, marketBrier }) => sum + (own / n) * (brier - marketBrier), 0);
    expect(excess).toBeLessThan(0.003);
  });
});

describe('the chain', () => {
  it('never looks ahead: what it answered stays the same whatever comes after', () => {
    const whole = drawWorld(0.08, 800, 6);
    const nFirst = 1000;
    const first = { ...whole, nRows: nFirst };
    for (const key of ['tsMs', 'cell', 'market', 'event', 'outcome', 'price', 'cost', 'payout', 'knownMs'] as const)
      Object.assign(first, { [key]: whole[key].slice(0, nFirst) });
    const early = trackRecord(askTape(first, RULE)).answered;
    const late = trackRecord(askTape(whole, RULE)).answered;
    expect(early.length).toBeGreaterThan(100);
    expect(late.slice(0, early.length)).toEqual(early);
  });

  it('counts why nobody spoke', () => {
    const { abstentions, answered } = trackRecord(askTape(drawWorld(0, 20, 7), RULE));
    expect(answered).toEqual([]);
    expect([...abstentions]).toEqual([['favourite_longshot: too few events of its kind have a result', 20]]);
    expect(scoreForecasts(answered, 1)).toEqual([]);
  });
});

describe('open markets', () => {
  it('have the newest answer, and the edge of both sides after half spread and fee', () => {
    const world = drawWorld(0.2, 200, 8);
    world.payout.fill(Number.NaN, 396);
    world.knownMs.fill(Number.POSITIVE_INFINITY, 396);
    const { answered } = trackRecord(askTape(world, RULE));
    const n = 200;
    const unknown = (): Float64Array => new Float64Array(n).fill(Number.NaN);
    const markets = {
      ids: Array.from({ length: n }, (_, m) => `m${m}`),
      venues: Array.from({ length: n }, () => 'kalshi' as const),
      feeRates: unknown(),
      feeExponents: unknown(),
      resolvedMs: unknown(),
      payouts: unknown(),
    };
    const open = openForecasts(answered, markets, 0.005, 190 * HOUR_MS);
    // Of the last ten markets eight are known later than that time, two never.
    expect(open.map(({ marketId }) => marketId).sort()).toEqual(Array.from({ length: 15 }, (_, i) => `m${185 + i}`));
    for (const { p, edgeYes, edgeNo } of open) {
      expect(edgeYes).toBeCloseTo(p - 0.425 - takerFeeUsd('kalshi', 100, 0.425, null, null) / 100, 9);
      expect(edgeNo).toBeCloseTo(1 - p - 0.585 - takerFeeUsd('kalshi', 100, 0.585, null, null) / 100, 9);
    }
    expect(open[0].edgeYes).toBeGreaterThanOrEqual(open[1].edgeYes);
  });
});
