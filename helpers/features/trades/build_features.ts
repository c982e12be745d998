/** Makes 15_trade_features day by day: memory follows one day of fills with its horizon, the wallets and the open positions. */
import { type DataFrame, pl, releaseFramesEvery } from '../../polars/polars.ts';
import { DAY_MS, isoDay } from '../../run/clock.ts';
import type { Log } from '../../run/console.ts';
import { prefetch } from '../../run/prefetch.ts';
import { LabelEncoder } from '../../tables/label_encoder.ts';
import { collectParts } from '../../tables/read_parts.ts';
import { TRADE_FEATURES } from '../../tables/schemas.ts';
import type { Table, TableWriter } from '../../tables/table_store.ts';
import { lastTimestamp } from '../../tables/time_range.ts';
import { type CarriedState, dayFeatures, dayRows, FILL_COLUMNS, PRINT_COLUMNS } from './day_features.ts';
import { LABEL_STATES, type LabelState } from './future_prices.ts';
import type { LabelCounts } from './label_counts.ts';
import { MarketState } from './market_state.ts';
import type { TargetSettings } from './targets.ts';
import { WalletState } from './wallet_state.ts';

export interface FeatureJob extends TargetSettings {
  readonly trades: Table;
  readonly markets: DataFrame;
  readonly log: Log;
}

/** UTC days that have fills, rising. */
function daysOf({ manifest }: Table): number[] {
  const days = new Set<number>();
  for (const { minTsMs, maxTsMs } of manifest.parts) {
    if (minTsMs === null || maxTsMs === null) continue;
    for (let dayMs = Math.floor(minTsMs / DAY_MS) * DAY_MS; dayMs <= maxTsMs; dayMs += DAY_MS) days.add(dayMs);
  }
  return [...days].sort((a, b) => a - b);
}

/** A day of fills (FILL_COLUMNS), and what was traded after it (PRINT_COLUMNS). */
interface Day {
  readonly dayMs: number;
  readonly fills: DataFrame;
  readonly later: DataFrame;
}

/**
 * The fills of every day that begins before `untilMs`, and of as long a span after it as a label looks ahead; fills from
 * `untilMs` on are not read.
 */
async function* readDays(trades: Table, horizonMs: number, untilMs = Number.POSITIVE_INFINITY): AsyncGenerator<Day> {
  const release = releaseFramesEvery();
  for (const dayMs of daysOf(trades)) {
    if (dayMs >= untilMs) return;
    const endMs = Math.min(dayMs + DAY_MS, untilMs);
    const laterMs = Math.min(endMs + horizonMs + 1, untilMs);
    const [fills, later] = await Promise.all([
      collectParts(trades, { columns: FILL_COLUMNS, between: { fromMs: dayMs, untilMs: endMs } }),
      collectParts(trades, { columns: PRINT_COLUMNS, between: { fromMs: endMs, untilMs: laterMs } }),
    ]);
    yield { dayMs, fills, later };
    await release(fills.height);
  }
}

/**
 * Fills before a timestamp with their features, labels aside.
 * @public the leak check of the tests compares them with those of a longer history
 */
export async function featuresBefore(trades: Table, markets: DataFrame, beforeMs: number): Promise<DataFrame> {
  const state = emptyState(markets);
  const frames: DataFrame[] = [];
  for await (const { dayMs, fills } of readDays(trades, 0, beforeMs)) {
    state.wallets.settle(state.markets.endedBefore(dayMs));
    frames.push(dayFeatures(fills, state));
  }
  return pl.concat(frames);
}

/** Nothing known before the first day. */
function emptyState(markets: DataFrame): CarriedState {
  const marketCodes = new LabelEncoder('market_id', 'market');
  return {
    walletCodes: new LabelEncoder('wallet', 'wallet_code'),
    marketCodes,
    wallets: new WalletState(),
    markets: new MarketState(markets, marketCodes),
  };
}

/** Calls `onDay` with the rows of every day in turn, and returns all fills counted by what is known of their label. */
export async function forEachDay(
  job: FeatureJob,
  onDay: (dayMs: number, frame: DataFrame) => void,
): Promise<LabelCounts> {
  const { trades, horizonMs, target, log } = job;
  const lookahead = { horizonMs, target, endMs: lastTimestamp(trades) };
  const state = emptyState(job.markets);
  const totals = Object.fromEntries(LABEL_STATES.map((name) => [name, 0])) as Record<LabelState, number>;
  const progress = log.progress('features of fills', trades.manifest.rows);
  let nDone = 0;
  for await (const { dayMs, fills, later } of prefetch(readDays(trades, horizonMs))) {
    state.wallets.settle(state.markets.endedBefore(dayMs));
    const { frame, counts } = dayRows(fills, later, state, lookahead);
    for (const name of LABEL_STATES) totals[name] += counts[name];
    if (frame.height > 0) onDay(dayMs, frame);
    nDone += fills.height;
    progress.update(nDone);
  }
  progress.done();
  return totals;
}

/** Writes the rows of every day as a part of 15_trade_features. */
export async function writeFeatures(job: FeatureJob, writer: TableWriter): Promise<LabelCounts> {
  const columns = TRADE_FEATURES.columns.map(({ name }) => name);
  return await forEachDay(job, (dayMs, frame) => {
    const day = isoDay(dayMs);
    writer.addPart(`month=${day.slice(0, 7)}/${day}`, frame.select(...columns), 'ts_ms');
  });
}
