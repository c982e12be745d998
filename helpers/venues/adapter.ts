/**
 * What an import format is: the columns it is known by and how its rows become wire fills or market rows. Adapters see
 * frames whose columns are all text (null = absent), whatever the file was, and give the columns named here.
 */
import type { z } from 'zod';
import { floorDivide } from '../polars/floor_divide.ts';
import { type DataFrame, type Expr, pl } from '../polars/polars.ts';
import type { Venue } from './fees.ts';

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
  'fee_u',
  'role',
  'tx',
  'event_id',
  'title',
  'outcome_name',
  'slug',
] as const;

export type FillColumn = (typeof FILL_COLUMNS)[number];
export type FillExpressions = Partial<Record<Exclude<FillColumn, 'ts_ms'>, Expr>>;

interface AdapterBase {
  /** Name for --format and for the manifest. */
  readonly format: string;
  readonly what: string;
  readonly venue: Venue;
  /** Columns that must be there; a file is recognised by them. */
  readonly required: readonly string[];
  /** Columns used when they are there. */
  readonly optional: readonly string[];
  /** What a JSON row must look like; formats that come only as CSV or Parquet have none. */
  readonly wire?: z.ZodType<Record<string, unknown>>;
}

export interface TradeAdapter extends AdapterBase {
  readonly kind: 'trades';
  /** False on a venue that publishes no account id. */
  readonly hasWallets: boolean;
  /** What rows tell of their market: 0 token and market, 1 the token, 2 the market and outcome. Files are read in this order. */
  readonly identifierRank: 0 | 1 | 2;
  /** The column that holds the time of the fill. */
  readonly timeColumn: string;
  /** One expression for each fill column but ts_ms; what is not given is null. `context` holds what the user or other files told. */
  fills(context: TradeContext): FillExpressions;
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
  market(row: WireRow): MarketRow | string;
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
  readonly settlementValue?: number | null;
  readonly feeRate: number | null;
  readonly feeExponent: number | null;
  readonly lifetimeVolumeUsd: number | null;
}

export interface BlockAdapter extends AdapterBase {
  readonly kind: 'blocks';
}

export type Adapter = TradeAdapter | MarketAdapter | BlockAdapter;

export interface TradeContext {
  /** Role of Data API rows: the feed tells it only through the query that was made. */
  readonly dataApiRole: 'maker' | 'taker' | null;
}

const MICRO = 1_000_000;

/** Text to integer; null when it is not one. */
export function toInteger(name: string): Expr {
  return pl.col(name).cast(pl.Int64, false);
}

/** Text to float; null when it is not a number. */
export function toFloat(name: string): Expr {
  return pl.col(name).cast(pl.Float64, false);
}

/** A float in units of 1e-6, rounded. */
export function toMicro(value: Expr): Expr {
  return value.mul(pl.lit(MICRO)).round(0).cast(pl.Int64, false);
}

/** `2024-11-06 15:25:19.123` and nothing more: Polars passes over what it does not understand behind a time. */
const PLAIN_TIME = '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?$';

/** Whole seconds, milliseconds or microseconds, told apart by size, as ms since 1970 UTC; null for what is no whole number. */
export function timeFromInteger(name: string): Expr {
  const number = toInteger(name);
  return pl
    .when(number.lt(pl.lit(1e11)))
    .then(number.mul(pl.lit(1000).cast(pl.Int64)))
    .when(number.lt(pl.lit(1e14)))
    .then(number)
    .otherwise(floorDivide(number, 1000));
}

/**
 * A column of text as ms since 1970 UTC: integer or decimal seconds, milliseconds or microseconds (told apart by size), or
 * ISO 8601 with `T` or space, any number of fraction digits, `Z` or `+00` or nothing (UTC). Null when it is none of them.
 */
export function parseTimes(frame: DataFrame, name: string): DataFrame {
  const number = pl.col(name).cast(pl.Float64, false);
  const microseconds = pl
    .when(number.lt(pl.lit(1e11)))
    .then(number.mul(pl.lit(MICRO)).round(0))
    .when(number.lt(pl.lit(1e14)))
    .then(number.mul(pl.lit(1000)).round(0))
    .otherwise(number.floor());
  const fromNumber = floorDivide(microseconds.cast(pl.Int64, false), 1000);
  const times = frame.select(fromNumber.alias('ts_ms'));
  if (times.getColumn('ts_ms').nullCount() === frame.getColumn(name).nullCount()) return times;
  const text = pl
    .col(name)
    .str.replace('^([0-9-]{10})T', '$1 ')
    .str.replace('(Z|\\+00(:?00)?| UTC)$', '')
    .str.replace('^([0-9-]{10})$', '$1 00:00:00');
  const fromText = pl
    .when(text.str.contains(PLAIN_TIME))
    .then(text)
    .otherwise(pl.lit(null).cast(pl.Utf8))
    .str.strptime(pl.Datetime('ms'), '%Y-%m-%d %H:%M:%S%.f')
    .cast(pl.Datetime('us'))
    .cast(pl.Int64);
  const both = frame.select(fromNumber.alias('ts_ms'), floorDivide(fromText, 1000).alias('from_text'));
  return both.select(pl.col('ts_ms').fillNull(pl.col('from_text')).alias('ts_ms'));
}
