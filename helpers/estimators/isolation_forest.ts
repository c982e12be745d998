/** Isolation forest (Liu, Ting & Zhou 2008): rows that few random cuts set apart are anomalous. */
import type { Executor } from '../kernels/executor.ts';
import { expectedPathLengths, isolationContributions } from '../kernels/isolation/isolation_contributions.ts';
import { type PackedTrees, packTrees, pathLengthSums } from '../kernels/isolation/isolation_paths.ts';
import {
  averagePathLength,
  depthLimit,
  drawSamples,
  growIsolationTrees,
  type IsolationTrees,
} from '../kernels/isolation/isolation_trees.ts';
import { rowPathLengths } from '../kernels/isolation/row_paths.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { hasInfinity } from '../kernels/statistics/infinities.ts';
import { createExecutor } from '../parallel/executor.ts';
import { InputError } from '../run/errors.ts';
import {
  checkFinite,
  checkInteger,
  checkNotEmpty,
  checkSameColumns,
  type Estimator,
  nameColumns,
  requireFitted,
  withDefaults,
} from './contract.ts';
import {
  ISOLATION_FORMAT,
  ISOLATION_VERSION,
  type IsolationForestModel,
  N_SAMPLES_MAX,
  N_SLOTS_MAX,
  parseIsolationForest,
  treesOfModel,
} from './isolation_forest_model.ts';

export interface IsolationForestOptions {
  /** Trees; default 100. */
  readonly nTrees?: number;
  /** ψ, rows each tree sees, 2..65536; default 256. A smaller table gives all it has. */
  readonly nSamples?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A column and how many bits (log₂ of the score) it added; negative: it made the row look more ordinary. */
export interface FeatureAttribution {
  readonly feature: string;
  readonly contribution: number;
}

interface Fitted {
  readonly trees: IsolationTrees;
  readonly packed: PackedTrees;
  readonly fills: Float32Array;
}

/** Values per column from which a median is taken: its error is then under one percentile. */
const N_MEDIAN_VALUES = 4096;

/** What stands for NaN in each column: the (lower) median of the first sampled rows that have a value, 0 if none has. */
function medianFills(x: Matrix, samples: readonly Uint32Array[]): Float32Array {
  const { values, nCols } = x;
  const present = Array.from({ length: nCols }, () => new Float32Array(N_MEDIAN_VALUES));
  const counts = new Uint32Array(nCols);
  let nFull = 0;
  // Row by row: the rows lie scattered over the whole matrix, and each is fetched once.
  for (const rows of samples) {
    for (let i = 0; i < rows.length && nFull < nCols; i++) {
      for (let column = 0; column < nCols; column++) {
        const value = values[rows[i] * nCols + column];
        if (counts[column] === N_MEDIAN_VALUES || Number.isNaN(value)) continue;
        present[column][counts[column]++] = value;
        if (counts[column] === N_MEDIAN_VALUES) nFull++;
      }
    }
  }
  return Float32Array.from(present, (column, i) =>
    counts[i] === 0 ? 0 : column.subarray(0, counts[i]).sort()[(counts[i] - 1) >> 1],
  );
}

const BAR_TOLERANCE = 1e-9;

/**
 * Isolation forest (Liu, Ting & Zhou 2008): fitted on samples of the rows, it scores any rows of the same columns by
 * how few random cuts set them apart; higher is more anomalous.
 */
export class IsolationForest implements Estimator<IsolationForestModel> {
  #options: IsolationForestOptions;
  #executor: Executor;
  #fitted: Fitted | undefined;
  #featureNames: readonly string[] = [];
  /** Of the fitted trees, once somebody has asked for an explanation. */
  #expected: Float64Array | undefined;

  /** @param executor threads to score on; one thread when left out */
  constructor(options: IsolationForestOptions = {}, executor: Executor = createExecutor()) {
    this.#options = options;
    this.#executor = executor;
  }

  get featureNames(): readonly string[] {
    return this.#featureNames;
  }

  /**
   * Learns the forest. NaN is a missing value and is scored as the column's median: missing is ordinary. Infinities are
   * rejected. Equal seeds and rows give equal forests, on any number of threads.
   * @param x nRows × nCols, at least one of each
   * @throws InputError bad-option, empty-input, bad-value
   */
  fit(x: Matrix, featureNames?: readonly string[]): this {
    const { nTrees, nSamples, seed } = withDefaults(this.#options, { nTrees: 100, nSamples: 256, seed: 0 });
    checkInteger('nTrees', nTrees, 1, 100_000);
    checkInteger('nSamples', nSamples, 2, N_SAMPLES_MAX);
    checkInteger('seed', seed, 0);
    if (nTrees * 2 ** depthLimit(nSamples) > N_SLOTS_MAX) {
      const message = `nTrees ${nTrees} with nSamples ${nSamples} is a forest of more than 1 GiB`;
      throw new InputError('bad-option', message, 'lower nTrees or nSamples');
    }
    checkNotEmpty(x);
    const names = nameColumns(x, featureNames);
    if (hasInfinity(this.#executor, x)) checkFinite(x, names, 'nan-is-missing');
    const samples = drawSamples(x.nRows, nTrees, nSamples, seed);
    const fills = medianFills(x, samples);
    const trees = growIsolationTrees(x, samples, fills, seed);
    this.#fitted = { trees, packed: packTrees(trees), fills };
    this.#expected = undefined;
    this.#featureNames = names;
    return this;
  }

  #checked(x: Matrix, featureNames?: readonly string[]): Fitted {
    checkSameColumns(this.#featureNames, x, featureNames);
    return this.#fitted!;
  }

  #overPaths(x: Matrix, featureNames: readonly string[] | undefined, finish: (sum: number) => number): Float64Array {
    const { packed, fills } = this.#checked(x, featureNames);
    const { sums, infinityFromRow } = pathLengthSums(this.#executor, x, packed, fills, finish);
    if (infinityFromRow >= 0) checkFinite(x, this.#featureNames, 'nan-is-missing');
    return sums;
  }

  /** Average path length per row: how many cuts set it apart. */
  pathLengths(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const nTrees = this.#fitted?.packed.nTrees ?? 1;
    return this.#overPaths(x, featureNames, (sum) => sum / nTrees);
  }

  /**
   * s = 2^(−E[h]/c(ψ)) per row, in (0, 1): near 1 is anomalous, well below 0.5 is ordinary. 0.5 for a forest of one row.
   * @throws InputError bad-schema for other columns than those of `fit`, bad-value for an infinity
   */
  score(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const nTrees = this.#fitted?.packed.nTrees ?? 1;
    const scale = averagePathLength(this.#fitted?.trees.nSamplesPerTree ?? 1);
    if (scale === 0) return this.#overPaths(x, featureNames, () => 0.5);
    return this.#overPaths(x, featureNames, (sum) => Math.exp((-Math.LN2 * (sum / nTrees)) / scale));
  }

  /**
   * The score of single rows, for a stream: the same bits as those of `score`, some microseconds a row, without threads.
   * @returns a function of one row of the columns of `fit`, NaN where a value is missing; the row must hold no infinity, and is
   *   left with the medians in the place of what was missing; 0 for one whose score is certainly below `bar`, which takes less time
   */
  rowScorer(): (row: Float32Array, bar?: number) => number {
    const { trees, packed, fills } = requireFitted(this.#fitted);
    const scale = averagePathLength(trees.nSamplesPerTree);
    const sumOf = rowPathLengths(packed);
    return (row, bar = 0) => {
      for (let column = 0; column < fills.length; column++) if (Number.isNaN(row[column])) row[column] = fills[column];
      if (scale === 0) return 0.5;
      // A little more, so that rounding never takes a score of exactly the bar for less.
      const sumMax = (1 + BAR_TOLERANCE) * -Math.log2(bar) * scale * packed.nTrees;
      return Math.exp((-Math.LN2 * (sumOf(row, sumMax) / packed.nTrees)) / scale);
    };
  }

  /**
   * Per row the `nTop` columns that moved its score most, largest first, and none that did not move it: along each path the change of the expected path
   * length at a split is credited to the split's column (Saabas 2014). The contributions of all columns and a constant
   * add up to log₂ of the score. About 100 µs a row: for the rows one wants to explain, not for all.
   */
  explain(x: Matrix, nTop = 3, featureNames?: readonly string[]): FeatureAttribution[][] {
    checkInteger('nTop', nTop, 1);
    const { trees, fills } = this.#checked(x, featureNames);
    checkFinite(x, this.#featureNames, 'nan-is-missing');
    this.#expected ??= expectedPathLengths(trees);
    const { values } = isolationContributions(trees, x, fills, this.#expected);
    return Array.from({ length: x.nRows }, (_, row) =>
      this.#featureNames
        .map((feature, column) => ({ feature, contribution: values[row * x.nCols + column] }))
        .filter(({ contribution }) => contribution !== 0)
        .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
        .slice(0, nTop),
    );
  }

  toModel(): IsolationForestModel {
    const { trees, fills } = requireFitted(this.#fitted);
    return {
      format: ISOLATION_FORMAT,
      version: ISOLATION_VERSION,
      featureNames: [...this.#featureNames],
      fills: Array.from(fills),
      nSamplesPerTree: trees.nSamplesPerTree,
      treeStarts: Array.from(trees.treeStarts),
      features: Array.from(trees.features),
      thresholds: Array.from(trees.thresholds),
      leftChildren: Array.from(trees.leftChildren),
      nodeSamples: Array.from(trees.nodeSamples),
    };
  }

  /**
   * The forest saved by `toModel`; it scores bit for bit the same.
   * @throws InputError bad-model for anything that is not a whole forest
   */
  static fromModel(json: unknown, executor?: Executor): IsolationForest {
    const model = parseIsolationForest(json);
    const trees = treesOfModel(model);
    const forest = new IsolationForest(
      { nTrees: trees.treeStarts.length - 1, nSamples: Math.max(2, model.nSamplesPerTree) },
      executor,
    );
    forest.#fitted = { trees, packed: packTrees(trees), fills: Float32Array.from(model.fills) };
    forest.#featureNames = model.featureNames;
    return forest;
  }
}
