/** What a model sees of a fill, and fills as they are walked through: block by block. */
import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl } from '../polars/polars.ts';

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

/** What fills are cut and judged by, in order of time; codes are small integers. */
export interface FillKeys {
  readonly tsMs: Float64Array;
  readonly exitMs: Float64Array;
  readonly market: Int32Array;
  /** A market without an event is an event of its own. */
  readonly event: Int32Array;
  /** -1 for a wallet that is not known. */
  readonly wallet: Int32Array;
  readonly labels: Uint8Array;
  /** Gain of the follower per USD paid, before costs (or after them, if so made). */
  readonly returns: Float64Array;
}

/** Some fills that follow each other. */
export interface KeyBlock {
  readonly keys: FillKeys;
  readonly n: number;
  /** Number of the first among all fills. */
  readonly firstRow: number;
}

export interface FillBlock extends KeyBlock {
  /** FEATURES, or what else is learned from. */
  readonly x: Matrix;
  /** Columns of the table that were asked for; null where the fills come from none. */
  readonly frame: DataFrame | null;
}

/** Fills in order of time, block by block, so that they need not be in memory together; they can be walked through again and again. */
export interface FillSource {
  readonly n: number;
  /** A block's arrays are good until the next is asked for. */
  keys(): Iterable<KeyBlock>;
  /** @param columns of the table, to be had as `frame` */
  blocks(columns?: readonly string[]): AsyncIterable<FillBlock>;
}

/** Fills that are in memory, as one block. */
export function fillsInMemory(keys: FillKeys, x: Matrix): FillSource {
  const block = { keys, n: keys.tsMs.length, firstRow: 0, x, frame: null };
  return {
    n: block.n,
    keys: () => [block],
    blocks: async function* () {
      yield block;
    },
  };
}

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
