/**
 * What an import format is: the columns it is known by and how its rows become wire fills or market rows. Adapters see
 * frames whose columns are all text (null = absent), whatever the file was, and give the columns named here.
 */
import type { z } from 'zod';
import type { Expr } from '../polars/polars.ts';
import type { Venue } from './fees.ts';
import type { FillValues } from './values/fill_values.ts';
import type { MarketValues } from './values/market_values.ts';
import type { TimeZone } from './values/time_zone.ts';

/** Columns of wire fills: canonical trades before markets are known and duplicates are counted. Integers are 1e-6 units. */
export const FILL_COLUMNS = [
  'ts_ms',
  'wallet',
  'token_id',
  'wire_market',
  'wire_outcome',
  'side',
  'price',
  'shares_u',
  'usd_u',
  'nominal_u',
  'fee_u',
  'role',
  'tx',
  'block_number',
  'log_index',
  'event_id',
  'title',
  'outcome_name',
  'slug',
] as const;

export type FillColumn = (typeof FILL_COLUMNS)[number];
export type FillExpressions = Partial<Record<Exclude<FillColumn, 'ts_ms'>, Expr>> & {
  /** Why a row cannot be used, where only its format can tell; null for a good one. */
  readonly row_error?: Expr;
  /** Whether a value of the row was cut short by its source and has been put right. */
  readonly is_mended?: Expr;
};

interface AdapterBase {
  /** Name for --format and for the manifest. */
  readonly format: string;
  readonly what: string;
  readonly venue: Venue;
  /** Columns that must be there; a file is recognised by them. */
  readonly required: readonly string[];
  /** Columns used when they are there. */
  readonly optional: readonly string[];
  /** Other names under which sources give a column, to its name here; case, blanks and underscores do not count anyway. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What a JSON row must look like; formats that come only as CSV or Parquet have none. */
  readonly wire?: z.ZodType<Record<string, unknown>>;
}

export interface TradeAdapter extends AdapterBase {
  readonly kind: 'trades';
  /** False on a venue that publishes no account id. */
  readonly hasWallets: boolean;
  /** The column that holds the time of the fill. */
  readonly timeColumn: string;
  /** Set where the documents of the source say that its times without a zone are UTC, so that nobody need be told. */
  readonly isUtcDocumented?: boolean;
  /** Whether price, shares and cash are stated each on its own, so that one can be checked against the others. */
  readonly statesAmount?: boolean;
  /**
   * One expression for each fill column but ts_ms; what is not given is null.
   * @param read how columns are read
   * @param context what the user told
   */
  fills(read: FillValues, context: TradeContext): FillExpressions;
  /** Whether block numbers have to be turned into times with a blocks file. */
  readonly needsBlocks?: boolean;
}

export interface MarketAdapter extends AdapterBase {
  readonly kind: 'markets';
  /** What 10_markets calls the source of its rows. */
  readonly source: string;
  /** Rank of trust when several sources know a market; smaller is better, and one for all adapters of a source. */
  readonly rank: number;
  /** The market of one row, or the reason why it cannot be used. */
  market(row: WireRow, values: MarketValues): MarketRow | string;
}

/** One row of a market file: text, or null where absent. */
export type WireRow = Readonly<Record<string, string | null>>;

/** What a source knows of a market; null = not known. Times in ms since 1970 UTC. */
export interface MarketRow {
  readonly marketId: string;
  readonly gammaId: string | null;
  readonly eventId: string | null;
  /** Address of the automated market maker that traded it before there was an order book. */
  readonly marketMaker: string | null;
  readonly question: string | null;
  readonly slug: string | null;
  /** Questions and slugs of other descriptions of the same market. */
  readonly otherNames: readonly string[];
  readonly tags: readonly string[];
  readonly outcomes: readonly [string, string] | null;
  readonly tokens: readonly [string, string] | null;
  readonly negRisk: boolean | null;
  readonly createdMs: number | null;
  readonly openMs: number | null;
  readonly closeMs: number | null;
  readonly resolvedMs: number | null;
  readonly winnerIndex: 0 | 1 | null;
  readonly isVoid: boolean | null;
  /** Paid for a share of outcome 0 by a market without a winner, where the venue states it; USD. */
  readonly settlementValue: number | null;
  readonly feeRate: number | null;
  readonly feeExponent: number | null;
  readonly lifetimeVolumeUsd: number | null;
}

/** A market of which nothing is known, less its key. */
export const NOTHING_KNOWN: Omit<MarketRow, 'marketId'> = {
  gammaId: null,
  eventId: null,
  marketMaker: null,
  question: null,
  slug: null,
  otherNames: [],
  tags: [],
  outcomes: null,
  tokens: null,
  negRisk: null,
  createdMs: null,
  openMs: null,
  closeMs: null,
  resolvedMs: null,
  winnerIndex: null,
  isVoid: null,
  settlementValue: null,
  feeRate: null,
  feeExponent: null,
  lifetimeVolumeUsd: null,
};

export interface BlockAdapter extends AdapterBase {
  readonly kind: 'blocks';
  /** Columns that only rows of something else have. */
  readonly foreign: readonly string[];
}

export type Adapter = TradeAdapter | MarketAdapter | BlockAdapter;

export interface TradeContext {
  /** Role of Data API rows: the feed tells it only through the query that was made. */
  readonly dataApiRole: 'maker' | 'taker' | null;
  /** Where clocks of times without a zone stand; null is UTC. */
  readonly timeZone: TimeZone | null;
}
