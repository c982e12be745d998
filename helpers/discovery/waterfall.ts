/** The waterfall of archetypes: fresh whale, grinder, then K-Means on the rest separates insider-like from casual. */
import { KMeans } from '../estimators/kmeans.ts';
import type { Executor } from '../kernels/executor.ts';
import { toNumbers } from '../tables/matrix.ts';
import { type DataFrame, pl } from '../tables/polars.ts';
import { type Archetype, TARGETS, type WaterfallThresholds } from './archetypes.ts';
import { FeatureSpace } from './feature_space.ts';
import { type CentreRanks, nameCluster, rankAmong } from './naming.ts';

/** Columns in which the rest is clustered. */
export const REST_FEATURES: readonly string[] = [
  'win_rate_pct',
  'diversification_markets_count',
  'frequency_trades_daily',
  'top_market_share_pct',
];
/** Fewer wallets than this a cluster say nothing. */
const ROWS_PER_CLUSTER_MIN = 5;

export interface NamedCluster {
  readonly cluster: number;
  readonly name: Archetype;
  readonly nWallets: number;
  /** The centre in the units of REST_FEATURES. */
  readonly centre: readonly number[];
  readonly ranks: CentreRanks;
}

export interface WaterfallResult {
  /** One entry per row of the profiles. */
  readonly archetypes: readonly Archetype[];
  readonly targets: readonly (0 | 1 | 2 | 3 | null)[];
  /** What decided: `fresh whale`, `grinder`, `cluster 2`, or `not clustered`. */
  readonly rules: readonly string[];
  /** Cluster of each row, −1 for those that a rule took. */
  readonly clusters: Int32Array;
  /** Distance to the nearest centre, NaN for those that a rule took. */
  readonly distances: Float64Array;
  readonly named: readonly NamedCluster[];
  /** Values at the grinder percentile. */
  readonly grinderFrequency: number;
  readonly grinderMarkets: number;
  /** Why the rest was not clustered, or null. */
  readonly refusal: string | null;
}

/** The value at a percentile, linear between order statistics (type 7 of Hyndman & Fan 1996). NaN for no values. */
export function percentile(values: Float64Array, percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(at);
  return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

/**
 * Gives every wallet an archetype. The order is whale, grinder, insider-like, casual.
 * @param profiles rows of 11_wallet_profiles
 */
export function assignWaterfall(
  profiles: DataFrame,
  thresholds: WaterfallThresholds,
  seed: number,
  executor: Executor,
): WaterfallResult {
  const nRows = profiles.height;
  const aggression = toNumbers(profiles, 'aggression_avg_usd');
  const tenure = toNumbers(profiles, 'tenure_days');
  const frequency = toNumbers(profiles, 'frequency_trades_daily');
  const markets = toNumbers(profiles, 'diversification_markets_count');
  const grinderFrequency = percentile(frequency, thresholds.grinderPercentile);
  const grinderMarkets = percentile(markets, thresholds.grinderPercentile);
  const archetypes = new Array<Archetype>(nRows).fill('unnamed');
  const rules = new Array<string>(nRows).fill('not clustered');
  const rest: number[] = [];
  for (let row = 0; row < nRows; row++) {
    if (aggression[row] >= thresholds.whaleAggressionUsd && tenure[row] < thresholds.whaleTenureDays) {
      archetypes[row] = 'fresh_whale';
      rules[row] = 'fresh whale';
    } else if (frequency[row] > grinderFrequency || markets[row] > grinderMarkets) {
      archetypes[row] = 'grinder';
      rules[row] = 'grinder';
    } else rest.push(row);
  }
  const clusters = new Int32Array(nRows).fill(-1);
  const distances = new Float64Array(nRows).fill(Number.NaN);
  const found = clusterRest(rowsOf(profiles, rest), thresholds, seed, executor);
  if (found.labels !== null) {
    rest.forEach((row, i) => {
      clusters[row] = found.labels[i];
      distances[row] = found.distances[i];
      archetypes[row] = found.named[found.labels[i]].name;
      rules[row] = `cluster ${found.labels[i]}`;
    });
  }
  const targets = archetypes.map((archetype) => TARGETS[archetype]);
  return {
    archetypes,
    targets,
    rules,
    clusters,
    distances,
    named: found.named,
    grinderFrequency,
    grinderMarkets,
    refusal: found.refusal,
  };
}

function rowsOf(profiles: DataFrame, rows: readonly number[]): DataFrame {
  const isWanted = new Uint8Array(profiles.height);
  for (const row of rows) isWanted[row] = 1;
  return profiles
    .withColumn(
      pl.Series(
        'is_rest',
        Array.from(isWanted, (flag) => flag === 1),
        pl.Bool,
      ),
    )
    .filter(pl.col('is_rest'));
}

type Clustered =
  | {
      readonly labels: Int32Array;
      readonly distances: Float32Array;
      readonly named: readonly NamedCluster[];
      readonly refusal: null;
    }
  | { readonly labels: null; readonly distances: null; readonly named: readonly []; readonly refusal: string };

function refused(refusal: string): Clustered {
  return { labels: null, distances: null, named: [], refusal };
}

function clusterRest(rest: DataFrame, thresholds: WaterfallThresholds, seed: number, executor: Executor): Clustered {
  const { nClusters } = thresholds;
  if (rest.height < nClusters * ROWS_PER_CLUSTER_MIN)
    return refused(`${rest.height} wallets are too few for ${nClusters} clusters`);
  if (rest.getColumn('win_rate_pct').nullCount() === rest.height)
    return refused('no market is known to have resolved, so no wallet has a win rate');
  const space = FeatureSpace.fit(rest, REST_FEATURES, 'log');
  const points = space.transform(rest);
  const nDistinct = new Set(
    Array.from({ length: points.nRows }, (_, row) =>
      points.values.subarray(row * points.nCols, (row + 1) * points.nCols).join(),
    ),
  ).size;
  if (nDistinct < nClusters) return refused(`the wallets have only ${nDistinct} different profiles`);
  const model = new KMeans({ nClusters, nInits: 5, seed }, executor).fit(points, REST_FEATURES);
  const labels = model.predict(points);
  return {
    labels,
    distances: model.score(points),
    named: nameAll(rest, space, model, labels, thresholds),
    refusal: null,
  };
}

function nameAll(
  rest: DataFrame,
  space: FeatureSpace,
  model: KMeans,
  labels: Int32Array,
  thresholds: WaterfallThresholds,
): NamedCluster[] {
  const sorted = REST_FEATURES.map((name) =>
    toNumbers(rest, name)
      .filter((value) => !Number.isNaN(value))
      .sort(),
  );
  return Array.from({ length: model.centres.nRows }, (_, cluster) => {
    const { values, nCols } = model.centres;
    const centre = space.toUnits(values.subarray(cluster * nCols, (cluster + 1) * nCols));
    const [winRate, diversification, frequency] = centre.map((value, column) => rankAmong(sorted[column], value));
    const ranks = { winRate, diversification, frequency };
    const nWallets = labels.reduce((count, label) => count + (label === cluster ? 1 : 0), 0);
    return { cluster, name: nameCluster(ranks, thresholds), nWallets, centre, ranks };
  });
}
