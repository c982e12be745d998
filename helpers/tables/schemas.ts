/** Every table of the project. The data dictionary in the README is made from these definitions. */
import { type Column, column, optional, type TableSchema } from './schema.ts';

export const RAW_TRADES: TableSchema = {
  name: 'raw_trades',
  folder: '10_raw_trades',
  what: 'Canonical trades: one row per wallet per fill, by month, in time order.',
  madeBy: 'npx tsx 1_data_pipeline/00-3_import_trades.ts --input <files>',
  columns: [
    column('ts_ms', 'int64', 'ms since 1970 UTC', 'time of the fill'),
    column('venue', 'string', 'polymarket | kalshi', 'where it traded'),
    column(
      'market_id',
      'string',
      '',
      'condition id (Polymarket), ticker (Kalshi); `gamma:<id>`, `token:<id>` or `fpmm:<address>` where only that is known',
    ),
    optional('event_id', 'string', '', 'event the market belongs to, where the venue tells'),
    column('outcome_index', 'uint8', '0 | 1', 'which of the two outcomes moved; the order is that of 10_markets'),
    optional('wallet', 'string', '0x + 40 hex', 'pseudonymous account; null on Kalshi, which publishes none'),
    optional(
      'role',
      'string',
      'maker | taker',
      'taker when the counterparty is an exchange contract; null where the source does not tell',
    ),
    column('side', 'string', 'BUY | SELL', 'direction of this wallet in this outcome'),
    column('price', 'float64', 'USD per share, 0..1', 'price of that outcome'),
    column('shares', 'float64', 'shares', 'size, rounded to 1e-6'),
    column('amount_usd', 'float64', 'USD', 'cash leg, rounded to 1e-6, before fees'),
    optional('fee_usd', 'float64', 'USD', 'fee of this fill where the source tells'),
    optional('tx', 'string', '', 'transaction hash (Polymarket) or trade id (Kalshi)'),
    column('fill_id', 'uint64', '', 'hash of the fill and of its n-th occurrence among identical rows of one source'),
  ],
};

export const MARKETS: TableSchema = {
  name: 'markets',
  folder: '10_markets',
  what: 'Markets: one row per two-outcome market.',
  madeBy: RAW_TRADES.madeBy,
  columns: [
    column('market_id', 'string', '', 'key, as in 10_raw_trades', 'market'),
    column('venue', 'string', 'polymarket | kalshi', 'where it trades', 'market'),
    optional('gamma_id', 'string', '', "the venue's short id", 'market'),
    optional('event_id', 'string', '', 'event (for negRisk siblings)', 'market'),
    optional(
      'market_maker',
      'string',
      '0x + 40 hex',
      'contract that traded it before there was an order book (until 2022)',
      'market',
    ),
    optional('question', 'string', '', 'the question or title', 'market'),
    optional('slug', 'string', '', "the venue's readable name", 'market'),
    optional('tags', 'string', 'joined by ;', "the venue's tags", 'market'),
    optional(
      'domain',
      'string',
      'sports | politics | crypto | other',
      'from tags, else from the words of the question',
      'market',
    ),
    optional('domain_source', 'string', 'tags | question', 'where the domain comes from', 'market'),
    optional('outcome_0', 'string', '', 'name of outcome 0', 'market'),
    optional('outcome_1', 'string', '', 'name of outcome 1', 'market'),
    optional('token_0', 'string', '76 to 78 digits', 'token id of outcome 0', 'market'),
    optional('token_1', 'string', '76 to 78 digits', 'token id of outcome 1', 'market'),
    column(
      'outcome_order',
      'string',
      'venue | name | assumed',
      'how the order of outcomes is known: told, by names such as Yes/No, or first seen',
      'market',
    ),
    optional('neg_risk', 'bool', '', 'one of several exclusive siblings', 'market'),
    optional('created_ms', 'int64', 'ms since 1970 UTC', 'when the market was created', 'market'),
    optional('open_ms', 'int64', 'ms since 1970 UTC', 'when trading opened', 'market'),
    optional('close_ms', 'int64', 'ms since 1970 UTC', 'scheduled end', 'market'),
    optional('resolved_ms', 'int64', 'ms since 1970 UTC', 'when the outcome became known', 'market'),
    optional(
      'winner_index',
      'uint8',
      '0 | 1',
      'outcome that won: closed, two outcomes, prices exactly 0 and 1; else null',
      'outcome',
    ),
    optional('is_void', 'bool', '', 'ended without a winner (Polymarket: each outcome paid a half)', 'outcome'),
    optional('resolution_source', 'string', 'venue', 'who says so', 'outcome'),
    optional('fee_rate', 'float64', '', 'taker fee rate of the fee schedule', 'market'),
    optional('fee_exponent', 'float64', '', 'exponent of the fee schedule', 'market'),
    optional(
      'lifetime_volume_usd',
      'float64',
      'USD',
      'volume when the market list was read: knows the future, never a feature',
      'outcome',
    ),
    column(
      'source',
      'string',
      'gamma | clob | poly_data | archive | kalshi | trades',
      'best source of this row; trades = derived from trades alone',
      'market',
    ),
  ],
};

export const WALLET_PROFILES: TableSchema = {
  name: 'wallet_profiles',
  folder: '11_wallet_profiles',
  what: 'Wallet profiles as of a moment T: only fills with ts < T, only outcomes known before T.',
  madeBy: 'npx tsx 1_data_pipeline/01_build_features_polars.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T, exclusive'),
    column('first_fill_ms', 'int64', 'ms since 1970 UTC', 'first fill'),
    column('last_fill_ms', 'int64', 'ms since 1970 UTC', 'last fill before T'),
    column('n_fills', 'int64', 'fills', 'fills before T', 'behavioural'),
    column('tenure_days', 'float64', 'days', 'T minus first fill', 'behavioural'),
    column('aggression_avg_usd', 'float64', 'USD', 'mean amount of a fill', 'money'),
    column('frequency_trades_daily', 'float64', 'fills/day', 'fills / max(tenure_days, 1)', 'behavioural'),
    optional(
      'domain_focus_sports_pct',
      'float64',
      '0..100',
      'share of fills in sports, of fills in markets whose domain is known',
      'behavioural',
    ),
    optional('domain_focus_politics_pct', 'float64', '0..100', 'the same for politics', 'behavioural'),
    optional('domain_focus_crypto_pct', 'float64', '0..100', 'the same for crypto', 'behavioural'),
    column('diversification_markets_count', 'int64', 'markets', 'distinct markets', 'behavioural'),
    column('total_invested', 'float64', 'USD', 'sum of BUY amounts', 'money'),
    column(
      'total_net_pnl',
      'float64',
      'USD',
      'cash flow + value of shares held: 0/1 where resolved before T, else the last price before T; before fees',
      'outcome',
    ),
    column('pnl_is_marked', 'bool', '', 'true when some shares held at T are valued at a last price', 'outcome'),
    optional('wins', 'int64', 'markets', 'resolved markets with PnL > 0; null without a resolved market', 'outcome'),
    optional('unique_markets', 'int64', 'markets', 'markets traded that resolved before T; null when none', 'outcome'),
    optional('win_rate_pct', 'float64', '0..100', 'wins / unique_markets', 'outcome'),
    optional('roi_pct', 'float64', '%', 'total_net_pnl / total_invested; null without a BUY', 'outcome'),
    optional(
      'alpha_score',
      'float64',
      'percentage points',
      'roi_pct minus its mean over wallets with a resolved market',
      'outcome',
    ),
    optional(
      'avg_time_to_impact_hours',
      'float64',
      'hours',
      'mean of fill time minus market creation, where known',
      'behavioural',
    ),
    optional('conviction_avg_buy_usd', 'float64', 'USD', 'mean amount of a BUY', 'money'),
    column('max_bet_usd', 'float64', 'USD', 'largest fill', 'money'),
    optional('bet_size_cv', 'float64', '', 'standard deviation / mean of fill amounts; null for one fill', 'money'),
    column('top_market_share_pct', 'float64', '0..100', 'share of traded USD in the favourite market', 'behavioural'),
    optional('maker_share_pct', 'float64', '0..100', 'share of fills as maker, where the role is known', 'behavioural'),
    optional('contrarian_share_pct', 'float64', '0..100', 'share of BUY fills below .40', 'behavioural'),
    column('active_days', 'int64', 'days', 'distinct UTC days with a fill', 'behavioural'),
    column('hour_entropy', 'float64', 'bits, 0..4.58', 'Shannon entropy of the UTC hour of fills', 'behavioural'),
    column('burst_share_pct', 'float64', '0..100', "fills within 60 s of the wallet's previous one", 'behavioural'),
    optional(
      'held_to_resolution_pct',
      'float64',
      '0..100',
      'share of bought, resolved positions still held at resolution',
      'outcome',
    ),
    optional(
      'edge_z',
      'float64',
      'z',
      '(wins − Σp)/√Σp(1−p) over bought, resolved positions; p = mean price paid',
      'outcome',
    ),
    optional(
      'max_bet_vs_market_volume_pct',
      'float64',
      '%',
      'largest BUY against the market volume strictly before it',
      'money',
    ),
  ],
};

/** The same columns from the in-memory reference build; never read by a model. */
export const WALLET_PROFILES_LEGACY: TableSchema = {
  ...WALLET_PROFILES,
  name: 'wallet_profiles_legacy',
  folder: '11_wallet_profiles_legacy',
  what: 'Wallet profiles computed plainly, in memory, to hold 11_wallet_profiles against.',
  madeBy: 'npx tsx 1_data_pipeline/00_legacy_build_features.ts',
};

export const LABELS: TableSchema = {
  name: 'labels',
  folder: '13_labels',
  what: 'What the waterfall of archetypes says of every wallet.',
  madeBy: 'npx tsx 3_supervised_models/07_generate_labels.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column(
      'archetype',
      'string',
      'fresh_whale | grinder | insider_like | casual | unnamed',
      'flagged by rules and clusters, not a fact about a person',
      'outcome',
    ),
    optional('target', 'uint8', '3 | 1 | 2 | 0', 'class in training sets; null for unnamed', 'outcome'),
    column('rule', 'string', '', 'what decided: a rule, a cluster, or `not clustered`', 'outcome'),
  ],
};

function trainingSet(name: string, folder: string, what: string, madeBy: string): TableSchema {
  return {
    name,
    folder,
    what,
    madeBy,
    columns: [
      column('wallet', 'string', '0x + 40 hex', 'key'),
      column('archetype', 'string', '', 'as in 13_labels', 'outcome'),
      column('target', 'uint8', '0..3', 'as in 13_labels', 'outcome'),
      column('weight', 'float64', 'wallets', 'wallets of this class available / taken', 'key'),
      ...WALLET_PROFILES.columns.filter((c) => c.name !== 'wallet'),
    ],
  };
}

export const TRAINING_BALANCED = trainingSet(
  'training_balanced',
  '13_training_balanced',
  'All fresh whales and a fixed number of each other class.',
  'npx tsx 3_supervised_models/08-1_balance_dataset.ts',
);

export const TRAINING_REBALANCED = trainingSet(
  'training_rebalanced',
  '13_training_rebalanced',
  'All fresh whales and a multiple of other wallets, in proportion to their classes.',
  'npx tsx 3_supervised_models/08-2_rebalance_dataset.ts',
);

export const CLASSIFIED: TableSchema = {
  name: 'classified',
  folder: '12_classified',
  what: 'Archetypes of wallets: rules first, then clusters named by their centres, with an anomaly score beside them.',
  madeBy: 'npx tsx 2_unsupervised_discovery/02_detect_archetypes_hybrid.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column(
      'archetype',
      'string',
      'fresh_whale | grinder | insider_like | casual | unnamed',
      'flagged by rules and clusters, not a fact about a person',
      'outcome',
    ),
    optional('target', 'uint8', '3 | 1 | 2 | 0', 'class in training sets; null for unnamed', 'outcome'),
    column('rule', 'string', '', 'what decided: a rule, a cluster, `noise` (DBSCAN) or `not clustered`', 'outcome'),
    optional('cluster', 'int64', '', 'cluster among the wallets that no rule took; null for the others', 'outcome'),
    optional('centre_distance', 'float64', 'standard deviations', 'distance to the nearest centre', 'outcome'),
    column('anomaly_score', 'float64', '0..1', 'isolation forest on 13 features; higher = stranger', 'outcome'),
  ],
};

export const KMEANS_BASELINE: TableSchema = {
  name: 'kmeans_baseline',
  folder: '12_kmeans_baseline',
  what: 'Plain K-Means on seven features: what clustering says without any rule.',
  madeBy: 'npx tsx 2_unsupervised_discovery/03_kmeans_baseline.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column('cluster', 'int64', '', 'cluster', 'outcome'),
    column(
      'cluster_name',
      'string',
      'an archetype',
      'what the rules say of the centre; unnamed when none fits',
      'outcome',
    ),
    column('centre_distance', 'float64', 'standard deviations', 'distance to the nearest centre', 'outcome'),
  ],
};

export const ANOMALIES: TableSchema = {
  name: 'anomalies',
  folder: '12_anomalies',
  what: 'How strange each wallet is, two ways of flagging the strange, and why the flagged ones are.',
  madeBy: 'npx tsx 2_unsupervised_discovery/04_anomaly_detection_iso.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    optional('cluster', 'int64', '', 'K-Means cluster; null where there were too few wallets', 'outcome'),
    optional('cluster_name', 'string', 'an archetype', 'what the rules say of the centre', 'outcome'),
    optional('centre_distance', 'float64', 'standard deviations', 'distance to the nearest centre', 'outcome'),
    column('anomaly_score', 'float64', '0..1', 'isolation forest; higher = stranger', 'outcome'),
    column('is_top_share', 'bool', '', 'among the strangest --top-share per cent', 'outcome'),
    optional('p_value', 'float64', '0..1', 'conformal: chance that an ordinary wallet scores as high', 'outcome'),
    column('is_conformal', 'bool', '', 'flagged at the false discovery rate --fdr (Benjamini–Hochberg)', 'outcome'),
    optional(
      'reason_1',
      'string',
      'feature',
      'the feature that moved the score most; null when not flagged',
      'outcome',
    ),
    optional('reason_2', 'string', 'feature', 'the second', 'outcome'),
    optional('reason_3', 'string', 'feature', 'the third', 'outcome'),
    optional('reason_1_bits', 'float64', 'bits', 'what reason_1 added to log₂ of the score', 'outcome'),
    optional('reason_2_bits', 'float64', 'bits', 'the same for reason_2', 'outcome'),
    optional('reason_3_bits', 'float64', 'bits', 'the same for reason_3', 'outcome'),
  ],
};

export const MANIFOLD: TableSchema = {
  name: 'manifold',
  folder: '12_manifold',
  what: 'A t-SNE map of wallets: neighbours on it were neighbours in 13 features, distances mean nothing.',
  madeBy: 'npx tsx 2_unsupervised_discovery/05_visualize_manifolds_tsne.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column('x', 'float64', '', 'place on the map', 'outcome'),
    column('y', 'float64', '', 'place on the map', 'outcome'),
    column('archetype', 'string', '', 'as in 12_classified', 'outcome'),
    optional(
      'planted_type',
      'string',
      '',
      'truth of a simulated market, for looking only; null for real data',
      'outcome',
    ),
  ],
};

export const THRESHOLD_SHIFTS: TableSchema = {
  name: 'threshold_shifts',
  folder: '12_threshold_shifts',
  what: 'How many wallets change archetype when one threshold moves by 20 %.',
  madeBy: 'npx tsx 2_unsupervised_discovery/06_visualize_thresholds.ts',
  columns: [
    column('threshold', 'string', 'an option of 02', 'the threshold that moves', 'outcome'),
    column('value', 'float64', 'as the option', 'where it stood', 'outcome'),
    column('moved_to', 'float64', 'as the option', 'where it was moved', 'outcome'),
    column('n_changed', 'int64', 'wallets', 'wallets with another archetype', 'outcome'),
    column('changed_pct', 'float64', '0..100', 'their share of all wallets', 'outcome'),
    optional('largest_move', 'string', 'from -> to', 'the most frequent change', 'outcome'),
    column('n_largest_move', 'int64', 'wallets', 'wallets that made it', 'outcome'),
  ],
};

export const WALLET_SCORES: TableSchema = {
  name: 'wallet_scores',
  folder: '14_wallet_scores',
  what: 'How strange the production anomaly model finds every wallet; a flag is a reason to look, not a verdict.',
  madeBy: 'npx tsx 4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column('score', 'float64', "the detector's", 'higher is stranger'),
    column('p_value', 'float64', '0..1', 'share of calibration wallets at least as strange (split conformal)'),
    column('is_flagged', 'bool', '', 'beyond the false discovery rate or percentile asked for'),
    optional('reason_1', 'string', '', 'column that adds most to the score of a flagged wallet'),
    optional('reason_2', 'string', '', 'the next'),
    optional('reason_3', 'string', '', 'the next'),
  ],
};

/** Score, p-value and flag of one set of signs. */
function signColumns(kind: string, signs: string) {
  return [
    column(`${kind}_score`, 'float64', '0..1', `mean rank of the signs: ${signs}`),
    column(`${kind}_p_value`, 'float64', '0..1', 'share of wallets drawn from a copula of all that score as high'),
    column(`is_${kind}_flagged`, 'bool', '', 'beyond the false discovery rate asked for (Benjamini–Hochberg)'),
  ];
}

export const WALLET_SIGNS: TableSchema = {
  name: 'wallet_signs',
  folder: '14_wallet_signs',
  what: 'How many signs of an insider, a whale, a wash trader or a copy-trader every wallet shows; a sign is not a proof.',
  madeBy: WALLET_SCORES.madeBy,
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    ...signColumns('insider', 'takes, profits, few active days, large for the market, uneven sizes, one market'),
    optional('insider_reason_1', 'string', '', 'sign that adds most to the score of a flagged wallet'),
    optional('insider_reason_2', 'string', '', 'the next'),
    optional('insider_reason_3', 'string', '', 'the next'),
    ...signColumns('whale', 'large buys, takes'),
    ...signColumns('wash', 'never holds to the end, many fills a market'),
    ...signColumns('copy', 'takes, even sizes, many markets'),
  ],
};

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
    'price of `outcome_index` at exit_ms: 0 or 1 once resolved, else the last trade of the market after the fill (p₀ = 1 − p₁)',
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

/** The tables in the order of the pipeline. */
export const TABLES: readonly TableSchema[] = [
  RAW_TRADES,
  MARKETS,
  WALLET_PROFILES,
  CLASSIFIED,
  KMEANS_BASELINE,
  ANOMALIES,
  MANIFOLD,
  THRESHOLD_SHIFTS,
  LABELS,
  WALLET_SCORES,
  WALLET_SIGNS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
  THRESHOLDS,
  STRATEGIES,
  STRATEGY_TRADES,
  STRATEGY_EQUITY,
];
