/** Kalshi market rows: the archive's Parquet and REST objects. `yes` is outcome 0. */
import { z } from 'zod';
import { type MarketAdapter, NOTHING_KNOWN, type WireRow } from '../adapter.ts';
import type { MarketValues } from '../values/market_values.ts';
import { numberWithin } from '../values/number.ts';
import { booleanOrNull, textOrNull } from '../values/text.ts';
import { wireFlagMaybe, wireNumberMaybe, wireText, wireTextMaybe } from '../wire.ts';
import type { KalshiMarket } from './api/rows.ts';

const RESULTS: Readonly<Record<string, 0 | 1>> = { yes: 0, no: 1 };
/** A result of a `determined` market may still be disputed and amended. */
const FINAL_STATUSES: ReadonlySet<string> = new Set(['finalized', 'settled']);

/** What a share of `yes` was paid, 0..1 USD; null while that is not final. */
export function finalPayout({ status, result, settlement_value_dollars: stated }: KalshiMarket): number | null {
  if (!FINAL_STATUSES.has(status.toLowerCase())) return null;
  const winner = RESULTS[result.toLowerCase()];
  return winner === undefined ? shareOfDollar(typeof stated === 'string' ? stated : null) : 1 - winner;
}

/**
 * The scheduled end, which must not tell more than was known while the market traded. Kalshi moves `close_time` back to the
 * moment of the result when a market closes early and leaves the expiration as it was, so `close_time` counts only where no
 * early close is possible; where nothing is said of that (the archive), the schedule is unknown.
 */
function scheduledEndMs(row: WireRow, values: MarketValues): number | null {
  return booleanOrNull(row.can_close_early) === false
    ? values.time(row.close_time)
    : values.time(row.latest_expiration_time);
}

/** What a share of `yes` was paid, in USD; null for no number of 0 to 1. A market of result `scalar` pays a fraction. */
function shareOfDollar(text: string | null | undefined): number | null {
  return numberWithin(text, 0, 1);
}

export const KALSHI_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'kalshi_markets',
  what: 'Kalshi markets (archive, REST)',
  venue: 'kalshi',
  source: 'kalshi',
  rank: 0,
  required: ['ticker', 'event_ticker', 'status', 'result'],
  optional: [
    'title',
    'yes_sub_title',
    'no_sub_title',
    'created_time',
    'open_time',
    'close_time',
    'can_close_early',
    'latest_expiration_time',
    'settlement_ts',
    'settlement_value_dollars',
  ],
  wire: z.object({
    ticker: wireText,
    event_ticker: wireTextMaybe,
    status: wireText,
    result: wireTextMaybe,
    title: wireTextMaybe,
    yes_sub_title: wireTextMaybe,
    no_sub_title: wireTextMaybe,
    created_time: wireTextMaybe,
    open_time: wireTextMaybe,
    close_time: wireTextMaybe,
    can_close_early: wireFlagMaybe,
    latest_expiration_time: wireTextMaybe,
    settlement_ts: wireNumberMaybe,
    settlement_value_dollars: wireNumberMaybe,
  }),
  market: (row, values) => {
    const marketId = textOrNull(row.ticker);
    if (marketId === null) return 'no market id';
    const isFinal = FINAL_STATUSES.has(textOrNull(row.status)?.toLowerCase() ?? '');
    const winnerIndex = isFinal ? (RESULTS[textOrNull(row.result)?.toLowerCase() ?? ''] ?? null) : null;
    return {
      ...NOTHING_KNOWN,
      marketId,
      eventId: textOrNull(row.event_ticker),
      question: textOrNull(row.title) ?? textOrNull(row.yes_sub_title),
      outcomes: ['Yes', 'No'],
      createdMs: values.time(row.created_time),
      openMs: values.time(row.open_time),
      closeMs: scheduledEndMs(row, values),
      resolvedMs: isFinal ? (values.time(row.settlement_ts) ?? values.time(row.close_time)) : null,
      winnerIndex,
      isVoid: isFinal ? winnerIndex === null : null,
      settlementValue: isFinal && winnerIndex === null ? shareOfDollar(row.settlement_value_dollars) : null,
      // Kalshi counts volume in contracts, not in dollars.
    };
  },
};
