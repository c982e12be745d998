/** The tables that the steps of chapter 2 make of some profiles, as those steps make them. */
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { classifiedFrame, isolationScores } from '../../archetypes/classified_table.ts';
import { ordinaryWallets } from '../../archetypes/ordinary_wallets.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { anomaliesFrame, scoreAnomalies } from '../../discovery/anomalies.ts';
import { conformalFlags } from '../../evaluate/conformal_flags.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../../features/wallets/feature_space.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { makeProfiles } from '../anomaly/profiles.ts';

export const executor = createExecutor({ nThreads: 1 });

/** The waterfall of some profiles, and 12_classified. */
export function classify(profiles: DataFrame) {
  const result = assignWaterfall(profiles, DEFAULT_THRESHOLDS, 1, executor);
  return {
    result,
    classified: classifiedFrame(profiles, result, isolationScores(profiles, 1, executor), DEFAULT_THRESHOLDS),
  };
}

/** The conformal flags of some profiles, 12_classified, and 12_anomalies without clusters. */
export function findAnomalies(profiles: DataFrame, fdr: number) {
  const { classified } = classify(profiles);
  const points = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log').transform(profiles);
  const scores = scoreAnomalies(points, ANOMALY_FEATURES, 0.05, 1, executor);
  const flags = conformalFlags(points, ordinaryWallets(profiles, classified), fdr, 1, executor);
  return { flags, classified, anomalies: anomaliesFrame(profiles, scores, flags, null) };
}

/** Profiles in which every column that may be null is. */
export function allUnknown(nWallets: number): DataFrame {
  const profiles = makeProfiles(nWallets, 0, 1);
  const optional = [
    'wins',
    'unique_markets',
    'win_rate_pct',
    'roi_pct',
    'alpha_score',
    'edge_z',
    'conviction_avg_buy_usd',
  ];
  return profiles.withColumns(...optional.map((name) => pl.lit(null).cast(profiles.getColumn(name).dtype).alias(name)));
}

/** How captions name the features of such profiles. */
export const KNOWN_FEATURES =
  '9 of 13 features (no wallet has a value of wins, unique_markets, conviction_avg_buy_usd, win_rate_pct)';
