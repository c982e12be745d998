/** Every table of the project. The data dictionary (helpers/docs/data_dictionary.md) is made from these definitions. */
import {
  STRATEGIES,
  STRATEGY_EQUITY,
  STRATEGY_TRADES,
  THRESHOLDS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
} from './profit_schemas.ts';
import { WALLET_RED_FLAGS } from './red_flag_schemas.ts';
import { column, optional, type TableSchema } from './schema.ts';

export * from './profit_schemas.ts';
export * from './red_flag_schemas.ts';

export const RAW_TRADES: TableSchema = {
  name: 'raw_trades',
  folder: '10_raw_trades',
  what: 'Canonical trades: one row per wallet and fill, in parts by month, in order of time.',
  madeBy: 'npx tsx 1_data_pipeline/00-3_import_trades.ts --input <files>',
  columns: [
    column('ts_ms', 'int64', 'ms since 1970 UTC', 'time of the fill'),
    column('venue', 'string', 'polymarket | kalshi', 'where the fill happened'),
    column(
      'market_id',
      'string',
      '',
      'condition id (Polymarket), ticker (Kalshi); `gamma:<id>`, `token:<id>` or `fpmm:<address>` where only that is known',
    ),
    optional('event_id', 'string', '', 'event that the market belongs to; null where the source does not say'),
    column('outcome_index', 'uint8', '0 | 1', 'which of the two outcomes was traded; 10_markets has their names'),
    optional(
      'wallet',
      'string',
      '0x + 40 hex',
      'address of the account (a pseudonym); null on Kalshi, which publishes none',
    ),
    optional(
      'role',
      'string',
      'maker | taker',
      'taker: sent the order that was matched at once; maker: had an order waiting. On chain a taker is known by an exchange contract as counterparty. Null where the source does not say',
    ),
    column('side', 'string', 'BUY | SELL', 'whether this wallet bought or sold this outcome'),
    column('price', 'float64', 'USD per share, 0..1', 'price of the outcome traded'),
    column(
      'shares',
      'float64',
      'shares',
      'number of shares, rounded to 1e-6; a share of the winning outcome pays 1 USD',
    ),
    column('amount_usd', 'float64', 'USD', 'USD paid or received, before fees, rounded to 1e-6'),
    optional(
      'fee_usd',
      'float64',
      'USD',
      'fee of this fill, not part of amount_usd; null where the source does not say',
    ),
    optional('tx', 'string', '', 'transaction hash (Polymarket) or trade id (Kalshi)'),
    optional('block_number', 'int64', '', 'block of the chain, where the source has it'),
    optional('log_index', 'int64', '', 'place in that block, where the source has it: it orders fills of one time'),
    column('fill_id', 'uint64', '', 'hash that identifies the fill; of identical rows in one source each gets its own'),
  ],
};

export const MARKETS: TableSchema = {
  name: 'markets',
  folder: '10_markets',
  what: 'Markets: one row per market with two outcomes.',
  madeBy: RAW_TRADES.madeBy,
  columns: [
    column('market_id', 'string', '', 'key, as in 10_raw_trades', 'market'),
    column('venue', 'string', 'polymarket | kalshi', 'where the market trades', 'market'),
    optional('gamma_id', 'string', '', "the venue's short number of the market", 'market'),
    optional('event_id', 'string', '', 'event that the market belongs to; several markets can share one', 'market'),
    optional(
      'market_maker',
      'string',
      '0x + 40 hex',
      'contract that traded the market before there was an order book (until 2022)',
      'market',
    ),
    optional('question', 'string', '', 'the question or title', 'market'),
    optional('slug', 'string', '', "the venue's name of the market in its web addresses", 'market'),
    optional('tags', 'string', 'joined by ;', "the venue's tags", 'market'),
    optional(
      'domain',
      'string',
      'sports | politics | crypto | other',
      'subject of the market, from its tags, else from the words of its question',
      'market',
    ),
    optional('domain_source', 'string', 'tags | question', 'what the domain was derived from', 'market'),
    optional('outcome_0', 'string', '', 'name of outcome 0', 'market'),
    optional('outcome_1', 'string', '', 'name of outcome 1', 'market'),
    optional('token_0', 'string', '76 to 78 digits', 'token id of outcome 0', 'market'),
    optional('token_1', 'string', '76 to 78 digits', 'token id of outcome 1', 'market'),
    column(
      'outcome_order',
      'string',
      'venue | name | assumed',
      'how the order of the outcomes is known: from the venue, from names such as Yes and No, or assumed from the first trade',
      'market',
    ),
    optional(
      'neg_risk',
      'bool',
      '',
      'whether it is one of several markets of an event of which only one can win',
      'market',
    ),
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
      'outcome that won; null unless the market is closed and its last prices are exactly 0 and 1',
      'outcome',
    ),
    optional(
      'is_void',
      'bool',
      '',
      'whether it ended without a winner (Polymarket pays half a USD per share of either outcome, Kalshi settlement_value)',
      'outcome',
    ),
    optional(
      'settlement_value',
      'float64',
      'USD per share, 0..1',
      'what a market without a winner paid for a share of outcome 0, where the venue states it (Kalshi); outcome 1 got the rest',
      'outcome',
    ),
    optional('resolution_source', 'string', 'venue', 'who says which outcome won', 'outcome'),
    optional(
      'fee_rate',
      'float64',
      '',
      "rate in the venue's formula of the taker fee: shares × rate × (p(1 − p))^exponent",
      'market',
    ),
    optional('fee_exponent', 'float64', '', 'exponent in the same formula', 'market'),
    optional(
      'lifetime_volume_usd',
      'float64',
      'USD',
      'volume when the market list was downloaded; it includes the future, so no model may use it',
      'outcome',
    ),
    column(
      'source',
      'string',
      'gamma | clob | poly_data | archive | kalshi | trades',
      'best source of this row; trades: derived from trades alone',
      'market',
    ),
    optional(
      'evidence',
      'string',
      'JSON by source',
      'what each source says, where more than one describes the market; only for the next import, which must come to what one import of all files comes to',
      'market',
    ),
  ],
};

export const WALLET_PROFILES: TableSchema = {
  name: 'wallet_profiles',
  folder: '11_wallet_profiles',
  what: 'Wallet profiles as of T: only fills before T, only outcomes known before T.',
  madeBy: 'npx tsx 1_data_pipeline/01_build_features_polars.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T; a fill at T itself does not count'),
    column('first_fill_ms', 'int64', 'ms since 1970 UTC', 'time of the first fill'),
    column('last_fill_ms', 'int64', 'ms since 1970 UTC', 'time of the last fill before T'),
    column('n_fills', 'int64', 'fills', 'fills before T', 'behavioural'),
    column('tenure_days', 'float64', 'days', 'time from the first fill to T', 'behavioural'),
    column(
      'tenure_is_censored',
      'bool',
      '',
      'true when the first fill lies within the first 5 % of the tape, or its first 3 days: what was before is unknown',
    ),
    column('age_at_max_bet_days', 'float64', 'days', 'from the first fill to the largest one', 'behavioural'),
    column('aggression_avg_usd', 'float64', 'USD', 'mean amount of a fill', 'money'),
    column(
      'frequency_trades_daily',
      'float64',
      'fills/day',
      'fills a day: n_fills / max(tenure_days, 1)',
      'behavioural',
    ),
    optional(
      'domain_focus_sports_pct',
      'float64',
      '0..100',
      'share of fills in sports, among fills in markets whose domain is known',
      'behavioural',
    ),
    optional('domain_focus_politics_pct', 'float64', '0..100', 'the same for politics', 'behavioural'),
    optional('domain_focus_crypto_pct', 'float64', '0..100', 'the same for crypto', 'behavioural'),
    column('diversification_markets_count', 'int64', 'markets', 'number of different markets traded', 'behavioural'),
    column('total_invested', 'float64', 'USD', 'sum of the amounts of all BUY fills', 'money'),
    column(
      'total_net_pnl',
      'float64',
      'USD',
      "profit before fees: money received − money paid + value of the shares held. A share is worth what it was paid where the market resolved before T (0, 1, or a fraction without a winner), else its price in the market's last trade before T, of either outcome (p₀ = 1 − p₁; trades of one millisecond weighted by shares; a trade at price 0 does not count)",
      'outcome',
    ),
    column(
      'pnl_is_marked',
      'bool',
      '',
      'true when the profit depends on a last price, because some markets have not resolved',
      'outcome',
    ),
    optional(
      'mark_age_days',
      'float64',
      'days',
      'time from the oldest of those last trades to T; null when there is none',
      'outcome',
    ),
    optional(
      'wins',
      'int64',
      'markets',
      'resolved markets with a profit above 0; null without a resolved market',
      'outcome',
    ),
    optional(
      'unique_markets',
      'int64',
      'markets',
      'markets traded that resolved before T, with or without a winner (only resolved ones, unlike diversification_markets_count); null when there is none',
      'outcome',
    ),
    optional('win_rate_pct', 'float64', '0..100', '100 × wins / unique_markets', 'outcome'),
    optional(
      'roi_pct',
      'float64',
      '%',
      'return on investment: 100 × total_net_pnl / total_invested; null without a BUY',
      'outcome',
    ),
    optional(
      'alpha_score',
      'float64',
      'percentage points',
      'roi_pct minus the mean roi_pct of all wallets with a resolved market',
      'outcome',
    ),
    optional(
      'avg_time_to_impact_hours',
      'float64',
      'hours',
      'mean time from the creation of a market to a fill in it, where that is known',
      'behavioural',
    ),
    optional('conviction_avg_buy_usd', 'float64', 'USD', 'mean amount of a BUY fill', 'money'),
    column('max_bet_usd', 'float64', 'USD', 'amount of the largest fill', 'money'),
    optional(
      'bet_size_cv',
      'float64',
      '',
      'how uneven the sizes are: standard deviation / mean of the amounts; null for one fill',
      'money',
    ),
    column(
      'top_market_share_pct',
      'float64',
      '0..100',
      'share of the USD traded in the market where the wallet traded most',
      'behavioural',
    ),
    optional('maker_share_pct', 'float64', '0..100', 'share of fills as maker, where the role is known', 'behavioural'),
    optional('contrarian_share_pct', 'float64', '0..100', 'share of BUY fills at a price below .40', 'behavioural'),
    column('active_days', 'int64', 'days', 'number of UTC days with a fill', 'behavioural'),
    column(
      'hour_entropy',
      'float64',
      'bits, 0..4.58',
      'Shannon entropy of the UTC hours of the fills: 0 when all fall in one hour, 4.58 when spread evenly over 24',
      'behavioural',
    ),
    column(
      'burst_share_pct',
      'float64',
      '0..100',
      "share of fills within 60 s of the wallet's previous fill",
      'behavioural',
    ),
    optional(
      'held_to_resolution_pct',
      'float64',
      '0..100',
      'share of bought positions still held when their market resolved',
      'outcome',
    ),
    optional(
      'edge_z',
      'float64',
      'z',
      'how much more often bought positions won than their prices say, in standard deviations: (wins − Σp)/√Σp(1−p) over positions in markets with a winner, p = mean price paid; 0 when the prices were right',
      'outcome',
    ),
    optional(
      'max_bet_vs_market_volume_pct',
      'float64',
      '%',
      'largest share that one BUY had of the volume traded in its market before it',
      'money',
    ),
  ],
};

/** The same columns from the in-memory reference build; never read by a model. */
export const WALLET_PROFILES_LEGACY: TableSchema = {
  ...WALLET_PROFILES,
  name: 'wallet_profiles_legacy',
  folder: '11_wallet_profiles_legacy',
  what: 'Wallet profiles from the simple build in memory, to compare 11_wallet_profiles with.',
  madeBy: 'npx tsx 1_data_pipeline/00_legacy_build_features.ts',
};

const TARGET_UNIT = '3 whale | 2 insider | 1 grinder | 0 casual';
/** What the waterfall says of a wallet. */
const ARCHETYPE_COLUMNS = [
  column(
    'archetype',
    'string',
    'fresh_whale | grinder | insider_like | casual | unnamed',
    'kind of wallet by the waterfall of rules and clusters; not a fact about a person',
    'outcome',
  ),
  optional(
    'target',
    'uint8',
    TARGET_UNIT,
    'the archetype as a number, for training; null for unnamed wallets: no win rate, or no rule fits',
    'outcome',
  ),
];

export const LABELS: TableSchema = {
  name: 'labels',
  folder: '13_labels',
  what: 'The archetype of every wallet, as training labels.',
  madeBy: 'npx tsx 3_supervised_models/07_generate_labels.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    ...ARCHETYPE_COLUMNS,
    column(
      'rule',
      'string',
      '',
      'what decided the archetype: the name of a rule, `no win rate`, the name of a cluster, or `not clustered`',
      'outcome',
    ),
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
      column(
        'weight',
        'float64',
        'wallets',
        'how many wallets of its class this row stands for: available / taken',
        'key',
      ),
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
  what: 'The archetype of every wallet: rules first, then clusters that are named by their centres; with an anomaly score.',
  madeBy: 'npx tsx 2_unsupervised_discovery/02_detect_archetypes_hybrid.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    ...ARCHETYPE_COLUMNS,
    column(
      'rule',
      'string',
      '',
      'what decided the archetype: the name of a rule, `no win rate` (no resolved market), the name of a cluster, `noise` (DBSCAN) or `not clustered`',
      'outcome',
    ),
    optional(
      'cluster',
      'int64',
      '',
      'number of the residual cluster; null for wallets that a rule named or that have no win rate',
      'outcome',
    ),
    optional(
      'centre_distance',
      'float64',
      'standard deviations',
      'distance to the nearest cluster centre, in standardised features',
      'outcome',
    ),
    column('anomaly_score', 'float64', '0..1', 'isolation forest on 13 features; higher is more anomalous', 'outcome'),
    column(
      'fresh_when_it_bet_big',
      'bool',
      '',
      'beside the archetype: its largest bet reaches --whale-usd and came less than --whale-days after its first, and its tenure is not cut off',
    ),
  ],
};

export const KMEANS_BASELINE: TableSchema = {
  name: 'kmeans_baseline',
  folder: '12_kmeans_baseline',
  what: 'Plain K-Means on seven features of all wallets, without any rule, to compare 12_classified with.',
  madeBy: 'npx tsx 2_unsupervised_discovery/03_kmeans_baseline.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column('cluster', 'int64', '', 'number of the cluster', 'outcome'),
    column(
      'cluster_name',
      'string',
      'an archetype',
      'archetype that the rules give to the cluster centre; unnamed when no rule fits',
      'outcome',
    ),
    column(
      'centre_distance',
      'float64',
      'standard deviations',
      'distance to the nearest cluster centre, in standardised features',
      'outcome',
    ),
  ],
};

export const ANOMALIES: TableSchema = {
  name: 'anomalies',
  folder: '12_anomalies',
  what: 'How anomalous each wallet is, two ways to flag, and the reasons of the flagged wallets.',
  madeBy: 'npx tsx 2_unsupervised_discovery/04_anomaly_detection_iso.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    optional('cluster', 'int64', '', 'number of the K-Means cluster; null where there were too few wallets', 'outcome'),
    optional(
      'cluster_name',
      'string',
      'an archetype',
      'archetype that the rules give to the cluster centre',
      'outcome',
    ),
    optional(
      'centre_distance',
      'float64',
      'standard deviations',
      'distance to the nearest cluster centre, in standardised features',
      'outcome',
    ),
    column(
      'anomaly_score',
      'float64',
      '0..1',
      'score of the isolation forest; higher is more anomalous, about .5 is ordinary',
      'outcome',
    ),
    column(
      'is_top_share',
      'bool',
      '',
      'whether the wallet is in the share of highest scores that --top-share asks for (always some wallets, however ordinary)',
      'outcome',
    ),
    optional(
      'p_value',
      'float64',
      '0..1',
      'probability that an ordinary wallet scores as high (conformal p-value: by comparison with wallets taken as ordinary)',
      'outcome',
    ),
    column(
      'is_conformal',
      'bool',
      '',
      'whether the p-value is small enough for the false discovery rate --fdr (Benjamini–Hochberg); possibly no wallet',
      'outcome',
    ),
    optional(
      'reason_1',
      'string',
      'feature',
      'the column that raised the score most; null for wallets without a flag, or when no column raised it',
      'outcome',
    ),
    optional('reason_2', 'string', 'feature', 'the second most', 'outcome'),
    optional('reason_3', 'string', 'feature', 'the third most', 'outcome'),
    optional('reason_1_bits', 'float64', 'bits', 'how much reason_1 added to log₂ of the score', 'outcome'),
    optional('reason_2_bits', 'float64', 'bits', 'the same for reason_2', 'outcome'),
    optional('reason_3_bits', 'float64', 'bits', 'the same for reason_3', 'outcome'),
  ],
};

export const MANIFOLD: TableSchema = {
  name: 'manifold',
  folder: '12_manifold',
  what: 'A t-SNE map of wallets: neighbours on the map are neighbours in 13 features; large distances mean nothing.',
  madeBy: 'npx tsx 2_unsupervised_discovery/05_visualize_manifolds_tsne.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column('x', 'float64', '', 'horizontal place on the map', 'outcome'),
    column('y', 'float64', '', 'vertical place on the map', 'outcome'),
    column('archetype', 'string', '', 'as in 12_classified', 'outcome'),
    optional(
      'planted_type',
      'string',
      '',
      'true type in a simulated market, to look at only; null for real data',
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
    column('threshold', 'string', 'an option of 02', 'the threshold that was moved', 'outcome'),
    column('value', 'float64', 'as the option', 'its value before', 'outcome'),
    column('moved_to', 'float64', 'as the option', 'its value after', 'outcome'),
    column('n_changed', 'int64', 'wallets', 'wallets whose archetype changed', 'outcome'),
    column('changed_pct', 'float64', '0..100', 'their share of all wallets', 'outcome'),
    optional('largest_move', 'string', 'from -> to', 'the most frequent change of archetype', 'outcome'),
    column('n_largest_move', 'int64', 'wallets', 'wallets with that change', 'outcome'),
  ],
};

export const WALLET_SKILL: TableSchema = {
  name: 'wallet_skill',
  folder: '12_wallet_skill',
  what: 'Whether wallets with enough resolved events were right, or earned, more than their prices promised; others are not in it.',
  madeBy: 'npx tsx 2_unsupervised_discovery/06-2_test_wallet_skill.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T, exclusive: only fills and resolutions before it'),
    column(
      'n_events',
      'int64',
      'events',
      'resolved events with a bet: the net position of the first 10 s of fills, in the market traded first',
      'behavioural',
    ),
    column('n_won', 'int64', 'events', 'bets whose outcome won (a SELL bets on the other outcome)', 'outcome'),
    column('expected_wins', 'float64', 'events', 'sum of the prices of the bets, .001 at least', 'outcome'),
    column(
      'excess_accuracy_pct',
      'float64',
      'percentage points',
      '(n_won − expected_wins) / n_events: right more often than the prices said',
      'outcome',
    ),
    column(
      'accuracy_p',
      'float64',
      '0..1',
      'P(as many wins or more) were prices right: exact Poisson-binomial',
      'outcome',
    ),
    column('gain_usd', 'float64', 'USD', 'what the bets pay when held to the end, minus their prices', 'outcome'),
    column('money_p', 'float64', '0..1', '(1 + #) / (n + 1) of outcomes drawn by price that pay as much', 'outcome'),
    column('n_draws', 'int64', 'draws', 'draws behind money_p: 10,000, more where few paid as much', 'outcome'),
    column('p_value', 'float64', '0..1', 'twice the smaller of accuracy_p and money_p, 1 at most', 'outcome'),
    column(
      'q_value',
      'float64',
      '0..1',
      'lowest false discovery rate at which it is flagged (Benjamini–Hochberg)',
      'outcome',
    ),
    column('is_flagged', 'bool', '', 'beyond the false discovery rate asked for', 'outcome'),
    column('reason', 'string', '', 'the figures in words', 'outcome'),
  ],
};

export const WALLET_SCORES: TableSchema = {
  name: 'wallet_scores',
  folder: '14_wallet_scores',
  what: 'The score that the production anomaly model gives to every wallet; a flag is a reason to look, not a proof.',
  madeBy: 'npx tsx 4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
  columns: [
    column('wallet', 'string', '0x + 40 hex', 'key'),
    column('as_of_ms', 'int64', 'ms since 1970 UTC', 'T of the profiles'),
    column('score', 'float64', "the detector's", 'anomaly score; higher is more anomalous'),
    column(
      'p_value',
      'float64',
      '0..1',
      'share of calibration wallets that score at least as high (split conformal p-value)',
    ),
    column(
      'is_flagged',
      'bool',
      '',
      'whether the wallet is flagged at the false discovery rate, or above the percentile, asked for',
    ),
    optional('reason_1', 'string', '', 'the column that raised the score of a flagged wallet most'),
    optional('reason_2', 'string', '', 'the next'),
    optional('reason_3', 'string', '', 'the next'),
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
  WALLET_SKILL,
  LABELS,
  TRAINING_BALANCED,
  TRAINING_REBALANCED,
  WALLET_SCORES,
  WALLET_RED_FLAGS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
  THRESHOLDS,
  STRATEGIES,
  STRATEGY_TRADES,
  STRATEGY_EQUITY,
];
