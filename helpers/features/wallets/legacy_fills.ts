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
  'ts_ms',
  'market_id',
  'outcome_index',
  'wallet',
  'role',
  'side',
  'price',
  'shares',
  'amount_usd',
] as const;

interface Fill {
  readonly ts_ms: number;
  readonly outcome_index: number;
  readonly role: string | null;
  readonly side: string;
  readonly shares: number;
  readonly amount_usd: number;
  readonly created_ms: number | null | undefined;
  readonly resolved_ms: number | null | undefined;
  readonly winner_index: number | null | undefined;
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
 * wallet's side); `domain`, `hours_since_creation` and `winner` (null unless the market resolved before T); `day` and
 * `hour` in UTC; `is_burst`; `earlier_volume_usd`, the takers' volume of the market at strictly earlier times; and
 * `last_price`, that of the last fill of the same outcome before T.
 */
export function annotatedFills(trades: DataFrame, markets: DataFrame, asOfMs: number): ColumnTable {
  const facts = toArquero(markets, ['market_id', 'domain', 'created_ms', 'resolved_ms', 'winner_index']);
  const isKnown = (f: Fill) =>
    typeof f.winner_index === 'number' && typeof f.resolved_ms === 'number' && f.resolved_ms < asOfMs;
  const fills = toArquero(trades, FILL_COLUMNS)
    .filter(rowwise((f: Fill) => f.ts_ms < asOfMs))
    .reify();
  return fills
    .join_left(facts, 'market_id')
    .groupby('wallet')
    .derive({ previous_ms: 'd => op.lag(d.ts_ms, 1, null)' })
    .ungroup()
    .join_left(volumeBefore(fills), [['market_id', 'ts_ms']])
    .join_left(lastPrices(fills), [['market_id', 'outcome_index']])
    .derive({
      is_buy: rowwise((f: Fill) => (f.side === 'BUY' ? 1 : 0)),
      cash_usd: rowwise((f: Fill) => (f.side === 'BUY' ? -f.amount_usd : f.amount_usd)),
      net_shares: rowwise((f: Fill) => (f.side === 'BUY' ? f.shares : -f.shares)),
      hours_since_creation: rowwise((f: Fill) =>
        typeof f.created_ms === 'number' ? (f.ts_ms - f.created_ms) / HOUR_MS : null,
      ),
      winner: rowwise((f: Fill) => (isKnown(f) ? f.winner_index : null)),
      day: rowwise((f: Fill) => Math.floor(f.ts_ms / DAY_MS)),
      hour: rowwise((f: Fill) => Math.floor((f.ts_ms % DAY_MS) / HOUR_MS)),
      is_burst: rowwise((f: Fill) => (f.previous_ms !== null && f.ts_ms - f.previous_ms <= BURST_MS ? 1 : 0)),
    });
}

/** The price of the last fill, in table order, of every outcome. */
function lastPrices(fills: ColumnTable): ColumnTable {
  return fills
    .groupby('market_id', 'outcome_index')
    .slice(-1)
    .ungroup()
    .select('market_id', 'outcome_index', { price: 'last_price' });
}

/** Of every market and moment with a fill: the takers' volume at strictly earlier moments, in USD. */
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
