/** 15_trade_features as typed arrays, read part by part so that text never piles up. */
import { priceWhere } from '../features/amounts.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { pl } from '../polars/polars.ts';
import { prefetch } from '../run/prefetch.ts';
import { LabelEncoder } from '../tables/label_encoder.ts';
import { toMatrix, toNumbers } from '../tables/matrix.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';

/** What the model sees of a fill, in the order of its matrix; the first is all that "price only" sees. */
export const FEATURES = [
  'follow_price',
  'amount_usd',
  'z_score_size',
  'market_volume_usd',
  'bet_vs_volume',
  'is_buy',
  'is_taker',
  'hours_to_close',
  'hours_since_open',
  'wallet_n_bets',
  'wallet_mean_bet_usd',
  'wallet_age_hours',
  'wallet_idle_hours',
  'wallet_markets',
  'wallet_maker_pct',
  'wallet_bets_resolved',
  'wallet_win_rate_pct',
  'wallet_edge_z',
] as const;

/** Rows in the order of readParts; codes are small integers, -1 for a wallet that is not known. */
export interface TradeRows {
  readonly n: number;
  readonly tsMs: Float64Array;
  readonly exitMs: Float64Array;
  readonly market: Int32Array;
  /** A market without an event is an event of its own. */
  readonly event: Int32Array;
  readonly wallet: Int32Array;
  /** Price paid by the follower and what it became, USD a share. */
  readonly paid: Float64Array;
  readonly future: Float64Array;
  readonly labels: Uint8Array;
  readonly x: Matrix;
}

/** Columns that are read beside FEATURES. */
const OTHER_COLUMNS = ['ts_ms', 'exit_ms', 'market_id', 'event_id', 'wallet', 'label'];
const FUTURE_COLUMNS = ['follow_index', 'outcome_index', 'future_price'];

/** The values of some rows. */
export function takeValues<T extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
  values: T,
  rows: Uint32Array,
): T {
  const taken = new (values.constructor as new (n: number) => T)(rows.length);
  for (let k = 0; k < rows.length; k++) taken[k] = values[rows[k]];
  return taken;
}

/** Whether a fill is followed by buying the outcome that it traded. */
export const FOLLOWS_OWN = pl.col('follow_index').eq(pl.col('outcome_index'));

/** All rows of the table. */
export async function readTradeRows(table: Table): Promise<TradeRows> {
  const n = table.manifest.rows;
  const books = {
    market: new LabelEncoder('market_id', 'market'),
    event: new LabelEncoder('event_id', 'event'),
    wallet: new LabelEncoder('wallet', 'wallet_code'),
  };
  const rows = {
    tsMs: new Float64Array(n),
    exitMs: new Float64Array(n),
    market: new Int32Array(n),
    event: new Int32Array(n),
    wallet: new Int32Array(n),
    paid: new Float64Array(n),
    future: new Float64Array(n),
    labels: new Uint8Array(n),
  };
  const values = new Float32Array(n * FEATURES.length);
  const columns = [...OTHER_COLUMNS, ...FUTURE_COLUMNS, ...FEATURES];
  let at = 0;
  for await (const part of prefetch(readParts(table, { columns }))) {
    let frame = part;
    for (const book of Object.values(books)) {
      book.fit(frame);
      frame = book.transform(frame);
    }
    rows.tsMs.set(toNumbers(frame, 'ts_ms'), at);
    rows.exitMs.set(toNumbers(frame, 'exit_ms'), at);
    rows.paid.set(toNumbers(frame, 'follow_price'), at);
    const future = priceWhere(FOLLOWS_OWN, 'future_price').alias('future');
    rows.future.set(toNumbers(frame.select(future), 'future'), at);
    rows.labels.set(toNumbers(frame, 'label'), at);
    const [market, event, wallet] = ['market', 'event', 'wallet_code'].map((name) => toNumbers(frame, name));
    // Every look at a property of a frame asks Polars for its columns first.
    const { height } = frame;
    for (let i = 0; i < height; i++) {
      rows.market[at + i] = market[i];
      rows.event[at + i] = Number.isNaN(event[i]) ? -1 - market[i] : event[i];
      rows.wallet[at + i] = Number.isNaN(wallet[i]) ? -1 : wallet[i];
    }
    values.set(toMatrix(frame, FEATURES).values, at * FEATURES.length);
    at += height;
  }
  return { n, ...rows, x: createMatrix(values, n, FEATURES.length) };
}
