/** Where one wallet's figure lies among those of all wallets. */
import type { DataFrame } from '../../polars/polars.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';

/** Shares of the wallets whose figure is known, 0..1. Both, because many wallets may have the very same figure. */
export interface Quantile {
  readonly below: number;
  readonly above: number;
}

/** Where a value lies among others; null where it is not known. */
export function quantileOf(values: Float64Array, value: number): Quantile | null {
  if (Number.isNaN(value)) return null;
  let [nBelow, nAbove, nKnown] = [0, 0, 0];
  for (const other of values) {
    if (other < value) nBelow++;
    else if (other > value) nAbove++;
    if (!Number.isNaN(other)) nKnown++;
  }
  return { below: nBelow / nKnown, above: nAbove / nKnown };
}

/** Columns that name what moved a score most. */
const REASON_COLUMNS = ['reason_1', 'reason_2', 'reason_3'] as const;

/** Profile columns that a table names as reasons, by row: none for a wallet that has no reasons. */
export function namedReasons(frame: DataFrame): string[][] {
  const names = REASON_COLUMNS.map((column) => toTexts(frame, column));
  return Array.from({ length: frame.height }, (_, row) => names.flatMap((column) => column[row] ?? []));
}

/** The figures of all wallets, by the columns of their profiles; each column is unpacked when it is first asked for. */
export class Population {
  private readonly columns = new Map<string, Float64Array>();

  /** @param profiles rows of 11_wallet_profiles */
  constructor(private readonly profiles: DataFrame) {}

  get nWallets(): number {
    return this.profiles.height;
  }

  /** One figure of every wallet, in the order of the profiles; NaN where it is not known. */
  values(column: string): Float64Array {
    const known = this.columns.get(column);
    if (known !== undefined) return known;
    const values = toNumbers(this.profiles, column);
    this.columns.set(column, values);
    return values;
  }
}
