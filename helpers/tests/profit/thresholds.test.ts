import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { chooseThreshold, planTrials } from '../../profit/choice.ts';
import type { ScoredFills } from '../../profit/scored_fills.ts';
import { drawControls, planTest } from '../../profit/strategies.ts';
import { isProfitable as isStrategyProfitable } from '../../profit/strategy_rows.ts';
import { thresholdsFrame } from '../../profit/threshold_table.ts';
import {
  analyseThresholds,
  highestRows,
  isProfitable,
  picksAbove,
  type ThresholdRow,
} from '../../profit/thresholds.ts';
import { formatThresholds } from '../../profit/thresholds_report.ts';
import { STATE } from '../../replay/model.ts';

/** 40 scored fills in 20 markets; probabilities .025, .05 … 1; those above .5 came true; each pair shares a market. */
function scoredFills(): ScoredFills {
  const n = 40;
  const rows = Array.from({ length: n }, (_, i) => i);
  return {
    nRows: n,
    tsMs: Float64Array.from(rows),
    market: Int32Array.from(rows, (i) => i >> 1),
    outcome: new Uint8Array(n),
    price: Float64Array.from(rows, (i) => (i % 10) / 10),
    labels: Uint8Array.from(rows, (i) => (i >= 20 ? 1 : 0)),
    probabilities: Float64Array.from(rows, (i) => (i + 1) / n),
    priceOnly: Float64Array.from(rows, (i) => (i % 2 === 0 ? 0.6 : 0.4)),
  };
}

const scored = scoredFills();

const highestPicks = (probabilities: Float64Array, n: number, seed: number): Uint32Array =>
  highestRows(probabilities, seed)(n);

/** Signals that came true returned 10 %, the others −20 %; the last was never filled, the first is stale, the second marked. */
const followed = [
  {
    delayMs: 0,
    returns: Float64Array.from({ length: 40 }, (_, i) => (i === 39 ? Number.NaN : i >= 20 ? 0.1 : -0.2)),
    states: Uint8Array.from({ length: 40 }, (_, i) =>
      i === 39 ? STATE.expired : i === 0 ? STATE.stale : i === 1 ? STATE.marked : STATE.sold,
    ),
  },
];

const find = (rows: readonly ThresholdRow[], source: string, threshold: number | null): ThresholdRow =>
  rows.find((row) => row.source === source && row.threshold === threshold)!;

describe('analyseThresholds', () => {
  const rows = analyseThresholds(scored, followed, [0.25, 0.5, 0.8], 1);

  it('follows everything for the base rate', () => {
    const row = find(rows, 'base_rate', null);
    expect([row.nSignals, row.nMarkets, row.nFilled, row.nStale, row.nMarked]).toEqual([40, 20, 39, 1, 1]);
    expect([row.precision.estimate, row.recall]).toEqual([0.5, 1]);
    expect(row.returns.estimate).toBeCloseTo((19 * 0.1 - 20 * 0.2) / 39, 12);
    expect(row.winRate.estimate).toBeCloseTo(19 / 39, 12);
  });

  it('counts a probability that equals the threshold', () => {
    // .25 is the probability of row 9: 31 rows, 20 of them true.
    const row = find(rows, 'model', 0.25);
    expect([row.nSignals, row.precision.estimate, row.recall]).toEqual([31, 20 / 31, 1]);
    expect(find(rows, 'model', 0.8)).toMatchObject({ nSignals: 9, recall: 0.45 });
  });

  it('sets price alone beside the model, at the threshold and with as many fills', () => {
    expect(find(rows, 'price_only', 0.5).nSignals).toBe(20);
    expect(find(rows, 'price_only', 0.8)).toMatchObject({ nSignals: 0, nFilled: 0 });
    expect(find(rows, 'price_only_as_many', 0.8).nSignals).toBe(9);
  });

  it('draws intervals by whole markets: where all rows agree there is no doubt', () => {
    const { returns } = find(rows, 'model', 0.8);
    expect([returns.estimate, returns.low, returns.high]).toEqual([
      expect.closeTo(0.1, 12),
      expect.closeTo(0.1, 12),
      expect.closeTo(0.1, 12),
    ]);
    const mixed = find(rows, 'base_rate', null).returns;
    expect(mixed.low).toBeLessThan(mixed.estimate - 0.03);
    expect(mixed.high).toBeGreaterThan(mixed.estimate + 0.03);
  });

  it('is not profitable where markets are few, and says from which threshold on it is', () => {
    expect(isProfitable(find(rows, 'model', 0.8))).toBe(false);
    const seen = analyseThresholds(scored, followed, [0.525], 1);
    expect(isProfitable(find(seen, 'model', 0.525))).toBe(true);
    expect(formatThresholds(seen, 0)).toBe(
      'Following the model at 0.53 and above earned 10.0% per trade after costs, 0 s after the fill (95 % interval 10.0% to 10.0%).',
    );
    expect(
      formatThresholds(
        rows.filter((row) => row.threshold !== 0.5),
        0,
      ),
    ).toContain('No threshold of the model is shown to be profitable');
  });

  it('becomes a table with nulls where nothing is known', () => {
    const records = thresholdsFrame('validation', rows).toRecords();
    expect(records.length).toBe(rows.length);
    const empty = records.find((row) => row.source === 'price_only' && row.threshold === 0.8)!;
    expect([empty.precision, empty.return_mean, Number(empty.n_filled)]).toEqual([null, null, 0]);
  });
});

describe('picks', () => {
  it('above a threshold none of which is reached are none', () => {
    expect(picksAbove(scored.probabilities, 1.01).length).toBe(0);
    expect(picksAbove(scored.probabilities, 0).length).toBe(40);
  });

  it('of the highest probabilities are in order of time, and equal ones are drawn', () => {
    expect(Array.from(highestPicks(scored.probabilities, 3, 1))).toEqual([37, 38, 39]);
    const drawn = highestPicks(scored.priceOnly, 5, 1);
    expect(drawn.every((row) => row % 2 === 0)).toBe(true);
    expect(highestPicks(scored.priceOnly, 5, 2)).not.toEqual(drawn);
  });
});

describe('a choice on validation', () => {
  const row = (threshold: number, low: number, nMarkets: number): ThresholdRow => ({
    ...find(analyseThresholds(scored, followed, [threshold], 1), 'model', threshold),
    nFilledMarkets: nMarkets,
    returns: { estimate: low + 0.1, low, high: low + 0.2, standardError: 0.05, nDefined: 400 },
  });

  it('takes the highest lower end among thresholds seen in ten markets, also below 0', () => {
    const rows = [row(0.5, -0.2, 50), row(0.7, -0.05, 12), row(0.9, 0.3, 9)];
    expect(chooseThreshold(rows)!.threshold).toBe(0.7);
    expect(chooseThreshold([rows[2]])).toBeNull();
    expect(chooseThreshold([])).toBeNull();
  });
});

describe('a strategy is profitable', () => {
  const base = {
    name: 'sniper' as const,
    variant: 'main' as const,
    threshold: 0.75,
    delayMs: 0,
    nSignals: 100,
    nFilled: 50,
    nMarked: 0,
    nGroups: 20,
    states: null,
    returnMean: 0.3,
    returnLow: 0.1,
    returnHigh: 0.5,
    winRate: 0.9,
    totalReturn: 0.2,
    sharpeAnnual: 2,
    deflatedSharpe: 0.9,
    maxDrawdown: 0.1,
    recoveryDays: 1,
    holdingHours: 5,
    turnover: 1,
    feesUsd: 10,
  };
  const random = { ...base, variant: 'random' as const, returnMean: -0.1, returnLow: -0.2, returnHigh: 0 };

  it.each([
    [{}, true],
    [{ nGroups: 2 }, false],
    [{ returnLow: -0.01 }, false],
    [{ totalReturn: -0.1 }, false],
    [{ returnMean: -0.05 }, false],
    [{ returnLow: Number.NaN }, false],
  ])('with %o: %s', (change, isGood) => {
    expect(isStrategyProfitable([{ ...base, ...change }, random], 'sniper')).toBe(isGood);
  });

  it('only when it is there at all', () => {
    expect(isStrategyProfitable([random], 'sniper')).toBe(false);
  });
});

describe('plans', () => {
  const money = { bankrollUsd: 1000, stakeUsd: 10, marketLimitUsd: 100, participation: 0.2 };
  const delays = [30_000, 0, 300_000];

  it('try every threshold at every delay', () => {
    const trials = planTrials(scored, [0.5, 0.9], delays, money);
    expect(trials.map(({ picks, delayMs }) => [picks.length, delayMs])).toEqual([
      [21, 30_000],
      [21, 0],
      [21, 300_000],
      [5, 30_000],
      [5, 0],
      [5, 300_000],
    ]);
  });

  it('evaluate the chosen threshold, Sniper and God Mode with their controls, and everything', () => {
    const planned = planTest(scored, 0.6, delays, money, 1);
    const told = planned.map(({ name, variant, strategy }) => `${name} ${variant} ${strategy.picks.length}`);
    expect(told).toEqual([
      ...['main', 'late', 'late', 'reverse', 'price_only'].map((variant) => `chosen ${variant} 17`),
      ...['main', 'late', 'late', 'reverse', 'price_only'].map((variant) => `sniper ${variant} 11`),
      ...['main', 'late', 'late', 'reverse', 'price_only'].map((variant) => `god_mode ${variant} 5`),
      'everything main 40',
    ]);
    expect(planned.filter(({ strategy }) => strategy.isReversed).map(({ variant }) => variant)).toEqual([
      'reverse',
      'reverse',
      'reverse',
    ]);
    expect(planTest(scored, null, delays, money, 1).some(({ name }) => name === 'chosen')).toBe(false);
  });

  it('draw random controls of the strategies alone, as many as were filled', () => {
    const planned = planTest(scored, null, delays, money, 1);
    const filled = planned.map(({ strategy }) => strategy.picks.slice(0, 4));
    const everything = Uint32Array.from({ length: 40 }, (_, i) => i);
    const random = drawControls(scored, planned, filled, everything, 3, 1).plans();
    expect(random.map(({ name, strategy }) => `${name} ${strategy.picks.length}`)).toEqual([
      ...new Array(3).fill('sniper 4'),
      ...new Array(3).fill('god_mode 4'),
    ]);
    const bins = (rows: Uint32Array) => Array.from(rows, (row) => Math.floor(scored.price[row] * 20)).sort();
    expect(bins(random[0].strategy.picks)).toEqual(bins(filled[0]));
  });

  it('draw others at the same prices for what could not be filled, none twice, until all have been tried', () => {
    const flat = { ...scored, price: new Float64Array(40).fill(0.5) };
    const planned = planTest(flat, null, delays, money, 1);
    const filled = planned.map(({ strategy }) => strategy.picks.slice(0, 4));
    const everything = Uint32Array.from({ length: 40 }, (_, i) => i);
    const random = drawControls(flat, planned, filled, everything, 1, 1);
    const picksOf = (draw = 0) => random.plans()[draw].strategy.picks;
    const tried = new Set(picksOf());
    for (let n = 4; n < 40; n += 3) {
      const kept = picksOf()[0];
      expect(random.replaceUnfilled([Uint32Array.of(kept), picksOf(1)])).toBe(3 / 8);
      expect(picksOf()).toContain(kept);
      for (const row of picksOf()) tried.add(row);
      expect(tried.size).toBe(n + 3);
    }
    const last = picksOf();
    random.replaceUnfilled([new Uint32Array(0), new Uint32Array(0)]);
    expect(picksOf()).toEqual(last);
  });
});

it('highest picks of random probabilities are those of a plain sort', () => {
  const random = createRandom(8);
  const probabilities = Float64Array.from({ length: 500 }, () => random.uniform());
  const plain = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
  expect(Array.from(highestPicks(probabilities, 50, 1))).toEqual(plain.slice(0, 50).sort((a, b) => a - b));
});
