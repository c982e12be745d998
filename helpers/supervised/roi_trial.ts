/** What a regressor of future ROI is worth, against the mean and against price and past edge alone. */
import { percentile } from '../discovery/percentile.ts';
import { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { type BootstrapInterval, bootstrapInterval } from '../evaluate/bootstrap.ts';
import type { Split } from '../evaluate/group_split.ts';
import { spearman } from '../evaluate/spearman.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';

const N_RESAMPLES = 300;
const TOP_SHARE = 0.1;

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** 1st and 99th percentile of training outcomes; everything beyond is drawn in to them (Winsor; Tukey 1962). */
export function fitBounds(y: Float64Array): Bounds {
  return { low: percentile(y, 1), high: percentile(y, 99) };
}

function winsorise(y: Float64Array, { low, high }: Bounds): Float64Array {
  return y.map((value) => Math.min(Math.max(value, low), high));
}

/** Boosted trees for a mean, shallow and slow, because what can be learnt of returns is little. */
export function fitRegressor(
  x: Matrix,
  y: ArrayLike<number>,
  featureNames: readonly string[],
  seed: number,
  executor: Executor,
): GradientBoosting {
  return new GradientBoosting(
    {
      objective: 'squared-error',
      nRounds: 150,
      maxDepth: 3,
      learningRate: 0.05,
      minChildWeight: 20,
      rowShare: 0.7,
      columnShare: 0.7,
      seed,
    },
    executor,
  ).fit(x, y, { featureNames });
}

/** Predictions of every test row by models that saw neither its wallet nor its time. */
export interface Predictions {
  /** Whether predictions tell wallets apart; the mean of the training rows does not. */
  readonly isRanking: boolean;
  /** Numbers of the rows that were tested. */
  readonly rows: Uint32Array;
  readonly predicted: Float64Array;
  /** Outcomes, winsorised by the bounds of their training rows. */
  readonly actual: Float64Array;
  /** Mean of the training outcomes of each row's split. */
  readonly trainMean: Float64Array;
}

/** @param x null for the mean of the training rows */
export function predictOut(
  x: Matrix | null,
  featureNames: readonly string[],
  y: Float64Array,
  splits: readonly Split[],
  seed: number,
  executor: Executor,
): Predictions {
  const rows: number[] = [];
  const predicted: number[] = [];
  const actual: number[] = [];
  const trainMean: number[] = [];
  for (const { trainRows, testRows } of splits) {
    if (trainRows.length === 0 || testRows.length === 0) continue;
    const raw = Float64Array.from(trainRows, (row) => y[row]);
    const bounds = fitBounds(raw);
    const train = winsorise(raw, bounds);
    const mean = train.reduce((sum, value) => sum + value, 0) / train.length;
    const own =
      x === null
        ? new Float64Array(testRows.length).fill(mean)
        : fitRegressor(takeRows(x, trainRows), train, featureNames, seed, executor).predict(takeRows(x, testRows));
    winsorise(
      Float64Array.from(testRows, (row) => y[row]),
      bounds,
    ).forEach((value, i) => {
      rows.push(testRows[i]);
      predicted.push(own[i]);
      actual.push(value);
      trainMean.push(mean);
    });
  }
  return {
    isRanking: x !== null,
    rows: Uint32Array.from(rows),
    predicted: Float64Array.from(predicted),
    actual: Float64Array.from(actual),
    trainMean: Float64Array.from(trainMean),
  };
}

export interface RoiTrial {
  readonly nRows: number;
  /** 1 − squared error / squared error of the training mean. */
  readonly r2: BootstrapInterval;
  /** NaN for the mean, which ranks nobody. */
  readonly spearman: BootstrapInterval;
  /** Mean realised ROI of the tenth with the highest predictions, per cent, each wallet the same; for the mean, of all. */
  readonly topRoi: BootstrapInterval;
  /** The same tenth by money: all profit / all money paid, per cent. */
  readonly topRoiByMoney: BootstrapInterval;
}

/** Rank correlation; NaN where one side does not vary or there are fewer than three rows. */
export function rankCorrelation(a: Float64Array, b: Float64Array): number {
  return a.length < 3 ? Number.NaN : spearman(a, b);
}

function topTenth(predicted: Float64Array): Uint32Array {
  const order = Uint32Array.from(predicted, (_, i) => i).sort((a, b) => predicted[b] - predicted[a] || a - b);
  return order.subarray(0, Math.max(1, Math.floor(order.length * TOP_SHARE)));
}

/**
 * @param roiPct and investedUsd realised outcomes by row number, not winsorised
 * @param wallets by row number; intervals draw whole wallets
 */
export function measureRoi(
  predictions: Predictions,
  roiPct: Float64Array,
  investedUsd: Float64Array,
  wallets: readonly string[],
  seed: number,
): RoiTrial {
  const { rows, predicted, actual, trainMean } = predictions;
  const groups = Array.from(rows, (row) => wallets[row]);
  const interval = (statistic: (drawn: Uint32Array) => number): BootstrapInterval =>
    bootstrapInterval({ nRows: rows.length, statistic, groups, nResamples: N_RESAMPLES, seed });
  const take = (values: Float64Array, drawn: Uint32Array) => Float64Array.from(drawn, (i) => values[i]);
  const top = (drawn: Uint32Array): Uint32Array =>
    predictions.isRanking ? topTenth(take(predicted, drawn)).map((i) => rows[drawn[i]]) : drawn.map((i) => rows[i]);
  return {
    nRows: rows.length,
    r2: interval((drawn) => {
      let error = 0;
      let total = 0;
      for (const i of drawn) {
        error += (actual[i] - predicted[i]) ** 2;
        total += (actual[i] - trainMean[i]) ** 2;
      }
      return total > 0 ? 1 - error / total : Number.NaN;
    }),
    spearman: interval((drawn) =>
      predictions.isRanking ? rankCorrelation(take(predicted, drawn), take(actual, drawn)) : Number.NaN,
    ),
    topRoi: interval((drawn) => {
      const chosen = top(drawn);
      return chosen.reduce((sum, row) => sum + roiPct[row], 0) / chosen.length;
    }),
    topRoiByMoney: interval((drawn) => {
      const chosen = top(drawn);
      const paid = chosen.reduce((sum, row) => sum + investedUsd[row], 0);
      return chosen.reduce((sum, row) => sum + roiPct[row] * investedUsd[row], 0) / paid;
    }),
  };
}
