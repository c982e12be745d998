/** Every table of the project. The data dictionary (helpers/docs/data_dictionary.md) is made from these definitions. */
import {
  BACKTESTS,
  FORECASTS,
  STRATEGIES,
  STRATEGY_EQUITY,
  STRATEGY_TRADES,
  THRESHOLDS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
} from './profit_schemas.ts';
import { WALLET_RED_FLAGS } from './red_flag_schemas.ts';
import { columns, type TableSchema } from './schema.ts';

export * from './profit_schemas.ts';
export * from './red_flag_schemas.ts';

export const RAW_TRADES: TableSchema = {
  name: 'raw_trades',
  folder: '10_raw_trades',
  what: 'Canonical trades: one row per wallet and fill, in parts by month, in order of time.',
  madeBy: 'npx tsx 1_data_pipeline/00-3_import_trades.ts --input <files>',
  columns: columns(`
    ts_ms: int64 [ms since 1970 UTC] time of the fill
    venue: string [polymarket | kalshi] where the fill happened
    market_id: string condition id (Polymarket), ticker (Kalshi); \`gamma:<id>\`, \`token:<id>\`, \`fpmm:<address>\` or \`name:<slug or question>\` where only that is known, \`<market>#<outcome>\` for an outcome whose side nobody tells
    event_id?: string event that the market belongs to, as in 10_markets; null where no source says
    outcome_index: uint8 [0 | 1] which of the two outcomes was traded; 10_markets has their names
    wallet?: string [0x + 40 hex] address of the account (a pseudonym); null on Kalshi, which publishes none
    role?: string [maker | taker] taker: sent the order that was matched at once; maker: had an order waiting. On chain a taker is known by an exchange contract as counterparty. Null where the source does not say
    side: string [BUY | SELL] whether this wallet bought or sold this outcome
    price: float64 [USD per share, 0..1] price of the outcome traded
    shares: float64 [shares] number of shares, rounded to 1e-6; a share of the winning outcome pays 1 USD
    amount_usd: float64 [USD] USD paid or received, before fees, rounded to 1e-6
    fee_usd?: float64 [USD] fee of this fill, not part of amount_usd; null where the source does not say
    tx?: string transaction hash (Polymarket) or trade id (Kalshi)
    block_number?: int64 block of the chain, where the source has it
    log_index?: int64 place in that block, where the source has it: it orders fills of one time
    fill_id: uint64 hash that identifies the fill; of identical rows in one source each gets its own
  `),
};

export const MARKETS: TableSchema = {
  name: 'markets',
  folder: '10_markets',
  what: 'Markets: one row per market with two outcomes.',
  madeBy: RAW_TRADES.madeBy,
  columns: columns(`
    market_id: string (market) key, as in 10_raw_trades
    venue: string [polymarket | kalshi] (market) where the market trades
    gamma_id?: string (market) the venue's short number of the market
    event_id?: string (market) event that the market belongs to: its slug (Polymarket; its number where no slug is told) or ticker (Kalshi); several markets can share one
    market_maker?: string [0x + 40 hex] (market) contract that traded the market before there was an order book (until 2022)
    question?: string (market) the question or title
    slug?: string (market) the venue's name of the market in its web addresses
    tags?: string [joined by ;] (market) the venue's tags
    domain?: string [sports | politics | crypto | other] (market) subject of the market, from its tags, else from the words of its question
    domain_source?: string [tags | question] (market) what the domain was derived from
    outcome_0?: string (market) name of outcome 0
    outcome_1?: string (market) name of outcome 1
    token_0?: string [76 to 78 digits] (market) token id of outcome 0
    token_1?: string [76 to 78 digits] (market) token id of outcome 1
    outcome_order: string [venue | name | assumed] (market) how the order of the outcomes is known: from the venue, from names such as Yes and No, or assumed: the smaller token first
    neg_risk?: bool (market) whether it is one of several markets of an event of which only one can win
    created_ms?: int64 [ms since 1970 UTC] (market) when the market was created
    open_ms?: int64 [ms since 1970 UTC] (market) when trading opened
    close_ms?: int64 [ms since 1970 UTC] (market) scheduled end, as it was known while the market traded
    resolved_ms?: int64 [ms since 1970 UTC] (market) when the outcome became known
    winner_index?: uint8 [0 | 1] (outcome) outcome that won; null unless the market is closed and its last prices are exactly 0 and 1
    is_void?: bool (outcome) whether it ended without a winner (Polymarket pays half a USD per share of either outcome, Kalshi settlement_value)
    settlement_value?: float64 [USD per share, 0..1] (outcome) what a market without a winner paid for a share of outcome 0, where the venue states it (Kalshi); outcome 1 got the rest
    resolution_source?: string [venue] (outcome) who says which outcome won
    fee_rate?: float64 (market) rate in the venue's formula of the taker fee: shares × rate × (p(1 − p))^exponent
    fee_exponent?: float64 (market) exponent in the same formula
    lifetime_volume_usd?: float64 [USD] (outcome) volume when the market list was downloaded; it includes the future, so no model may use it
    source: string [gamma | clob | poly_data | archive | kalshi | trades] (market) best source of this row; trades: derived from trades alone
    evidence?: string [JSON by source] (market) what each source says, where more than one describes the market; only for the next import, which must come to what one import of all files comes to
  `),
};

export const WALLET_PROFILES: TableSchema = {
  name: 'wallet_profiles',
  folder: '11_wallet_profiles',
  what: 'Wallet profiles as of T: only fills before T, only outcomes known before T.',
  madeBy: 'npx tsx 1_data_pipeline/01_build_features_polars.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T; a fill at T itself does not count
    first_fill_ms: int64 [ms since 1970 UTC] time of the first fill
    last_fill_ms: int64 [ms since 1970 UTC] time of the last fill before T
    n_fills: int64 [fills] (behavioural) fills before T
    tenure_days: float64 [days] (behavioural) time from the first fill to T
    tenure_is_censored: bool true when the first fill lies within the first 5 % of the tape, or its first 3 days: what was before is unknown
    age_at_max_bet_days: float64 [days] (behavioural) from the first fill to the largest one
    aggression_avg_usd: float64 [USD] (money) mean amount of a fill
    frequency_trades_daily: float64 [fills/day] (behavioural) fills a day: n_fills / max(tenure_days, 1)
    domain_focus_sports_pct?: float64 [0..100] (behavioural) share of fills in sports, among fills in markets whose domain is known
    domain_focus_politics_pct?: float64 [0..100] (behavioural) the same for politics
    domain_focus_crypto_pct?: float64 [0..100] (behavioural) the same for crypto
    diversification_markets_count: int64 [markets] (behavioural) number of different markets traded
    total_invested: float64 [USD] (money) sum of the amounts of all BUY fills
    total_net_pnl: float64 [USD] (outcome) profit before fees: money received − money paid + value of the shares held. A share is worth what it was paid where the market resolved before T (0, 1, or a fraction without a winner), else its price in the market's last trade before T, of either outcome (p₀ = 1 − p₁; trades of one millisecond weighted by shares; a trade at price 0 does not count)
    pnl_is_marked: bool (outcome) true when the profit depends on a last price, because some markets have not resolved
    mark_age_days?: float64 [days] (outcome) time from the oldest of those last trades to T; null when there is none
    wins?: int64 [markets] (outcome) resolved markets with a profit above 0; null without a resolved market
    unique_markets?: int64 [markets] (outcome) markets traded that resolved before T, with or without a winner (only resolved ones, unlike diversification_markets_count); null when there is none
    win_rate_pct?: float64 [0..100] (outcome) 100 × wins / unique_markets
    roi_pct?: float64 [%] (outcome) return on investment: 100 × total_net_pnl / total_invested; null without a BUY
    alpha_score?: float64 [percentage points] (outcome) roi_pct minus the mean roi_pct of all wallets with a resolved market
    avg_time_to_impact_hours?: float64 [hours] (behavioural) mean time from the creation of a market to a fill in it, where that is known
    conviction_avg_buy_usd?: float64 [USD] (money) mean amount of a BUY fill
    max_bet_usd: float64 [USD] (money) amount of the largest fill
    bet_size_cv?: float64 (money) how uneven the sizes are: standard deviation / mean of the amounts; null for one fill
    top_market_share_pct: float64 [0..100] (behavioural) share of the USD traded in the market where the wallet traded most
    maker_share_pct?: float64 [0..100] (behavioural) share of fills as maker, where the role is known
    contrarian_share_pct?: float64 [0..100] (behavioural) share of BUY fills at a price below .40
    active_days: int64 [days] (behavioural) number of UTC days with a fill
    hour_entropy: float64 [bits, 0..4.58] (behavioural) Shannon entropy of the UTC hours of the fills: 0 when all fall in one hour, 4.58 when spread evenly over 24
    burst_share_pct: float64 [0..100] (behavioural) share of fills within 60 s of the wallet's previous fill
    held_to_resolution_pct?: float64 [0..100] (outcome) share of bought positions still held when their market resolved
    edge_z?: float64 [z] (outcome) how much more often bought positions won than their prices say, in standard deviations: (wins − Σp)/√Σp(1−p) over positions in markets with a winner, p = mean price paid; 0 when the prices were right
    max_bet_vs_market_volume_pct?: float64 [%] (money) largest share that one BUY had of the volume traded in its market before it
  `),
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
const ARCHETYPE_COLUMNS = columns(`
  archetype: string [fresh_whale | grinder | insider_like | casual | unnamed] (outcome) kind of wallet by the waterfall of rules and clusters; not a fact about a person
  target?: uint8 [${TARGET_UNIT}] (outcome) the archetype as a number, for training; null for unnamed wallets: no win rate, or no rule fits
`);

export const LABELS: TableSchema = {
  name: 'labels',
  folder: '13_labels',
  what: 'The archetype of every wallet, as training labels.',
  madeBy: 'npx tsx 3_supervised_models/07_generate_labels.ts',
  columns: [
    ...columns(`
      wallet: string [0x + 40 hex] key
      as_of_ms: int64 [ms since 1970 UTC] T of the profiles
    `),
    ...ARCHETYPE_COLUMNS,
    ...columns(`
      rule: string (outcome) what decided the archetype: the name of a rule, \`no win rate\`, the name of a cluster, or \`not clustered\`
    `),
  ],
};

function trainingSet(name: string, folder: string, what: string, madeBy: string): TableSchema {
  return {
    name,
    folder,
    what,
    madeBy,
    columns: [
      ...columns(`
        wallet: string [0x + 40 hex] key
        archetype: string (outcome) as in 13_labels
        target: uint8 [${TARGET_UNIT}] (outcome) as in 13_labels
        weight: float64 [wallets] how many wallets of its class this row stands for: available / taken
      `),
      ...WALLET_PROFILES.columns.filter((c) => c.name !== 'wallet'),
    ],
  };
}

/** Columns of profiles that can be a feature. */
const FEATURES = WALLET_PROFILES.columns.filter(({ class: kind }) =>
  ['behavioural', 'money', 'outcome'].includes(kind),
);
/** Not told by first fills: a share of volume that needs everybody's fills, and a score relative to the population. */
const NOT_EARLY = ['max_bet_vs_market_volume_pct', 'alpha_score'];

/** What a column of a profile is called where it is that of a wallet's first fills. */
export function earlyName(name: string): string {
  return `early_${name}`;
}

export const SNAPSHOTS: TableSchema = {
  name: 'snapshots',
  folder: '13_snapshots',
  what: 'What was known of wallets at several times T, their archetype then, and what their first fills had shown one horizon before: what 09 learns from.',
  madeBy: 'npx tsx 3_supervised_models/09-1_train_classifier_rf_xgb.ts',
  columns: [
    ...columns(`
      wallet: string [0x + 40 hex] key
      snapshot: uint8 0 is the last T; each further one lies one horizon before
      target?: uint8 [${TARGET_UNIT}] (outcome) archetype at T by the waterfall over all wallets, as in 13_labels
    `),
    ...WALLET_PROFILES.columns.filter((c) => c.name !== 'wallet'),
    ...FEATURES.filter(({ name }) => !NOT_EARLY.includes(name)).map((column) => ({
      ...column,
      name: earlyName(column.name),
      meaning: `${column.name} of the first fills, one horizon before T`,
    })),
  ],
};

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
    ...columns(`
      wallet: string [0x + 40 hex] key
      as_of_ms: int64 [ms since 1970 UTC] T of the profiles
    `),
    ...ARCHETYPE_COLUMNS,
    ...columns(`
      rule: string (outcome) what decided the archetype: the name of a rule, \`no win rate\` (no resolved market), the name of a cluster, \`noise\` (DBSCAN) or \`not clustered\`
      cluster?: int64 (outcome) number of the residual cluster; null for wallets that a rule named or that have no win rate
      centre_distance?: float64 [standard deviations] (outcome) distance to the nearest cluster centre, in standardised features
      anomaly_score: float64 [0..1] (outcome) isolation forest on 13 features; higher is more anomalous
      fresh_when_it_bet_big: bool beside the archetype: its largest bet reaches --whale-usd and came less than --whale-days after its first, and its tenure is not cut off
    `),
  ],
};

export const KMEANS_BASELINE: TableSchema = {
  name: 'kmeans_baseline',
  folder: '12_kmeans_baseline',
  what: 'Plain K-Means on seven features of all wallets, without any rule, to compare 12_classified with.',
  madeBy: 'npx tsx 2_unsupervised_discovery/03_kmeans_baseline.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T of the profiles
    cluster: int64 (outcome) number of the cluster
    cluster_name: string [an archetype] (outcome) archetype that the rules give to the cluster centre; unnamed when no rule fits
    centre_distance: float64 [standard deviations] (outcome) distance to the nearest cluster centre, in standardised features
  `),
};

export const ANOMALIES: TableSchema = {
  name: 'anomalies',
  folder: '12_anomalies',
  what: 'How anomalous each wallet is, two ways to flag, and the reasons of the flagged wallets.',
  madeBy: 'npx tsx 2_unsupervised_discovery/04_anomaly_detection_iso.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T of the profiles
    cluster?: int64 (outcome) number of the K-Means cluster; null where there were too few wallets
    cluster_name?: string [an archetype] (outcome) archetype that the rules give to the cluster centre
    centre_distance?: float64 [standard deviations] (outcome) distance to the nearest cluster centre, in standardised features
    anomaly_score: float64 [0..1] (outcome) score of the isolation forest; higher is more anomalous, about .5 is ordinary
    is_top_share: bool (outcome) whether the wallet is in the share of highest scores that --top-share asks for (always some wallets, however ordinary)
    p_value?: float64 [0..1] (outcome) probability that an ordinary wallet scores as high (conformal p-value: by comparison with wallets taken as ordinary)
    is_conformal: bool (outcome) whether the p-value is small enough for the false discovery rate --fdr (Benjamini–Hochberg); possibly no wallet
    reason_1?: string [feature] (outcome) the column that raised the score most; null for wallets without a flag, or when no column raised it
    reason_2?: string [feature] (outcome) the second most
    reason_3?: string [feature] (outcome) the third most
    reason_1_bits?: float64 [bits] (outcome) how much reason_1 added to log₂ of the score
    reason_2_bits?: float64 [bits] (outcome) the same for reason_2
    reason_3_bits?: float64 [bits] (outcome) the same for reason_3
  `),
};

export const MANIFOLD: TableSchema = {
  name: 'manifold',
  folder: '12_manifold',
  what: 'A t-SNE map of wallets: neighbours on the map are neighbours in 13 features; large distances mean nothing.',
  madeBy: 'npx tsx 2_unsupervised_discovery/05_visualize_manifolds_tsne.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T of the profiles
    x: float64 (outcome) horizontal place on the map
    y: float64 (outcome) vertical place on the map
    archetype: string (outcome) as in 12_classified
    planted_type?: string (outcome) true type in a simulated market, to look at only; null for real data
  `),
};

export const THRESHOLD_SHIFTS: TableSchema = {
  name: 'threshold_shifts',
  folder: '12_threshold_shifts',
  what: 'How many wallets change archetype when one threshold moves by 20 %.',
  madeBy: 'npx tsx 2_unsupervised_discovery/06_visualize_thresholds.ts',
  columns: columns(`
    threshold: string [an option of 02] (outcome) the threshold that was moved
    value: float64 [as the option] (outcome) its value before
    moved_to: float64 [as the option] (outcome) its value after
    n_changed: int64 [wallets] (outcome) wallets whose archetype changed
    changed_pct: float64 [0..100] (outcome) their share of all wallets
    largest_move?: string [from -> to] (outcome) the most frequent change of archetype
    n_largest_move: int64 [wallets] (outcome) wallets with that change
  `),
};

export const WALLET_SKILL: TableSchema = {
  name: 'wallet_skill',
  folder: '12_wallet_skill',
  what: 'Whether wallets with enough resolved events were right, or earned, more than their prices promised; others are not in it.',
  madeBy: 'npx tsx 2_unsupervised_discovery/06-2_test_wallet_skill.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T, exclusive: only fills and resolutions before it
    n_events: int64 [events] (behavioural) resolved events with a bet: the net position of the first 10 s of fills, in the market traded first
    n_won: int64 [events] (outcome) bets whose outcome won (a SELL bets on the other outcome)
    expected_wins: float64 [events] (outcome) sum of the prices of the bets, .001 at least
    excess_accuracy_pct: float64 [percentage points] (outcome) (n_won − expected_wins) / n_events: right more often than the prices said
    accuracy_p: float64 [0..1] (outcome) P(as many wins or more) were prices right: exact Poisson-binomial
    gain_usd: float64 [USD] (outcome) what the bets pay when held to the end, minus their prices
    money_p: float64 [0..1] (outcome) (1 + #) / (n + 1) of outcomes drawn by price that pay as much
    n_draws: int64 [draws] (outcome) draws behind money_p: 10,000, more where few paid as much
    p_value: float64 [0..1] (outcome) twice the smaller of accuracy_p and money_p, 1 at most
    q_value: float64 [0..1] (outcome) lowest false discovery rate at which it is flagged (Benjamini–Hochberg)
    is_flagged: bool (outcome) beyond the false discovery rate asked for
    reason: string (outcome) the figures in words
  `),
};

export const WASH_RINGS: TableSchema = {
  name: 'wash_rings',
  folder: '12_wash_rings',
  what: 'Wallets in near-closed groups that trade in circles, one row per wallet in such a group; a flag is a reason to look, not a proof.',
  madeBy: 'npx tsx 2_unsupervised_discovery/06-3_detect_wash_trading.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T, exclusive: only fills before it
    ring_id: int64 number of its group; 1 is the one with the highest score
    ring_size: int64 [wallets] (behavioural) wallets in the group
    ring_score: float64 (behavioural) closed share · round-trip share · log2(1 + matches per wallet), of the group: higher is more like wash trading
    wash_score: float64 [0..1] (behavioural) share of all volume of the wallet that went to the group and came back: closed share · round-trip share
    closed_share_pct: float64 [0..100] (behavioural) share of its volume (shares) with wallets of the group
    round_trip_share_pct: float64 [0..100] (behavioural) share of that volume that left no position: 100 when every market ends as it began
    n_matches: int64 [matches] (behavioural) matches with wallets of the group, itself included
    n_self_matches: int64 [matches] (behavioural) matches with itself
    matched_shares: float64 [shares] (behavioural) volume with the group
    p_value: float64 [0..1] (behavioural) (1 + #) / (n + 1) of rewired networks with a group of this score or higher
    q_value: float64 [0..1] (behavioural) false discovery rate: groups of this score in a rewired network, by groups found
    is_flagged: bool (behavioural) q_value at most the false discovery rate asked for
    reason: string the figures in words
  `),
};

export const WALLET_SCORES: TableSchema = {
  name: 'wallet_scores',
  folder: '14_wallet_scores',
  what: 'The score that the production anomaly model gives to every wallet; a flag is a reason to look, not a proof.',
  madeBy: 'npx tsx 4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
  columns: columns(`
    wallet: string [0x + 40 hex] key
    as_of_ms: int64 [ms since 1970 UTC] T of the profiles
    score: float64 [the detector's] anomaly score; higher is more anomalous
    p_value: float64 [0..1] share of calibration wallets that score at least as high (split conformal p-value)
    is_flagged: bool whether the wallet is flagged at the false discovery rate, or above the percentile, asked for
    reason_1?: string the column that raised the score of a flagged wallet most
    reason_2?: string the next
    reason_3?: string the next
  `),
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
  WASH_RINGS,
  LABELS,
  TRAINING_BALANCED,
  TRAINING_REBALANCED,
  SNAPSHOTS,
  WALLET_SCORES,
  WALLET_RED_FLAGS,
  TRADE_FEATURES,
  TRADE_PREDICTIONS,
  THRESHOLDS,
  STRATEGIES,
  STRATEGY_TRADES,
  STRATEGY_EQUITY,
  BACKTESTS,
  FORECASTS,
];
