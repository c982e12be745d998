/** K-means as an estimator: options checked, start chosen, the right engine run, the model saved and loaded. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { Executor } from '../kernels/executor.ts';
import { type LloydResult, lloyd, sumInertia } from '../kernels/kmeans/kmeans.ts';
import { assignInBlocks, miniBatchKmeans } from '../kernels/kmeans/kmeans_minibatch.ts';
import { chooseStartCentres } from '../kernels/kmeans/kmeans_start.ts';
import { createMatrix, type Matrix, matrixFromRows, rowsOf } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { summarizeColumns } from '../kernels/statistics/column_summary.ts';
import { InputError } from '../run/errors.ts';
import {
  checkChoice,
  checkFinite,
  checkInteger,
  checkNotEmpty,
  checkNumber,
  checkSameColumns,
  type Estimator,
  featureNamesSchema,
  float32Schema,
  nameColumns,
  parseModel,
  requireFitted,
  withDefaults,
} from './contract.ts';
import { checkMagnitude, LARGEST_MAGNITUDE } from './magnitude.ts';

const FORMAT = 'spyhop-kmeans';
const VERSION = 1;
const N_ROWS_FOR_LLOYD_MAX = 5_000_000;
const ENGINES = ['auto', 'lloyd', 'mini-batch', 'ml-kmeans'] as const;

export interface KMeansOptions {
  /** Clusters to find; default 4. */
  readonly nClusters?: number;
  /** Starts tried, the lowest inertia wins; default 1. With `startCentres` there is one. */
  readonly nInits?: number;
  /** Passes at most; default 300. */
  readonly nIterationsMax?: number;
  /** Stop when the squared shifts of the centres add up to at most this times the mean variance of the columns; default 1e-4. */
  readonly tolerance?: number;
  /** Seed of the starts and batches; default 0. */
  readonly seed?: number;
  /** Start from these centres (nClusters × columns) instead of k-means++. */
  readonly startCentres?: Matrix;
  /** Rows of a mini-batch; default 65536. */
  readonly nRowsPerBatch?: number;
  /**
   * `lloyd` is exact, `mini-batch` for more rows than a pass should touch, `auto` (default) takes the latter above
   * 5 million rows; `ml-kmeans` is the npm package, for small data and to check against.
   */
  readonly engine?: (typeof ENGINES)[number];
}

const modelSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    featureNames: featureNamesSchema,
    centres: z.array(z.array(float32Schema.min(-LARGEST_MAGNITUDE).max(LARGEST_MAGNITUDE))).min(1),
    inertia: z.number().min(0),
    nIterations: z.number().int().min(1),
    hasConverged: z.boolean(),
  })
  .refine(({ centres, featureNames }) => centres.every((centre) => centre.length === featureNames.length), {
    path: ['centres'],
    message: 'a centre does not have one value for each feature',
  });

export type KMeansModel = z.infer<typeof modelSchema>;

/** Everything `fit` learns. */
interface Fitted {
  readonly featureNames: readonly string[];
  readonly centres: Matrix;
  readonly inertia: number;
  readonly nIterations: number;
  readonly hasConverged: boolean;
}

/**
 * K-means clustering (Lloyd 1982; start: Arthur & Vassilvitskii 2007; bounds: Hamerly 2010, Ding et al. 2015;
 * mini-batch: Sculley 2010). Scale the columns first: distances are Euclidean. NaN and infinities are rejected;
 * a constant column is allowed and has no effect.
 */
export class KMeans implements Estimator<KMeansModel> {
  readonly #options: KMeansOptions;
  readonly #executor: Executor;
  #fitted: Fitted | undefined;
  #labels: Int32Array | null = null;

  constructor(options: KMeansOptions, executor: Executor) {
    this.#options = options;
    this.#executor = executor;
  }

  get featureNames(): readonly string[] {
    return this.#fitted?.featureNames ?? [];
  }

  /** nClusters × columns, float32. */
  get centres(): Matrix {
    return requireFitted(this.#fitted).centres;
  }

  /** Sum of squared distances of the rows of `fit` to their centres. */
  get inertia(): number {
    return requireFitted(this.#fitted).inertia;
  }

  /** Passes over the rows (batches with `mini-batch`) of the best start. */
  get nIterations(): number {
    return requireFitted(this.#fitted).nIterations;
  }

  get hasConverged(): boolean {
    return requireFitted(this.#fitted).hasConverged;
  }

  /** Cluster of each row of `fit`, 0..nClusters-1; null for a loaded model. */
  get labels(): Int32Array | null {
    return this.#labels;
  }

  /**
   * Learns the centres of `x` (rows × columns).
   * @throws InputError bad-option (an option, or fewer rows or distinct rows than clusters), bad-value (a column with
   *   NaN, infinite or huge values), empty-input
   */
  fit(x: Matrix, featureNames?: readonly string[]): this {
    const options = checkOptions(this.#options, x);
    const names = nameColumns(x, featureNames);
    checkNotEmpty(x);
    const spread = checkValues(this.#executor, x, names);
    if (x.nRows < options.nClusters) {
      const message = `nClusters is ${options.nClusters}, but there are only ${x.nRows} rows`;
      throw new InputError('bad-option', message, 'ask for fewer clusters, or give more rows');
    }
    const best = runEngine(this.#executor, x, options, spread);
    const nUsed = new Set(best.labels).size;
    if (nUsed < options.nClusters && best.inertia === 0) {
      const message = `nClusters is ${options.nClusters}, but only ${nUsed} rows are distinct`;
      throw new InputError('bad-option', message, 'ask for fewer clusters');
    }
    const { centres, inertia, nIterations, hasConverged } = best;
    this.#fitted = { featureNames: names, centres, inertia, nIterations, hasConverged };
    this.#labels = best.labels;
    return this;
  }

  /** Nearest centre of each row: nRows values in 0..nClusters-1. */
  predict(x: Matrix, featureNames?: readonly string[]): Int32Array {
    return this.#nearest(x, featureNames).labels;
  }

  /** Distance of each row to its nearest centre (units of the columns): higher = more anomalous. */
  score(x: Matrix, featureNames?: readonly string[]): Float32Array {
    return this.#nearest(x, featureNames).squaredDistances.map(Math.sqrt);
  }

  /** The model as plain JSON; float32 centres are exact in it. */
  toModel(): KMeansModel {
    const { centres, inertia, nIterations, hasConverged } = requireFitted(this.#fitted);
    const learnt = { centres: rowsOf(centres.values, centres.nCols), inertia, nIterations, hasConverged };
    return { format: FORMAT, version: VERSION, featureNames: [...this.featureNames], ...learnt };
  }

  /** @throws InputError bad-model for anything that `toModel` could not have written */
  static fromModel(json: unknown, executor: Executor): KMeans {
    const model = parseModel(json, FORMAT, VERSION, modelSchema);
    const loaded = new KMeans({ nClusters: model.centres.length }, executor);
    const { featureNames, inertia, nIterations, hasConverged } = model;
    loaded.#fitted = { featureNames, centres: matrixFromRows(model.centres), inertia, nIterations, hasConverged };
    return loaded;
  }

  #nearest(x: Matrix, featureNames?: readonly string[]): { labels: Int32Array; squaredDistances: Float32Array } {
    const { centres, featureNames: fittedNames } = requireFitted(this.#fitted);
    checkSameColumns(fittedNames, x, featureNames);
    checkFinite(x, fittedNames, 'nan-is-rejected');
    checkMagnitude(x, fittedNames);
    return assignInBlocks(this.#executor, x, centres);
  }
}

type CheckedOptions = Required<Omit<KMeansOptions, 'startCentres'>> & { readonly startCentres: Matrix | undefined };

const DEFAULTS: CheckedOptions = {
  ...{ nClusters: 4, nInits: 1, nIterationsMax: 300, tolerance: 1e-4, seed: 0, nRowsPerBatch: 65536 },
  engine: 'auto',
  startCentres: undefined,
};

function checkOptions(given: KMeansOptions, x: Matrix): CheckedOptions {
  const options = withDefaults(given, DEFAULTS);
  checkInteger('nClusters', options.nClusters, 1);
  checkInteger('nInits', options.nInits, 1);
  checkInteger('nIterationsMax', options.nIterationsMax, 1);
  checkNumber('tolerance', options.tolerance, 0);
  checkNumber('seed', options.seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('nRowsPerBatch', options.nRowsPerBatch, 1);
  checkChoice('engine', options.engine, ENGINES);
  const start = options.startCentres;
  if (start !== undefined) {
    if (start.nRows !== options.nClusters || start.nCols !== x.nCols) {
      const message = `startCentres is ${start.nRows} x ${start.nCols}, not ${options.nClusters} x ${x.nCols}`;
      throw new InputError('bad-option', message, 'give one row a cluster and one value a column');
    }
    for (const value of start.values) checkNumber('startCentres', value, -LARGEST_MAGNITUDE, LARGEST_MAGNITUDE);
  }
  return options;
}

/** Rejects NaN, infinities and huge values; returns the means of the columns. */
function checkValues(executor: Executor, x: Matrix, names: readonly string[]): Matrix {
  const summary = summarizeColumns(executor, x);
  const isFine = summary.every(
    ({ count, min, max }) => count === x.nRows && min >= -LARGEST_MAGNITUDE && max <= LARGEST_MAGNITUDE,
  );
  if (!isFine) {
    checkFinite(x, names, 'nan-is-rejected');
    checkMagnitude(x, names);
  }
  return createMatrix(
    Float32Array.from(summary, ({ sum }) => sum / x.nRows),
    1,
    x.nCols,
  );
}

function runEngine(executor: Executor, x: Matrix, options: CheckedOptions, means: Matrix): LloydResult {
  const { nClusters, engine, startCentres } = options;
  if (engine === 'ml-kmeans') return runMlKmeans(executor, x, options);
  const nInits = startCentres === undefined ? options.nInits : 1;
  const random = createRandom(options.seed);
  const isMiniBatch = engine === 'mini-batch' || (engine === 'auto' && x.nRows > N_ROWS_FOR_LLOYD_MAX);
  if (isMiniBatch) {
    const { nRowsPerBatch, nIterationsMax: nBatchesMax } = options;
    return pickBest(nInits, (init) =>
      miniBatchKmeans(executor, x, nClusters, {
        ...{ nRowsPerBatch, nBatchesMax, random: random.fork(init) },
        ...(startCentres === undefined ? {} : { start: startCentres }),
      }),
    );
  }
  return executor.scope(() => {
    const points = createMatrix(executor.place(x.values), x.nRows, x.nCols);
    const spread = sumInertia(executor, points, means, new Int32Array(x.nRows));
    const shiftSquaredMax = (options.tolerance * spread) / (x.nRows * x.nCols);
    return pickBest(nInits, (init) => {
      const start = startCentres ?? chooseStartCentres(executor, points, nClusters, random.fork(init));
      return lloyd(executor, points, start, { nIterationsMax: options.nIterationsMax, shiftSquaredMax });
    });
  });
}

/** The run of lowest inertia, the first of equals. */
function pickBest(nInits: number, run: (init: number) => LloydResult): LloydResult {
  let best = run(0);
  for (let init = 1; init < nInits; init++) {
    const other = run(init);
    if (other.inertia < best.inertia) best = other;
  }
  return best;
}

/** Loaded where it is chosen: that takes an eighth of a second, and every script of chapters 2 to 4 knows this file. */
function loadMlKmeans(): typeof import('ml-kmeans').kmeans {
  const { kmeans } = createRequire(import.meta.url)('ml-kmeans') as typeof import('ml-kmeans');
  return kmeans;
}

function runMlKmeans(executor: Executor, x: Matrix, options: CheckedOptions): LloydResult {
  const toRows = ({ values, nCols }: Matrix): number[][] => rowsOf(values, nCols);
  const { startCentres, seed, nIterationsMax, tolerance } = options;
  const initialization = startCentres === undefined ? 'kmeans++' : toRows(startCentres);
  const settings = { initialization, seed, maxIterations: nIterationsMax, tolerance } as const;
  const result = loadMlKmeans()(toRows(x), options.nClusters, settings);
  const centres = matrixFromRows(result.centroids, x.nCols);
  const { labels, inertia } = assignInBlocks(executor, x, centres);
  return { centres, labels, inertia, nIterations: Math.max(1, result.iterations), hasConverged: result.converged };
}
