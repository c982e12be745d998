/** Two tables of profiles side by side: for every column the largest difference and the wallet that has it. */
import type { DataFrame } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';

/** Columns that are differences of large percentages: the rounding of what they are made of decides. */
const MADE_FROM: Readonly<Record<string, string>> = { alpha_score: 'roi_pct' };

export interface ColumnDifference {
  readonly column: string;
  /** |a − b| / max(1, |a|, |b|); infinite where one is null and the other is not. */
  readonly difference: number;
  /** The wallet where it is largest; null when all are equal. */
  readonly wallet: string | null;
}

type Cell = string | number | bigint | boolean | null;

function difference(a: Cell, b: Cell, base: Cell): number {
  if (a === b) return 0;
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return Number.POSITIVE_INFINITY;
  const [x, y] = [Number(a), Number(b)];
  const size = Math.max(1, Math.abs(x), Math.abs(y), Math.abs(Number(base ?? 0)));
  const apart = Math.abs(x - y) / size;
  return Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
}

/**
 * The largest difference of every column of WALLET_PROFILES, relative to the larger value where that exceeds 1 (below, a
 * billionth of a dollar, a percentage point or a day is nothing); that of alpha_score is relative to the ROI it is cut from.
 * @throws InputError 'bad-value' when the tables do not hold the same wallets as of the same timestamp
 */
export function compareProfiles(ours: DataFrame, theirs: DataFrame): ColumnDifference[] {
  const columns = WALLET_PROFILES.columns.map((column) => ({
    name: column.name,
    ours: ours.getColumn(column.name).toArray() as Cell[],
    theirs: theirs.getColumn(column.name).toArray() as Cell[],
  }));
  const wallets = ours.getColumn('wallet').toArray() as string[];
  const others = theirs.getColumn('wallet').toArray() as string[];
  const stranger = wallets.findIndex((wallet, i) => wallet !== others[i]);
  if (wallets.length !== others.length || stranger >= 0)
    throw new InputError(
      'bad-value',
      `the tables hold other wallets (${wallets.length} and ${others.length}; they part at row ${stranger + 1})`,
      'build both from the same trades and as of the same timestamp',
    );
  return columns.map(({ name, ours: a, theirs: b }) => {
    const base = columns.find((c) => c.name === MADE_FROM[name])?.ours;
    let largest: ColumnDifference = { column: name, difference: 0, wallet: null };
    for (let i = 0; i < wallets.length; i++) {
      const apart = difference(a[i], b[i], base?.[i] ?? null);
      if (apart > largest.difference) largest = { column: name, difference: apart, wallet: wallets[i] };
    }
    return largest;
  });
}
