/** Rows of 12_anomalies, who counts as ordinary, and the strangest wallets in lines for people. */

import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { countFeatures } from '../features/wallets/known_features.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatTable } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { toTexts } from '../tables/matrix.ts';
import { conform } from '../tables/schema.ts';
import { ANOMALIES, CLASSIFIED } from '../tables/schemas.ts';
import { orNull } from './classified_table.ts';
import type { ConformalFlags } from './conformal_flags.ts';
import type { Strangeness } from './strangeness.ts';
import type { WholeClusters } from './whole_clusters.ts';

const N_SHOWN = 10;
const N_REASONS = 3;
/** Archetypes that no rule took and no cluster marked. */
const ORDINARY: ReadonlySet<string | null> = new Set(['casual', 'unnamed']);

/**
 * 1 for wallets that the waterfall calls casual or does not name.
 * @throws InputError 'bad-schema' when 12_classified was made from other profiles
 */
export function ordinaryWallets(profiles: DataFrame, classified: DataFrame): Uint8Array {
  checkSameWallets(profiles, classified);
  return ordinaryRows(toTexts(classified, 'archetype'));
}

/** 1 for the archetypes that the waterfall calls casual or does not name. */
export function ordinaryRows(archetypes: readonly (string | null)[]): Uint8Array {
  return Uint8Array.from(archetypes, (archetype) => (ORDINARY.has(archetype) ? 1 : 0));
}

/** Refuses a 12_classified that does not speak of the same wallets as the profiles. */
export function checkSameWallets(profiles: DataFrame, classified: DataFrame): void {
  const [a, b] = [toTexts(profiles, 'wallet'), toTexts(classified, 'wallet')];
  if (a.length === b.length && a.every((wallet, row) => wallet === b[row])) return;
  throw new InputError(
    'bad-schema',
    '12_classified and 11_wallet_profiles speak of different wallets',
    `make the former again: ${CLASSIFIED.madeBy}`,
  );
}

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
