import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { classifiedFrame, isolationScores } from '../../archetypes/classified_table.ts';
import { checkSameWallets, ordinaryWallets } from '../../archetypes/ordinary_wallets.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { sectionSchema } from '../../charts/section.ts';
import { anomaliesFrame, describeAnomalies } from '../../discovery/anomalies_table.ts';
import { baselineFrame, describeBaseline } from '../../discovery/baseline_table.ts';
import { clusterImportance } from '../../discovery/importance.ts';
import { anomaliesSection } from '../../discovery/sections/anomalies_section.ts';
import { archetypesSection } from '../../discovery/sections/archetypes_section.ts';
import { baselineSection } from '../../discovery/sections/baseline_section.ts';
import { measureStrangeness } from '../../discovery/strangeness.ts';
import { clusterWallets } from '../../discovery/whole_clusters.ts';
import { KMeans } from '../../estimators/kmeans.ts';
import { conformalFlags } from '../../evaluate/conformal_flags.ts';
import { ANOMALY_FEATURES, BASELINE_FEATURES } from '../../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../../features/wallets/feature_space.ts';
import { countFeatures } from '../../features/wallets/known_features.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { ANOMALIES, CLASSIFIED, KMEANS_BASELINE } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { refusal } from '../refusal.ts';

const executor = createExecutor({ nThreads: 1 });
const namesOf = (schema: typeof CLASSIFIED): string[] => schema.columns.map(({ name }) => name);

describe('clusterImportance', () => {
  it('names the one column that makes the clusters, and gives a constant column nothing', () => {
    const random = createRandom(1);
    const values = new Float32Array(300 * 3);
    for (let row = 0; row < 300; row++) {
      values[row * 3] = random.normal() * 0.3;
      values[row * 3 + 1] = (row % 2) * 10 + random.normal() * 0.3;
      values[row * 3 + 2] = 5;
    }
    const points = createMatrix(values, 300, 3);
    const model = new KMeans({ nClusters: 2, seed: 1 }, executor).fit(points);
    const [first, ...others] = clusterImportance(model, points, ['noise', 'told', 'constant'], createRandom(2));
    expect(first.feature).toBe('told');
    expect(first.betweenShare).toBeGreaterThan(0.98);
    // Half of the shuffled rows come from the other cluster.
    expect(first.movedShare).toBeGreaterThan(0.35);
    expect(others.find(({ feature }) => feature === 'constant')).toEqual({
      feature: 'constant',
      betweenShare: 0,
      movedShare: 0,
    });
    expect(others.every(({ movedShare }) => movedShare < 0.02)).toBe(true);
  });
});

describe('clusterWallets', () => {
  const profiles = makeProfiles(80, 20, 1);

  it('separates wallets that are far apart, and the table names each wallet’s own cluster', () => {
    const found = clusterWallets(profiles, BASELINE_FEATURES, 2, 1, executor);
    if ('refusal' in found) throw new Error(found.refusal);
    expect(new Set(found.labels.subarray(0, 80)).size).toBe(1);
    expect(new Set(found.labels.subarray(80)).size).toBe(1);
    expect(found.labels[0]).not.toBe(found.labels[80]);
    expect(found.clusters.map(({ nWallets }) => nWallets).sort()).toEqual([20, 80]);
    const frame = baselineFrame(profiles, found);
    expect(frame.columns).toEqual(namesOf(KMEANS_BASELINE));
    expect(frame.getColumn('cluster').toArray().map(Number)).toEqual([...found.labels]);
  });

  it('gives centres back in the units of the profiles', () => {
    const few = makeProfiles(80, 0, 1);
    const found = clusterWallets(few, BASELINE_FEATURES, 1, 1, executor);
    if ('refusal' in found) throw new Error(found.refusal);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    BASELINE_FEATURES.forEach((name, k) => {
      const values = few.getColumn(name).toArray().map(Number);
      // One cluster's centre is the mean: of logarithms where a column spans orders of magnitude, of win rates plainly.
      const expected = name === 'win_rate_pct' ? mean(values) : Math.expm1(mean(values.map(Math.log1p)));
      expect(found.clusters[0].centre[k]).toBeCloseTo(expected, 9);
    });
  });

  it('gives a column in which all agree back as it is, and calls nobody a grinder for rounding', () => {
    // expm1(log1p(1)) in float32 is a little more than 1, and so above the 95th percentile of ones.
    const one = makeProfiles(313, 0, 1).withColumns(pl.lit(1).cast(pl.Int64).alias('diversification_markets_count'));
    const found = clusterWallets(one, BASELINE_FEATURES, 3, 1, executor);
    if ('refusal' in found) throw new Error(found.refusal);
    const markets = BASELINE_FEATURES.indexOf('diversification_markets_count');
    expect(found.clusters.map(({ centre }) => centre[markets])).toEqual([1, 1, 1]);
    expect(found.clusters.map(({ name }) => name)).not.toContain('grinder');
  });

  it('means a column over the members that have a value, and nobody’s is no number', () => {
    const rates = Array.from({ length: 100 }, (_, row) => (row < 80 ? (row % 2 === 0 ? 60 : null) : null));
    const some = profiles.withColumns(pl.Series('win_rate_pct', rates, pl.Float64));
    const found = clusterWallets(some, BASELINE_FEATURES, 2, 1, executor);
    if ('refusal' in found) throw new Error(found.refusal);
    const centreOf = (row: number): number =>
      found.clusters[found.labels[row]].centre[BASELINE_FEATURES.indexOf('win_rate_pct')];
    expect([centreOf(0), centreOf(99)]).toEqual([60, Number.NaN]);
  });

  it('says why three wallets, or wallets all alike, are not clustered', () => {
    expect(clusterWallets(makeProfiles(3, 0, 1), BASELINE_FEATURES, 3, 1, executor)).toEqual({
      refusal: '3 wallets are too few for 3 clusters',
    });
    expect(clusterWallets(makeProfiles(60, 0, 1, true), BASELINE_FEATURES, 3, 1, executor)).toEqual({
      refusal: 'the wallets have only 1 different profiles',
    });
  });

  it('refuses a number of clusters that is none', () => {
    expect(refusal(() => clusterWallets(profiles, BASELINE_FEATURES, 0, 1, executor))).toContain('--clusters 0');
  });
});

/** Profiles in which every column that may be null is. */
function allUnknown(nWallets: number): DataFrame {
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

describe('the tables of chapter 2', () => {
  const profiles = makeProfiles(200, 10, 1);
  const result = assignWaterfall(profiles, DEFAULT_THRESHOLDS, 1, executor);
  const classified = classifiedFrame(profiles, result, isolationScores(profiles, 1, executor));

  it('12_classified has one row a wallet with the archetype that the waterfall gave', () => {
    expect(classified.columns).toEqual(namesOf(CLASSIFIED));
    expect(classified.getColumn('archetype').toArray()).toEqual(result.archetypes);
  });

  it('12_anomalies gives reasons to flagged wallets and to no others', () => {
    const points = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log').transform(profiles);
    const strangeness = measureStrangeness(points, ANOMALY_FEATURES, 0.05, 1, executor);
    const flags = conformalFlags(points, ordinaryWallets(profiles, classified), 0.05, 1, executor);
    const frame = anomaliesFrame(profiles, strangeness, flags, null);
    expect(frame.columns).toEqual(namesOf(ANOMALIES));
    const rows = frame.toRecords();
    expect(rows.filter((row) => row.is_top_share).length).toBe(10);
    for (const row of rows) expect(row.reason_1 !== null).toBe(row.is_top_share === true || row.is_conformal === true);
    // The planted ten are a hundred thousand times larger in every column.
    expect(rows.slice(200).every((row) => row.is_top_share === true)).toBe(true);
  });

  it('12_anomalies gives no reason where wallets are all alike, for nothing moved a score', () => {
    const alike = makeProfiles(200, 0, 1, true);
    const points = FeatureSpace.fit(alike, ANOMALY_FEATURES, 'log').transform(alike);
    const strangeness = measureStrangeness(points, ANOMALY_FEATURES, 0.05, 1, executor);
    const flags = conformalFlags(points, new Uint8Array(200).fill(1), 0.05, 1, executor);
    const frame = anomaliesFrame(alike, strangeness, flags, null);
    expect(frame.filter(pl.col('is_top_share')).height).toBe(10);
    expect(['reason_1', 'reason_1_bits'].map((name) => frame.getColumn(name).nullCount())).toEqual([200, 200]);
  });

  it('are made of wallets whose outcomes are all unknown as well', () => {
    const unknown = allUnknown(60);
    const own = assignWaterfall(unknown, DEFAULT_THRESHOLDS, 1, executor);
    expect(own.refusal).toContain('no market of theirs is known to have resolved');
    const frame = classifiedFrame(unknown, own, isolationScores(unknown, 1, executor));
    expect(frame.getColumn('anomaly_score').nullCount()).toBe(0);
    expect(new Set(own.archetypes).has('insider_like')).toBe(false);
  });

  it('are refused when they speak of other wallets than the profiles', () => {
    expect(refusal(() => checkSameWallets(makeProfiles(9, 0, 1), classified))).toContain(
      'bad-schema: 12_classified and 11_wallet_profiles speak of different wallets',
    );
  });
});

describe('features of which nobody has a value', () => {
  const unknown = allUnknown(60);
  const found = clusterWallets(unknown, BASELINE_FEATURES, 3, 1, executor);
  if ('refusal' in found) throw new Error(found.refusal);
  const importance = clusterImportance(found.model, found.points, BASELINE_FEATURES, createRandom(1));
  const why = 'no wallet has a value of conviction_avg_buy_usd, win_rate_pct';

  it('are a dash and no 0 among the centres, and are named', () => {
    const text = describeBaseline(unknown, found, BASELINE_FEATURES, importance).join('\n');
    expect(text).toContain(`Clustered by 5 of 7 features (${why}).`);
    expect(text).toMatch(/^win_rate_pct +– +– +–$/m);
    const section = sectionSchema.parse(
      baselineSection(unknown, found, BASELINE_FEATURES, importance, { refusal: 'none' }),
    );
    const centres = section.blocks.find((block) => block.kind === 'table')!;
    expect(centres.caption).toContain(why);
    expect(JSON.parse(JSON.stringify(centres.rows)).at(-1)).toEqual(['win_rate_pct', null, null, null]);
  });

  it('are not said to have been used by the captions of 02, 04 and 05', () => {
    const used =
      '9 of 13 features (no wallet has a value of wins, unique_markets, conviction_avg_buy_usd, win_rate_pct)';
    const result = assignWaterfall(unknown, DEFAULT_THRESHOLDS, 1, executor);
    const classified = classifiedFrame(unknown, result, isolationScores(unknown, 1, executor));
    const points = FeatureSpace.fit(unknown, ANOMALY_FEATURES, 'log').transform(unknown);
    const strangeness = measureStrangeness(points, ANOMALY_FEATURES, 0.05, 1, executor);
    const flags = conformalFlags(points, ordinaryWallets(unknown, classified), 0.05, 1, executor);
    const frame = anomaliesFrame(unknown, strangeness, flags, null);
    const none = { refusal: 'none' };
    expect(countFeatures(unknown, ANOMALY_FEATURES)).toBe(used);
    expect(JSON.stringify(archetypesSection(unknown, classified, [], none))).toContain(used);
    expect(JSON.stringify(anomaliesSection(unknown, frame, [...result.archetypes], 'none', none))).toContain(used);
    expect(describeAnomalies(unknown, frame)[0]).toBe(`Scored by ${used}.`);
    expect(countFeatures(makeProfiles(9, 0, 1), ANOMALY_FEATURES)).toBe('13 features');
  });
});
