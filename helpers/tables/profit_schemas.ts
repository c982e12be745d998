/** The tables of chapter 6: fills to follow, probabilities, thresholds, strategies. */
import { columns, type TableSchema } from './schema.ts';

/** A fill and the purchase that follows it; the head of both tables of chapter 6. */
const FOLLOWED_FILL = columns(`
  ts_ms: int64 [ms since 1970 UTC] time of the fill
  venue: string [polymarket | kalshi] as in 10_raw_trades
  market_id: string as in 10_raw_trades
  event_id?: string as in 10_raw_trades
  outcome_index: uint8 [0 | 1] outcome that the fill traded
  wallet?: string [0x + 40 hex] as in 10_raw_trades
  role?: string [maker | taker] as in 10_raw_trades
  side: string [BUY | SELL] as in 10_raw_trades
  fill_id: uint64 as in 10_raw_trades
  price: float64 [USD per share, 0..1] price of that outcome in the fill
  amount_usd: float64 [USD] (money) USD paid or received in the fill
  follow_index: uint8 [0 | 1] outcome that a follower buys: the same outcome after a BUY, the other one (at 1 − price) after a SELL
  future_price: float64 [USD per share, 0..1] (outcome) price of \`outcome_index\` at exit_ms: 0 or 1 if resolved, else that of the last trade after the fill, in either outcome (p₀ = 1 − p₁); of several trades in one millisecond the mean weighted by shares
  exit_ms: int64 [ms since 1970 UTC] (outcome) time when a follower sells: fill plus horizon, or the resolution when that is earlier
  label: uint8 [0 | 1] (outcome) 1 when following the fill reached the target (--target)
`);

export const TRADE_FEATURES: TableSchema = {
  name: 'trade_features',
  folder: '15_trade_features',
  what: 'One row per fill with a known label, with what was known before its millisecond. The profile of the wallet is as of the start of the day.',
  madeBy: 'npx tsx 6_profitability/11_train_profitability.ts',
  columns: [
    ...FOLLOWED_FILL,
    ...columns(`
      follow_price: float64 [USD per share, 0..1] (market) price of \`follow_index\` when the fill happened
      z_score_size?: float64 [standard deviations] (money) how unusual the amount is among the wallet's own earlier fills: (amount − mean) / standard deviation
      market_volume_usd?: float64 [USD] (market) volume of the market before the fill, counted by its takers; null where no role is known
      bet_vs_volume?: float64 (money) amount / (market_volume_usd + amount), 0..1
      is_buy: uint8 [0 | 1] (behavioural) 1 for a BUY
      is_taker?: uint8 [0 | 1] (behavioural) 1 for a taker
      hours_to_close?: float64 [hours] (market) time to the scheduled end of the market; negative after it
      hours_since_open?: float64 [hours] (market) time since trading opened (or the market was created)
      wallet_n_bets?: int64 [fills] (behavioural) number of earlier fills of the wallet
      wallet_mean_bet_usd?: float64 [USD] (money) mean amount of those earlier fills
      wallet_age_hours?: float64 [hours] (behavioural) time since the wallet's first fill; 0 for the first
      wallet_idle_hours?: float64 [hours] (behavioural) time since the wallet's previous fill
      wallet_markets?: int64 [markets] (behavioural) markets that the wallet entered before this day and before their resolution
      wallet_maker_pct?: float64 [0..100] (behavioural) share of maker fills before this day, where the role is known
      wallet_bets_resolved?: int64 [positions] (outcome) bought positions of the wallet that resolved before this day
      wallet_win_rate_pct?: float64 [0..100] (outcome) share of those positions that won
      wallet_edge_z?: float64 [z] (outcome) as edge_z of 11_wallet_profiles, over those positions
    `),
  ],
};

export const TRADE_PREDICTIONS: TableSchema = {
  name: 'trade_predictions',
  folder: '16_trade_predictions',
  what: 'The predicted probability that following a fill reaches the target. Each fold trains on earlier fills (walk-forward); validation rows lie before the test rows of their fold.',
  madeBy: TRADE_FEATURES.madeBy,
  columns: [
    ...FOLLOWED_FILL,
    ...columns(`
      probability: float64 [0..1] the model's calibrated probability of label 1
      price_only_probability: float64 [0..1] the probability from a model that knows nothing but the price
      fold: int64 number of the walk-forward period, from 0
      part: string [validation | test] whether the row is for choosing a threshold or for testing it
    `),
  ],
};

/** What a mean return per trade after costs is, for every table that has one. */
const RETURN_MEAN = 'mean gain after costs of a filled order, divided by what it paid; null without a filled order';

export const THRESHOLDS: TableSchema = {
  name: 'thresholds',
  folder: '17_thresholds',
  what: 'What following all fills above a threshold earns, each order evaluated alone; to compare: price only, and the base rate.',
  madeBy: 'npx tsx 6_profitability/12_analyze_thresholds.ts',
  columns: columns(`
    part: string [validation | test] which of the predicted fills are looked at
    source: string [model | price_only | price_only_as_many | base_rate] whose probability decides: the model's; that of the price-only model; the highest of the price-only model, as many as the model follows; or nobody's (base_rate): every fill is followed
    threshold?: float64 [0..1] fills with at least this probability are followed; null for base_rate; the model's for price_only_as_many
    delay_s: float64 [s] delay from the fill to the order
    n_signals: int64 [fills] (outcome) number of fills followed
    n_markets: int64 [markets] (outcome) number of markets of those fills
    precision?: float64 [0..1] (outcome) share of followed fills with label 1
    precision_low?: float64 [0..1] (outcome) lower end of the 95 % interval (bootstrap by whole markets)
    precision_high?: float64 [0..1] (outcome) upper end of the 95 % interval
    recall?: float64 [0..1] (outcome) share of all fills with label 1 that are followed
    n_filled: int64 [orders] (outcome) orders that found a trade to fill them
    n_stale: int64 [orders] (outcome) orders sold at the last known price because nobody traded in time
    n_marked: int64 [orders] (outcome) orders still open at the end of the data, valued at the last price
    return_mean?: float64 (outcome) ${RETURN_MEAN}
    return_low?: float64 (outcome) lower end of the 95 % interval (bootstrap by whole markets)
    return_high?: float64 (outcome) upper end of the 95 % interval
    win_rate?: float64 [0..1] (outcome) share of filled orders with a gain after costs
    win_rate_low?: float64 [0..1] (outcome) lower end of the 95 % interval (bootstrap by whole markets)
    win_rate_high?: float64 [0..1] (outcome) upper end of the 95 % interval
  `),
};

const STRATEGY_KEYS = columns(`
  strategy: string [chosen | sniper | god_mode | everything] name of the strategy. Its threshold: the one chosen on validation fills, .75, .90, or none
  variant: string [main | late | reverse | random | price_only] main: the strategy itself; late: with another delay; reverse: buying the other outcome; random: random trades at the same prices; price_only: by the price-only model
`);

export const STRATEGIES: TableSchema = {
  name: 'strategies',
  folder: '17_strategies',
  what: 'Back-test of the strategies on the test period, with delays and controls.',
  madeBy: 'npx tsx 6_profitability/13_finalize_strategies.ts',
  columns: [
    ...STRATEGY_KEYS,
    ...columns(`
      threshold?: float64 [0..1] smallest probability that is followed
      delay_s: float64 [s] delay from the fill to the order
      n_signals: float64 [fills] (outcome) number of fills followed; for random the mean over its draws
      n_filled: float64 [orders] (outcome) orders that found a trade to fill them and the money to pay; for random a mean
      n_marked: float64 [orders] (outcome) orders still open at the end of the data, valued at the last price
      n_markets: float64 [markets] (outcome) number of markets of the filled orders
      return_mean?: float64 (outcome) ${RETURN_MEAN}
      return_low?: float64 (outcome) lower end of the 95 % interval (bootstrap by whole markets; for random over its draws)
      return_high?: float64 (outcome) upper end of the 95 % interval
      win_rate?: float64 [0..1] (outcome) share of filled orders with a gain after costs
      total_return: float64 (outcome) gain after costs, divided by the bankroll
      sharpe_annual?: float64 (outcome) Sharpe ratio of daily returns × √365
      deflated_sharpe?: float64 [0..1] (outcome) probability that the Sharpe ratio is above what the luckiest of all tried thresholds and delays would reach; for main only
      max_drawdown: float64 [0..1] (outcome) largest fall from a peak, as a share of the peak, by values at the end of days
      recovery_days?: float64 [days] (outcome) time from that peak until it was reached again; null when it was not
      holding_hours?: float64 [hours] (outcome) mean time from entry to exit
      turnover: float64 (outcome) USD spent on purchases, divided by the bankroll
      fees_usd: float64 [USD] (outcome) fees paid
    `),
  ],
};

export const STRATEGY_TRADES: TableSchema = {
  name: 'strategy_trades',
  folder: '17_strategy_trades',
  what: 'Every filled order of the strategies on the test period.',
  madeBy: STRATEGIES.madeBy,
  columns: [
    STRATEGY_KEYS[0],
    ...columns(`
      market_id: string (market) as in 10_raw_trades
      outcome_index: uint8 [0 | 1] outcome bought
      signal_ms: int64 [ms since 1970 UTC] time of the fill that was followed
      probability: float64 [0..1] probability that the model gave it
      entry_ms: int64 [ms since 1970 UTC] (outcome) time of the trade that filled the order
      entry_price: float64 [USD per share] (outcome) price paid, with half the spread
      shares: float64 [shares] (outcome) number of shares
      exit_ms: int64 [ms since 1970 UTC] (outcome) time of the last sale, of the resolution, or of the end of the data
      exit: string [sold | stale | resolved | void | marked] (outcome) how it ended: sold on time; stale: at the last known price; resolved; void: no winner; marked: still open
      proceeds_usd: float64 [USD] (outcome) USD received before fees; the value at the last price when marked
      fees_usd: float64 [USD] (outcome) fees of the purchase and the sale
      gain_usd: float64 [USD] (outcome) gain after fees
    `),
  ],
};

export const STRATEGY_EQUITY: TableSchema = {
  name: 'strategy_equity',
  folder: '17_strategy_equity',
  what: 'What each strategy owns at the end of every day of the test period, positions at their last price.',
  madeBy: STRATEGIES.madeBy,
  columns: [
    STRATEGY_KEYS[0],
    ...columns(`
      day_end_ms: int64 [ms since 1970 UTC] end of the day: UTC midnight; for the last day the end of the data
      equity_usd: float64 [USD] (outcome) cash and value of the positions
    `),
  ],
};

export const BACKTESTS: TableSchema = {
  name: 'backtests',
  folder: '18_backtests',
  what: 'What simple strategies would have earned on the whole tape, each pick by what was known before it; with controls.',
  madeBy: 'npx tsx 6_profitability/25_backtest_strategies.ts',
  columns: columns(`
    strategy: string [favourite_longshot | recency | whales | llm | weather] what it looks for: prices far from even, moves of the last hour, large trades; or whose recorded answers it follows
    variant: string [main | reverse | random] main: the strategy itself; reverse: buying the other outcome; random: random trades at the same prices
    n_picks: float64 [orders] (outcome) opportunities taken
    n_filled: float64 [orders] (outcome) orders that found a trade to fill them and the money to pay; for random a mean
    n_events: float64 [events] (outcome) number of events of the filled orders; for random a mean
    return_mean?: float64 (outcome) ${RETURN_MEAN}
    return_low?: float64 (outcome) lower end of the 95 % interval (bootstrap by whole events; for random over its draws)
    return_high?: float64 (outcome) upper end of the 95 % interval
    win_rate?: float64 [0..1] (outcome) share of filled orders with a gain after costs
    total_return: float64 (outcome) gain after costs, divided by the bankroll
    sharpe_annual?: float64 (outcome) Sharpe ratio of daily returns × √365
    deflated_sharpe?: float64 [0..1] (outcome) probability that the Sharpe ratio is above what the luckiest of the strategies would reach; for main only
    max_drawdown: float64 [0..1] (outcome) largest fall from a peak, as a share of the peak, by values at the end of days
    recovery_days?: float64 [days] (outcome) time from that peak until it was reached again; null when it was not
    turnover: float64 (outcome) USD spent on purchases, divided by the bankroll
    fees_usd: float64 [USD] (outcome) fees paid
  `),
};

export const FORECASTS: TableSchema = {
  name: 'forecasts',
  folder: '19_forecasts',
  what: 'Probabilities of outcome 0 of markets without a result, beside the price of that moment.',
  madeBy: 'npx tsx 6_profitability/24_forecast_markets.ts',
  columns: columns(`
    as_of_ms: int64 [ms since 1970 UTC] time of the newest trade that the forecast rests on, or when the newest answer was here
    venue: string [polymarket | kalshi] where the market trades
    market_id: string as in 10_markets
    market_price: float64 [0..1] price of outcome 0 then: of the trade, or the middle of bid and ask
    n_forecasters: uint8 [forecasters] how many did not abstain
    forecasters: string who they are: favourite_longshot, recency, whales (of the tape), llm, weather (asked about open markets)
    p_pool: float64 [0..1] their probabilities pooled in log-odds, by how well each has done so far
    p_low: float64 [0..1] lower end of the middle 95 % of the pool
    p_high: float64 [0..1] upper end
    p: float64 [0..1] the pool, calibrated on its own record and blended with the price
    edge_yes: float64 [USD per share] p − what outcome 0 costs: the ask, or price and half spread, and the taker fee
    edge_no: float64 [USD per share] the same of outcome 1
    why: string what the forecasters rest on
  `),
};
