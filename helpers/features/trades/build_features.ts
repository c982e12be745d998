/** Makes 15_trade_features day by day: memory follows one day of fills with its horizon, the wallets and the open positions. */

import { type DataFrame, pl, releaseFramesEvery } from '../../polars/polars.ts';
import { DAY_MS, isoDay } from '../../run/clock.ts';
import type { Log } from '../../run/console.ts';
import type { ManifestPart } from '../../run/manifest.ts';
import { Codebook } from '../../tables/codebook.ts';
import { emptyFrame } from '../../tables/schema.ts';
import { RAW_TRADES, TRADE_FEATURES } from '../../tables/schemas.ts';
import { partPaths, scanPart, type Table, type TableWriter, withParquetErrors } from '../../tables/table_store.ts';
import { lastMoment } from '../../tables/time_range.ts';
import {
  type CarriedState,
  dayFeatures,
  dayRows,
  FILL_COLUMNS,
  type Lookahead,
  PRINT_COLUMNS,
} from './day_features.ts';
import { LABEL_STATES, type LabelState } from './future_prices.ts';
import { MarketState } from './market_state.ts';
import { WalletState } from './wallet_state.ts';

export interface FeatureJob {
  readonly trades: Table;
  readonly markets: DataFrame;
  readonly horizonMs: number;
  readonly target: Lookahead['target'];
  readonly log: Log;
}

/** Parts by the UTC day they belong to, in order of time. */
function partsByDay(trades: Table): Map<number, ManifestPart[]> {
  const days = new Map<number, ManifestPart[]>();
  const parts = trades.manifest.parts.filter((part) => part.rows > 0 && part.minTsMs !== null);
  for (const part of parts.sort((a, b) => (a.minTsMs ?? 0) - (b.minTsMs ?? 0))) {
    const day = Math.floor((part.minTsMs ?? 0) / DAY_MS) * DAY_MS;
    days.set(day, [...(days.get(day) ?? []), part]);
  }
  return days;
}

function readParts(trades: Table, parts: readonly ManifestPart[], columns: readonly string[], beforeMs: number) {
  const scans = partPaths(trades, parts).map((path) => scanPart(path, RAW_TRADES).select(...columns));
  if (scans.length === 0) return emptyFrame(RAW_TRADES).select(...columns);
  const isBefore = pl.col('ts_ms').ltEq(pl.lit(beforeMs).cast(pl.Int64));
  return withParquetErrors(trades.folder, () => pl.concat(scans).filter(isBefore).collectSync());
}

/**
 * Fills before a moment with their features, labels aside.
 * @public the leak check of the tests compares them with those of a longer history
 */
export async function featuresBefore(trades: Table, markets: DataFrame, beforeMs: number): Promise<DataFrame> {
  const state = emptyState(markets);
  const frames: DataFrame[] = [];
  let settledMs = Number.MIN_SAFE_INTEGER;
  for (const [dayMs, parts] of partsByDay(trades)) {
    if (dayMs >= beforeMs) break;
    state.wallets.settle(state.markets.endedBetween(settledMs, dayMs));
    settledMs = dayMs;
    frames.push(dayFeatures(readParts(trades, parts, FILL_COLUMNS, beforeMs - 1), state));
  }
  return pl.concat(frames);
}

/** Nothing known before the first day. */
function emptyState(markets: DataFrame): CarriedState {
  const marketCodes = new Codebook('market_id', 'market');
  return {
    walletCodes: new Codebook('wallet', 'owner'),
    marketCodes,
    wallets: new WalletState(),
    markets: new MarketState(markets, marketCodes),
  };
}

/** Calls `onDay` with the rows of every day in turn, and returns all fills counted by what is known of their label. */
export async function forEachDay(
  job: FeatureJob,
  onDay: (dayMs: number, frame: DataFrame) => void,
): Promise<Record<LabelState, number>> {
  const days = partsByDay(job.trades);
  const lookahead = { horizonMs: job.horizonMs, target: job.target, endMs: lastMoment(job.trades) };
  const state = emptyState(job.markets);
  const totals = Object.fromEntries(LABEL_STATES.map((name) => [name, 0])) as Record<LabelState, number>;
  const progress = job.log.progress('features of fills', job.trades.manifest.rows);
  let settledMs = Number.MIN_SAFE_INTEGER;
  let nDone = 0;
  const release = releaseFramesEvery();
  for (const [dayMs, parts] of days) {
    const endOfDayMs = dayMs + DAY_MS;
    const later = [...days].filter(([other]) => other > dayMs && other <= endOfDayMs + job.horizonMs);
    const day = readParts(job.trades, parts, FILL_COLUMNS, endOfDayMs);
    const next = readParts(
      job.trades,
      later.flatMap(([, ofDay]) => ofDay),
      PRINT_COLUMNS,
      endOfDayMs + job.horizonMs,
    );
    state.wallets.settle(state.markets.endedBetween(settledMs, dayMs));
    settledMs = dayMs;
    const { frame, counts } = dayRows(day, next, state, lookahead);
    for (const name of LABEL_STATES) totals[name] += counts[name];
    if (frame.height > 0) onDay(dayMs, frame);
    nDone += day.height;
    progress.update(nDone);
    await release(day.height);
  }
  progress.done();
  return totals;
}

/** Writes the rows of every day as a part of 15_trade_features. */
export async function writeFeatures(job: FeatureJob, writer: TableWriter): Promise<Record<LabelState, number>> {
  return forEachDay(job, (dayMs, frame) => {
    const day = isoDay(dayMs);
    writer.addPart(
      `month=${day.slice(0, 7)}/${day}`,
      frame.select(...TRADE_FEATURES.columns.map((c) => c.name)),
      'ts_ms',
    );
  });
}
