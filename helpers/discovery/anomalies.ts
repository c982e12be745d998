/** Anomaly scores of wallets: an isolation forest, the highest scores, why the flagged wallets stand out, and rows of 12_anomalies. */
import { orNull } from '../archetypes/classified_table.ts';
import { type FeatureAttribution, IsolationForest } from '../estimators/isolation_forest.ts';
import type { ClusterValidity, NotAssessed } from '../evaluate/cluster_validity.ts';
import type { ConformalFlags } from '../evaluate/conformal_flags.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { conform } from '../tables/schema.ts';
import { ANOMALIES } from '../tables/schemas.ts';
import type { GlobalClusters } from './global_clusters.ts';

const N_REASONS = 3;

/** What the report says of the anomalies, beside the table. */
export interface AnomalyFacts extends Pick<ConformalFlags, 'nCalibration' | 'nTogether'> {
  readonly validity: ClusterValidity | NotAssessed;
}

export interface AnomalyScores {
  /** One per row, 0..1; higher = more anomalous. */
  readonly scores: Float64Array;
  /** 1 for the `topShare` of rows with the highest scores, rounded down; equal scores in row order. */
  readonly isTop: Uint8Array;
  /** The three features that moved a row's score most; fewer where fewer moved it. */
  readonly explain: (rows: readonly number[]) => FeatureAttribution[][];
}

/**
 * @param x points, rows × features
 * @param topShare 0..1
 */
export function scoreAnomalies(
  x: Matrix,
  features: readonly string[],
  topShare: number,
  seed: number,
  executor: Executor,
): AnomalyScores {
  const forest = new IsolationForest({ seed }, executor).fit(x, features);
  const scores = forest.score(x);
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b] - scores[a] || a - b);
  const isTop = new Uint8Array(x.nRows);
  for (const row of order.subarray(0, Math.floor(x.nRows * topShare + 1e-9))) isTop[row] = 1;
  return { scores, isTop, explain: (rows) => forest.explain(takeRows(x, rows), N_REASONS) };
}

/** The table: one row per wallet, in the order of the profiles. */
export function anomaliesFrame(
  profiles: DataFrame,
  { scores, isTop, explain }: AnomalyScores,
  flags: ConformalFlags,
  clusters: GlobalClusters | null,
): DataFrame {
  const rows = Array.from(scores, (_, row) => row);
  const flagged = rows.filter((row) => isTop[row] === 1 || flags.isFlagged[row] === 1);
  const explained = flagged.length === 0 ? [] : explain(flagged);
  const reasons = new Map(flagged.map((row, i) => [row, explained[i]]));
  const reasonColumns = Array.from({ length: N_REASONS }, (_, n) => [
    pl.Series(
      `reason_${n + 1}`,
      rows.map((row) => reasons.get(row)?.[n]?.feature ?? null),
      pl.Utf8,
    ),
    pl.Series(
      `reason_${n + 1}_bits`,
      rows.map((row) => reasons.get(row)?.[n]?.contribution ?? null),
      pl.Float64,
    ),
  ]).flat();
  const ofCluster = <T>(pick: (clusters: GlobalClusters, row: number) => T): (T | null)[] =>
    rows.map((row) => (clusters === null ? null : pick(clusters, row)));
  const frame = profiles.select('wallet', 'as_of_ms').withColumns(
    pl.Series(
      'cluster',
      ofCluster((own, row) => own.labels[row]),
      pl.Int64,
    ),
    pl.Series(
      'cluster_name',
      ofCluster((own, row) => own.clusters[own.labels[row]].name),
      pl.Utf8,
    ),
    pl.Series(
      'centre_distance',
      ofCluster((own, row) => own.distances[row]),
      pl.Float64,
    ),
    pl.Series('anomaly_score', Array.from(scores), pl.Float64),
    pl.Series(
      'is_top_share',
      Array.from(isTop, (flag) => flag === 1),
      pl.Bool,
    ),
    pl.Series('p_value', orNull(flags.pValues), pl.Float64),
    pl.Series(
      'is_conformal',
      Array.from(flags.isFlagged, (flag) => flag === 1),
      pl.Bool,
    ),
    ...reasonColumns,
  );
  return conform(frame, ANOMALIES);
}
