/** Fills of a span of time, read in batches of whole parts in order of time. */

import { type LazyDataFrame, pl } from '../../polars/polars.ts';
import type { ManifestPart } from '../../run/manifest.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { partPaths, scanPart, type Table } from '../../tables/table_store.ts';
import { TRADE_COLUMNS } from './number_fills.ts';

/** Fills summed at once unless the job says otherwise; a batch is never less than one part. */
const BATCH_ROWS = 1_000_000;

export interface TradeSpan {
  readonly trades: Table;
  /** Only fills before this moment, ms. */
  readonly asOfMs: number;
  /** Only fills from this moment on, ms; default all. */
  readonly fromMs?: number;
  /** Fills read at once; default BATCH_ROWS. The result does not depend on it. */
  readonly batchRows?: number;
}

/** Parts that hold rows before T (and from `fromMs` on), in order of time. */
export function relevantParts({ trades, asOfMs, fromMs = Number.NEGATIVE_INFINITY }: TradeSpan): ManifestPart[] {
  return trades.manifest.parts
    .filter((part) => (part.minTsMs ?? 0) < asOfMs && (part.maxTsMs ?? 0) >= fromMs)
    .sort((a, b) => (a.minTsMs ?? 0) - (b.minTsMs ?? 0));
}

/** Rows of a span in batches of whole parts, in order of time, with the columns that profiles are made of. */
export function* tradeBatches(span: TradeSpan): Generator<LazyDataFrame> {
  for (const batch of cutIntoBatches(relevantParts(span), span.batchRows)) yield scanBatch(span, batch);
}

/** The rows of some parts that lie in the span. */
export function scanBatch({ trades, asOfMs, fromMs }: TradeSpan, batch: readonly ManifestPart[]): LazyDataFrame {
  const moment = (ms: number) => pl.lit(ms).cast(pl.Int64);
  const scans = partPaths(trades, batch).map((path) => scanPart(path, RAW_TRADES).select(...TRADE_COLUMNS));
  const before = pl.concat(scans).filter(pl.col('ts_ms').lt(moment(asOfMs)));
  return fromMs === undefined ? before : before.filter(pl.col('ts_ms').gtEq(moment(fromMs)));
}

/** Parts in batches of about `batchRows` rows, in the order given; a part is never cut. */
export function cutIntoBatches(parts: readonly ManifestPart[], batchRows = BATCH_ROWS): ManifestPart[][] {
  const batches: ManifestPart[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (rows + part.rows > batchRows) {
      batches.push([]);
      rows = 0;
    }
    batches[batches.length - 1].push(part);
    rows += part.rows;
  }
  return batches;
}

/** Rows of some parts. */
export function countRows(parts: readonly ManifestPart[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}
