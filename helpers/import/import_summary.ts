/** What an import did. */
import type { Manifest } from '../run/manifest.ts';
import type { LeftOut } from './plan_files.ts';

export interface ImportSummary {
  readonly isUpToDate: boolean;
  readonly nFilesNew: number;
  /** Files that hold no data of a known format. */
  readonly leftOut: readonly LeftOut[];
  readonly nRowsRead: number;
  readonly nRowsAdded: number;
  readonly nDuplicateRowsKept: number;
  readonly nDropped: number;
  /** Fills in the table twice, as no markets file links the two names that their market came with. */
  readonly nCrossSourceDuplicates: number;
  /** Fills in the table that name no wallet. */
  readonly nAnonymousFills: number;
  /** The zone in which times without one were read; null is UTC. */
  readonly timeZone: string | null;
  /** Times that came without a zone, from sources that do not say which it is. */
  readonly nNaiveTimes: number;
  /** Times of markets outside of 2015 to 2100, which were left out. */
  readonly nImpossibleTimes: number;
  /** Rows whose price had been cut to a cent too little and was put right by the price of the other outcome. */
  readonly nMended: number;
  readonly rejects: Readonly<Record<string, number>>;
  readonly rejectFiles: readonly string[];
  readonly trades: Manifest;
  readonly markets: Manifest;
  readonly diskBytes: number;
}
