/** Reasons from a table with a score, a flag and a p-value for every wallet. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import type { Explanation, Finding, FlagRule, WalletReasons } from './wallet_reasons.ts';

export interface RankedTable {
  readonly detector: string;
  readonly rule: FlagRule | null;
  /** Rows in the order of the profiles; a wallet that was not scored has nulls. */
  readonly frame: DataFrame;
  readonly columns: {
    readonly score: string;
    /** Null where the detector gives none. */
    readonly pValue: string | null;
    readonly isFlagged: string;
  };
  readonly explain: (row: number) => Explanation;
}

/** Scores, flags and ranks of all wallets. */
interface Ranking {
  readonly scores: Float64Array;
  readonly isFlagged: Float64Array;
  readonly pValues: Float64Array;
  /** Scored rows, by falling score. */
  readonly order: Uint32Array;
  readonly ranks: Uint32Array;
}

function rank({ frame, columns }: RankedTable): Ranking {
  const scores = toNumbers(frame, columns.score);
  const order = Uint32Array.from(scores.keys())
    .filter((row) => !Number.isNaN(scores[row]))
    .sort((a, b) => scores[b] - scores[a] || a - b);
  const ranks = new Uint32Array(scores.length);
  order.forEach((row, i) => {
    const above = order[i - 1];
    ranks[row] = i > 0 && scores[above] === scores[row] ? ranks[above] : i + 1;
  });
  return {
    scores,
    isFlagged: toNumbers(frame, columns.isFlagged),
    pValues: columns.pValue === null ? scores.map(() => Number.NaN) : toNumbers(frame, columns.pValue),
    order,
    ranks,
  };
}

/** The reasons of one detector; its table is unpacked when it is first asked for more than its flags. */
export function rankedReasons(table: RankedTable): WalletReasons {
  let ranking: Ranking | null = null;
  const ranked = (): Ranking => {
    ranking ??= rank(table);
    return ranking;
  };
  const find = (row: number): Finding | null => {
    const { scores, isFlagged, pValues, order, ranks } = ranked();
    if (Number.isNaN(scores[row])) return null;
    return {
      detector: table.detector,
      isFlagged: isFlagged[row] === 1,
      rank: ranks[row],
      nRanked: order.length,
      score: scores[row],
      pValue: pValues[row],
    };
  };
  const top = (n: number): number[] => {
    const { order, isFlagged } = ranked();
    const flagged = order.filter((row) => isFlagged[row] === 1);
    const others = order.filter((row) => isFlagged[row] !== 1);
    return [...flagged.subarray(0, n), ...others.subarray(0, Math.max(0, n - flagged.length))];
  };
  const flagged = (): number[] => {
    const flags = table.frame.select(pl.col(table.columns.isFlagged).fillNull(pl.lit(false)).alias('flag'));
    return (flags.getColumn('flag').toArray() as boolean[]).flatMap((flag, row) => (flag ? [row] : []));
  };
  const { detector, rule, explain } = table;
  return { detector, rule, flagged, top, find, explain };
}
