/** t-SNE as an estimator: options checked, neighbours and affinities found, the map made by the gradient asked for. */
import { createRequire } from 'node:module';
import type { Executor } from '../kernels/executor.ts';
import { createMatrix, type Matrix, rowsOf } from '../kernels/matrix.ts';
import { findNeighboursApproximately } from '../kernels/neighbours/approximate_neighbours.ts';
import { findNeighbours } from '../kernels/neighbours/neighbours.ts';
import { createRandom } from '../kernels/random.ts';
import { computeAffinities } from '../kernels/tsne/affinities.ts';
import { projectOnPlane } from '../kernels/tsne/principal_plane.ts';
import { descendTsne, type TsneProgress } from '../kernels/tsne/tsne.ts';
import type { RepulsionKind } from '../kernels/tsne/tsne_repulsion.ts';
import { InputError } from '../run/errors.ts';
import {
  checkChoice,
  checkFinite,
  checkInteger,
  checkNotEmpty,
  checkNumber,
  nameColumns,
  withDefaults,
} from './contract.ts';
import { checkMagnitude } from './magnitude.ts';

const GRADIENTS = ['auto', 'exact', 'barnes-hut', 'fft'] as const;
const NEIGHBOURS = ['auto', 'exact', 'approximate'] as const;
const ENGINES = ['spyhop', 'tsne-js'] as const;
/** Above this the convolution beats the tree, and by more the larger the table. */
const N_ROWS_FOR_TREE_MAX = 1000;
/** Above this the exact search, which grows with the square of the rows, falls behind; the other finds 98 %. */
const N_ROWS_FOR_EXACT_MAX = 10_000;
/** tsne-js needs a minute for a thousand rows. */
const N_ROWS_FOR_TSNE_JS_MAX = 2000;
/** The start must be small against the kernel of width 1, or early neighbours are decided by it. */
const START_SPREAD = 1e-4;

export interface TsneOptions {
  /** Effective number of neighbours of a row; default 30, at most (rows - 1) / 3. */
  readonly perplexity?: number;
  /** Iterations in all; default 1000. */
  readonly nIterations?: number;
  /** Iterations with exaggerated attraction at the beginning; default 250. */
  readonly nEarlyIterations?: number;
  /** Factor of the attraction in them; default 12. */
  readonly exaggeration?: number;
  /** Step size; `auto` (default) is rows / current exaggeration: rows / 12 at first, rows later. */
  readonly learningRate?: number | 'auto';
  /** How repulsion is computed; `auto` (default): the tree up to 1000 rows and without WebAssembly, else `fft`. */
  readonly gradient?: (typeof GRADIENTS)[number];
  /** How the neighbours in the data are found; `auto` (default): exactly up to 10,000 rows, else approximately. */
  readonly neighbours?: (typeof NEIGHBOURS)[number];
  /** Accuracy of `barnes-hut`, smaller is more exact; default 0.5. */
  readonly theta?: number;
  /** Start: the first two principal components (default), seeded noise, or rows × 2 coordinates. */
  readonly start?: 'pca' | 'random' | Matrix;
  /** Seed of the start's noise and of the approximate search; default 0. */
  readonly seed?: number;
  /** `tsne-js` is the npm package, for at most 2000 rows. */
  readonly engine?: (typeof ENGINES)[number];
  /** Called after every iteration. */
  readonly onProgress?: (progress: TsneProgress) => void;
  /** Iterations between two divergences reported to `onProgress`; default 50. */
  readonly nIterationsPerDivergence?: number;
}

type CheckedOptions = Required<Omit<TsneOptions, 'onProgress'>> & {
  readonly onProgress: TsneOptions['onProgress'];
};

interface TsneJs {
  init(options: { data: readonly number[][]; type: 'dense' }): void;
  run(): [number, number];
  getOutput(): number[][];
}

/**
 * t-SNE into the plane (van der Maaten & Hinton 2008; Barnes-Hut: van der Maaten 2014; convolution: Linderman et al. 2019;
 * defaults: Belkina et al. 2019, Kobak & Berens 2019). It places the rows it is given and cannot place others, so there is
 * no predict and no model to save. Scale the columns first. NaN and infinities are rejected; constant columns have no effect.
 */
export class Tsne {
  readonly #options: TsneOptions;
  readonly #executor: Executor;
  #divergence = Number.NaN;

  constructor(options: TsneOptions, executor: Executor) {
    this.#options = options;
    this.#executor = executor;
  }

  /** Kullback-Leibler divergence of the last map (nats), NaN before. */
  get divergence(): number {
    return this.#divergence;
  }

  /**
   * The map of `x`: rows × 2, centred.
   * @throws InputError bad-option (an option, or a perplexity too large for the rows), bad-value (a column with NaN,
   *   infinite or huge values), empty-input
   */
  fitTransform(x: Matrix, featureNames?: readonly string[]): Matrix {
    const options = checkOptions(this.#options, x);
    const names = nameColumns(x, featureNames);
    checkNotEmpty(x);
    checkFinite(x, names, 'nan-is-rejected');
    checkMagnitude(x, names);
    checkPerplexity(options.perplexity, x.nRows);
    const { embedding, divergence } =
      options.engine === 'tsne-js' ? runTsneJs(x, options) : runOwn(this.#executor, x, options);
    this.#divergence = divergence;
    return createMatrix(embedding, x.nRows, 2);
  }
}

const DEFAULTS: CheckedOptions = {
  ...{ perplexity: 30, nIterations: 1000, nEarlyIterations: 250, exaggeration: 12, theta: 0.5, seed: 0 },
  ...({ learningRate: 'auto', gradient: 'auto', neighbours: 'auto', start: 'pca', engine: 'spyhop' } as const),
  ...{ onProgress: undefined, nIterationsPerDivergence: 50 },
};

function checkOptions(given: TsneOptions, x: Matrix): CheckedOptions {
  const options = withDefaults(given, DEFAULTS);
  checkNumber('perplexity', options.perplexity, 1);
  checkInteger('nIterations', options.nIterations, 1);
  checkInteger('nEarlyIterations', options.nEarlyIterations, 0);
  checkNumber('exaggeration', options.exaggeration, 1);
  if (options.learningRate !== 'auto') checkNumber('learningRate', options.learningRate, Number.MIN_VALUE);
  checkChoice('gradient', options.gradient, GRADIENTS);
  checkChoice('neighbours', options.neighbours, NEIGHBOURS);
  checkNumber('theta', options.theta, 0.01, 2);
  checkNumber('seed', options.seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkChoice('engine', options.engine, ENGINES);
  checkInteger('nIterationsPerDivergence', options.nIterationsPerDivergence, 1);
  checkStart(options.start, x);
  if (options.engine === 'tsne-js' && x.nRows > N_ROWS_FOR_TSNE_JS_MAX) {
    const message = `engine tsne-js takes at most ${N_ROWS_FOR_TSNE_JS_MAX} rows, not ${x.nRows}`;
    throw new InputError('bad-option', message, 'leave engine out, or take a sample');
  }
  return options;
}

function checkStart(start: 'pca' | 'random' | Matrix, x: Matrix): void {
  if (typeof start === 'string') {
    checkChoice('start', start, ['pca', 'random']);
    return;
  }
  if (start.nRows !== x.nRows || start.nCols !== 2) {
    const message = `start is ${start.nRows} x ${start.nCols}, not ${x.nRows} x 2`;
    throw new InputError('bad-option', message, 'give two coordinates a row');
  }
  for (const value of start.values) checkNumber('start', value, -1e4, 1e4);
}

function checkPerplexity(perplexity: number, nRows: number): void {
  const largest = Math.floor((nRows - 1) / 3);
  if (perplexity <= largest) return;
  const message = `perplexity is ${perplexity}, but ${nRows} rows allow at most ${largest}`;
  throw new InputError('bad-option', message, 'lower perplexity, or give more rows');
}

function runOwn(
  executor: Executor,
  x: Matrix,
  options: CheckedOptions,
): { embedding: Float32Array; divergence: number } {
  const k = Math.min(x.nRows - 1, Math.floor(3 * options.perplexity));
  const isExact = options.neighbours === 'exact' || (options.neighbours === 'auto' && x.nRows <= N_ROWS_FOR_EXACT_MAX);
  const neighbours = isExact
    ? findNeighbours(executor, x, k)
    : findNeighboursApproximately(executor, x, k, options.seed);
  const affinities = computeAffinities(executor, neighbours, options.perplexity);
  const { nIterations, nEarlyIterations, exaggeration, learningRate, theta, nIterationsPerDivergence } = options;
  return descendTsne(executor, affinities, startOf(x, options), {
    ...{ nIterations, nEarlyIterations, exaggeration, learningRate, theta, nIterationsPerDivergence },
    repulsion: chooseRepulsion(executor, options.gradient, x.nRows),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
}

function chooseRepulsion(executor: Executor, gradient: (typeof GRADIENTS)[number], nRows: number): RepulsionKind {
  if (gradient !== 'auto') return gradient;
  return nRows <= N_ROWS_FOR_TREE_MAX || executor.engine === 'typescript' ? 'barnes-hut' : 'fft';
}

function startOf(x: Matrix, options: CheckedOptions): Float32Array {
  const { start } = options;
  if (typeof start !== 'string') return start.values;
  const random = createRandom(options.seed).fork(2);
  if (start === 'random') return Float32Array.from({ length: 2 * x.nRows }, () => random.normal() * START_SPREAD);
  // A little noise parts equal rows, and gives a second dimension where the data have one.
  return projectOnPlane(x, START_SPREAD).map((value) => value + random.normal() * START_SPREAD * 0.01);
}

function runTsneJs(x: Matrix, options: CheckedOptions): { embedding: Float32Array; divergence: number } {
  // Loaded only here, and under this name, by which tools see that the package is used.
  const require = createRequire(import.meta.url);
  const TsneJsModel = require('tsne-js') as new (settings: object) => TsneJs;
  const { perplexity, nIterations: nIter, exaggeration: earlyExaggeration } = options;
  const learningRate = options.learningRate === 'auto' ? 100 : options.learningRate;
  const settings = { dim: 2, perplexity, earlyExaggeration, learningRate, nIter, metric: 'euclidean' };
  const model = new TsneJsModel(settings);
  model.init({ data: rowsOf(x.values, x.nCols), type: 'dense' });
  const [divergence] = model.run();
  return { embedding: Float32Array.from(model.getOutput().flat()), divergence };
}
