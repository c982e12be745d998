/** Anomaly scores of wallets: an isolation forest, the highest scores, why the flagged wallets stand out, and rows of 12_anomalies. */
import { type FeatureAttribution, IsolationForest } from '../estimators/isolation_forest.ts';
import type { ClusterValidity, NotAssessed } from '../evaluate/cluster_validity.ts';
import type { ConformalFlags } from '../evaluate/conformal_flags.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import type { DataFrame } from '../polars/polars.ts';
import { walletFrame } from '../tables/frame_of.ts';
import { ANOMALIES } from '../tables/schemas.ts';
import type { GlobalClusters } from './global_clusters.ts';

const N_REASONS = 3;

/** What the report says of the anomalies, beside the table. */
export interface AnomalyFacts extends Pick<ConformalFlags, 'nCalibration' | 'nTogether' | 'nFlaggedOrdinary'> {
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
  const flagged = Array.from(scores.keys()).filter((row) => isTop[row] === 1 || flags.isFlagged[row] === 1);
  const explained = flagged.length === 0 ? [] : explain(flagged);
  const reasons = new Map(flagged.map((row, i) => [row, explained[i]]));
  const reasonColumns = Array.from({ length: N_REASONS }, (_, n) => ({
    [`reason_${n + 1}`]: (row: number) => reasons.get(row)?.[n]?.feature ?? null,
    [`reason_${n + 1}_bits`]: (row: number) => reasons.get(row)?.[n]?.contribution ?? null,
  }));
  return walletFrame(ANOMALIES, profiles, {
    cluster: (row) => clusters?.labels[row] ?? null,
    cluster_name: (row) => clusters?.clusters[clusters.labels[row]].name ?? null,
    centre_distance: (row) => clusters?.distances[row] ?? null,
    anomaly_score: (row) => scores[row],
    is_top_share: (row) => isTop[row],
    p_value: (row) => flags.pValues[row],
    is_conformal: (row) => flags.isFlagged[row],
    ...Object.assign({}, ...reasonColumns),
  });
}
