import { beforeAll, describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { ABLATION_STEPS, type AblationResult, randomFolds, runAblation } from '../../profit/ablation.ts';
import type { AblationSettings } from '../../profit/ablation_options.ts';
import { formatAblation, presentAblation } from '../../profit/ablation_report.ts';
import type { AblationRows } from '../../profit/ablation_rows.ts';
import { topFlags } from '../../profit/scorecard.ts';
import { FEATURES } from '../../profit/trade_rows.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { fillsOf, rowsByRole } from './fill_blocks.ts';

const N_MARKETS = 90;
const N_PER_MARKET = 50;
const N = N_MARKETS * N_PER_MARKET;
const SETTINGS: AblationSettings = {
  horizonMs: 6 * HOUR_MS,
  delayMs: 60_000,
  rowsMax: 1e6,
  roi: { kind: 'roi', threshold: 0.05 },
  neutral: { kind: 'neutral', threshold: 0.1 },
  split: { nFolds: 2, embargoMs: HOUR_MS, warmupFraction: 0.4, validationFraction: 0.25, heldOutParts: 4 },
  boosting: { nRounds: 25, maxDepth: 3, calibration: 'platt' },
  fitRowsMax: 1e6,
};

/**
 * Prices are martingales: nothing foretells them. The recipe's later price is that of the other token half of the time;
 * `bet` is what the first informed feature says of the rise at each step.
 */
function martingaleRows(informed: boolean): AblationRows {
  const random = createRandom(4);
  const market = Int32Array.from({ length: N }, (_, i) => Math.floor(i / N_PER_MARKET));
  const paid = Float64Array.from(market, () => 0.1 + 0.8 * random.uniform());
  const jump = Float64Array.from(paid, () => (random.uniform() < 0.5 ? 0.08 : -0.08));
  const future = paid.map((price, i) => price + jump[i]);
  const x = new Float32Array(N * FEATURES.length).map(() => random.normal());
  paid.forEach((price, i) => {
    x[i * FEATURES.length] = price;
    if (informed) x[i * FEATURES.length + 1] = jump[i];
  });
  const matrix = createMatrix(x, N, FEATURES.length);
  return {
    n: N,
    tsMs: Float64Array.from(market, (m, i) => m * 4 * HOUR_MS + (i % N_PER_MARKET) * 60_000),
    exitMs: Float64Array.from(market, (m, i) => m * 4 * HOUR_MS + (i % N_PER_MARKET) * 60_000 + 6 * HOUR_MS),
    market,
    event: market,
    wallet: Int32Array.from(paid, () => random.integer(50)),
    paid,
    future,
    nearestInMarket: future.map((price) => (random.uniform() < 0.5 ? price : 1 - price)),
    nearestInOutcome: future,
    entry: paid.map((price, i) => (i % 10 === 0 ? Number.NaN : price + 0.001)),
    feePerShare: paid.map(() => 0.01),
    x: matrix,
    xKnowingAll: matrix,
    keys: pl.DataFrame({ fill_id: [], wallet: [], tx: [] }),
  };
}

function ablate(informed: boolean): Promise<AblationResult[]> {
  const context = { seed: 1, executor: createExecutor(), log: createLog({ quiet: true }) };
  return runAblation(martingaleRows(informed), SETTINGS, context);
}

describe('the ablation on a market where nothing foretells the price', () => {
  let results: AblationResult[];
  beforeAll(async () => {
    results = await ablate(false);
  }, 60_000);

  it('has its seven steps, all on the same rows but the last, which cannot follow every fill', () => {
    expect(results.map(({ name }) => name)).toEqual([...ABLATION_STEPS]);
    const tested = results.map((result) => result.tested.rows.length);
    expect(new Set(tested.slice(0, 4)).size).toBe(1);
    expect(tested[4]).toBe(tested[5]);
    expect(results[6].tested.rows.some((row) => row % 10 === 0)).toBe(false);
    expect(results[5].tested.rows.some((row) => row % 10 === 0)).toBe(true);
  });

  it('shows a high precision at step 0, made of nothing but the mixing of two tokens', () => {
    const [step0, step1] = results.map(({ card }) => card!.top);
    // Cheap shares: the other token half of the time, and of the rest half rise: three in four, against one in two.
    expect(step0.modelPrecision.estimate).toBeGreaterThan(0.65);
    expect(step1.modelPrecision.estimate).toBeLessThan(0.6);
    expect(step0.modelReturn.low).toBeGreaterThan(0.3);
    expect(Math.abs(step1.modelReturn.estimate)).toBeLessThan(0.2);
  });

  it('shows no edge at the last step, where following costs what the fees are', () => {
    const { card } = results[6];
    expect(card!.top.modelReturn.low).toBeLessThan(0);
    expect(card!.top.returnDifference.low).toBeLessThan(0);
    expect(card!.baseReturn.high).toBeLessThan(0.02);
    expect(formatAblation(results)).toMatch(/^No edge is shown/);
  });

  it('is shown as a table with a line a step, two pictures, one sentence and a file', () => {
    const { lines, blocks, files } = presentAblation({ scores: results }, { settings: SETTINGS });
    expect(lines[0].split('\n')).toHaveLength(2 + ABLATION_STEPS.length);
    const charts = blocks!.filter((block) => block.kind === 'chart');
    expect(charts.map((chart) => chart.stem)).toEqual(['precision', 'returns']);
    expect(lines[1].split(' ').length).toBeLessThanOrEqual(25);
    expect(files!['profit_ablation.json']).toMatchObject({
      delay_s: 60,
      horizon_h: 6,
      steps: [{ step: 0 }, {}, {}, {}, {}, {}, {}],
    });
  });
});

describe('the ablation on a market where one feature foretells the price', () => {
  it('finds the edge at the last step, after fees', async () => {
    const results = await ablate(true);
    const { top, aucDifference } = results[6].card!;
    expect(aucDifference.low).toBeGreaterThan(0.3);
    expect(top.returnDifference.low).toBeGreaterThan(0);
    expect(top.modelReturn.low).toBeGreaterThan(0);
    expect(formatAblation(results)).toMatch(/^Following is profitable/);
  }, 60_000);
});

describe('random folds', () => {
  it('test disjoint rows and put fills of one market on all sides, which is their fault', () => {
    const market = Int32Array.from({ length: 1000 }, (_, row) => Math.floor(row / 100));
    const zeros = new Float64Array(1000);
    const source = fillsOf({
      tsMs: zeros,
      exitMs: zeros,
      market,
      event: market,
      wallet: market,
      labels: new Uint8Array(1000),
    });
    const folds = randomFolds(source, SETTINGS.split, 1).map((fold) => rowsByRole(source, fold));
    const [a, b] = folds.map(({ test }) => new Set(test));
    expect([a.size, b.size]).toEqual([300, 300]);
    expect([...a].some((row) => b.has(row))).toBe(false);
    for (const { fit, validation, test } of folds) {
      expect(new Set([...fit, ...validation, ...test]).size).toBe(1000);
      const marketsIn = (rows: number[]): number => new Set(rows.map((row) => market[row])).size;
      expect([fit, validation, test].map(marketsIn)).toEqual([10, 10, 10]);
    }
  });
});

describe('the highest probabilities', () => {
  it('are as many as asked for, also among equals, where the first rows win', () => {
    expect(Array.from(topFlags([0.1, 0.9, 0.5, 0.5, 0.5], 3))).toEqual([0, 1, 1, 1, 0]);
    expect(Array.from(topFlags([0.1, 0.9], 0))).toEqual([0, 0]);
    expect(Array.from(topFlags([0.1, 0.9], 2))).toEqual([1, 1]);
  });
});
