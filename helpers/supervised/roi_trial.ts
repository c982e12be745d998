/** What a regressor of future ROI is worth, against the mean and against price and past edge alone. */
import { GradientBoosting } from '../estimators/gradient_boosting.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredInterval, clusteredRatio, clusteredSums, numberGroups } from '../evaluate/clustered.ts';
import type { Split } from '../evaluate/group_split.ts';
import { percentile } from '../evaluate/percentile.ts';
import { weightedSpearman, weightedTopRatio } from '../evaluate/weighted_ranks.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';

const N_RESAMPLES = 300;
const TOP_SHARE = 0.1;

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** 1st and 99th percentile of training outcomes; values beyond are winsorised to them (Tukey 1962). */
export function fitBounds(y: Float64Array): Bounds {
  return { low: percentile(y, 1), high: percentile(y, 99) };
}

export function winsorise(y: Float64Array, { low, high }: Bounds): Float64Array {
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
  /** Whether predictions rank wallets; the mean of the training rows does not. */
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

/**
 * @param roiPct and investedUsd realised outcomes by row number, not winsorised
 * @param wallets by row number; intervals resample whole wallets
 */
export function measureRoi(
  predictions: Predictions,
  roiPct: Float64Array,
  investedUsd: Float64Array,
  wallets: readonly string[],
  seed: number,
): RoiTrial {
  const { rows, predicted, actual, trainMean, isRanking } = predictions;
  const groups = numberGroups(Array.from(rows, (row) => wallets[row]));
  const options = { groups, seed, nResamples: N_RESAMPLES };
  const roi = Float64Array.from(rows, (row) => roiPct[row]);
  const paid = Float64Array.from(rows, (row) => investedUsd[row]);
  const earned = roi.map((value, i) => value * paid[i]);
  const ones = roi.map(() => 1);
  const topRatio = (numerator: Float64Array, denominator: Float64Array): BootstrapInterval =>
    isRanking
      ? clusteredInterval(groups, weightedTopRatio(predicted, TOP_SHARE, numerator, denominator, groups), options)
      : clusteredRatio(numerator, denominator, options);
  const errors = actual.map((value, i) => (value - predicted[i]) ** 2);
  const spread = actual.map((value, i) => (value - trainMean[i]) ** 2);
  return {
    nRows: rows.length,
    r2: clusteredSums([errors, spread], ([error, total]) => (total > 0 ? 1 - error / total : Number.NaN), options),
    spearman: clusteredInterval(
      groups,
      isRanking ? weightedSpearman(predicted, actual, groups) : () => Number.NaN,
      options,
    ),
    topRoi: topRatio(roi, ones),
    topRoiByMoney: topRatio(earned, paid),
  };
}
