/** The fills before T as an Arquero table, each with what the other fills and its market tell about it. */
import { type ColumnTable, op, rolling, escape as rowwise, table } from 'arquero';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { DAY_MS, HOUR_MS, isoTime } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { countRows, readParts, selectParts } from '../../tables/read_parts.ts';
import type { Table } from '../../tables/table_store.ts';

const BURST_MS = 60_000;

/** More fills than this are the business of the streaming build. */
export const LEGACY_FILLS_MAX = 2_000_000;

/** Columns of the trades that profiles are made of. */
const FILL_COLUMNS = [
  ...['ts_ms', 'market_id', 'outcome_index', 'wallet', 'role'],
  ...['side', 'price', 'shares', 'amount_usd'],
] as const;

/** Columns of the markets that they are made of. */
const MARKET_COLUMNS = [
  ...['market_id', 'venue', 'domain', 'created_ms'],
  ...['resolved_ms', 'winner_index', 'is_void', 'settlement_value'],
] as const;

interface Fill {
  readonly ts_ms: number;
  readonly outcome_index: number;
  readonly role: string | null;
  readonly side: string;
  readonly price: number;
  readonly shares: number;
  readonly amount_usd: number;
  readonly created_ms: number | null | undefined;
  readonly resolved_ms: number | null | undefined;
  readonly winner_index: number | null | undefined;
  readonly is_void: boolean | null | undefined;
  readonly settlement_value: number | null | undefined;
  readonly market_venue: string;
  readonly previous_ms: number | null;
}

/**
 * The trades of the parts that begin before T, in table order; only columns that profiles are made of.
 * @param nFillsMax refuse more rows than this
 * @throws InputError 'bad-value' when there are more fills than fit in memory with ease, 'empty-input' when there is none
 */
export async function readFills(trades: Table, asOfMs: number, nFillsMax: number): Promise<DataFrame> {
  const between = { untilMs: asOfMs };
  const nFills = countRows(selectParts(trades, { between }));
  if (nFills > nFillsMax)
    throw new InputError(
      'bad-value',
      `${nFills} fills are more than the ${nFillsMax} that the in-memory build takes`,
      'use the streaming build: npx tsx 1_data_pipeline/01_build_features_polars.ts',
    );
  if (nFills === 0)
    throw new InputError('empty-input', `no trade lies before ${isoTime(asOfMs)}`, 'choose a later --as-of');
  const frames: DataFrame[] = [];
  for await (const frame of readParts(trades, { columns: FILL_COLUMNS, between, order: 'file' })) frames.push(frame);
  return pl.concat(frames);
}

/** A frame's columns as an Arquero table; integers become JavaScript numbers. */
function toArquero(frame: DataFrame, names: readonly string[]): ColumnTable {
  const columns = names.map((name) => {
    const series = frame.getColumn(name);
    const isInteger = series.dtype.equals(pl.Int64) || series.dtype.equals(pl.UInt8);
    return [name, (isInteger ? series.cast(pl.Float64) : series).toArray()] as const;
  });
  return table(Object.fromEntries(columns));
}

/**
 * The fills with ts < T in table order, with these columns added: `is_buy`; `cash_usd` and `net_shares` (signed from the
 * wallet's side); `domain`, `hours_since_creation` and `payout_0`, what a share of outcome 0 was paid (null unless the market
 * was settled before T); `day` and `hour` in UTC; `is_burst`; `earlier_volume_usd`, the takers' volume of the market at
 * strictly earlier times; and `mark_0` and `mark_ms`, price of outcome 0 and time of the market's last trade before T.
 */
export function annotatedFills(trades: DataFrame, markets: DataFrame, asOfMs: number): ColumnTable {
  const facts = toArquero(markets, MARKET_COLUMNS).rename({ venue: 'market_venue' });
  const isKnown = (f: Fill) => typeof f.resolved_ms === 'number' && f.resolved_ms < asOfMs;
  const fills = toArquero(trades, FILL_COLUMNS)
    .filter(rowwise((f: Fill) => f.ts_ms < asOfMs))
    .reify();
  return fills
    .join_left(facts, 'market_id')
    .groupby('wallet')
    .derive({ previous_ms: 'd => op.lag(d.ts_ms, 1, null)' })
    .ungroup()
    .join_left(volumeBefore(fills), [['market_id', 'ts_ms']])
    .join_left(marks(fills), 'market_id')
    .derive({
      is_buy: rowwise((f: Fill) => (f.side === 'BUY' ? 1 : 0)),
      cash_usd: rowwise((f: Fill) => (f.side === 'BUY' ? -f.amount_usd : f.amount_usd)),
      net_shares: rowwise((f: Fill) => (f.side === 'BUY' ? f.shares : -f.shares)),
      hours_since_creation: rowwise((f: Fill) =>
        typeof f.created_ms === 'number' ? (f.ts_ms - f.created_ms) / HOUR_MS : null,
      ),
      payout_0: rowwise((f: Fill) => (isKnown(f) ? payout0(f) : null)),
      day: rowwise((f: Fill) => Math.floor(f.ts_ms / DAY_MS)),
      hour: rowwise((f: Fill) => Math.floor((f.ts_ms % DAY_MS) / HOUR_MS)),
      is_burst: rowwise((f: Fill) => (f.previous_ms !== null && f.ts_ms - f.previous_ms <= BURST_MS ? 1 : 0)),
    });
}

/** What a share of outcome 0 is paid by a market's result; null while it has none that is known. */
function payout0(f: Fill): number | null {
  if (typeof f.winner_index === 'number') return f.winner_index === 0 ? 1 : 0;
  if (f.is_void !== true) return null;
  return f.settlement_value ?? (f.market_venue === 'polymarket' ? 0.5 : null);
}

/** Of every market that traded above a price of 0: the mean price of outcome 0 in its last millisecond, by shares. */
function marks(fills: ColumnTable): ColumnTable {
  return fills
    .filter(rowwise((f: Fill) => f.price > 0))
    .groupby('market_id')
    .derive({ mark_ms: 'd => op.max(d.ts_ms)' })
    .filter('d => d.ts_ms === d.mark_ms')
    .derive({ price_0: 'd => d.outcome_index === 0 ? d.price : 1 - d.price' })
    .rollup({
      mark_ms: op.max('ts_ms'),
      low: op.min('price_0'),
      high: op.max('price_0'),
      mean: 'd => op.sum(d.shares * d.price_0) / op.sum(d.shares)',
    })
    .derive({ mark_0: 'd => d.low === d.high ? d.low : d.mean' })
    .select('market_id', 'mark_0', 'mark_ms');
}

/** Of every market and timestamp with a fill: the takers' volume at strictly earlier timestamps, in USD. */
function volumeBefore(fills: ColumnTable): ColumnTable {
  return fills
    .derive({ taker_usd: rowwise((f: Fill) => (f.role === 'taker' ? f.amount_usd : 0)) })
    .groupby('market_id', 'ts_ms')
    .rollup({ moment_usd: op.sum('taker_usd') })
    .orderby('ts_ms')
    .groupby('market_id')
    .derive({ volume_so_far_usd: rolling('d => op.sum(d.moment_usd)') })
    .derive({ earlier_volume_usd: 'd => op.lag(d.volume_so_far_usd, 1, 0)' })
    .ungroup()
    .unorder()
    .select('market_id', 'ts_ms', 'earlier_volume_usd');
}
