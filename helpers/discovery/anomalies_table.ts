/** Rows of 12_anomalies, and the strangest wallets in lines for people. */
import { orNull } from '../archetypes/classified_table.ts';
import type { ConformalFlags } from '../evaluate/conformal_flags.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { countFeatures } from '../features/wallets/known_features.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatTable } from '../run/console.ts';
import { conform } from '../tables/schema.ts';
import { ANOMALIES } from '../tables/schemas.ts';
import type { Strangeness } from './strangeness.ts';
import type { WholeClusters } from './whole_clusters.ts';

const N_SHOWN = 10;
const N_REASONS = 3;

/** The table: one row per wallet, in the order of the profiles. */
export function anomaliesFrame(
  profiles: DataFrame,
  { scores, isTop, explain }: Strangeness,
  flags: ConformalFlags,
  found: WholeClusters | null,
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
  const ofCluster = <T>(pick: (found: WholeClusters, row: number) => T): (T | null)[] =>
    rows.map((row) => (found === null ? null : pick(found, row)));
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

/** The strangest wallets with their reasons. */
export function describeAnomalies(profiles: DataFrame, frame: DataFrame): string[] {
  const top = frame
    .sort({ by: 'anomaly_score', descending: true, maintainOrder: true })
    .head(N_SHOWN)
    .toRecords() as Record<string, string | number | null>[];
  const rows = top.map((row) => [
    String(row.wallet),
    Number(row.anomaly_score).toFixed(3),
    row.p_value === null ? '–' : Number(row.p_value).toFixed(4),
    row.reason_1 === null
      ? '–'
      : [row.reason_1, row.reason_2, row.reason_3].filter((reason) => reason !== null).join(', '),
  ]);
  return [
    `Scored by ${countFeatures(profiles, ANOMALY_FEATURES)}.`,
    formatTable(['strangest wallets', 'score', 'p', 'what moved the score most'], rows),
  ];
}
