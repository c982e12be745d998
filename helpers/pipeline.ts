/**
 * THE TABLE OF CONTENTS: every step with what it reads, writes and needs. The master pipeline, the README's table, the
 * sbatch files and the resource limits all come from here.
 */

/** What there is more of in a step's memory when there are more fills; slurm/resources.ts says how fast each grows. */
export type ScalesWith = 'fills' | 'markets' | 'wallets';

/** What a task of a step that is cut into chunks needs. */
export interface ChunkNeeds {
  /** Peak memory for 10 M fills of its own. */
  readonly memoryMib: number;
  /** Wall time for 10 M fills of its own on two cores. */
  readonly minutes: number;
  /** Wall time for each 100 M fills before its own, where it looks at those too. */
  readonly minutesBefore: number;
}

export interface Step {
  readonly id: string;
  readonly script: string;
  /**
   * Arguments that the graph passes; {raw} stands for the folder of raw files, {data} for DATA_DIR, {trades} for the
   * number of fills to simulate, and {as-of} for --as-of where the user gave one.
   */
  readonly args: readonly string[];
  /** The question the step answers, for tables and --help. */
  readonly question: string;
  /** What --help says besides. */
  readonly help?: string;
  /** Artifacts (folders below DATA_DIR) read and written. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Whether it saves a model below MODELS_DIR. */
  readonly savesModel?: true;
  readonly cpus: number;
  /** Peak memory at 100 M fills, with something to spare. */
  readonly memoryMib: number;
  /** What of that is needed however few fills there are; default 1024. */
  readonly memoryFloorMib?: number;
  /** What the rest of it grows with. */
  readonly memoryScalesWith: ScalesWith;
  /** Wall time at 100 M fills on two cores. */
  readonly minutes: number;
  /** What a chunk needs when the step can be cut (it takes --chunk i/n and --merge), or 'none'. */
  readonly chunks: 'none' | ChunkNeeds;
  /** Whether `npm start` runs it. */
  readonly inGraph: boolean;
}

const STEPS_BEFORE_MASTER: readonly Step[] = [
  {
    id: 'simulate_market',
    script: '1_data_pipeline/00-1_simulate_market.ts',
    args: ['--trades', '{trades}'],
    question: 'What would a market with known insiders, bots and wash rings look like?',
    reads: [],
    writes: ['00_simulated'],
    cpus: 1,
    memoryMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 10,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'fetch_history',
    script: '1_data_pipeline/00-2_fetch_history.ts',
    args: [],
    question: 'Which trades and markets do the venues publish for a time, for some markets or for one wallet?',
    reads: [],
    writes: ['00_fetched'],
    cpus: 1,
    memoryMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 180,
    chunks: 'none',
    inGraph: false,
  },
  {
    id: 'import_trades',
    script: '1_data_pipeline/00-3_import_trades.ts',
    args: ['--input', '{raw}'],
    question: 'Who traded what, when and in which market, each fill once?',
    reads: ['00_simulated'],
    writes: ['10_raw_trades', '10_markets'],
    cpus: 2,
    memoryMib: 4096,
    memoryFloorMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 15,
    chunks: { memoryMib: 2560, minutes: 1, minutesBefore: 0 },
    inGraph: true,
  },
  {
    id: 'legacy_features',
    script: '1_data_pipeline/00_legacy_build_features.ts',
    args: [],
    question: 'What do the profiles of 01 look like when computed a second, simple way, which checks 01?',
    reads: ['10_raw_trades', '10_markets'],
    writes: ['11_wallet_profiles_legacy'],
    cpus: 1,
    memoryMib: 8192,
    memoryScalesWith: 'fills',
    minutes: 5,
    chunks: 'none',
    inGraph: false,
  },
  {
    id: 'build_features',
    script: '1_data_pipeline/01_build_features_polars.ts',
    args: ['{as-of}'],
    question: 'What is known of every wallet as of a time T?',
    reads: ['10_raw_trades', '10_markets'],
    writes: ['11_wallet_profiles'],
    cpus: 2,
    memoryMib: 3840,
    memoryFloorMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 10,
    chunks: { memoryMib: 3328, minutes: 0.7, minutesBefore: 0.2 },
    inGraph: true,
  },
  {
    id: 'detect_archetypes',
    script: '2_unsupervised_discovery/02_detect_archetypes_hybrid.ts',
    args: [],
    question: 'What kinds of wallet are there, by rules first and then by clusters?',
    reads: ['11_wallet_profiles'],
    writes: ['12_classified'],
    cpus: 2,
    memoryMib: 4096,
    memoryScalesWith: 'wallets',
    minutes: 5,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'kmeans_baseline',
    script: '2_unsupervised_discovery/03_kmeans_baseline.ts',
    args: [],
    question: 'What does plain K-Means find without any rule?',
    reads: ['11_wallet_profiles'],
    writes: ['12_kmeans_baseline'],
    cpus: 2,
    memoryMib: 3072,
    memoryScalesWith: 'wallets',
    minutes: 3,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'detect_anomalies',
    script: '2_unsupervised_discovery/04_anomaly_detection_iso.ts',
    args: [],
    question: 'Which wallets are anomalous, how sure is that, and why?',
    reads: ['11_wallet_profiles', '12_classified'],
    writes: ['12_anomalies'],
    cpus: 2,
    memoryMib: 4608,
    memoryScalesWith: 'wallets',
    minutes: 5,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'visualize_manifold',
    script: '2_unsupervised_discovery/05_visualize_manifolds_tsne.ts',
    args: [],
    question: 'Do wallets of one archetype lie together on a map of all wallets?',
    reads: ['11_wallet_profiles', '12_classified'],
    writes: ['12_manifold'],
    cpus: 2,
    memoryMib: 4096,
    memoryScalesWith: 'wallets',
    minutes: 5,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'visualize_thresholds',
    script: '2_unsupervised_discovery/06_visualize_thresholds.ts',
    args: [],
    question: 'How much does the result depend on the thresholds?',
    reads: ['11_wallet_profiles'],
    writes: ['12_threshold_shifts'],
    cpus: 2,
    memoryMib: 3072,
    memoryScalesWith: 'wallets',
    minutes: 10,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'test_wallet_skill',
    script: '2_unsupervised_discovery/06-2_test_wallet_skill.ts',
    args: ['{as-of}'],
    question: 'Which wallets are right more often than their prices, and do they stay so?',
    reads: ['10_raw_trades', '10_markets'],
    writes: ['12_wallet_skill'],
    cpus: 2,
    memoryMib: 8192,
    memoryFloorMib: 2560,
    memoryScalesWith: 'fills',
    minutes: 20,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'detect_wash_trading',
    script: '2_unsupervised_discovery/06-3_detect_wash_trading.ts',
    args: ['{as-of}'],
    question: 'Which wallets trade in circles among themselves?',
    reads: ['10_raw_trades', '10_markets'],
    writes: ['12_wash_rings'],
    cpus: 2,
    memoryMib: 10240,
    memoryFloorMib: 2048,
    memoryScalesWith: 'fills',
    minutes: 60,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'generate_labels',
    script: '3_supervised_models/07_generate_labels.ts',
    args: [],
    question: 'Which archetype do the rules give each wallet?',
    reads: ['11_wallet_profiles', '12_classified'],
    writes: ['13_labels'],
    cpus: 2,
    memoryMib: 3072,
    memoryScalesWith: 'wallets',
    minutes: 5,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'balance_dataset',
    script: '3_supervised_models/08-1_balance_dataset.ts',
    args: [],
    question: 'Which training set has all fresh whales and as many of each other class?',
    reads: ['11_wallet_profiles', '13_labels'],
    writes: ['13_training_balanced'],
    cpus: 2,
    memoryMib: 2048,
    memoryScalesWith: 'wallets',
    minutes: 2,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'rebalance_dataset',
    script: '3_supervised_models/08-2_rebalance_dataset.ts',
    args: [],
    question: 'Which training set is as rare in fresh whales as the market?',
    reads: ['11_wallet_profiles', '13_labels'],
    writes: ['13_training_rebalanced'],
    cpus: 2,
    memoryMib: 2048,
    memoryScalesWith: 'wallets',
    minutes: 2,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'train_classifier',
    script: '3_supervised_models/09-1_train_classifier_rf_xgb.ts',
    args: [],
    question:
      'Can the archetype of a wallet be predicted from its first fills, by a random forest or by boosted trees?',
    reads: ['10_raw_trades', '10_markets'],
    writes: ['13_snapshots'],
    savesModel: true,
    cpus: 2,
    memoryMib: 10240,
    memoryScalesWith: 'wallets',
    minutes: 60,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'train_scout',
    script: '3_supervised_models/09-2_train_classifier_rf_scout.ts',
    args: [],
    question: 'Can a fresh whale be told by behaviour alone, without looking at money?',
    reads: ['10_raw_trades', '13_snapshots'],
    writes: [],
    savesModel: true,
    cpus: 2,
    memoryMib: 10240,
    memoryScalesWith: 'wallets',
    minutes: 60,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'train_roi_regressor',
    script: '3_supervised_models/10_train_regressor_roi.ts',
    args: [],
    question: 'Does a wallet that did well go on to do well, beyond what its prices say?',
    reads: ['10_raw_trades', '10_markets'],
    writes: [],
    savesModel: true,
    cpus: 2,
    memoryMib: 8192,
    memoryScalesWith: 'wallets',
    minutes: 30,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'wallet_anomaly_model',
    script: '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
    args: [],
    question: 'Which wallets are unlike the others, and which look like insiders?',
    reads: ['10_raw_trades', '10_markets', '11_wallet_profiles'],
    writes: ['14_wallet_scores', '14_wallet_red_flags'],
    savesModel: true,
    cpus: 2,
    memoryMib: 5120,
    memoryScalesWith: 'wallets',
    minutes: 15,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'trade_anomaly_model',
    script: '4_unsupervised_model/13-2_generate_trade_anomaly_model.ts',
    args: [],
    question: 'Which single trades are unlike the others?',
    reads: ['10_raw_trades', '10_markets'],
    writes: [],
    savesModel: true,
    cpus: 2,
    memoryMib: 2048,
    memoryFloorMib: 1024,
    memoryScalesWith: 'wallets',
    minutes: 15,
    chunks: 'none',
    inGraph: false,
  },
  {
    id: 'train_profitability',
    script: '6_profitability/11_train_profitability.ts',
    args: [],
    question: 'Does following a trade pay, and can that be told better than from its price?',
    reads: ['10_raw_trades', '10_markets'],
    writes: ['15_trade_features', '16_trade_predictions'],
    savesModel: true,
    cpus: 2,
    memoryMib: 8192,
    memoryScalesWith: 'markets',
    minutes: 90,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'analyze_thresholds',
    script: '6_profitability/12_analyze_thresholds.ts',
    args: [],
    question: 'Above which probability does following a fill pay, after costs?',
    reads: ['16_trade_predictions', '10_raw_trades', '10_markets'],
    writes: ['17_thresholds'],
    cpus: 2,
    memoryMib: 8192,
    memoryScalesWith: 'fills',
    minutes: 60,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'finalize_strategies',
    script: '6_profitability/13_finalize_strategies.ts',
    args: [],
    question: 'Which strategy remains, and what does it earn on a test period that was kept apart?',
    reads: ['15_trade_features', '16_trade_predictions', '10_raw_trades', '10_markets'],
    writes: ['17_strategies', '17_strategy_trades', '17_strategy_equity'],
    savesModel: true,
    cpus: 2,
    memoryMib: 8192,
    memoryFloorMib: 2048,
    memoryScalesWith: 'fills',
    minutes: 90,
    chunks: 'none',
    inGraph: true,
  },
  {
    id: 'forecast_markets',
    script: '6_profitability/24_forecast_markets.ts',
    args: [],
    question: 'What are open markets likely to pay, and who has known more than the price?',
    reads: ['10_raw_trades', '10_markets', '14_wallet_red_flags'],
    writes: ['19_forecasts', 'live/forecasts'],
    cpus: 2,
    memoryMib: 16384,
    memoryScalesWith: 'fills',
    minutes: 30,
    chunks: 'none',
    inGraph: false,
  },
  {
    id: 'backtest_strategies',
    script: '6_profitability/25_backtest_strategies.ts',
    args: [],
    question: 'Would the old ideas about prediction markets have paid, after costs?',
    reads: ['10_raw_trades', '10_markets', '14_wallet_red_flags'],
    writes: ['18_backtests'],
    cpus: 2,
    memoryMib: 16384,
    memoryScalesWith: 'fills',
    minutes: 30,
    chunks: 'none',
    inGraph: false,
  },
];

/** A step that keeps folders of its own instead of tables of the graph. */
function liveStep(
  own: Omit<Step, 'args' | 'reads' | 'writes' | 'chunks' | 'inGraph'> & Partial<Pick<Step, 'writes'>>,
): Step {
  return { args: [], reads: [], writes: [], chunks: 'none', inGraph: false, ...own };
}

/** Steps that look at what happens now: they follow the graph, and `npm start` does not run them. */
const LIVE_STEPS: readonly Step[] = [
  liveStep({
    id: 'live_profiles',
    script: '5_live_inference/15_generate_wallet_profiles.ts',
    question: 'Who traded in the last 24 hours, and what is known of each wallet?',
    writes: ['live/polymarket'],
    cpus: 2,
    memoryMib: 4096,
    memoryFloorMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 180,
  }),
  liveStep({
    id: 'live_alerts',
    script: '5_live_inference/16_live_inference_with_anomaly_detection.ts',
    question: 'Which bets of the last 24 hours are worth an alert, and why?',
    help:
      'Needs a model of 13 in --models-dir (npm start makes one). Alerts go to the terminal, to live/alerts/ of the data folder and, ' +
      'where DISCORD_WEBHOOK_URL is set (environment or .env), to Discord. Thresholds are in helpers/alerts/rules/rule.ts.\n' +
      'First look, without sending: --dry-run --once --data-dir data-real --models-dir models-real',
    writes: ['live/polymarket', 'live/alerts'],
    cpus: 2,
    memoryMib: 4096,
    memoryFloorMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'stream_ingestor',
    script: '5_live_inference/17_stream_ingestor.ts',
    question: 'What is traded now: every trade of a venue as it happens, and what is known of its market?',
    cpus: 1,
    memoryMib: 1024,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'stream_analyzer',
    script: '5_live_inference/18_stream_analyzer.ts',
    question: 'Which trades are unlike all others, as they happen?',
    cpus: 1,
    memoryMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'stream_alerter',
    script: '5_live_inference/19_stream_alerter.ts',
    question: 'Who is told of them, and what was held back?',
    cpus: 1,
    memoryMib: 1024,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'flow_monitor',
    script: '5_live_inference/20_flow_monitor.ts',
    question: 'Where is trading unusual right now?',
    cpus: 1,
    memoryMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'record_feeds',
    script: '5_live_inference/21_record_feeds.ts',
    question: 'Which trades and changes of order books do the venues send, as they come?',
    writes: ['live/frames'],
    cpus: 1,
    memoryMib: 1024,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'score_alerts',
    script: '5_live_inference/22_score_alerts.ts',
    question: 'Would following the alerts have paid, or the near misses, or what was suppressed?',
    writes: ['live/scores'],
    cpus: 2,
    memoryMib: 4096,
    memoryFloorMib: 2048,
    memoryScalesWith: 'markets',
    minutes: 180,
  }),
  liveStep({
    id: 'scan_markets',
    script: '6_profitability/23_scan_markets.ts',
    question: 'Which open markets are worth watching?',
    writes: ['live/scan'],
    cpus: 1,
    memoryMib: 1024,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'trade',
    script: '6_profitability/26_trade.ts',
    question: 'What should be bought or sold now?',
    help:
      'Needs 19_forecasts (24) and the watch list (23), and a Kalshi key for the prices. On paper unless --mode says otherwise.\n' +
      'First look: --once. Stop a running one: --halt "why"; let it go on: --resume command.',
    writes: ['live/trader'],
    cpus: 1,
    memoryMib: 1024,
    memoryScalesWith: 'markets',
    minutes: 1440,
  }),
  liveStep({
    id: 'trading_digest',
    script: '6_profitability/27_trading_digest.ts',
    question: 'What did a day of trading bring?',
    cpus: 1,
    memoryMib: 1024,
    memoryScalesWith: 'markets',
    minutes: 5,
  }),
];

const GRAPH = STEPS_BEFORE_MASTER.filter((step) => step.inGraph);

export const STEPS: readonly Step[] = [
  ...STEPS_BEFORE_MASTER,
  {
    id: 'master_pipeline',
    script: '5_live_inference/14_master_pipeline.ts',
    args: [],
    question: 'What comes out of all batch steps, from raw data to the report?',
    reads: [],
    writes: [],
    cpus: 2,
    // One after the other: the memory of the largest and the time of all.
    memoryMib: Math.max(...GRAPH.map((step) => step.memoryMib)),
    memoryScalesWith: 'fills',
    minutes: GRAPH.reduce((sum, step) => sum + step.minutes, 0),
    chunks: 'none',
    inGraph: false,
  },
  ...LIVE_STEPS,
];

/** The step with this id. */
export function findStep(id: string): Step {
  const step = STEPS.find((s) => s.id === id);
  if (step === undefined) throw new Error(`no step ${id} in pipeline.ts`);
  return step;
}
