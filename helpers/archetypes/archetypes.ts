/** The archetypes of wallets, their training targets and the thresholds of the rules that decide them (methods §3). */

/**
 * `unnamed` is a wallet without a win rate, or one of a cluster that no rule fits. It is in no training set of 08; 09 keeps
 * such wallets as a class of their own.
 */
export const ARCHETYPES = ['casual', 'grinder', 'insider_like', 'fresh_whale', 'unnamed'] as const;
export type Archetype = (typeof ARCHETYPES)[number];

/** Class number of each archetype in training sets; null keeps it out. */
export const TARGETS = {
  casual: 0,
  grinder: 1,
  insider_like: 2,
  fresh_whale: 3,
  unnamed: null,
} as const satisfies Readonly<Record<Archetype, number | null>>;

/** Wallets of each archetype, those that occur, in the order of the archetypes. */
export function countArchetypes(archetypes: readonly string[]): Readonly<Record<string, number>> {
  const counts = ARCHETYPES.map((name) => [name, archetypes.filter((own) => own === name).length] as const);
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}

/**
 * Class of unnamed wallets where a classifier must tell the others from them. Left out, an unknown win rate would be the mark
 * of whales and grinders, the only ones that keep their name without one.
 */
export const UNNAMED_CLASS = 4;

export interface WaterfallThresholds {
  /** A fresh whale's mean fill is at least this, in USD … */
  readonly whaleAggressionUsd: number;
  /** … and its tenure is less than this, in days. */
  readonly whaleTenureDays: number;
  /** A grinder is above this percentile of all wallets in frequency or in diversification, 0..100. */
  readonly grinderPercentile: number;
  /** Clusters among the rest. */
  readonly nClusters: number;
  /** A cluster wins often when the 95 % interval of its mean win rate lies above this, in percent … */
  readonly insiderWinRateMinPct: number;
  /** … it is narrow when its centre has at most this many markets … */
  readonly insiderMarketsMax: number;
  /** … and slow when its centre has at most this many fills a day. */
  readonly insiderDailyMax: number;
  /** A wallet of such a cluster is insider-like when at least this many of its markets have resolved … */
  readonly insiderResolvedMin: number;
  /** … and it won this much more often than its prices say, in standard deviations (edge_z). */
  readonly insiderEdgeMin: number;
}

export const DEFAULT_THRESHOLDS: WaterfallThresholds = {
  whaleAggressionUsd: 1000,
  whaleTenureDays: 7,
  grinderPercentile: 95,
  nClusters: 4,
  insiderWinRateMinPct: 65,
  insiderMarketsMax: 5,
  insiderDailyMax: 1,
  insiderResolvedMin: 3,
  insiderEdgeMin: 1.645,
};

/** Profile columns that the rules read: a classifier that sees them learns the rules and nothing else. */
export const LABEL_DEFINING_COLUMNS: readonly string[] = [
  'aggression_avg_usd',
  'tenure_days',
  'frequency_trades_daily',
  'diversification_markets_count',
  'win_rate_pct',
  'top_market_share_pct',
  'edge_z',
  'unique_markets',
];
