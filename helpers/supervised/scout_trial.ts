/**
 * A forest that looks at behaviour alone, tuned for precision at a recall: leaves and threshold are chosen on validation
 * wallets, and the test wallets and moments see one model and one threshold.
 */

import { balancedSample } from '../archetypes/sampling.ts';
import { RandomForest } from '../estimators/random_forest.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredInterval, clusteredRatio, numberGroups } from '../evaluate/clustered.ts';
import { groupHoldout, type Split } from '../evaluate/group_split.ts';
import { precisionRecallCurve } from '../evaluate/precision_recall_curve.ts';
import { weightedAveragePrecision } from '../evaluate/weighted_ranks.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';

const N_RESAMPLES = 300;
const VALIDATION_SHARE = 0.35;
const LEAF_ROWS = [1, 3, 10, 30];
const N_TREES = 300;

export interface ScoutInput {
  readonly x: Matrix;
  readonly featureNames: readonly string[];
  /** 1 for the archetype looked for. */
  readonly isTarget: Uint8Array;
  readonly wallets: readonly string[];
  readonly splits: readonly Split[];
  readonly nPerClass: number;
  /** Recall that the threshold must reach on validation, 0..1. */
  readonly recallMin: number;
  readonly seed: number;
}

/** What validation chose. */
export interface ScoutChoice {
  readonly minLeafRows: number;
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
}

export interface ScoutTrial {
  readonly nRows: number;
  readonly nTargets: number;
  /** Test precision and recall at the threshold that validation chose; precision is NaN when nobody is called. */
  readonly precision: BootstrapInterval;
  readonly recall: BootstrapInterval;
  readonly nCalled: number;
  readonly prAuc: BootstrapInterval;
  readonly choices: readonly ScoutChoice[];
}

/** A forest for `isTarget` on a draw that keeps all targets; weights restore the market's proportions. */
export function fitScout(
  x: Matrix,
  isTarget: ArrayLike<number>,
  featureNames: readonly string[],
  minLeafRows: number,
  nPerClass: number,
  seed: number,
  executor: Executor,
): RandomForest {
  const sample = balancedSample(Array.from(isTarget), 1, nPerClass, seed);
  const y = Array.from(sample.rows, (row) => isTarget[row]);
  return new RandomForest({ nTrees: N_TREES, minLeafRows, seed }, executor).fit(takeRows(x, sample.rows), y, {
    featureNames,
    weights: sample.weights,
  });
}

/** Chance of the target for every row. */
function scoutChances(model: RandomForest, x: Matrix): Float64Array {
  const chances = model.predictProbability(x);
  return Float64Array.from({ length: x.nRows }, (_, row) => chances[row * 2 + 1]);
}

/** The threshold with the highest precision among those that reach the recall; the highest recall where none does. */
export function chooseThreshold(
  isTarget: Uint8Array,
  chances: Float64Array,
  recallMin: number,
): Pick<ScoutChoice, 'threshold' | 'precision' | 'recall'> {
  const { precision, recall, thresholds } = precisionRecallCurve(isTarget, chances);
  let best = thresholds.length - 1;
  for (let i = 0; i < thresholds.length; i++)
    if (recall[i] >= recallMin && (recall[best] < recallMin || precision[i] > precision[best])) best = i;
  return { threshold: thresholds[best], precision: precision[best], recall: recall[best] };
}

/** Leaves and threshold chosen on a part of the given rows, whole wallets; null when that part or the rest lacks a target. */
export function tuneScout(input: ScoutInput, rows: Uint32Array, executor: Executor): ScoutChoice | null {
  const { x, isTarget, wallets, seed } = input;
  const own = groupHoldout(
    Array.from(rows, (row) => wallets[row]),
    VALIDATION_SHARE,
    seed,
  );
  const [fit, validation] = [own.trainRows, own.testRows].map((part) => part.map((i) => rows[i]));
  const truth = Uint8Array.from(validation, (row) => isTarget[row]);
  if (!truth.includes(1) || !fit.some((row) => isTarget[row] === 1)) return null;
  const y = Uint8Array.from(fit, (row) => isTarget[row]);
  const choices = LEAF_ROWS.map((minLeafRows) => {
    const model = fitScout(takeRows(x, fit), y, input.featureNames, minLeafRows, input.nPerClass, seed, executor);
    const chances = scoutChances(model, takeRows(x, validation));
    return { minLeafRows, ...chooseThreshold(truth, chances, input.recallMin) };
  });
  return choices.reduce((best, own) => (own.precision > best.precision ? own : best));
}

/** Tunes, fits and tests on every split; null when validation lacks targets everywhere. Intervals draw whole wallets. */
export function runScoutTrial(input: ScoutInput, executor: Executor): ScoutTrial | null {
  const { x, isTarget, wallets, seed } = input;
  const rows: number[] = [];
  const scores: number[] = [];
  const called: boolean[] = [];
  const choices: ScoutChoice[] = [];
  for (const { trainRows, testRows } of input.splits) {
    if (trainRows.length === 0 || testRows.length === 0) continue;
    const choice = tuneScout(input, trainRows, executor);
    if (choice === null) continue;
    const y = Uint8Array.from(trainRows, (row) => isTarget[row]);
    const { featureNames, nPerClass } = input;
    const model = fitScout(takeRows(x, trainRows), y, featureNames, choice.minLeafRows, nPerClass, seed, executor);
    const chances = scoutChances(model, takeRows(x, testRows));
    choices.push(choice);
    testRows.forEach((row, i) => {
      rows.push(row);
      scores.push(chances[i]);
      called.push(chances[i] >= choice.threshold);
    });
  }
  if (rows.length === 0) return null;
  const truth = rows.map((row) => isTarget[row]);
  const isCalled = called.map(Number);
  const hits = truth.map((flag, i) => flag * isCalled[i]);
  const groups = numberGroups(rows.map((row) => wallets[row]));
  const options = { groups, seed, nResamples: N_RESAMPLES };
  return {
    nRows: rows.length,
    nTargets: truth.reduce((sum, flag) => sum + flag, 0),
    nCalled: called.filter(Boolean).length,
    precision: clusteredRatio(hits, isCalled, options),
    recall: clusteredRatio(hits, truth, options),
    prAuc: clusteredInterval(groups, weightedAveragePrecision(truth, scores, groups), options),
    choices,
  };
}
