/** Which open markets are worth watching, what stopped each of the others (the first question that it failed), and where the list is kept. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonAs } from '../run/files.ts';
import type { KalshiMarket } from '../venues/kalshi/api/rows.ts';
import type { ScanSettings } from './scan_options.ts';

const DECIMAL = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);

const STRIKE = z.number().nullish().catch(null);

/** What of a market's row is read of its price and its question; amounts in contracts and USD. */
const QUOTED = z.looseObject({
  yes_bid_dollars: DECIMAL,
  yes_ask_dollars: DECIMAL,
  volume_fp: DECIMAL,
  volume_24h_fp: DECIMAL.catch(0),
  open_interest_fp: DECIMAL.catch(0),
  title: z.string().catch(''),
  yes_sub_title: z.string().catch(''),
  rules_primary: z.string().catch(''),
  strike_type: z.string().nullish().catch(null),
  floor_strike: STRIKE,
  cap_strike: STRIKE,
  price_ranges: z.array(z.looseObject({ step: DECIMAL })).catch([]),
  exchange_index: z.number().int().catch(0),
});

/** Null for a market without prices. */
export function quotedRow(market: KalshiMarket): z.infer<typeof QUOTED> | null {
  return QUOTED.safeParse(market).data ?? null;
}

/** What a market asks, in the words of its event and its own. */
export function titleOf({ ticker, title, yes_sub_title: own }: z.infer<typeof QUOTED> & { readonly ticker: string }) {
  return [title, own].filter((part) => part !== '').join(': ') || ticker;
}

const SERIES_FACTS = {
  series: z.string(),
  category: z.string().default('unknown'),
  /** Without one nothing is bought. */
  feeType: z.string().default('unknown'),
  feeMultiplier: z.number(),
  /** Of the markets of its event one alone can end with YES. */
  isExclusive: z.boolean().default(false),
};

/** What is known of a market's event and series. */
export type SeriesFacts = Readonly<z.infer<z.ZodObject<typeof SERIES_FACTS>>>;

/** Where an older scan did not say something, it is what nothing is bought on. */
export const WATCHED_MARKET = z.object({
  ...SERIES_FACTS,
  ticker: z.string().min(1),
  event: z.string(),
  title: z.string().default(''),
  closesMs: z.number().default(0),
  /** USD. */
  bid: z.number().default(0),
  ask: z.number().default(1),
  /** Contracts. */
  volume: z.number().default(0),
  volume24h: z.number(),
  openInterest: z.number().default(0),
  /** Word for word: what decides. */
  rules: z.string().default(''),
  /** Smallest step of prices anywhere, USD. */
  priceStep: z.number().positive().default(0.01),
  /** Exchange index, where its money is kept. */
  shard: z.number().int().default(0),
});
export type WatchedMarket = Readonly<z.infer<typeof WATCHED_MARKET>>;

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
  const row = quotedRow(market);
  if (row === null) return WHY_NOT.row;
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
    title: titleOf({ ...row, ticker: market.ticker }),
    closesMs,
    bid,
    ask,
    volume: row.volume_fp,
    volume24h: row.volume_24h_fp,
    openInterest: row.open_interest_fp,
    rules: row.rules_primary,
    priceStep: Math.min(0.01, ...row.price_ranges.map(({ step }) => step).filter((step) => step > 0)),
    shard: row.exchange_index,
  };
}

/** Of the files of a scan. */
export const SCAN_VERSION = 1;

/** Where a scan keeps what it has found. */
export function scanFolder(dataDir: string): string {
  return join(dataDir, 'live', 'scan');
}

export function watchListPath(dataDir: string): string {
  return join(scanFolder(dataDir), 'watch_list.json');
}

/** When the newest watch list was written, to be compared; null where nobody has scanned. */
export function watchListStamp(dataDir: string): string | null {
  const path = watchListPath(dataDir);
  if (!existsSync(path)) return null;
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}

const WATCH_LIST = z.looseObject({
  version: z.literal(SCAN_VERSION),
  scannedMs: z.number(),
  /** Open markets, and how many of them what stopped. */
  nMarkets: z.number().default(0),
  stopped: z.record(z.string(), z.number()).default({}),
  watched: z.array(WATCHED_MARKET),
});

/** The newest watch list, the most traded markets first; null where nobody has scanned. @throws InputError 'corrupt-file' */
export function readWatchList(dataDir: string): z.infer<typeof WATCH_LIST> | null {
  const path = watchListPath(dataDir);
  if (!existsSync(path)) return null;
  return readJsonAs(path, WATCH_LIST, 'a watch list', 'scan again: npx tsx 6_profitability/23_scan_markets.ts --once');
}
