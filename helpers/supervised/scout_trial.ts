/**
 * A forest that looks at behaviour alone, tuned for precision at a recall: leaves and threshold are chosen on validation
 * wallets, and the test wallets and timestamps see one model and one threshold.
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
  /** Wallet of each row. */
  readonly wallets: readonly string[];
  readonly splits: readonly Split[];
  /** Rows that are taken of the other archetypes, at most. */
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
  /** Test precision and recall at the threshold that validation chose; precision is NaN when no row is predicted positive. */
  readonly precision: BootstrapInterval;
  readonly recall: BootstrapInterval;
  readonly nPredictedPositive: number;
  readonly prAuc: BootstrapInterval;
  readonly choices: readonly ScoutChoice[];
}

type TrainingInput = Pick<ScoutInput, 'x' | 'featureNames' | 'isTarget' | 'nPerClass' | 'seed'>;

/** A forest for `isTarget` on a sample that keeps all targets; weights restore the market's proportions. */
export function fitScout(input: TrainingInput, minLeafRows: number, executor: Executor): RandomForest {
  const { x, featureNames, isTarget, nPerClass, seed } = input;
  const { rows, weights } = balancedSample(Array.from(isTarget), 1, nPerClass, seed);
  const y = Array.from(rows, (row) => isTarget[row]);
  const forest = new RandomForest({ nTrees: N_TREES, minLeafRows, seed }, executor);
  return forest.fit(takeRows(x, rows), y, { featureNames, weights });
}

/** Some rows to learn from. */
function subset(input: ScoutInput, rows: ArrayLike<number>): TrainingInput {
  return { ...input, x: takeRows(input.x, rows), isTarget: Uint8Array.from(rows, (row) => input.isTarget[row]) };
}

/** Probability of the target for every row. */
function scoutProbabilities(model: RandomForest, x: Matrix): Float64Array {
  const probabilities = model.predictProbability(x);
  return Float64Array.from({ length: x.nRows }, (_, row) => probabilities[row * 2 + 1]);
}

/** The threshold with the highest precision among those that reach the recall; the highest recall where none does. */
export function chooseThreshold(
  isTarget: Uint8Array,
  probabilities: Float64Array,
  recallMin: number,
): Pick<ScoutChoice, 'threshold' | 'precision' | 'recall'> {
  const { precision, recall, thresholds } = precisionRecallCurve(isTarget, probabilities);
  let best = thresholds.length - 1;
  for (let i = 0; i < thresholds.length; i++)
    if (recall[i] >= recallMin && (recall[best] < recallMin || precision[i] > precision[best])) best = i;
  return { threshold: thresholds[best], precision: precision[best], recall: recall[best] };
}

/** Leaves and threshold chosen on a part of the given rows, whole wallets; null when that part or the rest lacks a target. */
export function tuneScout(input: ScoutInput, rows: Uint32Array, executor: Executor): ScoutChoice | null {
  const { x, isTarget, wallets, seed } = input;
  const walletOf = Array.from(rows, (row) => wallets[row]);
  const own = groupHoldout(walletOf, VALIDATION_SHARE, seed);
  const [fit, validation] = [own.trainRows, own.testRows].map((part) => part.map((i) => rows[i]));
  const truth = Uint8Array.from(validation, (row) => isTarget[row]);
  const training = subset(input, fit);
  if (!truth.includes(1) || !training.isTarget.includes(1)) return null;
  const choices = LEAF_ROWS.map((minLeafRows) => {
    const probabilities = scoutProbabilities(fitScout(training, minLeafRows, executor), takeRows(x, validation));
    return { minLeafRows, ...chooseThreshold(truth, probabilities, input.recallMin) };
  });
  return choices.reduce((best, choice) => (choice.precision > best.precision ? choice : best));
}

/** Rows that were tested, with the probability of the target and whether it reached the threshold of its split. */
export interface ScoutPredictions {
  readonly rows: readonly number[];
  readonly scores: readonly number[];
  readonly isPositive: readonly number[];
  readonly choices: readonly ScoutChoice[];
}

/** Tunes, fits and predicts on every split whose validation has targets. */
export function predictScout(input: ScoutInput, executor: Executor): ScoutPredictions {
  const rows: number[] = [];
  const scores: number[] = [];
  const isPositive: number[] = [];
  const choices: ScoutChoice[] = [];
  for (const { trainRows, testRows } of input.splits) {
    if (trainRows.length === 0 || testRows.length === 0) continue;
    const choice = tuneScout(input, trainRows, executor);
    if (choice === null) continue;
    const model = fitScout(subset(input, trainRows), choice.minLeafRows, executor);
    choices.push(choice);
    scoutProbabilities(model, takeRows(input.x, testRows)).forEach((probability, i) => {
      rows.push(testRows[i]);
      scores.push(probability);
      isPositive.push(probability >= choice.threshold ? 1 : 0);
    });
  }
  return { rows, scores, isPositive, choices };
}

/**
 * What predictions are worth, null without a target among the rows that count; intervals resample whole wallets.
 * @param isIn 1 for the rows that count; all when left out
 */
export function measureScout(predictions: ScoutPredictions, input: ScoutInput, isIn?: Uint8Array): ScoutTrial | null {
  const at = [...predictions.rows.keys()].filter((i) => isIn === undefined || isIn[predictions.rows[i]] === 1);
  const rows = at.map((i) => predictions.rows[i]);
  const isPositive = at.map((i) => predictions.isPositive[i]);
  const truth = rows.map((row) => input.isTarget[row]);
  if (!truth.includes(1)) return null;
  const hits = truth.map((flag, i) => flag * isPositive[i]);
  const groups = numberGroups(rows.map((row) => input.wallets[row]));
  const options = { groups, seed: input.seed, nResamples: N_RESAMPLES };
  const count = (flags: readonly number[]): number => flags.reduce((sum, flag) => sum + flag, 0);
  const scores = at.map((i) => predictions.scores[i]);
  return {
    nRows: rows.length,
    nTargets: count(truth),
    nPredictedPositive: count(isPositive),
    precision: clusteredRatio(hits, isPositive, options),
    recall: clusteredRatio(hits, truth, options),
    prAuc: clusteredInterval(groups, weightedAveragePrecision(truth, scores, groups), options),
    choices: predictions.choices,
  };
}
