/** The three honest rows of every classifier here: all columns, without the label-defining ones, early detection. */
import { LABEL_DEFINING_COLUMNS } from '../archetypes/archetypes.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { featuresOfClass } from '../features/wallets/feature_sets.ts';
import { type Matrix, takeColumns } from '../kernels/matrix.ts';
import { earlyName, SNAPSHOTS } from '../tables/schemas.ts';

export const ROWS = ['all columns', 'without label-defining', 'early detection'] as const;
export type RowName = (typeof ROWS)[number];
export const EARLY: RowName = 'early detection';
/**
 * The model of early detection, tested on wallets that had more fills by the time of their label than it saw. Of the others it
 * knows all that made the label, and nothing about them is early.
 */
export const TRADED_ON = 'early detection, traded on';
export type TrialName = RowName | typeof TRADED_ON;

/** All columns of the present profile that can be a feature. */
export const PRESENT_COLUMNS: readonly string[] = featuresOfClass('behavioural', 'money', 'outcome');
/** The same, as far as a wallet's first fills give them. */
export const EARLY_COLUMNS: readonly string[] = PRESENT_COLUMNS.filter((name) =>
  SNAPSHOTS.columns.some((column) => column.name === earlyName(name)),
);

const COLUMNS_OF: Readonly<Record<RowName, readonly string[]>> = {
  'all columns': PRESENT_COLUMNS,
  'without label-defining': PRESENT_COLUMNS.filter((name) => !LABEL_DEFINING_COLUMNS.includes(name)),
  'early detection': EARLY_COLUMNS,
};

/** What a model of one of the three rows sees. */
export interface Features {
  readonly x: Matrix;
  readonly featureNames: readonly string[];
}

/**
 * @param profiles `present` with PRESENT_COLUMNS and `early` with EARLY_COLUMNS, the same wallets in the same order
 * @param allowed columns that the model may see at all
 */
export function featuresOf(
  row: RowName,
  { present, early }: { readonly present: Matrix; readonly early: Matrix },
  allowed: readonly string[] = PRESENT_COLUMNS,
): Features {
  const featureNames = COLUMNS_OF[row].filter((name) => allowed.includes(name));
  const [matrix, names] = row === EARLY ? [early, EARLY_COLUMNS] : [present, PRESENT_COLUMNS];
  const x = featureNames.length === names.length ? matrix : columnsOf(matrix, names, featureNames);
  return { x, featureNames };
}

/** Some columns of a matrix, by name. */
export function columnsOf(matrix: Matrix, names: readonly string[], wanted: readonly string[]): Matrix {
  return takeColumns(
    matrix,
    wanted.map((name) => names.indexOf(name)),
  );
}

/** `0.61 [0.40, 0.80]`; an estimate that does not exist (no wallet was predicted positive) is `none`. */
export function formatInterval({ estimate, low, high }: BootstrapInterval, nDigits = 2): string {
  if (Number.isNaN(estimate)) return 'none';
  return `${estimate.toFixed(nDigits)} [${low.toFixed(nDigits)}, ${high.toFixed(nDigits)}]`;
}
