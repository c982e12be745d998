/** Options of the random forest, their defaults and their checks. */
import { N_BINS_MAX } from '../kernels/trees/binning.ts';
import { InputError } from '../run/errors.ts';
import { checkChoice, checkInteger, checkNumber, withDefaults } from './contract.ts';

export interface ForestOptions {
  /** Classes 0..k-1, or a number. Default `classifier`. */
  readonly task?: 'classifier' | 'regressor';
  /** Trees. Default 100. */
  readonly nTrees?: number;
  /** Columns looked at a node: `sqrt` of all, `all`, or their number. Default `sqrt` (classifier), `all` (regressor). */
  readonly maxFeatures?: 'sqrt' | 'all' | number;
  /** Least rows (counted once, however often sampled) in a leaf. Default 1. */
  readonly minLeafRows?: number;
  /** Most splits between root and leaf, 1..128. Default 64. */
  readonly maxDepth?: number;
  /** Most bins a column, 2..255. Default 255. */
  readonly maxBins?: number;
  /** Draw rows with replacement for each tree; else all rows. Default true. */
  readonly bootstrap?: boolean;
  /** Factor on the weight of each class: `balanced` gives all classes the same total. Default `none`. Classifier only. */
  readonly classWeights?: 'none' | 'balanced' | readonly number[];
  /** Score each row by the trees that did not see it. Default false. */
  readonly outOfBag?: boolean;
  /** Default 0. */
  readonly seed?: number;
  /** `spyhop`, or the npm package `ml-random-forest` for small data (no weights, no missing values). */
  readonly engine?: 'spyhop' | 'ml-random-forest';
}

export type CheckedForestOptions = Required<ForestOptions>;

const DEFAULTS: CheckedForestOptions = {
  ...({ task: 'classifier', maxFeatures: 'sqrt', classWeights: 'none', engine: 'spyhop' } as const),
  ...{ nTrees: 100, minLeafRows: 1, maxDepth: 64, maxBins: N_BINS_MAX, bootstrap: true, outOfBag: false, seed: 0 },
};

/**
 * The options with defaults filled in.
 * @throws InputError bad-option naming the option that is unknown, out of range, or does not go with another
 */
export function checkForestOptions(options: ForestOptions): CheckedForestOptions {
  const task = options.task ?? 'classifier';
  const maxFeatures = task === 'classifier' ? 'sqrt' : 'all';
  const checked = withDefaults<CheckedForestOptions>(options, { ...DEFAULTS, task, maxFeatures });
  checkChoice('task', checked.task, ['classifier', 'regressor']);
  checkChoice('engine', checked.engine, ['spyhop', 'ml-random-forest']);
  checkInteger('nTrees', checked.nTrees, 1, 100_000);
  checkInteger('minLeafRows', checked.minLeafRows, 1);
  checkInteger('maxDepth', checked.maxDepth, 1, 128);
  checkInteger('maxBins', checked.maxBins, 2, N_BINS_MAX);
  checkInteger('seed', checked.seed, 0);
  if (typeof checked.maxFeatures === 'string') checkChoice('maxFeatures', checked.maxFeatures, ['sqrt', 'all']);
  else checkInteger('maxFeatures', checked.maxFeatures, 1);
  const { classWeights } = checked;
  if (typeof classWeights === 'string') checkChoice('classWeights', classWeights, ['none', 'balanced']);
  else for (const weight of classWeights) checkNumber('classWeights', weight, 0);
  if (classWeights !== 'none' && task === 'regressor')
    reject('classWeights go with task classifier only', 'leave them out');
  if (checked.outOfBag && !checked.bootstrap) reject('outOfBag needs bootstrap', 'set bootstrap to true');
  if (checked.engine === 'ml-random-forest' && (classWeights !== 'none' || checked.outOfBag)) {
    reject('engine ml-random-forest knows neither classWeights nor outOfBag', 'use engine spyhop');
  }
  return checked;
}

/** Columns to look at a node, of `nColumns`. */
export function countColumnsTried(maxFeatures: 'sqrt' | 'all' | number, nColumns: number): number {
  if (maxFeatures === 'all') return nColumns;
  if (maxFeatures === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(nColumns)));
  if (maxFeatures > nColumns) reject(`maxFeatures is ${maxFeatures}, there are ${nColumns} columns`, 'give fewer');
  return maxFeatures;
}

function reject(message: string, hint: string): never {
  throw new InputError('bad-option', message, hint);
}
