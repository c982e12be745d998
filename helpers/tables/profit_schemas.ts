/** The tables of chapter 6: fills to follow, probabilities, thresholds, strategies. */
import { type Column, column, optional, type TableSchema } from './schema.ts';

/** A fill and the purchase that follows it; the head of both tables of chapter 6. */
const FOLLOWED_FILL: readonly Column[] = [
  column('ts_ms', 'int64', 'ms since 1970 UTC', 'time of the fill'),
  column('venue', 'string', 'polymarket | kalshi', 'as in 10_raw_trades'),
  column('market_id', 'string', '', 'as in 10_raw_trades'),
  optional('event_id', 'string', '', 'as in 10_raw_trades'),
  column('outcome_index', 'uint8', '0 | 1', 'outcome that the fill traded'),
  optional('wallet', 'string', '0x + 40 hex', 'as in 10_raw_trades'),
  optional('role', 'string', 'maker | taker', 'as in 10_raw_trades'),
  column('side', 'string', 'BUY | SELL', 'as in 10_raw_trades'),
  column('fill_id', 'uint64', '', 'as in 10_raw_trades'),
  column('price', 'float64', 'USD per share, 0..1', 'price of that outcome in the fill'),
  column('amount_usd', 'float64', 'USD', 'USD paid or received in the fill', 'money'),
  column(
    'follow_index',
    'uint8',
    '0 | 1',
    'outcome that a follower buys: the same outcome after a BUY, the other one (at 1 − price) after a SELL',
  ),
  column(
    'future_price',
    'float64',
    'USD per share, 0..1',
    'price of `outcome_index` at exit_ms: 0 or 1 if resolved, else that of the last trade after the fill, in either outcome (p₀ = 1 − p₁); of several trades in one millisecond the mean weighted by shares',
    'outcome',
  ),
  column(
    'exit_ms',
    'int64',
    'ms since 1970 UTC',
    'time when a follower sells: fill plus horizon, or the resolution when that is earlier',
    'outcome',
  ),
  column('label', 'uint8', '0 | 1', '1 when following the fill reached the target (--target)', 'outcome'),
];

export const TRADE_FEATURES: TableSchema = {
  name: 'trade_features',
  folder: '15_trade_features',
  what: 'One row per fill with a known label, with what was known before its millisecond. The profile of the wallet is as of the start of the day.',
  madeBy: 'npx tsx 6_profitability/11_train_profitability.ts',
  columns: [
    ...FOLLOWED_FILL,
    column(
      'follow_price',
      'float64',
      'USD per share, 0..1',
      'price of `follow_index` when the fill happened',
      'market',
    ),
    optional(
      'z_score_size',
      'float64',
      'standard deviations',
      "how unusual the amount is among the wallet's own earlier fills: (amount − mean) / standard deviation",
      'money',
    ),
    optional(
      'market_volume_usd',
      'float64',
      'USD',
      'volume of the market before the fill, counted by its takers; null where no role is known',
      'market',
    ),
    optional('bet_vs_volume', 'float64', '', 'amount / (market_volume_usd + amount), 0..1', 'money'),
    column('is_buy', 'uint8', '0 | 1', '1 for a BUY', 'behavioural'),
    optional('is_taker', 'uint8', '0 | 1', '1 for a taker', 'behavioural'),
    optional(
      'hours_to_close',
      'float64',
      'hours',
      'time to the scheduled end of the market; negative after it',
      'market',
    ),
    optional('hours_since_open', 'float64', 'hours', 'time since trading opened (or the market was created)', 'market'),
    optional('wallet_n_bets', 'int64', 'fills', 'number of earlier fills of the wallet', 'behavioural'),
    optional('wallet_mean_bet_usd', 'float64', 'USD', 'mean amount of those earlier fills', 'money'),
    optional(
      'wallet_age_hours',
      'float64',
      'hours',
      "time since the wallet's first fill; 0 for the first",
      'behavioural',
    ),
    optional('wallet_idle_hours', 'float64', 'hours', "time since the wallet's previous fill", 'behavioural'),
    optional(
      'wallet_markets',
      'int64',
      'markets',
      'markets that the wallet entered before this day and before their resolution',
      'behavioural',
    ),
    optional(
      'wallet_maker_pct',
      'float64',
      '0..100',
      'share of maker fills before this day, where the role is known',
      'behavioural',
    ),
    optional(
      'wallet_bets_resolved',
      'int64',
      'positions',
      'bought positions of the wallet that resolved before this day',
      'outcome',
    ),
    optional('wallet_win_rate_pct', 'float64', '0..100', 'share of those positions that won', 'outcome'),
    optional('wallet_edge_z', 'float64', 'z', 'as edge_z of 11_wallet_profiles, over those positions', 'outcome'),
  ],
};

export const TRADE_PREDICTIONS: TableSchema = {
  name: 'trade_predictions',
  folder: '16_trade_predictions',
  what: 'The predicted probability that following a fill reaches the target. Each fold trains on earlier fills (walk-forward); validation rows lie before the test rows of their fold.',
  madeBy: TRADE_FEATURES.madeBy,
  columns: [
    ...FOLLOWED_FILL,
    column('probability', 'float64', '0..1', "the model's calibrated probability of label 1"),
    column(
      'price_only_probability',
      'float64',
      '0..1',
      'the probability from a model that knows nothing but the price',
    ),
    column('fold', 'int64', '', 'number of the walk-forward period, from 0'),
    column('part', 'string', 'validation | test', 'whether the row is for choosing a threshold or for testing it'),
  ],
};

/** What a mean return per trade after costs is, for every table that has one. */
const RETURN_MEAN = 'mean gain after costs of a filled order, divided by what it paid; null without a filled order';

export const THRESHOLDS: TableSchema = {
  name: 'thresholds',
  folder: '17_thresholds',
  what: 'What following all fills above a threshold earns, each order evaluated alone; to compare: price only, and the base rate.',
  madeBy: 'npx tsx 6_profitability/12_analyze_thresholds.ts',
  columns: [
    column('part', 'string', 'validation | test', 'which of the predicted fills are looked at'),
    column(
      'source',
      'string',
      'model | price_only | price_only_as_many | base_rate',
      "whose probability decides: the model's; that of the price-only model; the highest of the price-only model, as many as the model follows; or nobody's (base_rate): every fill is followed",
    ),
    optional(
      'threshold',
      'float64',
      '0..1',
      "fills with at least this probability are followed; null for base_rate; the model's for price_only_as_many",
    ),
    column('delay_s', 'float64', 's', 'delay from the fill to the order'),
    column('n_signals', 'int64', 'fills', 'number of fills followed', 'outcome'),
    column('n_markets', 'int64', 'markets', 'number of markets of those fills', 'outcome'),
    optional('precision', 'float64', '0..1', 'share of followed fills with label 1', 'outcome'),
    optional(
      'precision_low',
      'float64',
      '0..1',
      'lower end of the 95 % interval (bootstrap by whole markets)',
      'outcome',
    ),
    optional('precision_high', 'float64', '0..1', 'upper end of the 95 % interval', 'outcome'),
    optional('recall', 'float64', '0..1', 'share of all fills with label 1 that are followed', 'outcome'),
    column('n_filled', 'int64', 'orders', 'orders that found a trade to fill them', 'outcome'),
    column(
      'n_stale',
      'int64',
      'orders',
      'orders sold at the last known price because nobody traded in time',
      'outcome',
    ),
    column(
      'n_marked',
      'int64',
      'orders',
      'orders still open at the end of the data, valued at the last price',
      'outcome',
    ),
    optional('return_mean', 'float64', '', RETURN_MEAN, 'outcome'),
    optional('return_low', 'float64', '', 'lower end of the 95 % interval (bootstrap by whole markets)', 'outcome'),
    optional('return_high', 'float64', '', 'upper end of the 95 % interval', 'outcome'),
    optional('win_rate', 'float64', '0..1', 'share of filled orders with a gain after costs', 'outcome'),
    optional(
      'win_rate_low',
      'float64',
      '0..1',
      'lower end of the 95 % interval (bootstrap by whole markets)',
      'outcome',
    ),
    optional('win_rate_high', 'float64', '0..1', 'upper end of the 95 % interval', 'outcome'),
  ],
};

const STRATEGY_KEYS = [
  column(
    'strategy',
    'string',
    'chosen | sniper | god_mode | everything',
    'name of the strategy. Its threshold: the one chosen on validation fills, .75, .90, or none',
  ),
  column(
    'variant',
    'string',
    'main | late | reverse | random | price_only',
    'main: the strategy itself; late: with another delay; reverse: buying the other outcome; random: random trades at the same prices; price_only: by the price-only model',
  ),
];

export const STRATEGIES: TableSchema = {
  name: 'strategies',
  folder: '17_strategies',
  what: 'Back-test of the strategies on the test period, with delays and controls.',
  madeBy: 'npx tsx 6_profitability/13_finalize_strategies.ts',
  columns: [
    ...STRATEGY_KEYS,
    optional('threshold', 'float64', '0..1', 'smallest probability that is followed'),
    column('delay_s', 'float64', 's', 'delay from the fill to the order'),
    column('n_signals', 'float64', 'fills', 'number of fills followed; for random the mean over its draws', 'outcome'),
    column(
      'n_filled',
      'float64',
      'orders',
      'orders that found a trade to fill them and the money to pay; for random a mean',
      'outcome',
    ),
    column(
      'n_marked',
      'float64',
      'orders',
      'orders still open at the end of the data, valued at the last price',
      'outcome',
    ),
    column('n_markets', 'float64', 'markets', 'number of markets of the filled orders', 'outcome'),
    optional('return_mean', 'float64', '', RETURN_MEAN, 'outcome'),
    optional(
      'return_low',
      'float64',
      '',
      'lower end of the 95 % interval (bootstrap by whole markets; for random over its draws)',
      'outcome',
    ),
    optional('return_high', 'float64', '', 'upper end of the 95 % interval', 'outcome'),
    optional('win_rate', 'float64', '0..1', 'share of filled orders with a gain after costs', 'outcome'),
    column('total_return', 'float64', '', 'gain after costs, divided by the bankroll', 'outcome'),
    optional('sharpe_annual', 'float64', '', 'Sharpe ratio of daily returns × √365', 'outcome'),
    optional(
      'deflated_sharpe',
      'float64',
      '0..1',
      'probability that the Sharpe ratio is above what the luckiest of all tried thresholds and delays would reach; for main only',
      'outcome',
    ),
    column(
      'max_drawdown',
      'float64',
      '0..1',
      'largest fall from a peak, as a share of the peak, by values at the end of days',
      'outcome',
    ),
    optional(
      'recovery_days',
      'float64',
      'days',
      'time from that peak until it was reached again; null when it was not',
      'outcome',
    ),
    optional('holding_hours', 'float64', 'hours', 'mean time from entry to exit', 'outcome'),
    column('turnover', 'float64', '', 'USD spent on purchases, divided by the bankroll', 'outcome'),
    column('fees_usd', 'float64', 'USD', 'fees paid', 'outcome'),
  ],
};

export const STRATEGY_TRADES: TableSchema = {
  name: 'strategy_trades',
  folder: '17_strategy_trades',
  what: 'Every filled order of the strategies on the test period.',
  madeBy: STRATEGIES.madeBy,
  columns: [
    STRATEGY_KEYS[0],
    column('market_id', 'string', '', 'as in 10_raw_trades', 'market'),
    column('outcome_index', 'uint8', '0 | 1', 'outcome bought'),
    column('signal_ms', 'int64', 'ms since 1970 UTC', 'time of the fill that was followed'),
    column('probability', 'float64', '0..1', 'probability that the model gave it'),
    column('entry_ms', 'int64', 'ms since 1970 UTC', 'time of the trade that filled the order', 'outcome'),
    column('entry_price', 'float64', 'USD per share', 'price paid, with half the spread', 'outcome'),
    column('shares', 'float64', 'shares', 'number of shares', 'outcome'),
    column(
      'exit_ms',
      'int64',
      'ms since 1970 UTC',
      'time of the last sale, of the resolution, or of the end of the data',
      'outcome',
    ),
    column(
      'exit',
      'string',
      'sold | stale | resolved | void | marked',
      'how it ended: sold on time; stale: at the last known price; resolved; void: no winner; marked: still open',
      'outcome',
    ),
    column(
      'proceeds_usd',
      'float64',
      'USD',
      'USD received before fees; the value at the last price when marked',
      'outcome',
    ),
    column('fees_usd', 'float64', 'USD', 'fees of the purchase and the sale', 'outcome'),
    column('gain_usd', 'float64', 'USD', 'gain after fees', 'outcome'),
  ],
};

export const STRATEGY_EQUITY: TableSchema = {
  name: 'strategy_equity',
  folder: '17_strategy_equity',
  what: 'What each strategy owns at the end of every day of the test period, positions at their last price.',
  madeBy: STRATEGIES.madeBy,
  columns: [
    STRATEGY_KEYS[0],
    column(
      'day_end_ms',
      'int64',
      'ms since 1970 UTC',
      'end of the day: UTC midnight; for the last day the end of the data',
    ),
    column('equity_usd', 'float64', 'USD', 'cash and value of the positions', 'outcome'),
  ],
};
