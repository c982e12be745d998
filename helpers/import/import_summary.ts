/** What an import did. */
import type { Manifest } from '../run/manifest.ts';

export interface ImportSummary {
  readonly isUpToDate: boolean;
  readonly nFilesNew: number;
  readonly nRowsRead: number;
  readonly nRowsAdded: number;
  readonly nDuplicateRowsKept: number;
  readonly nDropped: number;
  /** Fills in the table twice, as no markets file links the two names that their market came with. */
  readonly nCrossSourceDuplicates: number;
  /** Fills in the table that name no wallet. */
  readonly nAnonymousFills: number;
  readonly rejects: Readonly<Record<string, number>>;
  readonly rejectFiles: readonly string[];
  readonly trades: Manifest;
  readonly markets: Manifest;
  readonly diskBytes: number;
}
