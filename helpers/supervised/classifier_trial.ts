/** Trains a classifier so that no wallet and no timestamp is on both sides, and measures what it is worth. */
import { UNNAMED_CLASS } from '../archetypes/archetypes.ts';
import { balancedSample } from '../archetypes/sampling.ts';
import { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { RandomForest } from '../estimators/random_forest.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredInterval, clusteredRatio, numberGroups } from '../evaluate/clustered.ts';
import { confusionMatrix } from '../evaluate/confusion_matrix.ts';
import { groupKFold, type Split } from '../evaluate/group_split.ts';
import { type Reliability, reliability } from '../evaluate/reliability.ts';
import { weightedAveragePrecision } from '../evaluate/weighted_ranks.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';

const N_CLASSES = UNNAMED_CLASS + 1;
export const WHALE = 3;
const N_RESAMPLES = 300;

export const MODEL_KINDS = ['forest', 'boosting'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export interface Trial {
  readonly kind: ModelKind;
  readonly nRows: number;
  readonly nWhales: number;
  readonly accuracy: BootstrapInterval;
  readonly macroF1: number;
  /** Of the wallets predicted as whales, the share that is; NaN when none is predicted. */
  readonly whalePrecision: BootstrapInterval;
  readonly whalePrAuc: BootstrapInterval;
  readonly reliability: Reliability;
}

/**
 * Splits by wallet and by time: the newer half of the snapshots tests, the older half trains, and a test wallet is never
 * a training wallet. Labels of the training rows were known when the first test features were.
 */
export function walletTimeSplits(
  wallets: readonly string[],
  snapshots: Int32Array,
  nSnapshots: number,
  nFolds: number,
  seed: number,
): Split[] {
  const nTest = Math.floor(nSnapshots / 2);
  return groupKFold(wallets, nFolds, seed).map((fold) => ({
    trainRows: fold.trainRows.filter((row) => snapshots[row] >= nTest),
    testRows: fold.testRows.filter((row) => snapshots[row] < nTest),
  }));
}

/** What a classifier learns from. */
export interface TrainingInput {
  readonly x: Matrix;
  readonly featureNames: readonly string[];
  /** Class of each row. */
  readonly labels: Int32Array;
  /** Rows that are taken of each class but whales, at most. */
  readonly nPerClass: number;
  readonly seed: number;
}

export type Classifier = RandomForest | GradientBoosting;

/** A model fitted on a balanced sample whose weights restore the market's proportions, so that probabilities stay calibrated. */
export function fitClassifier(kind: ModelKind, input: TrainingInput, executor: Executor): Classifier {
  const { x, featureNames, labels, nPerClass, seed } = input;
  const { rows, weights } = balancedSample(Array.from(labels), WHALE, nPerClass, seed);
  const sampled = takeRows(x, rows);
  const y = Array.from(rows, (row) => labels[row]);
  if (kind === 'forest')
    return new RandomForest({ nTrees: 200, minLeafRows: 2, seed }, executor).fit(sampled, y, { featureNames, weights });
  return new GradientBoosting(
    { objective: 'multiclass', nRounds: 60, maxDepth: 4, learningRate: 0.1, rowShare: 0.8, seed },
    executor,
  ).fit(sampled, y, { featureNames, weights });
}

/** Probabilities of the five classes, row-major; a class that training never saw has probability 0. */
export function classProbabilities(model: Classifier, x: Matrix): Float64Array {
  const probabilities = model.predictProbability(x);
  const nKnown = probabilities.length / x.nRows;
  if (nKnown === N_CLASSES) return probabilities;
  const padded = new Float64Array(x.nRows * N_CLASSES);
  for (let row = 0; row < x.nRows; row++)
    for (let k = 0; k < nKnown; k++) padded[row * N_CLASSES + k] = probabilities[row * nKnown + k];
  return padded;
}

export interface TrialInput extends TrainingInput {
  /** Wallet of each row. */
  readonly wallets: readonly string[];
  readonly splits: readonly Split[];
}

/** Rows that were predicted, and the probabilities of the five classes of each, row-major. */
export interface Predictions {
  readonly rows: readonly number[];
  readonly probabilities: Float64Array;
}

/** Predicts every test row by a model that saw neither its wallet nor its time. */
export function predictRows(kind: ModelKind, input: TrialInput, executor: Executor): Predictions {
  const rows: number[] = [];
  const probabilities: number[] = [];
  for (const split of input.splits) {
    if (split.testRows.length === 0 || split.trainRows.length === 0) continue;
    const labels = Int32Array.from(split.trainRows, (row) => input.labels[row]);
    const model = fitClassifier(kind, { ...input, x: takeRows(input.x, split.trainRows), labels }, executor);
    for (const row of split.testRows) rows.push(row);
    for (const probability of classProbabilities(model, takeRows(input.x, split.testRows)))
      probabilities.push(probability);
  }
  return { rows, probabilities: Float64Array.from(probabilities) };
}

/**
 * What predictions are worth; intervals resample whole wallets.
 * @param isIn 1 for the rows that count; all when left out
 */
export function measureTrial(
  kind: ModelKind,
  { rows, probabilities }: Predictions,
  input: TrialInput,
  isIn?: Uint8Array,
): Trial {
  const at = rows.flatMap((row, i) => (isIn === undefined || isIn[row] === 1 ? [i] : []));
  const own = at.flatMap((i) => [...probabilities.subarray(i * N_CLASSES, (i + 1) * N_CLASSES)]);
  return measure(
    kind,
    Int32Array.from(at, (i) => input.labels[rows[i]]),
    Float64Array.from(own),
    at.map((i) => input.wallets[rows[i]]),
    input.seed,
  );
}

function measure(
  kind: ModelKind,
  truth: Int32Array,
  probabilities: Float64Array,
  wallets: readonly string[],
  seed: number,
): Trial {
  const predicted = Int32Array.from(truth, (_, row) => {
    const own = probabilities.subarray(row * N_CLASSES, (row + 1) * N_CLASSES);
    return own.indexOf(Math.max(...own));
  });
  const whale = Float64Array.from(truth, (_, row) => probabilities[row * N_CLASSES + WHALE]);
  const groups = numberGroups(wallets);
  const options = { groups, seed, nResamples: N_RESAMPLES };
  const flags = (holds: (row: number) => boolean): Uint8Array =>
    Uint8Array.from(truth, (_, row) => (holds(row) ? 1 : 0));
  const isWhale = flags((row) => truth[row] === WHALE);
  return {
    kind,
    nRows: truth.length,
    nWhales: isWhale.reduce((sum, flag) => sum + flag, 0),
    accuracy: clusteredRatio(
      flags((row) => truth[row] === predicted[row]),
      flags(() => true),
      options,
    ),
    macroF1: confusionMatrix(truth, predicted, N_CLASSES).macroF1,
    whalePrecision: clusteredRatio(
      flags((row) => predicted[row] === WHALE && truth[row] === WHALE),
      flags((row) => predicted[row] === WHALE),
      options,
    ),
    whalePrAuc: clusteredInterval(groups, weightedAveragePrecision(isWhale, whale, groups), options),
    reliability: reliability(isWhale, whale, 10, 'equal-width'),
  };
}

/**
 * What the whale rule itself is worth when it is applied to the first fills: average precision of the mean fill of
 * wallets that will still be young enough at T, 0 for the others. A model that does not beat it has learnt nothing new.
 * @param isIn 1 for the rows that count; all when left out
 */
export function ruleBaseline(
  input: TrialInput,
  { horizonDays, whaleDays, isIn }: { horizonDays: number; whaleDays: number; isIn?: Uint8Array },
): { readonly whalePrAuc: BootstrapInterval } {
  const { x, featureNames, labels, wallets, seed } = input;
  const at = (row: number, name: string): number => x.values[row * x.nCols + featureNames.indexOf(name)];
  const tested = input.splits.flatMap((split) => [...split.testRows]);
  const rows = tested.filter((row) => isIn === undefined || isIn[row] === 1);
  const scores = rows.map((row) =>
    at(row, 'tenure_days') + horizonDays < whaleDays ? at(row, 'aggression_avg_usd') : 0,
  );
  const isWhale = rows.map((row) => (labels[row] === WHALE ? 1 : 0));
  const groups = numberGroups(rows.map((row) => wallets[row]));
  const figure = weightedAveragePrecision(isWhale, scores, groups);
  return { whalePrAuc: clusteredInterval(groups, figure, { seed, nResamples: N_RESAMPLES }) };
}
