/**
 * The rows of the ablation: fills of 15_trade_features with everything its steps need beside, also what no honest
 * model may see (whole-sample wallet means, lifetime volume, the nearest trade around the horizon).
 */
import { priceWhere } from '../features/amounts.ts';
import { tapeOf } from '../features/trades/day_features.ts';
import { entryRows, nearestRows } from '../features/trades/future_prices.ts';
import { MarketState } from '../features/trades/market_state.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { HOUR_MS } from '../run/clock.ts';
import { LabelEncoder } from '../tables/label_encoder.ts';
import { toMatrix, toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import { takerFeeUsd, type Venue } from '../venues/fees.ts';
import type { AblationSettings } from './ablation_options.ts';
import { FEATURES, FOLLOWS_OWN } from './trade_rows.ts';

/** The published join takes the nearest trade this far around the horizon. */
const NEAREST_MS = HOUR_MS;
/** Fees are rounded per order; this is the order they are worked out for. */
const STAKE_USD = 100;

/** What the rows are made from: 10_raw_trades, 15_trade_features and 10_markets. */
export interface AblationSources {
  readonly trades: Table;
  readonly features: Table;
  readonly markets: DataFrame;
}

type RowSettings = Pick<AblationSettings, 'horizonMs' | 'delayMs' | 'rowsMax'>;

/** Rows in order of time; every price is that of the followed outcome, USD a share. */
export interface AblationRows {
  readonly n: number;
  readonly tsMs: Float64Array;
  readonly exitMs: Float64Array;
  readonly market: Int32Array;
  readonly event: Int32Array;
  readonly wallet: Int32Array;
  readonly paid: Float64Array;
  /** The honest future price. */
  readonly future: Float64Array;
  /** Nearest trade within an hour of the horizon in the market, either token's price as it is; else the honest one. */
  readonly nearestInMarket: Float64Array;
  /** The same among trades of the same outcome. */
  readonly nearestInOutcome: Float64Array;
  /** What a follower pays at the first trade after the delay; NaN where there is none before the exit. */
  readonly entry: Float64Array;
  /** Taker fees of entry, and of a sale at the exit unless resolved, USD per share bought. */
  readonly feePerShare: Float64Array;
  /** FEATURES as they were known before the fill. */
  readonly x: Matrix;
  /** FEATURES with the wallet's mean and spread and the market's volume over the whole sample. */
  readonly xKnowingAll: Matrix;
  /** fill_id and tx of the rows, for evaluation against planted truth only. */
  readonly keys: DataFrame;
}

/** Sums of floats depend on their order in the last bit: that of the files' names here. */
const ORDER = { order: 'file' } as const;

/** Markets to keep so that about `rowsMax` rows remain. */
async function keptMarkets(features: Table, rowsMax: number): Promise<DataFrame> {
  const counts = await collectParts(features, {
    ...ORDER,
    columns: ['market_id'],
    query: (rows) => rows.groupBy(['market_id']).agg(pl.len().alias('n_rows')),
  });
  if (features.manifest.rows <= rowsMax) return counts.select('market_id');
  const order = counts
    .withColumns(pl.col('market_id').hash(1, 2, 3, 4).alias('hash'))
    .sort('hash')
    .withColumns(pl.col('n_rows').cast(pl.Int64).cumSum().alias('n_so_far'));
  return order.filter(pl.col('n_so_far').ltEq(pl.lit(rowsMax))).select('market_id');
}

/** Per wallet over the whole sample: mean and standard deviation of its bets. Knows the future on purpose. */
async function wholeSampleWallets(trades: Table): Promise<DataFrame> {
  const usd = pl.col('amount_usd');
  return await collectParts(trades, {
    ...ORDER,
    columns: ['wallet', 'amount_usd'],
    where: pl.col('wallet').isNotNull(),
    query: (rows) => rows.groupBy(['wallet']).agg(usd.mean().alias('whole_mean_usd'), usd.std().alias('whole_sd_usd')),
  });
}

/** Per market its lifetime volume: as the market list says, else that of the takers' trades in the sample. */
async function lifetimeVolumes(trades: Table, markets: DataFrame): Promise<DataFrame> {
  const traded = await collectParts(trades, {
    ...ORDER,
    columns: ['market_id', 'role', 'amount_usd'],
    where: pl.col('role').eq(pl.lit('taker')),
    query: (rows) => rows.groupBy(['market_id']).agg(pl.col('amount_usd').sum().alias('traded_usd')),
  });
  return markets
    .select('market_id', 'lifetime_volume_usd')
    .join(traded, { on: 'market_id', how: 'left' })
    .select('market_id', pl.col('lifetime_volume_usd').fillNull(pl.col('traded_usd')).alias('lifetime_usd'));
}

/** All trades of the kept markets, sorted by market, time and fill, with what the kernels find added as columns. */
async function annotatedTape(
  table: Table,
  kept: DataFrame,
  codes: LabelEncoder,
  state: MarketState,
  { horizonMs, delayMs }: RowSettings,
): Promise<DataFrame> {
  const trades = await collectParts(table, {
    ...ORDER,
    columns: ['ts_ms', 'market_id', 'outcome_index', 'price', 'shares', 'tx', 'fill_id'],
    query: (rows) => rows.join(kept.lazy(), { on: 'market_id', how: 'semi' }),
  });
  codes.fit(trades);
  const tape = codes.transform(trades).sort(['market', 'ts_ms', 'fill_id']);
  const { market, tsMs, price0 } = tapeOf(tape);
  const prices = toNumbers(tape, 'price');
  const outcomes = toNumbers(tape, 'outcome_index');
  const priceAt = (rows: Int32Array, source: Float64Array): Float64Array =>
    Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : source[row]));
  const entries = entryRows({ market, tsMs }, state.resolutions(), delayMs, horizonMs);
  return tape.withColumns(
    pl.Series('nearest_in_market', priceAt(nearestRows(market, tsMs, horizonMs, NEAREST_MS), prices), pl.Float64),
    pl.Series('nearest_in_outcome', nearestOfOutcome(market, outcomes, tsMs, prices, horizonMs), pl.Float64),
    pl.Series('entry_price0', priceAt(entries, price0), pl.Float64),
  );
}

/** Price of the nearest trade of the same market and outcome around the horizon; NaN where there is none. */
function nearestOfOutcome(
  market: ArrayLike<number>,
  outcomes: Float64Array,
  tsMs: Float64Array,
  prices: Float64Array,
  horizonMs: number,
): Float64Array {
  const found = new Float64Array(tsMs.length).fill(Number.NaN);
  for (const outcome of [0, 1]) {
    const rows = Array.from(outcomes.keys()).filter((i) => outcomes[i] === outcome);
    const key = rows.map((i) => market[i]);
    const times = Float64Array.from(rows, (i) => tsMs[i]);
    nearestRows(key, times, horizonMs, NEAREST_MS).forEach((k, i) => {
      if (k >= 0) found[rows[i]] = prices[rows[k]];
    });
  }
  return found;
}

function fees(rows: DataFrame, entry: Float64Array, future: Float64Array): Float64Array {
  const venues = toTexts(rows, 'venue') as Venue[];
  const [rate, exponent, exitMs, resolvedMs] = ['fee_rate', 'fee_exponent', 'exit_ms', 'resolved_ms'].map((name) =>
    toNumbers(rows, name),
  );
  return entry.map((price, i) => {
    if (!(price > 0 && price < 1)) return Number.NaN;
    const shares = STAKE_USD / price;
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    const fee = (at: number): number => takerFeeUsd(venues[i], shares, at, known(rate[i]), known(exponent[i]));
    return (fee(price) + (resolvedMs[i] <= exitMs[i] ? 0 : fee(future[i]))) / shares;
  });
}

/** The rows of the ablation. */
export async function readAblationRows(
  { trades, features: table, markets }: AblationSources,
  settings: RowSettings,
): Promise<AblationRows> {
  const kept = await keptMarkets(table, settings.rowsMax);
  const codes = new LabelEncoder('market_id', 'market');
  const tape = await annotatedTape(trades, kept, codes, new MarketState(markets, codes), settings);
  await releaseFrames();
  const columns = ['fill_id', 'market', 'tx', 'nearest_in_market', 'nearest_in_outcome', 'entry_price0'];
  const events = new LabelEncoder('event_id', 'event');
  const wallets = new LabelEncoder('wallet', 'wallet_code');
  const [whole, volumes] = [await wholeSampleWallets(trades), await lifetimeVolumes(trades, markets)];
  const fees = markets.lazy().select('market_id', 'resolved_ms', 'fee_rate', 'fee_exponent');
  const features = await collectParts(table, {
    ...ORDER,
    query: (rows) =>
      rows
        .join(kept.lazy(), { on: 'market_id', how: 'semi' })
        .join(tape.select(...columns).lazy(), { on: 'fill_id', how: 'inner' })
        .join(whole.lazy(), { on: 'wallet', how: 'left' })
        .join(volumes.lazy(), { on: 'market_id', how: 'left' })
        .join(fees, { on: 'market_id', how: 'left' })
        .sort(['ts_ms', 'fill_id']),
  });
  events.fit(features);
  wallets.fit(features);
  const rows = wallets
    .transform(events.transform(features))
    .withColumns(
      priceWhere(FOLLOWS_OWN, 'future_price').alias('future'),
      priceWhere(FOLLOWS_OWN, 'nearest_in_market').alias('f_market'),
      priceWhere(FOLLOWS_OWN, 'nearest_in_outcome').alias('f_outcome'),
      priceWhere(pl.col('follow_index').eq(pl.lit(0)), 'entry_price0').alias('entry'),
      pl.col('amount_usd').minus(pl.col('whole_mean_usd')).div(pl.col('whole_sd_usd')).alias('whole_z'),
    );
  await releaseFrames();
  return assemble(rows);
}

function assemble(rows: DataFrame): AblationRows {
  const numbers = (name: string): Float64Array => toNumbers(rows, name);
  const future = numbers('future');
  const or = (values: Float64Array): Float64Array => values.map((v, i) => (Number.isNaN(v) ? future[i] : v));
  const entry = numbers('entry').map((price) => (price > 0 && price < 1 ? price : Number.NaN));
  const market = Int32Array.from(numbers('market'));
  const x = toMatrix(rows, FEATURES);
  return {
    n: rows.height,
    tsMs: numbers('ts_ms'),
    exitMs: numbers('exit_ms'),
    market,
    event: Int32Array.from(numbers('event'), (code, i) => (Number.isNaN(code) ? -1 - market[i] : code)),
    wallet: Int32Array.from(numbers('wallet_code'), (code) => (Number.isNaN(code) ? -1 : code)),
    paid: numbers('follow_price'),
    future,
    nearestInMarket: or(numbers('f_market')),
    nearestInOutcome: or(numbers('f_outcome')),
    entry,
    feePerShare: fees(rows, entry, future),
    x,
    xKnowingAll: knowingAll(rows, x),
    keys: rows.select('fill_id', 'wallet', 'tx'),
  };
}

/** The features with the whole-sample wallet figures and the lifetime volume in place of those known at the time. */
function knowingAll(rows: DataFrame, x: Matrix): Matrix {
  const values = x.values.slice();
  const replace = (feature: (typeof FEATURES)[number], column: string): void => {
    const at = FEATURES.indexOf(feature);
    toNumbers(rows, column).forEach((value, row) => {
      values[row * x.nCols + at] = Number.isFinite(value) ? value : Number.NaN;
    });
  };
  replace('wallet_mean_bet_usd', 'whole_mean_usd');
  replace('z_score_size', 'whole_z');
  replace('market_volume_usd', 'lifetime_usd');
  return createMatrix(values, x.nRows, x.nCols);
}
