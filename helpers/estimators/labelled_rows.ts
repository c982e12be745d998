/** Checks of labels and weights that the tree estimators share. */
import type { Matrix } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';
import { checkFinite, checkNotEmpty, checkSameColumns } from './contract.ts';

export interface LabelledRows {
  readonly x: Matrix;
  readonly labels: Float32Array;
  /** Weight of each row, null for 1 each. */
  readonly weights: Float32Array | null;
}

const N_CLASSES_MAX = 1000;

/**
 * Rows with labels and weights as float32.
 * @param which what the rows are for, named in errors
 * @throws InputError when they are empty, hold infinities, or differ in number; or when weights are negative or all 0
 */
export function checkRows(
  x: Matrix,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  featureNames: readonly string[],
  which: string,
): LabelledRows {
  checkNotEmpty(x);
  checkSameColumns(featureNames, x);
  checkFinite(x, featureNames, 'nan-is-missing');
  const labels = toFinite(y, x.nRows, `${which} labels`);
  if (weights === undefined) return { x, labels, weights: null };
  const checked = toFinite(weights, x.nRows, `${which} weights`);
  const total = checked.reduce((sum, weight) => sum + weight, 0);
  if (checked.some((weight) => weight < 0) || !(total > 0)) {
    throw new InputError('bad-value', `${which} weights must not be negative, nor all 0`, 'leave such rows out');
  }
  return { x, labels, weights: checked };
}

/** Number of classes when labels are 0..k-1: the highest plus one, at least two. */
export function countClasses(labels: Float32Array): number {
  return labels.reduce((top, label) => Math.max(top, label), 1) + 1;
}

/** Rejects labels that are no integers in 0..nClasses-1, and more than 1000 classes. */
export function checkClassLabels(labels: Float32Array, nClasses: number, which: string): void {
  if (nClasses > N_CLASSES_MAX) {
    const hint = 'number the classes 0, 1, 2, …, or predict a number instead';
    throw new InputError(
      'bad-value',
      `${which} labels go up to ${nClasses - 1}, beyond ${N_CLASSES_MAX} classes`,
      hint,
    );
  }
  for (let row = 0; row < labels.length; row++) {
    if (Number.isInteger(labels[row]) && labels[row] >= 0 && labels[row] < nClasses) continue;
    const message = `${which} label of row ${row} is ${labels[row]}, not an integer in 0..${nClasses - 1}`;
    throw new InputError('bad-value', message, 'number the classes 0, 1, 2, …');
  }
}

function toFinite(numbers: ArrayLike<number>, nRows: number, what: string): Float32Array {
  if (numbers.length !== nRows) {
    throw new InputError('bad-value', `${numbers.length} ${what} for ${nRows} rows`, 'give one a row');
  }
  const result = Float32Array.from(numbers);
  const bad = result.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw new InputError('bad-value', `${what}: row ${bad} holds ${numbers[bad]}`, 'leave such rows out');
  return result;
}
