/** The tables of chapter 6: fills to follow, chances, thresholds, strategies. */
import { type Column, column, optional, type TableSchema } from './schema.ts';

/** A fill and the purchase that follows it; the head of both tables of chapter 6. */
const FOLLOWED_FILL: readonly Column[] = [
  column('ts_ms', 'int64', 'ms since 1970 UTC', 'time of the fill'),
  column('venue', 'string', 'polymarket | kalshi', 'as in 10_raw_trades'),
  column('market_id', 'string', '', 'as in 10_raw_trades'),
  optional('event_id', 'string', '', 'as in 10_raw_trades'),
  column('outcome_index', 'uint8', '0 | 1', 'outcome of the fill'),
  optional('wallet', 'string', '0x + 40 hex', 'as in 10_raw_trades'),
  optional('role', 'string', 'maker | taker', 'as in 10_raw_trades'),
  column('side', 'string', 'BUY | SELL', 'as in 10_raw_trades'),
  column('fill_id', 'uint64', '', 'as in 10_raw_trades'),
  column('price', 'float64', 'USD per share, 0..1', 'price of the fill, of `outcome_index`'),
  column('amount_usd', 'float64', 'USD', 'cash leg of the fill', 'money'),
  column(
    'follow_index',
    'uint8',
    '0 | 1',
    'outcome that a follower buys: that of a BUY, the other one of a SELL (at 1 − price)',
  ),
  column(
    'future_price',
    'float64',
    'USD per share, 0..1',
    'price of `outcome_index` at exit_ms: 0 or 1 once resolved, else the last trade of the market after the fill (p₀ = 1 − p₁; of several at that moment the mean by shares)',
    'outcome',
  ),
  column(
    'exit_ms',
    'int64',
    'ms since 1970 UTC',
    'fill plus horizon, or the resolution when that is earlier',
    'outcome',
  ),
  column('label', 'uint8', '0 | 1', 'whether following reached the target', 'outcome'),
];

export const TRADE_FEATURES: TableSchema = {
  name: 'trade_features',
  folder: '15_trade_features',
  what: 'One row per fill whose label is known, with what was known strictly before its millisecond; profiles as of the start of its day.',
  madeBy: 'npx tsx 6_profitability/11_train_profitability.ts',
  columns: [
    ...FOLLOWED_FILL,
    column('follow_price', 'float64', 'USD per share, 0..1', 'price of `follow_index` at the fill', 'market'),
    optional('z_score_size', 'float64', 'standard deviations', "amount against the wallet's own earlier bets", 'money'),
    optional(
      'market_volume_usd',
      'float64',
      'USD',
      "takers' volume of the market before; null where no role is known",
      'market',
    ),
    optional('bet_vs_volume', 'float64', '', 'amount over that volume plus the amount, 0..1', 'money'),
    column('is_buy', 'uint8', '0 | 1', 'side', 'behavioural'),
    optional('is_taker', 'uint8', '0 | 1', 'role', 'behavioural'),
    optional('hours_to_close', 'float64', 'hours', 'to the scheduled end of the market; negative after it', 'market'),
    optional('hours_since_open', 'float64', 'hours', 'since trading opened (or the market was created)', 'market'),
    optional('wallet_n_bets', 'int64', 'fills', 'earlier fills of the wallet', 'behavioural'),
    optional('wallet_mean_bet_usd', 'float64', 'USD', 'mean amount of them', 'money'),
    optional('wallet_age_hours', 'float64', 'hours', "since the wallet's first fill, 0 for the first", 'behavioural'),
    optional('wallet_idle_hours', 'float64', 'hours', "since the wallet's previous fill", 'behavioural'),
    optional(
      'wallet_markets',
      'int64',
      'markets',
      'markets entered before the day and before their resolution',
      'behavioural',
    ),
    optional(
      'wallet_maker_pct',
      'float64',
      '0..100',
      'share of maker fills before the day, where the role is known',
      'behavioural',
    ),
    optional(
      'wallet_bets_resolved',
      'int64',
      'positions',
      'positions bought before their resolution and resolved before the day',
      'outcome',
    ),
    optional('wallet_win_rate_pct', 'float64', '0..100', 'share of them won', 'outcome'),
    optional('wallet_edge_z', 'float64', 'z', '(wins − Σp)/√Σp(1−p) over them; p = mean price paid', 'outcome'),
  ],
};

export const TRADE_PREDICTIONS: TableSchema = {
  name: 'trade_predictions',
  folder: '16_trade_predictions',
  what: 'Walk-forward chances that following a fill reaches the target; validation rows lie before the test rows of their fold.',
  madeBy: TRADE_FEATURES.madeBy,
  columns: [
    ...FOLLOWED_FILL,
    column('probability', 'float64', '0..1', "the model's calibrated chance of label 1"),
    column('price_only_probability', 'float64', '0..1', 'the chance when nothing but the price is known'),
    column('fold', 'int64', '', 'walk-forward period, from 0'),
    column('part', 'string', 'validation | test', 'what the row is for'),
  ],
};

/** What a mean return per trade after costs is, for every table that has one. */
const RETURN_MEAN = 'mean gain after costs of a filled order over what it paid; null without one';

export const THRESHOLDS: TableSchema = {
  name: 'thresholds',
  folder: '17_thresholds',
  what: 'What following all fills above a threshold gives, each order judged by itself; price only and the base rate beside.',
  madeBy: 'npx tsx 6_profitability/12_analyze_thresholds.ts',
  columns: [
    column('part', 'string', 'validation | test', 'the scored fills looked at'),
    column(
      'source',
      'string',
      'model | price_only | price_only_as_many | base_rate',
      "whose chance decides: the model's, that of price alone, as many of the highest of price alone as the model follows, or none: everything is followed",
    ),
    optional(
      'threshold',
      'float64',
      '0..1',
      "fills with at least this chance are followed; null for base_rate; the model's for price_only_as_many",
    ),
    column('delay_s', 'float64', 's', 'from the fill to the order'),
    column('n_signals', 'int64', 'fills', 'fills followed', 'outcome'),
    column('n_markets', 'int64', 'markets', 'markets they lie in', 'outcome'),
    optional('precision', 'float64', '0..1', 'share of them with label 1', 'outcome'),
    optional('precision_low', 'float64', '0..1', 'end of its 95 % interval, by markets', 'outcome'),
    optional('precision_high', 'float64', '0..1', 'the other end', 'outcome'),
    optional('recall', 'float64', '0..1', 'share of all fills with label 1 that are followed', 'outcome'),
    column('n_filled', 'int64', 'orders', 'orders that found a trade', 'outcome'),
    column('n_stale', 'int64', 'orders', 'sold at the last known price because nobody traded in time', 'outcome'),
    column('n_marked', 'int64', 'orders', 'still open at the end of the data', 'outcome'),
    optional('return_mean', 'float64', '', RETURN_MEAN, 'outcome'),
    optional('return_low', 'float64', '', 'end of its 95 % interval, by markets', 'outcome'),
    optional('return_high', 'float64', '', 'the other end', 'outcome'),
    optional('win_rate', 'float64', '0..1', 'share of filled orders with a gain after costs', 'outcome'),
    optional('win_rate_low', 'float64', '0..1', 'end of its 95 % interval, by markets', 'outcome'),
    optional('win_rate_high', 'float64', '0..1', 'the other end', 'outcome'),
  ],
};

const STRATEGY_KEYS = [
  column('strategy', 'string', 'chosen | sniper | god_mode | everything', 'which threshold'),
  column(
    'variant',
    'string',
    'main | late | reverse | random | price_only',
    'the strategy itself; with another delay; buying the other outcome; at random at the same prices; by price alone',
  ),
];

export const STRATEGIES: TableSchema = {
  name: 'strategies',
  folder: '17_strategies',
  what: 'Back-test of the strategies on the test period, with delays and controls.',
  madeBy: 'npx tsx 6_profitability/13_finalize_strategies.ts',
  columns: [
    ...STRATEGY_KEYS,
    optional('threshold', 'float64', '0..1', 'smallest chance that is followed'),
    column('delay_s', 'float64', 's', 'from the fill to the order'),
    column('n_signals', 'float64', 'fills', 'fills followed; a mean for random', 'outcome'),
    column('n_filled', 'float64', 'orders', 'orders that found a trade and money; a mean for random', 'outcome'),
    column('n_marked', 'float64', 'orders', 'still open at the end: valued at the last price', 'outcome'),
    column('n_markets', 'float64', 'markets', 'markets of the filled orders', 'outcome'),
    optional('return_mean', 'float64', '', RETURN_MEAN, 'outcome'),
    optional('return_low', 'float64', '', 'end of its 95 % interval, by markets; of the draws for random', 'outcome'),
    optional('return_high', 'float64', '', 'the other end', 'outcome'),
    optional('win_rate', 'float64', '0..1', 'share of filled orders with a gain after costs', 'outcome'),
    column('total_return', 'float64', '', 'gain after costs over the bankroll', 'outcome'),
    optional('sharpe_annual', 'float64', '', 'Sharpe ratio of daily returns times √365', 'outcome'),
    optional(
      'deflated_sharpe',
      'float64',
      '0..1',
      'chance that the Sharpe ratio beats the luck of the best of all trials; for main only',
      'outcome',
    ),
    column('max_drawdown', 'float64', '0..1', 'largest fall from a peak, by ends of days', 'outcome'),
    optional('recovery_days', 'float64', 'days', 'from that peak until reached again; null when it was not', 'outcome'),
    optional('holding_hours', 'float64', 'hours', 'mean from entry to exit', 'outcome'),
    column('turnover', 'float64', '', 'USD bought over the bankroll', 'outcome'),
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
    column('market_id', 'string', '', 'market', 'market'),
    column('outcome_index', 'uint8', '0 | 1', 'outcome bought'),
    column('signal_ms', 'int64', 'ms since 1970 UTC', 'time of the fill followed'),
    column('probability', 'float64', '0..1', 'its chance'),
    column('entry_ms', 'int64', 'ms since 1970 UTC', 'time of the trade that filled the order', 'outcome'),
    column('entry_price', 'float64', 'USD per share', 'price paid, half spread included', 'outcome'),
    column('shares', 'float64', 'shares', 'size', 'outcome'),
    column('exit_ms', 'int64', 'ms since 1970 UTC', 'time of the last sale, of resolution, or of the end', 'outcome'),
    column('exit', 'string', 'sold | stale | resolved | void | marked', 'how it ended', 'outcome'),
    column('proceeds_usd', 'float64', 'USD', 'received before fees; the value when marked', 'outcome'),
    column('fees_usd', 'float64', 'USD', 'fees of entry and exit', 'outcome'),
    column('gain_usd', 'float64', 'USD', 'gain after fees', 'outcome'),
  ],
};

export const STRATEGY_EQUITY: TableSchema = {
  name: 'strategy_equity',
  folder: '17_strategy_equity',
  what: 'Money of the strategies at the end of every day of the test period, positions at their last price.',
  madeBy: STRATEGIES.madeBy,
  columns: [
    STRATEGY_KEYS[0],
    column('day_end_ms', 'int64', 'ms since 1970 UTC', 'UTC midnight; the end of the data for the last'),
    column('equity_usd', 'float64', 'USD', 'cash and positions', 'outcome'),
  ],
};
