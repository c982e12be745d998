/**
 * Random forest (Breiman 2001) on binned columns, classifier or regressor. NaN is a missing value that each split sends
 * to its better side; infinities are rejected. Same bits for any number of threads.
 */
import { z } from 'zod';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { cutAndBin } from '../kernels/trees/binning.ts';
import { type ForestTree, growForest } from '../kernels/trees/grow_forest.ts';
import { findLeaf, type Tree } from '../kernels/trees/tree.ts';
import { InputError } from '../run/errors.ts';
import {
  type Estimator,
  featureNamesSchema,
  type ModelHeader,
  nameColumns,
  parseModel,
  rejectModel,
} from './contract.ts';
import {
  type CheckedForestOptions,
  checkForestOptions,
  countColumnsTried,
  type ForestOptions,
} from './forest_options.ts';
import { checkClassLabels, checkRows, countClasses, type LabelledRows } from './labelled_rows.ts';
import { fitMlRandomForest } from './ml_random_forest.ts';
import {
  type EnsembleJson,
  ensembleFromJson,
  ensembleSchema,
  ensembleToJson,
  type TreeEnsemble,
} from './tree_ensemble.ts';
import { type FittedTrees, likeliestClasses, TreeModel } from './tree_model.ts';

const FORMAT = 'spyhop-random-forest';
const VERSION = 1;

export interface ForestModel extends ModelHeader {
  readonly task: 'classifier' | 'regressor';
  readonly nClasses: number;
  readonly featureNames: readonly string[];
  readonly ensemble: EnsembleJson;
}

const modelSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  task: z.enum(['classifier', 'regressor']),
  nClasses: z.number().int().min(1).max(1000),
  featureNames: featureNamesSchema,
  ensemble: ensembleSchema,
});

/** What a trained forest consists of. */
export interface FittedForest extends FittedTrees {
  readonly task: 'classifier' | 'regressor';
  /** Classes of a classifier, 1 for a regressor. */
  readonly nClasses: number;
  /** One output (a mean, or the probability of class 1 of two), or the probabilities of three or more classes. */
  readonly ensemble: TreeEnsemble;
}

export interface ForestFitInput {
  /** One name a column; the default is `column_0`, `column_1`, … */
  readonly featureNames?: readonly string[];
  /** Weight of each row, finite and not negative. Default 1 each. */
  readonly weights?: ArrayLike<number>;
}

/**
 * Random forest (Breiman 2001): `fit` takes x of nRows × nCols and one target a row, a class from 0 up or a number;
 * `predict` gives the like for any rows, `predictProbability` the probabilities of the classes.
 */
export class RandomForest extends TreeModel<FittedForest> implements Estimator<ForestModel> {
  readonly #options: ForestOptions;
  #bagScore: number | null = null;

  constructor(options: ForestOptions = {}, executor?: Executor) {
    super(executor);
    this.#options = options;
  }

  /**
   * With option `outOfBag`: accuracy (classifier) or R² (regressor) of each training row predicted by the trees that did
   * not sample it; rows sampled by all trees are left out. Null otherwise, and for a loaded model.
   */
  get outOfBagScore(): number | null {
    return this.#bagScore;
  }

  /**
   * Learns from the rows of `x` and labels `y`: classes 0..k-1, or finite numbers.
   * @throws InputError bad-option, bad-value or empty-input, naming the option, the column or the row
   */
  fit(x: Matrix, y: ArrayLike<number>, input: ForestFitInput = {}): this {
    const options = checkForestOptions(this.#options);
    const featureNames = nameColumns(x, input.featureNames);
    const rows = checkRows(x, y, input.weights, featureNames, 'training');
    const isClassifier = options.task === 'classifier';
    const nClasses = isClassifier ? countClasses(rows.labels) : 1;
    if (isClassifier) checkClassLabels(rows.labels, nClasses, 'training');
    const nColumnsTried = countColumnsTried(options.maxFeatures, x.nCols);
    if (options.engine === 'ml-random-forest') {
      const ensemble = fitMlRandomForest(rows, nClasses, featureNames, { ...options, nColumnsTried });
      this.#bagScore = null;
      return this.keep({ task: options.task, nClasses, featureNames, ensemble });
    }
    const weighted = dropWeightless({ ...rows, weights: combineWeights(rows, nClasses, options) });
    const bag = options.outOfBag ? createBag(weighted, nClasses) : null;
    const ensemble = fitForest(this.executor, weighted, nClasses, nColumnsTried, options, bag);
    this.#bagScore = bag === null ? null : scoreBag(bag);
    return this.keep({ task: options.task, nClasses, featureNames, ensemble });
  }

  /** Probabilities of all classes, each within 0..1, row-major nRows x classes (two columns for two classes). */
  predictProbability(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const { task, nClasses } = this.model;
    if (task !== 'classifier') throw new InputError('bad-value', 'a regressor has no probabilities', 'call predict');
    // The mean of leaves that are all 1 is 1 + 2e-16 for two numbers of trees in five.
    const sums = this.predictRaw(x, featureNames).map((sum) => Math.min(Math.max(sum, 0), 1));
    if (nClasses > 2) return sums;
    const result = new Float64Array(sums.length * 2);
    for (let row = 0; row < sums.length; row++) {
      result[2 * row] = 1 - sums[row];
      result[2 * row + 1] = sums[row];
    }
    return result;
  }

  /** The likeliest class of each row (ties to the lower one), or the mean of the trees. */
  predict(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const { task, nClasses } = this.model;
    const sums = this.predictRaw(x, featureNames);
    if (task === 'regressor') return sums;
    return likeliest(sums, nClasses);
  }

  toModel(): ForestModel {
    const { task, nClasses, featureNames, ensemble } = this.model;
    const parts = { task, nClasses, featureNames: [...featureNames], ensemble: ensembleToJson(ensemble) };
    return { format: FORMAT, version: VERSION, ...parts };
  }

  /**
   * A model from what `toModel` gave, also after a way through JSON; it predicts the same bits.
   * @throws InputError bad-model when it is damaged, of another kind, or newer than this program
   */
  static fromModel(json: unknown, executor?: Executor): RandomForest {
    const { task, nClasses, featureNames, ensemble } = parseModel(json, FORMAT, VERSION, modelSchema);
    const trees = ensembleFromJson(ensemble, featureNames.length);
    return RandomForest.fromFitted({ task, nClasses, featureNames, ensemble: trees }, executor);
  }

  /** A model from its parts, for readers of other formats. */
  static fromFitted(fitted: FittedForest, executor?: Executor): RandomForest {
    const { task, nClasses, ensemble } = fitted;
    const nOutputs = nClasses > 2 ? nClasses : 1;
    if (ensemble.base.length !== nOutputs || (task === 'classifier') !== nClasses > 1) {
      rejectModel(`a ${task} of ${nClasses} classes with ${ensemble.base.length} outputs`);
    }
    if (task === 'classifier') checkProbabilities(ensemble);
    return new RandomForest({ task }, executor).keep(fitted);
  }
}

/** What float32 leaves may add up to beyond 0..1. */
const PROBABILITY_SLACK = 1e-3;

/** Rejects a classifier whose leaves could add up to something that is no probability. */
function checkProbabilities({ trees, groups, base, scale }: TreeEnsemble): void {
  base.forEach((start, k) => {
    let [low, high] = [start, start];
    trees.forEach(({ column, value }, t) => {
      if (groups[t] !== k) return;
      const leaves = value.filter((_, node) => column[node] === -1);
      low += scale * leaves.reduce((least, leaf) => Math.min(least, leaf), Number.POSITIVE_INFINITY);
      high += scale * leaves.reduce((most, leaf) => Math.max(most, leaf), Number.NEGATIVE_INFINITY);
    });
    if (low < -PROBABILITY_SLACK || high > 1 + PROBABILITY_SLACK)
      rejectModel(`probabilities of class ${base.length === 1 ? 1 : k} from ${low} to ${high}`);
  });
}

function fitForest(
  executor: Executor,
  rows: LabelledRows,
  nClasses: number,
  nColumnsTried: number,
  options: CheckedForestOptions,
  bag: Bag | null,
): TreeEnsemble {
  const random = createRandom(options.seed);
  const seeds = Array.from({ length: options.nTrees }, () => random.uint32());
  const nOutputs = nClasses > 2 ? nClasses : 1;
  const trees: Tree[] = [];
  const groups: number[] = [];
  const limits = { ...options, nColumnsTried, isBootstrap: options.bootstrap };
  executor.scope(() => {
    const { cuts, binned } = cutAndBin(executor, rows.x, options.maxBins);
    const labels = executor.place(rows.labels);
    const weights = rows.weights === null ? null : executor.place(rows.weights);
    const data = { binned, cuts, labels, weights, nClasses: nOutputs };
    growForest(executor, data, seeds, limits, (batch, sampled) => {
      batch.forEach((grown, t) => {
        for (let k = 0; k < nOutputs; k++) {
          trees.push({ ...grown.tree, value: outputValues(grown, k, nOutputs) });
          groups.push(k);
        }
        if (bag !== null) addToBag(bag, grown, nOutputs, sampled.subarray(t * rows.x.nRows, (t + 1) * rows.x.nRows));
      });
    });
  });
  return { trees, groups, base: new Array<number>(nOutputs).fill(0), scale: 1 / options.nTrees };
}

function outputValues({ tree, values }: ForestTree, output: number, nOutputs: number): Float32Array {
  if (nOutputs === 1) return tree.value;
  return Float32Array.from(tree.value, (_, node) => values[node * nOutputs + output]);
}

/** Row weights times class weights, null when all are 1. */
function combineWeights(rows: LabelledRows, nClasses: number, options: CheckedForestOptions): Float32Array | null {
  const { labels, weights } = rows;
  if (options.classWeights === 'none') return weights;
  let byClass: ArrayLike<number>;
  if (options.classWeights === 'balanced') {
    const totals = new Float64Array(nClasses);
    for (let row = 0; row < labels.length; row++) totals[labels[row]] += weights === null ? 1 : weights[row];
    const sum = totals.reduce((a, b) => a + b, 0);
    byClass = totals.map((total) => (total > 0 ? sum / (nClasses * total) : 0));
  } else {
    byClass = options.classWeights;
    if (byClass.length !== nClasses) {
      const message = `classWeights has ${byClass.length} weights for ${nClasses} classes`;
      throw new InputError('bad-option', message, 'give one a class');
    }
  }
  const combined = labels.map((label, row) => byClass[label] * (weights === null ? 1 : weights[row]));
  if (combined.some((weight) => weight > 0)) return combined;
  throw new InputError('bad-option', 'classWeights leave no row with a weight', 'give a class that occurs more than 0');
}

/** Without the rows of weight 0: a bootstrap of nothing but them would be empty. */
function dropWeightless(rows: LabelledRows): LabelledRows {
  const { x, labels, weights } = rows;
  if (weights === null || weights.every((weight) => weight > 0)) return rows;
  const kept = Array.from(labels.keys()).filter((row) => weights[row] > 0);
  const pick = (from: Float32Array): Float32Array => Float32Array.from(kept, (row) => from[row]);
  return { x: takeRows(x, kept), labels: pick(labels), weights: pick(weights) };
}

/** Votes for the training rows by trees that did not draw them. */
interface Bag {
  readonly rows: LabelledRows;
  readonly nClasses: number;
  readonly sums: Float64Array;
  readonly nVotes: Uint32Array;
}

function createBag(rows: LabelledRows, nClasses: number): Bag {
  const nOutputs = nClasses > 2 ? nClasses : 1;
  const { nRows } = rows.x;
  return { rows, nClasses, sums: new Float64Array(nRows * nOutputs), nVotes: new Uint32Array(nRows) };
}

function addToBag(bag: Bag, { tree, values }: ForestTree, nOutputs: number, sampled: Uint8Array): void {
  const { x } = bag.rows;
  for (let row = 0; row < x.nRows; row++) {
    if (sampled[row] > 0) continue;
    const leaf = findLeaf(tree, x.values, row * x.nCols);
    for (let k = 0; k < nOutputs; k++) bag.sums[row * nOutputs + k] += values[leaf * nOutputs + k];
    bag.nVotes[row]++;
  }
}

/** Accuracy or R², null when no row was ever left out. */
function scoreBag({ rows, nClasses, sums, nVotes }: Bag): number | null {
  const voted = Array.from(nVotes.keys()).filter((row) => nVotes[row] > 0);
  if (voted.length === 0) return null;
  const { labels } = rows;
  if (nClasses > 1) {
    const nOutputs = nClasses > 2 ? nClasses : 1;
    const means = sums.map((sum, i) => sum / nVotes[Math.floor(i / nOutputs)]);
    const predicted = likeliest(means, nClasses);
    return voted.filter((row) => predicted[row] === labels[row]).length / voted.length;
  }
  const mean = voted.reduce((sum, row) => sum + labels[row], 0) / voted.length;
  let squares = 0;
  let total = 0;
  for (const row of voted) {
    squares += (labels[row] - sums[row] / nVotes[row]) ** 2;
    total += (labels[row] - mean) ** 2;
  }
  return total > 0 ? 1 - squares / total : null;
}

/** The class of the highest probability; of two classes the second one when its probability is above a half. */
function likeliest(probabilities: Float64Array, nClasses: number): Float64Array {
  if (nClasses === 2) return probabilities.map((probability) => (probability > 0.5 ? 1 : 0));
  return likeliestClasses(probabilities, nClasses);
}
