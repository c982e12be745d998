/** What an import did. */
import type { Manifest } from '../run/manifest.ts';

export interface ImportSummary {
  readonly isUpToDate: boolean;
  readonly nFilesNew: number;
  readonly nRowsRead: number;
  readonly nRowsAdded: number;
  readonly nRepeatsKept: number;
  readonly nDropped: number;
  /** Fills in the table twice, as no markets file links the two names that their market came with. */
  readonly nUnlinkedTwins: number;
  /** Fills in the table that name no wallet. */
  readonly nWalletless: number;
  readonly rejects: Readonly<Record<string, number>>;
  readonly rejectFiles: readonly string[];
  readonly trades: Manifest;
  readonly markets: Manifest;
  readonly diskBytes: number;
}
