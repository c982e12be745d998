/**
 * Gradient boosting of decision trees on binned columns (Friedman 2001; Chen & Guestrin 2016): probability of a label, probabilities
 * of several, a mean or a quantile. NaN is a missing value that each split sends to its better side; infinities are
 * rejected. Same bits for any number of threads.
 */
import { z } from 'zod';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, shuffleColumn } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import type { Loss } from '../kernels/trees/gradients.ts';
import { meanLoss, rawToProbabilities } from '../kernels/trees/losses.ts';
import { InputError } from '../run/errors.ts';
import { fitBoosting } from './boosting_fit.ts';
import {
  type BoostingObjective,
  type BoostingOptions,
  checkBoostingOptions,
  monotoneByColumn,
} from './boosting_options.ts';
import {
  checkInteger,
  type Estimator,
  featureNamesSchema,
  type ModelHeader,
  nameColumns,
  parseModel,
  rejectModel,
} from './contract.ts';
import { checkClassLabels, checkRows, countClasses } from './labelled_rows.ts';
import {
  type EnsembleJson,
  ensembleFromJson,
  ensembleSchema,
  ensembleToJson,
  type TreeEnsemble,
} from './tree_ensemble.ts';
import { type FittedTrees, likeliestClasses, TreeModel } from './tree_model.ts';

const FORMAT = 'spyhop-gradient-boosting';
const VERSION = 1;

export interface BoostingModel extends ModelHeader {
  readonly objective: BoostingObjective;
  readonly quantile: number;
  readonly featureNames: readonly string[];
  readonly ensemble: EnsembleJson;
}

const modelSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  objective: z.enum(['binary', 'multiclass', 'squared-error', 'quantile']),
  quantile: z.number().gt(0).lt(1),
  featureNames: featureNamesSchema,
  ensemble: ensembleSchema,
});

export interface BoostingFitInput {
  /** One name a column; the default is `column_0`, `column_1`, … */
  readonly featureNames?: readonly string[];
  /** Weight of each row, finite and not negative. Default 1 each. */
  readonly weights?: ArrayLike<number>;
  /** Rows that are only watched: their loss after each round is kept, and ends the training if so asked. */
  readonly validation?: { readonly x: Matrix; readonly y: ArrayLike<number>; readonly weights?: ArrayLike<number> };
}

/** What a trained model consists of. */
export interface FittedBoosting extends FittedTrees {
  readonly objective: BoostingObjective;
  readonly quantile: number;
}

/**
 * Boosted trees (Friedman 2001; Chen & Guestrin 2016): `fit` takes x of nRows × nCols and one target a row, and the
 * loss decides what `predict` and `predictProbability` give.
 */
export class GradientBoosting extends TreeModel<FittedBoosting> implements Estimator<BoostingModel> {
  readonly #options: BoostingOptions;
  #losses: readonly number[] = [];

  constructor(options: BoostingOptions = {}, executor?: Executor) {
    super(executor);
    this.#options = options;
  }

  /** Mean loss on the validation rows after each round of the last fit (log loss, root mean square, or pinball). */
  get validationLosses(): readonly number[] {
    return this.#losses;
  }

  /** The trees and their sums' start values. */
  get ensemble(): TreeEnsemble {
    return this.model.ensemble;
  }

  /**
   * Learns from the rows of `x` and their labels `y`: 0/1 (binary), 0..k-1 (multiclass), or finite numbers.
   * @throws InputError bad-option, bad-value or empty-input, naming the option, the column or the row
   */
  fit(x: Matrix, y: ArrayLike<number>, input: BoostingFitInput = {}): this {
    const options = checkBoostingOptions(this.#options);
    const featureNames = nameColumns(x, input.featureNames);
    const monotone = monotoneByColumn(options.monotone, featureNames);
    const train = checkRows(x, y, input.weights, featureNames, 'training');
    const loss = createLoss(options.objective, options.quantile, train.labels);
    const { validation } = input;
    if (validation === undefined && options.earlyStoppingRounds > 0) {
      const hint = 'pass fit(x, y, { validation: { x, y } })';
      throw new InputError('bad-option', 'earlyStoppingRounds needs validation rows', hint);
    }
    const watched =
      validation === undefined
        ? null
        : checkRows(validation.x, validation.y, validation.weights, featureNames, 'validation');
    if (watched !== null) checkLabels(loss, watched.labels, 'validation');
    const fit = fitBoosting(this.executor, options, loss, train, watched, monotone);
    this.#losses = fit.validationLosses;
    const { objective, quantile } = options;
    return this.keep({ objective, quantile, featureNames, ensemble: fit.ensemble });
  }

  /** Probabilities: of label 1 (nRows) for binary, of every class (nRows x classes, row-major) for multiclass. */
  predictProbability(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const { objective, ensemble } = this.model;
    if (objective !== 'binary' && objective !== 'multiclass') {
      throw new InputError('bad-value', `a model of objective ${objective} has no probabilities`, 'call predict');
    }
    return rawToProbabilities(this.predictRaw(x, featureNames), ensemble.base.length);
  }

  /** The likeliest label (probability of 1 at least one half for binary; ties to the lower label), or the predicted number. */
  predict(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const { objective, ensemble } = this.model;
    const raw = this.predictRaw(x, featureNames);
    if (objective === 'binary') return raw.map((score) => (score >= 0 ? 1 : 0));
    if (objective !== 'multiclass') return raw;
    return likeliestClasses(raw, ensemble.base.length);
  }

  /**
   * How much the mean loss on (x, y) rises when a column is shuffled (Breiman 2001), mean of `nRepeats` shuffles; one
   * number a column, around 0 for a column the model does without.
   */
  importancesByPermutation(x: Matrix, y: ArrayLike<number>, nRepeats = 3, seed = 0): Float64Array {
    const { featureNames, objective, quantile } = this.model;
    checkInteger('nRepeats', nRepeats, 1, 1000);
    const rows = checkRows(x, y, undefined, featureNames, 'given');
    const loss = lossOf(objective, quantile, this.model.ensemble.base.length);
    checkLabels(loss, rows.labels, 'given');
    const reference = meanLoss(loss, this.predictRaw(x), rows.labels, null);
    return Float64Array.from(featureNames, (_, column) => {
      const random = createRandom(seed).fork(column);
      let rise = 0;
      for (let repeat = 0; repeat < nRepeats; repeat++) {
        const shuffled = { ...x, values: x.values.slice() };
        shuffleColumn(shuffled, column, random);
        rise += meanLoss(loss, this.predictRaw(shuffled), rows.labels, null) - reference;
      }
      return rise / nRepeats;
    });
  }

  toModel(): BoostingModel {
    const { objective, quantile, featureNames, ensemble } = this.model;
    const parts = { objective, quantile, featureNames: [...featureNames], ensemble: ensembleToJson(ensemble) };
    return { format: FORMAT, version: VERSION, ...parts };
  }

  /**
   * A model from what `toModel` gave, also after a way through JSON; it predicts the same bits.
   * @throws InputError bad-model when it is damaged, of another kind, or newer than this program
   */
  static fromModel(json: unknown, executor?: Executor): GradientBoosting {
    const parsed = parseModel(json, FORMAT, VERSION, modelSchema);
    const { objective, quantile, featureNames } = parsed;
    const ensemble = ensembleFromJson(parsed.ensemble, featureNames.length);
    return GradientBoosting.fromFitted({ objective, quantile, featureNames, ensemble }, executor);
  }

  /** A model from its parts, for readers of other formats. */
  static fromFitted(fitted: FittedBoosting, executor?: Executor): GradientBoosting {
    const nGroups = fitted.ensemble.base.length;
    if ((fitted.objective === 'multiclass') !== nGroups > 1) {
      rejectModel(`objective ${fitted.objective} with ${nGroups} outputs`);
    }
    const { objective, quantile } = fitted;
    return new GradientBoosting({ objective, quantile }, executor).keep(fitted);
  }
}

function lossOf(objective: BoostingObjective, quantile: number, nClasses: number): Loss {
  if (objective === 'binary') return { kind: 'logistic' };
  if (objective === 'multiclass') return { kind: 'softmax', nClasses };
  if (objective === 'quantile') return { kind: 'quantile', level: quantile };
  return { kind: 'squared' };
}

function createLoss(objective: BoostingObjective, quantile: number, labels: Float32Array): Loss {
  const nClasses = objective === 'multiclass' ? countClasses(labels) : 1;
  const loss = lossOf(objective, quantile, nClasses);
  checkLabels(loss, labels, 'training');
  return loss;
}

function checkLabels(loss: Loss, labels: Float32Array, which: string): void {
  if (loss.kind === 'logistic') checkClassLabels(labels, 2, which);
  if (loss.kind === 'softmax') checkClassLabels(labels, loss.nClasses, which);
}
