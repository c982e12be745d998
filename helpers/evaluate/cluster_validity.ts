/**
 * Are k clusters better supported than one? Silhouette against points without clusters, the gap statistic, agreement over
 * bootstraps, and a DBSCAN sweep beside them.
 */
import { Dbscan } from '../estimators/dbscan.ts';
import { KMeans } from '../estimators/kmeans.ts';
import type { Executor } from '../kernels/executor.ts';
import { countDistinctRows, type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom, type Random } from '../kernels/random.ts';
import { computeSilhouette } from '../kernels/statistics/silhouette.ts';
import { adjustedRand } from './adjusted_rand.ts';
import { gapStatistic } from './gap_statistic.ts';
import { fitCopula, permuteColumns } from './null_distributions.ts';
import { percentile } from './percentile.ts';

/** Points sampled; silhouettes of all pairs grow with its square. */
const N_SAMPLED = 2000;
/** The smallest p-value is then 1/40. */
const N_NULLS = 39;
const N_BOOTSTRAPS = 20;
const N_GAP_REFERENCES = 10;
const N_INITS = 3;
const LEVEL = 0.05;
/** With many points any departure from a Gaussian copula is significant; the margin must be large enough as well. */
const SILHOUETTE_MARGIN_MIN = 0.05;
/** Below this, other wallets of the same market give other clusters. */
const STABILITY_MIN = 0.75;
/** DBSCAN radii in units of √columns: columns are standardised, so two random points are √2 of it apart. */
const DBSCAN_RADII = [0.1, 0.2, 0.3, 0.45, 0.6];
const DBSCAN_CORES = [5, 10, 20];
/** A DBSCAN cluster of fewer points than this share is too small to count. */
const CLUSTER_SHARE_MIN = 0.01;
const DISTINCT_PER_CLUSTER_MIN = 3;

interface NullSilhouette {
  readonly name: 'permuted columns' | 'Gaussian copula';
  readonly mean: number;
  /** 95th percentile of the silhouettes of the null. */
  readonly p95: number;
  readonly pValue: number;
}

interface DbscanSetting {
  readonly eps: number;
  readonly minSamples: number;
  /** Clusters with at least 1 % of the points. */
  readonly nClusters: number;
  readonly noiseShare: number;
}

/** One of the checks that clusters must pass to be supported. */
export type ValidityCheck = NullSilhouette['name'] | 'gap statistic' | 'bootstraps';

export interface ClusterValidity {
  readonly k: number;
  readonly nPoints: number;
  /** Points the figures were computed on, a random sample. */
  readonly nSampled: number;
  readonly silhouette: number;
  readonly nulls: readonly NullSilhouette[];
  /** Null where the gap still rises at the largest number of clusters tried. */
  readonly gapBestK: number | null;
  readonly gaps: readonly { readonly k: number; readonly gap: number; readonly standardError: number }[];
  /** Adjusted Rand index between the clusters and those of bootstrap samples: mean and 5th percentile. */
  readonly stability: { readonly mean: number; readonly p5: number };
  readonly dbscan: readonly DbscanSetting[];
  readonly isSupported: boolean;
  /** Which of the four checks fail; none where the clusters are supported. */
  readonly failedChecks: readonly ValidityCheck[];
}

/** Why clusters cannot be assessed, without a full stop. */
export interface NotAssessed {
  readonly skippedReason: string;
}

/**
 * Assesses k-means with `k` clusters. They are supported when their silhouette is above both null distributions (p ≤ .05
 * and by .05 at least), the gap statistic does not choose one cluster, and bootstraps agree (adjusted Rand ≥ .75). Clusters
 * that the marginals alone make (a threshold on one column) are in the null distributions too and do not count.
 * @param x standardised, finite points, rows × features
 */
export function assessClusters(x: Matrix, k: number, seed: number, executor: Executor): ClusterValidity | NotAssessed {
  const random = createRandom(seed);
  const points = x.nRows <= N_SAMPLED ? x : takeRows(x, sampleRows(x.nRows, N_SAMPLED, random.fork(1)));
  const nDistinct = countDistinctRows(points);
  if (k < 2) return { skippedReason: 'one cluster needs no support' };
  if (nDistinct < k * DISTINCT_PER_CLUSTER_MIN)
    return { skippedReason: `${nDistinct} different wallets are too few to assess ${k} clusters` };
  const cluster = (matrix: Matrix, n: number, fitSeed: number): KMeans =>
    new KMeans({ nClusters: Math.min(n, countDistinctRows(matrix)), nInits: N_INITS, seed: fitSeed }, executor).fit(
      matrix,
    );
  const silhouetteOf = (matrix: Matrix, fitSeed: number): number =>
    computeSilhouette(executor, matrix, cluster(matrix, k, fitSeed).labels!).mean;

  const silhouette = silhouetteOf(points, seed);
  const copula = fitCopula(points);
  const nulls = [
    againstNull('permuted columns', silhouette, random.fork(2), (r) => silhouetteOf(permuteColumns(points, r), seed)),
    againstNull('Gaussian copula', silhouette, random.fork(3), (r) => silhouetteOf(copula(r), seed)),
  ];
  const gap = gapStatistic(points, {
    ks: Array.from({ length: k + 2 }, (_, i) => i + 1),
    cluster: (matrix, n, fitSeed) => cluster(matrix, n, fitSeed).labels!,
    nReferences: N_GAP_REFERENCES,
    seed,
  });
  const stability = agreeOverBootstraps(points, random.fork(4), (matrix) => cluster(matrix, k, seed));
  const failed = failedChecks(silhouette, nulls, gap.bestK, stability.mean);
  return {
    k,
    nPoints: x.nRows,
    nSampled: points.nRows,
    silhouette,
    nulls,
    gapBestK: gap.bestK,
    gaps: gap.points.map((point) => ({ k: point.k, gap: point.gap, standardError: point.standardError })),
    stability,
    dbscan: sweepRadii(points, executor),
    isSupported: failed.length === 0,
    failedChecks: failed,
  };
}

function againstNull(
  name: NullSilhouette['name'],
  observed: number,
  random: Random,
  draw: (random: Random) => number,
): NullSilhouette {
  const values = Float64Array.from({ length: N_NULLS }, (_, i) => draw(random.fork(i)));
  const nAtLeast = values.reduce((count, value) => count + (value >= observed ? 1 : 0), 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / N_NULLS;
  return { name, mean, p95: percentile(values, 95), pValue: (1 + nAtLeast) / (1 + N_NULLS) };
}

function agreeOverBootstraps(
  points: Matrix,
  random: Random,
  cluster: (matrix: Matrix) => KMeans,
): { mean: number; p5: number } {
  const labels = cluster(points).labels!;
  const values = Float64Array.from({ length: N_BOOTSTRAPS }, () => {
    const rows = Uint32Array.from({ length: points.nRows }, () => random.integer(points.nRows));
    return adjustedRand(labels, cluster(takeRows(points, rows)).predict(points));
  });
  return { mean: values.reduce((sum, value) => sum + value, 0) / N_BOOTSTRAPS, p5: percentile(values, 5) };
}

function failedChecks(
  silhouette: number,
  nulls: readonly NullSilhouette[],
  gapBestK: number | null,
  stability: number,
): ValidityCheck[] {
  const failedNulls = nulls.filter((n) => n.pValue > LEVEL || silhouette - n.mean < SILHOUETTE_MARGIN_MIN);
  return [
    ...failedNulls.map(({ name }) => name),
    ...(gapBestK === 1 ? (['gap statistic'] as const) : []),
    ...(stability < STABILITY_MIN ? (['bootstraps'] as const) : []),
  ];
}

function sweepRadii(points: Matrix, executor: Executor): DbscanSetting[] {
  const radii = DBSCAN_RADII.map((radius) => radius * Math.sqrt(points.nCols));
  return new Dbscan({}, executor).sweep(points, radii, DBSCAN_CORES).map(({ eps, nMin, labels, nClusters }) => {
    const sizes = new Uint32Array(nClusters);
    for (const label of labels) if (label >= 0) sizes[label]++;
    const nNoise = labels.reduce((count, label) => count + (label < 0 ? 1 : 0), 0);
    const nLarge = sizes.filter((size) => size >= CLUSTER_SHARE_MIN * points.nRows).length;
    return { eps, minSamples: nMin, nClusters: nLarge, noiseShare: nNoise / points.nRows };
  });
}

/** `n` of 0..nRows-1 without replacement, rising. */
function sampleRows(nRows: number, n: number, random: Random): Uint32Array {
  return random
    .sample(
      Uint32Array.from({ length: nRows }, (_, row) => row),
      n,
    )
    .sort();
}
