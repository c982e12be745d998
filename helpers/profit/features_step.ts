/** Brings 15_trade_features up to date with the trades, the markets and the target. */

import { writeFeatures } from '../features/trades/build_features.ts';
import { LABEL_STATES, type LabelState } from '../features/trades/future_prices.ts';
import { describeTarget, type TargetOptions, targetOf } from '../features/trades/targets.ts';
import { HOUR_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { Run } from '../run/script.ts';
import { publishParts, type Recipe, upToDateManifest } from '../tables/derived_table.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES } from '../tables/schemas.ts';
import { openTable, readTable, type Table, TableWriter } from '../tables/table_store.ts';
import { firstMoment, lastMoment } from '../tables/time_range.ts';

/** The options that decide a label, without the thresholds of targets that were not chosen. */
export function targetSettings(options: TargetOptions): Readonly<Record<string, number | string>> {
  const target = targetOf(options);
  return { horizon: options.horizon, target: target.kind, threshold: target.threshold };
}

type Counts = Readonly<Record<LabelState, number>>;

/** What became of the fills, in a line for people. */
function describeCounts(counts: Counts, what: string): string {
  const rest = LABEL_STATES.slice(1)
    .filter((name) => counts[name] > 0)
    .map((name) => `${formatCount(counts[name])} ${name}`);
  return `Labels (${what}): ${formatCount(counts.known)} known${rest.length === 0 ? '' : `; without one: ${rest.join(', ')}`}.`;
}

/** Why no fill has a label. */
function reasonForNone(trades: Table, counts: Counts, horizonHours: number): string {
  const spanHours = (lastMoment(trades) - firstMoment(trades)) / HOUR_MS;
  if (trades.manifest.rows === 0) return 'there is no trade';
  if (spanHours < horizonHours)
    return `the horizon of ${horizonHours} h is longer than the ${spanHours.toFixed(1)} h of data`;
  const [most] = LABEL_STATES.slice(1).sort((a, b) => counts[b] - counts[a]);
  return `no fill has a known label (most often: ${most})`;
}

/**
 * The table of features, made anew when something that decides it has changed.
 * @returns the table, or the sentence that says why there are no rows
 */
export async function featuresStep(run: Run, options: TargetOptions): Promise<Table | string> {
  const target = targetOf(options);
  const trades = openTable(run.dataDir, RAW_TRADES);
  const marketTable = openTable(run.dataDir, MARKETS);
  const recipe: Recipe = { inputs: [trades, marketTable], options: targetSettings(options) };
  const what = `${describeTarget(target)} after ${options.horizon} h`;
  const current = upToDateManifest(run, TRADE_FEATURES, recipe);
  if (current !== null) {
    run.log.result(describeCounts(current.metrics.counts as Counts, what));
    return openTable(run.dataDir, TRADE_FEATURES);
  }
  if (trades.manifest.rows === 0) return reasonForNone(trades, {} as Counts, options.horizon);
  const writer = new TableWriter(run.dataDir, TRADE_FEATURES);
  const job = { trades, markets: readTable(marketTable), horizonMs: options.horizon * HOUR_MS, target, log: run.log };
  try {
    const counts = await writeFeatures(job, writer);
    run.log.result(describeCounts(counts, what));
    if (counts.known === 0) {
      writer.abandon();
      return reasonForNone(trades, counts, options.horizon);
    }
    publishParts(run, TRADE_FEATURES, recipe, writer, { counts });
    return openTable(run.dataDir, TRADE_FEATURES);
  } catch (error) {
    writer.abandon();
    throw error;
  }
}
