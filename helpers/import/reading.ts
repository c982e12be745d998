/** What reading raw files comes to, beside the rows that are staged and what the registry of markets knows. */
import { z } from 'zod';
import { DERIVED_SOURCE } from './market_table.ts';
import type { PlannedFile } from './plan_files.ts';
import type { RejectFiles } from './reject_files.ts';
import type { Settlement } from './settlement.ts';

export interface ReadFile extends PlannedFile {
  readonly rows: number;
  readonly sha256: string;
}

export const COUNTS_SCHEMA = z.object({
  /** Rows of trades. */
  nRowsRead: z.number(),
  nFills: z.number(),
  /** Times that came without a zone, from sources that do not say which it is. */
  nNaiveTimes: z.number(),
  /** Times of markets that cannot be. */
  nImpossibleTimes: z.number(),
  /** Rows whose time is an estimate between two known blocks. */
  nEstimatedTimes: z.number(),
  /** Prices that had been cut to a cent too little. */
  nMended: z.number(),
});
export type ReadCounts = z.infer<typeof COUNTS_SCHEMA>;

export const NOTHING_READ: ReadCounts = {
  nRowsRead: 0,
  nFills: 0,
  nNaiveTimes: 0,
  nImpossibleTimes: 0,
  nEstimatedTimes: 0,
  nMended: 0,
};

export function sumCounts(all: readonly ReadCounts[]): ReadCounts {
  const names = Object.keys(NOTHING_READ) as (keyof ReadCounts)[];
  const sums = names.map((name) => [name, all.reduce((sum, counts) => sum + counts[name], 0)]);
  return Object.fromEntries(sums) as ReadCounts;
}

export interface Reading {
  readonly files: readonly ReadFile[];
  readonly rejects: RejectFiles;
  readonly counts: ReadCounts;
  /** Fills by the key of the claim that decides where they belong, where no file does. */
  readonly nUnlisted: ReadonlyMap<string, number>;
}

/** What the reading counted, as manifests name it. @param settlement what all that was read came to */
export function metricsOf({ counts, nUnlisted }: Reading, { places, markets, apart }: Settlement) {
  let [nDerived, nApart] = [0, 0];
  for (const [key, n] of nUnlisted) {
    if (markets.get(places.get(key)!.marketId)!.entry.source === DERIVED_SOURCE) nDerived += n;
    if (apart.has(key)) nApart += n;
  }
  return {
    rows_read: counts.nRowsRead,
    fills_in_derived_markets: nDerived,
    fills_apart_from_market: nApart,
    fills_with_estimated_times: counts.nEstimatedTimes,
    times_without_zone: counts.nNaiveTimes,
    market_times_impossible: counts.nImpossibleTimes,
    prices_mended: counts.nMended,
  };
}
