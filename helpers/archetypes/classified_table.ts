/** Rows of 12_classified, and the anomaly score that stands beside every archetype. */
import { IsolationForest } from '../estimators/isolation_forest.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../features/wallets/feature_space.ts';
import type { Executor } from '../kernels/executor.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { conform } from '../tables/schema.ts';
import { CLASSIFIED } from '../tables/schemas.ts';
import type { WaterfallThresholds } from './archetypes.ts';
import { freshWhenItBetBig } from './fresh_bets.ts';
import type { WaterfallResult } from './waterfall.ts';

/** NaN and infinities become null. */
function orNull(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}

/** Scores of an isolation forest on the 13 anomaly features, one a wallet; higher = more anomalous. */
export function isolationScores(profiles: DataFrame, seed: number, executor: Executor): Float64Array {
  const points = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log').transform(profiles);
  return new IsolationForest({ seed }, executor).fit(points, ANOMALY_FEATURES).score(points);
}

/** The table: one row per wallet, in the order of the profiles. */
export function classifiedFrame(
  profiles: DataFrame,
  result: WaterfallResult,
  scores: Float64Array,
  thresholds: WaterfallThresholds,
): DataFrame {
  const isFresh = freshWhenItBetBig(profiles, thresholds);
  const clusters = Array.from(result.clusters, (cluster) => (cluster < 0 ? null : cluster));
  const frame = profiles.select('wallet', 'as_of_ms').withColumns(
    pl.Series('archetype', [...result.archetypes], pl.Utf8),
    pl.Series('target', [...result.targets], pl.UInt8),
    pl.Series('rule', [...result.rules], pl.Utf8),
    pl.Series('cluster', clusters, pl.Int64),
    pl.Series('centre_distance', orNull(result.distances), pl.Float64),
    pl.Series('anomaly_score', Array.from(scores), pl.Float64),
    pl.Series(
      'fresh_when_it_bet_big',
      Array.from(isFresh, (flag) => flag === 1),
      pl.Bool,
    ),
  );
  return conform(frame, CLASSIFIED);
}
