/** Fills counted by what is known of their label, and why none has one. */
import { HOUR_MS } from '../../run/clock.ts';
import type { Table } from '../../tables/table_store.ts';
import { firstTimestamp, lastTimestamp } from '../../tables/time_range.ts';
import { LABEL_STATES, type LabelState } from './future_prices.ts';

export type LabelCounts = Readonly<Record<LabelState, number>>;

/**
 * Why no fill has a label, without a full stop.
 * @param trades 10_raw_trades
 * @param counts of all its fills, none of them `known`
 */
export function whyNoLabel(trades: Table, counts: LabelCounts, horizonMs: number): string {
  if (trades.manifest.rows === 0) return 'there is no trade';
  const spanMs = lastTimestamp(trades) - firstTimestamp(trades);
  if (spanMs < horizonMs)
    return `the horizon of ${horizonMs / HOUR_MS} h is longer than the ${(spanMs / HOUR_MS).toFixed(1)} h of data`;
  const [most] = LABEL_STATES.slice(1).sort((a, b) => counts[b] - counts[a]);
  return `no fill has a known label (most often: ${most})`;
}
