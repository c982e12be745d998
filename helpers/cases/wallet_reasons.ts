/** Why a wallet is worth a look: the small contract between those who find wallets and the case files. */
import type { Quantile } from '../features/wallets/population.ts';

/** One figure of a wallet: a profile column (or a quotient of some, see features/wallets/reasons_report.ts) and where it lies. */
export interface Figure {
  readonly column: string;
  readonly value: number;
  readonly quantile: Quantile | null;
  /** The figure in words, where its detector has its own. */
  readonly words?: string;
}

/** How scores become flags. */
export type FlagRule =
  | { readonly kind: 'fdr'; readonly rate: number }
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'budget'; readonly nFirst: number };

/** What one detector says of one wallet. */
export interface Finding {
  readonly detector: string;
  readonly isFlagged: boolean;
  /** 1 for the highest score; wallets of equal score share a rank. */
  readonly rank: number;
  readonly nRanked: number;
  readonly score: number;
  /** NaN where it has none. */
  readonly pValue: number;
}

/** What a finding rests on. */
export interface Explanation {
  /** The figure that says most first. */
  readonly figures: readonly Figure[];
  /** What those figures are, in words. */
  readonly figuresAre: string;
}

/** One detector over all wallets. A wallet is a row of the profiles. */
export interface WalletReasons {
  /** Its name in words. */
  readonly detector: string;
  /** Null where its table does not tell. */
  readonly rule: FlagRule | null;
  /** Rows of flagged wallets. */
  flagged(): number[];
  /** Rows of the `n` most suspicious wallets: flagged ones before others, then by falling score. */
  top(n: number): number[];
  /** Null for a wallet that it has not scored. */
  find(row: number): Finding | null;
  explain(row: number): Explanation;
}
