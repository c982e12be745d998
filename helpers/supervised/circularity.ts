/** The three honest rows of every classifier here: all columns, without the label-defining ones, early detection. */
import { LABEL_DEFINING_COLUMNS } from '../archetypes/archetypes.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { featuresOfClass } from '../features/wallets/feature_sets.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Trial } from './classifier_trial.ts';

export const ROWS = ['all columns', 'without label-defining', 'early detection'] as const;
export type RowName = (typeof ROWS)[number];

/** Left out: a share of volume that needs everybody's fills, and a score relative to the population. */
const NOT_EARLY: ReadonlySet<string> = new Set(['max_bet_vs_market_volume_pct', 'alpha_score']);

/** All columns of the present profile that can be a feature. */
export const PRESENT_COLUMNS: readonly string[] = featuresOfClass('behavioural', 'money', 'outcome');
/** The same, as far as a wallet's first fills give them. */
export const EARLY_COLUMNS: readonly string[] = PRESENT_COLUMNS.filter((name) => !NOT_EARLY.has(name));
export const FREE_COLUMNS: readonly string[] = PRESENT_COLUMNS.filter((name) => !LABEL_DEFINING_COLUMNS.includes(name));

/** Some columns of a matrix, by name. */
export function takeColumns(matrix: Matrix, names: readonly string[], wanted: readonly string[]): Matrix {
  const at = wanted.map((name) => names.indexOf(name));
  const values = new Float32Array(matrix.nRows * at.length);
  for (let row = 0; row < matrix.nRows; row++)
    at.forEach((column, k) => {
      values[row * at.length + k] = matrix.values[row * matrix.nCols + column];
    });
  return createMatrix(values, matrix.nRows, at.length);
}

/** `0.61 [0.40, 0.80]`; an estimate that does not exist (no wallet was called a whale) is `none`. */
export function formatInterval({ estimate, low, high }: BootstrapInterval): string {
  if (Number.isNaN(estimate)) return 'none';
  return `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

/** The table that 09-1 prints, one line a row and model. */
export function circularityTable(trials: readonly { readonly row: RowName; readonly trial: Trial }[]): string {
  return formatTable(
    ['features', 'model', 'rows', 'whales', 'accuracy', 'whale precision', 'whale PR-AUC', 'macro F1', 'cal. error'],
    trials.map(({ row, trial }) => [
      row,
      trial.kind,
      formatCount(trial.nRows),
      formatCount(trial.nWhales),
      formatInterval(trial.accuracy),
      formatInterval(trial.whalePrecision),
      formatInterval(trial.whalePrAuc),
      trial.macroF1.toFixed(2),
      trial.reliability.expectedCalibrationError.toFixed(4),
    ]),
  );
}
