/** The rows of one day: what was known before each fill, and what a share was worth one horizon later. */
import { where } from '../../polars/expressions.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import type { LabelEncoder } from '../../tables/label_encoder.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { micro, priceWhere } from '../amounts.ts';
import { type FuturePrices, futurePrices, LABEL_STATES, type LabelState, type Tape } from './future_prices.ts';
import type { MarketState } from './market_state.ts';
import { labelOf, type Target } from './targets.ts';
import type { WalletState } from './wallet_state.ts';

/** Columns of 10_raw_trades that a day's rows are made of. */
export const FILL_COLUMNS = [
  ...['ts_ms', 'venue', 'market_id', 'event_id', 'outcome_index', 'wallet', 'role'],
  ...['side', 'price', 'shares', 'amount_usd', 'fill_id'],
] as const;

/** Columns of the fills after the day that labels look at. */
export const PRINT_COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'price', 'shares'] as const;

export interface Lookahead {
  readonly horizonMs: number;
  readonly target: Target;
  /** Last timestamp of the data. */
  readonly endMs: number;
}

export interface DayRows {
  /** Rows of 15_trade_features, in order of time. */
  readonly frame: DataFrame;
  /** Fills by what is known of their label. */
  readonly counts: Readonly<Record<LabelState, number>>;
}

/** A frame sorted by market and time as a tape. */
export function tapeOf(sorted: DataFrame): Tape {
  return {
    market: toNumbers(sorted, 'market'),
    tsMs: toNumbers(sorted, 'ts_ms'),
    price0: toNumbers(
      sorted.withColumns(priceWhere(pl.col('outcome_index').eq(pl.lit(0)), 'price').alias('price0')),
      'price0',
    ),
    shares: toNumbers(sorted, 'shares'),
  };
}

/** Wallets and markets as they stand before a day. */
export interface CarriedState {
  readonly walletCodes: LabelEncoder;
  readonly marketCodes: LabelEncoder;
  readonly wallets: WalletState;
  readonly markets: MarketState;
}

/** A day's fills with numbers for wallets and markets, in an order that depends on the fills alone, not on their files. */
function codedFills(day: DataFrame, { walletCodes, marketCodes }: CarriedState): DataFrame {
  const sorted = day.sort(['ts_ms', 'fill_id']);
  walletCodes.fit(sorted);
  marketCodes.fit(sorted);
  return marketCodes
    .transform(walletCodes.transform(sorted))
    .withColumns(
      pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('row'),
      micro('amount_usd').alias('usd_u'),
      micro('shares').alias('shares_u'),
    );
}

/** What was known before each fill of a day; the state takes the day in. */
function withFeatures(fills: DataFrame, byMarket: DataFrame, state: CarriedState): DataFrame {
  const withWallet = fills.filter(pl.col('wallet_code').isNotNull());
  const isBuy = pl.col('side').eq(pl.lit('BUY'));
  const frame = fills
    .lazy()
    .join(state.markets.featuresOf(byMarket).lazy(), { on: 'row', how: 'left' })
    .join(state.wallets.featuresOf(withWallet).lazy(), { on: 'row', how: 'left' })
    .withColumns(
      isBuy.cast(pl.UInt8).alias('is_buy'),
      pl.col('role').eq(pl.lit('taker')).cast(pl.UInt8).alias('is_taker'),
      where(isBuy, pl.col('outcome_index'), pl.lit(1).cast(pl.UInt8).minus(pl.col('outcome_index'))).alias(
        'follow_index',
      ),
      priceWhere(isBuy, 'price').alias('follow_price'),
    )
    .sort('row')
    .collectSync();
  state.wallets.addDay(withWallet, state.markets.beforeResolution(withWallet));
  state.markets.addDay(fills);
  return frame;
}

/** Fills of one day with their features, known label or not; the state takes the day in. */
export function dayFeatures(day: DataFrame, state: CarriedState): DataFrame {
  const fills = codedFills(day, state);
  return withFeatures(fills, fills.sort(['market', 'row']), state);
}

/**
 * Rows of one day; the state takes the day in.
 * @param day fills of the day (FILL_COLUMNS), any order
 * @param next fills after the day, at least one horizon of them (PRINT_COLUMNS)
 */
export function dayRows(day: DataFrame, next: DataFrame, state: CarriedState, lookahead: Lookahead): DayRows {
  const fills = codedFills(day, state);
  const byMarket = fills.sort(['market', 'row']);
  const ahead = lookAhead(byMarket, state.marketCodes.transform(next), state.markets, lookahead);
  const frame = withFeatures(fills, byMarket, state).join(labelFrame(byMarket, ahead, lookahead.target), {
    on: 'row',
    how: 'inner',
  });
  return { frame: frame.sort('row'), counts: countStates(ahead.state) };
}

/** Future prices of the day's rows of a tape that reaches beyond the day; same order as `byMarket`. */
function lookAhead(byMarket: DataFrame, next: DataFrame, markets: MarketState, lookahead: Lookahead): FuturePrices {
  const columns = ['market', 'ts_ms', 'outcome_index', 'price', 'shares', 'row'];
  const later = next
    .filter(pl.col('market').isNotNull())
    .withColumns(pl.lit(null).cast(pl.UInt32).alias('row'))
    .select(...columns);
  const tape = pl.concat([byMarket.select(...columns), later]).sort({ by: ['market', 'ts_ms'], maintainOrder: true });
  const ahead = futurePrices(tapeOf(tape), markets.resolutions(), lookahead.horizonMs, lookahead.endMs);
  const rows = toNumbers(tape, 'row');
  const own = (values: Float64Array | Uint8Array) => values.filter((_, i) => !Number.isNaN(rows[i]));
  return {
    state: own(ahead.state) as Uint8Array,
    price0: own(ahead.price0) as Float64Array,
    exitMs: own(ahead.exitMs) as Float64Array,
  };
}

/** Row, future price and label of the rows whose future is known. */
function labelFrame(byMarket: DataFrame, ahead: FuturePrices, target: Target): DataFrame {
  const [rows, outcomes, prices] = ['row', 'outcome_index', 'price'].map((name) => toNumbers(byMarket, name));
  const isBuy = toNumbers(byMarket.select(pl.col('side').eq(pl.lit('BUY')).cast(pl.UInt8).alias('is_buy')), 'is_buy');
  const known = Array.from(ahead.state.keys()).filter((i) => ahead.state[i] === 0);
  const future = Float64Array.from(known, (i) => (outcomes[i] === 0 ? ahead.price0[i] : 1 - ahead.price0[i]));
  const followed = Float64Array.from(known, (i) => (isBuy[i] === 1 ? prices[i] : 1 - prices[i]));
  const followedFuture = Float64Array.from(known, (i, k) => (isBuy[i] === 1 ? future[k] : 1 - future[k]));
  const numbers = {
    row: Float64Array.from(known, (i) => rows[i]),
    future_price: future,
    exit_ms: Float64Array.from(known, (i) => ahead.exitMs[i]),
    label: Float64Array.from(known, (_, k) => labelOf(target, followed[k], followedFuture[k])),
  };
  return pl
    .DataFrame(Object.entries(numbers).map(([name, values]) => pl.Series(name, values, pl.Float64)))
    .withColumns(pl.col('row').cast(pl.UInt32), pl.col('exit_ms').cast(pl.Int64), pl.col('label').cast(pl.UInt8));
}

function countStates(states: Uint8Array): Record<LabelState, number> {
  const counts = new Array<number>(LABEL_STATES.length).fill(0);
  for (const state of states) counts[state]++;
  return Object.fromEntries(LABEL_STATES.map((name, i) => [name, counts[i]])) as Record<LabelState, number>;
}
