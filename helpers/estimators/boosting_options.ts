/** Options of gradient boosting, their defaults and their checks. */
import { N_BINS_MAX } from '../kernels/trees/binning.ts';
import { InputError } from '../run/errors.ts';
import { checkChoice, checkInteger, checkNumber, withDefaults } from './contract.ts';

export type BoostingObjective = 'binary' | 'multiclass' | 'squared-error' | 'quantile';

export interface BoostingOptions {
  /** What is learned: probability of label 1, probabilities of labels 0..k-1, the mean, or a quantile. Default `binary`. */
  readonly objective?: BoostingObjective;
  /** Trees (for multiclass: trees a class). Default 100. */
  readonly nRounds?: number;
  /** Factor on each tree, (0, 1]. Default 0.1. */
  readonly learningRate?: number;
  /** `depth` grows level by level, `leaf` splits the most promising leaf. Default `depth`. */
  readonly growth?: 'depth' | 'leaf';
  /** Most splits between root and leaf, 1..16 (1..64 for growth `leaf`). Default 6. */
  readonly maxDepth?: number;
  /** Most leaves a tree for growth `leaf`. Default 31. */
  readonly maxLeaves?: number;
  /** Most bins a column, 2..255. Default 255. */
  readonly maxBins?: number;
  /** Ridge penalty on leaf values. Default 1. */
  readonly l2?: number;
  /** Least sum of hessians in a leaf. Default 1. */
  readonly minChildWeight?: number;
  /** Least gain of a split. Default 0. */
  readonly minSplitGain?: number;
  /** Share of rows sampled for each round, (0, 1]. Default 1. */
  readonly rowShare?: number;
  /** Share of columns sampled for each tree, (0, 1]. Default 1. */
  readonly columnShare?: number;
  /** Column name -> 1 (prediction may only rise with it) or -1 (only fall). Default none. Not for multiclass. */
  readonly monotone?: Readonly<Record<string, 1 | -1>>;
  /** The quantile for objective `quantile`, (0, 1). Default 0.5. */
  readonly quantile?: number;
  /** Rounds without improvement on the validation rows after which to stop; 0 = never. Default 0. */
  readonly earlyStoppingRounds?: number;
  /** Seed of the drawing of rows and columns. Default 0. */
  readonly seed?: number;
}

export type CheckedBoostingOptions = Required<BoostingOptions>;

const DEFAULTS: CheckedBoostingOptions = {
  objective: 'binary',
  nRounds: 100,
  learningRate: 0.1,
  growth: 'depth',
  maxDepth: 6,
  maxLeaves: 31,
  maxBins: N_BINS_MAX,
  l2: 1,
  minChildWeight: 1,
  minSplitGain: 0,
  rowShare: 1,
  columnShare: 1,
  monotone: {},
  quantile: 0.5,
  earlyStoppingRounds: 0,
  seed: 0,
};

const TINY = 1e-9;

/**
 * The options with defaults filled in.
 * @throws InputError bad-option naming the option that is unknown or out of range
 */
export function checkBoostingOptions(options: BoostingOptions): CheckedBoostingOptions {
  const checked = withDefaults(options, DEFAULTS);
  checkChoice('objective', checked.objective, ['binary', 'multiclass', 'squared-error', 'quantile']);
  checkChoice('growth', checked.growth, ['depth', 'leaf']);
  checkInteger('nRounds', checked.nRounds, 1, 100_000);
  checkNumber('learningRate', checked.learningRate, TINY, 1);
  checkInteger('maxDepth', checked.maxDepth, 1, checked.growth === 'depth' ? 16 : 64);
  checkInteger('maxLeaves', checked.maxLeaves, 2, 65_536);
  checkInteger('maxBins', checked.maxBins, 2, N_BINS_MAX);
  checkNumber('l2', checked.l2, 0);
  checkNumber('minChildWeight', checked.minChildWeight, 0);
  checkNumber('minSplitGain', checked.minSplitGain, 0);
  checkNumber('rowShare', checked.rowShare, TINY, 1);
  checkNumber('columnShare', checked.columnShare, TINY, 1);
  checkNumber('quantile', checked.quantile, TINY, 1 - TINY);
  checkInteger('earlyStoppingRounds', checked.earlyStoppingRounds, 0);
  checkInteger('seed', checked.seed, 0);
  for (const [name, direction] of Object.entries(checked.monotone)) {
    if (direction !== 1 && direction !== -1) {
      throw new InputError('bad-option', `monotone of "${name}" must be 1 or -1, not ${direction}`, 'leave others out');
    }
  }
  if (checked.objective === 'multiclass' && Object.keys(checked.monotone).length > 0) {
    const hint = 'leave monotone out, or fit one binary model a class';
    throw new InputError('bad-option', 'monotone does not work with objective multiclass', hint);
  }
  return checked;
}

/** The constraints as one number a column, or null when there are none. */
export function monotoneByColumn(
  monotone: Readonly<Record<string, number>>,
  featureNames: readonly string[],
): Int32Array | null {
  const names = Object.keys(monotone);
  for (const name of names) {
    if (!featureNames.includes(name)) {
      const hint = `columns are: ${featureNames.join(', ')}`;
      throw new InputError('bad-option', `monotone names "${name}", which is no column`, hint);
    }
  }
  return names.length === 0 ? null : Int32Array.from(featureNames, (name) => monotone[name] ?? 0);
}
