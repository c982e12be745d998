/** Every table of the project. The data dictionary in the README is made from these definitions. */
import {
  STRATEGIES,
  STRATEGY_EQUITY,
  STRATEGY_TRADES,
  THRESHOLDS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
} from './profit_schemas.ts';
import { column, optional, type TableSchema } from './schema.ts';

export * from './profit_schemas.ts';

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
    optional(
      'close_ms',
      'int64',
      'ms since 1970 UTC',
      'scheduled end, as it was known while the market traded',
      'market',
    ),
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

const TARGET_UNIT = '3 whale | 2 insider | 1 grinder | 0 casual';
/** What the waterfall says of a wallet. */
const ARCHETYPE_COLUMNS = [
  column(
    'archetype',
    'string',
    'fresh_whale | grinder | insider_like | casual | unnamed',
    'flagged by rules and clusters, not a fact about a person',
    'outcome',
  ),
  optional(
    'target',
    'uint8',
    TARGET_UNIT,
    'class in training sets; null for unnamed: no win rate, or no rule fits',
    'outcome',
  ),
];

export const LABELS: TableSchema = {
  name: 'labels',
  folder: '13_labels',
  what: 'What the waterfall of archetypes says of every wallet.',
  madeBy: 'npx tsx 3_supervised_models/07_generate_labels.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    ...ARCHETYPE_COLUMNS,
    column('rule', 'string', '', 'what decided: a rule, `no win rate`, a cluster, or `not clustered`', 'outcome'),
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
      column('target', 'uint8', TARGET_UNIT, 'as in 13_labels', 'outcome'),
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
    ...ARCHETYPE_COLUMNS,
    column(
      'rule',
      'string',
      '',
      'what decided: a rule, `no win rate` (no resolved market), a cluster, `noise` (DBSCAN) or `not clustered`',
      'outcome',
    ),
    optional(
      'cluster',
      'int64',
      '',
      'cluster among the wallets that no rule took and that have a win rate; null for the others',
      'outcome',
    ),
    optional('centre_distance', 'float64', 'standard deviations', 'distance to the nearest centre', 'outcome'),
    column('anomaly_score', 'float64', '0..1', 'isolation forest on 13 features; higher = more anomalous', 'outcome'),
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
  what: 'How anomalous each wallet is, two ways of flagging, and why the flagged wallets stand out.',
  madeBy: 'npx tsx 2_unsupervised_discovery/04_anomaly_detection_iso.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    optional('cluster', 'int64', '', 'K-Means cluster; null where there were too few wallets', 'outcome'),
    optional('cluster_name', 'string', 'an archetype', 'what the rules say of the centre', 'outcome'),
    optional('centre_distance', 'float64', 'standard deviations', 'distance to the nearest centre', 'outcome'),
    column('anomaly_score', 'float64', '0..1', 'isolation forest; higher = more anomalous', 'outcome'),
    column('is_top_share', 'bool', '', 'among the --top-share of wallets with the highest scores', 'outcome'),
    optional('p_value', 'float64', '0..1', 'conformal: probability that an ordinary wallet scores as high', 'outcome'),
    column('is_conformal', 'bool', '', 'flagged at the false discovery rate --fdr (Benjamini–Hochberg)', 'outcome'),
    optional(
      'reason_1',
      'string',
      'feature',
      'the feature that moved the score most; null when not flagged, or when none moved it',
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

/** Score, p-value, flag and how sure it is, of one set of signs. */
function signColumns(kind: string, signs: string) {
  return [
    column(`${kind}_score`, 'float64', '0..1', `mean rank of the signs: ${signs}`),
    column(`${kind}_p_value`, 'float64', '0..1', 'share of wallets drawn from a copula of all that score as high'),
    column(`is_${kind}_flagged`, 'bool', '', 'beyond the false discovery rate asked for (Benjamini–Hochberg)'),
    column(`is_${kind}_borderline`, 'bool', '', 'so close to the bar that more drawn wallets might flag it, or not'),
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

/** The tables in the order of the pipeline. */
export const TABLES: readonly TableSchema[] = [
  RAW_TRADES,
  MARKETS,
  WALLET_PROFILES,
  WALLET_PROFILES_LEGACY,
  CLASSIFIED,
  KMEANS_BASELINE,
  ANOMALIES,
  MANIFOLD,
  THRESHOLD_SHIFTS,
  LABELS,
  TRAINING_BALANCED,
  TRAINING_REBALANCED,
  WALLET_SCORES,
  WALLET_SIGNS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
  THRESHOLDS,
  STRATEGIES,
  STRATEGY_TRADES,
  STRATEGY_EQUITY,
];
