import { describe, expect, it } from 'vitest';
import { clusterWallets } from '../../discovery/global_clusters.ts';
import { baselineFrame } from '../../discovery/kmeans_baseline.ts';
import { BASELINE_FEATURES } from '../../features/wallets/feature_sets.ts';
import { pl } from '../../polars/polars.ts';
import { KMEANS_BASELINE } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { executor } from './chapter_2.ts';

describe('clusterWallets', () => {
  const profiles = makeProfiles(80, 20, 1);

  it('separates wallets that are far apart, and the table names each wallet’s own cluster', () => {
    const found = clusterWallets(profiles, BASELINE_FEATURES, 2, 1, executor);
    if ('skippedReason' in found) throw new Error(found.skippedReason);
    expect(new Set(found.labels.subarray(0, 80)).size).toBe(1);
    expect(new Set(found.labels.subarray(80)).size).toBe(1);
    expect(found.labels[0]).not.toBe(found.labels[80]);
    expect(found.clusters.map(({ nWallets }) => nWallets).sort()).toEqual([20, 80]);
    const frame = baselineFrame(profiles, found);
    expect(frame.columns).toEqual(KMEANS_BASELINE.columns.map(({ name }) => name));
    expect(frame.getColumn('cluster').toArray().map(Number)).toEqual([...found.labels]);
  });

  it('gives centres back in the units of the profiles', () => {
    const few = makeProfiles(80, 0, 1);
    const found = clusterWallets(few, BASELINE_FEATURES, 1, 1, executor);
    if ('skippedReason' in found) throw new Error(found.skippedReason);
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
    if ('skippedReason' in found) throw new Error(found.skippedReason);
    const markets = BASELINE_FEATURES.indexOf('diversification_markets_count');
    expect(found.clusters.map(({ centre }) => centre[markets])).toEqual([1, 1, 1]);
    expect(found.clusters.map(({ name }) => name)).not.toContain('grinder');
  });

  it('means a column over the members that have a value, and nobody’s is no number', () => {
    const rates = Array.from({ length: 100 }, (_, row) => (row < 80 ? (row % 2 === 0 ? 60 : null) : null));
    const some = profiles.withColumns(pl.Series('win_rate_pct', rates, pl.Float64));
    const found = clusterWallets(some, BASELINE_FEATURES, 2, 1, executor);
    if ('skippedReason' in found) throw new Error(found.skippedReason);
    const centreOf = (row: number): number =>
      found.clusters[found.labels[row]].centre[BASELINE_FEATURES.indexOf('win_rate_pct')];
    expect([centreOf(0), centreOf(99)]).toEqual([60, Number.NaN]);
  });

  it('says why three wallets, or wallets all alike, are not clustered', () => {
    expect(clusterWallets(makeProfiles(3, 0, 1), BASELINE_FEATURES, 3, 1, executor)).toEqual({
      skippedReason: '3 wallets are too few for 3 clusters',
    });
    expect(clusterWallets(makeProfiles(60, 0, 1, true), BASELINE_FEATURES, 3, 1, executor)).toEqual({
      skippedReason: 'the wallets have only 1 different profiles',
    });
  });
});
