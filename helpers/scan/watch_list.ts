/** Which open markets are worth watching, and what stopped each of the others: the first question that it failed. */
import { z } from 'zod';
import type { KalshiMarket } from '../venues/kalshi/api/rows.ts';
import type { ScanSettings } from './scan_options.ts';

const DECIMAL = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);

/** What of a market's row the scan reads; amounts in contracts and USD. */
const QUOTED = z.looseObject({
  yes_bid_dollars: DECIMAL,
  yes_ask_dollars: DECIMAL,
  volume_fp: DECIMAL,
  volume_24h_fp: DECIMAL.catch(0),
  open_interest_fp: DECIMAL.catch(0),
  title: z.string().catch(''),
  yes_sub_title: z.string().catch(''),
  rules_primary: z.string().catch(''),
});

/** What is known of a market's series. */
export interface SeriesFacts {
  readonly series: string;
  readonly category: string;
  readonly feeType: string;
  readonly feeMultiplier: number;
}

export interface WatchedMarket extends SeriesFacts {
  readonly ticker: string;
  readonly event: string;
  readonly title: string;
  readonly closesMs: number;
  /** USD. */
  readonly bid: number;
  readonly ask: number;
  /** Contracts. */
  readonly volume: number;
  readonly volume24h: number;
  readonly openInterest: number;
  /** Word for word: what decides. */
  readonly rules: string;
}

/** Why a market is not watched; kinds without figures, so that they can be counted. */
export const WHY_NOT = {
  status: 'not active',
  row: 'without prices',
  series: 'of no known series',
  early: 'closes too soon',
  late: 'closes too late',
  category: 'of another category',
  oneSided: 'nobody bids or nobody offers',
  volume: 'too little trading',
  spread: 'too wide a spread',
} as const;

/** A market as it is watched, or why it is not. @param nowMs what the days to its close count from */
export function watchOrNot(
  market: KalshiMarket,
  facts: SeriesFacts | null,
  settings: ScanSettings,
  nowMs: number,
): WatchedMarket | string {
  if (market.status !== 'active') return WHY_NOT.status;
  const row = QUOTED.safeParse(market).data;
  if (row === undefined) return WHY_NOT.row;
  if (facts === null) return WHY_NOT.series;
  const closesMs = Date.parse(market.close_time);
  if (closesMs < nowMs + settings.closesAfterMs) return WHY_NOT.early;
  if (closesMs > nowMs + settings.closesBeforeMs) return WHY_NOT.late;
  if (settings.categories.length > 0 && !settings.categories.includes(facts.category)) return WHY_NOT.category;
  const [bid, ask] = [row.yes_bid_dollars, row.yes_ask_dollars];
  if (bid <= 0 || ask <= 0 || ask >= 1) return WHY_NOT.oneSided;
  if (row.volume_fp < settings.volumeMin) return WHY_NOT.volume;
  // Prices are hundredths of a cent: what is .1 apart must not be more for a rounding of doubles.
  if (Math.round((ask - bid) * 1e6) > Math.round(settings.spreadMax * 1e6)) return WHY_NOT.spread;
  return {
    ...facts,
    ticker: market.ticker,
    event: market.event_ticker,
    title: [row.title, row.yes_sub_title].filter((part) => part !== '').join(': ') || market.ticker,
    closesMs,
    bid,
    ask,
    volume: row.volume_fp,
    volume24h: row.volume_24h_fp,
    openInterest: row.open_interest_fp,
    rules: row.rules_primary,
  };
}
