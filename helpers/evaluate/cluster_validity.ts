/**
 * Are k clusters better supported than one? Silhouette against points without clusters, the gap statistic, agreement over
 * bootstraps, each with an interval over other draws of the points, and a DBSCAN sweep beside them.
 */
import { Dbscan } from '../estimators/dbscan.ts';
import { KMeans } from '../estimators/kmeans.ts';
import type { Executor } from '../kernels/executor.ts';
import { countDistinctRows, type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom, type Random } from '../kernels/random.ts';
import { computeSilhouette } from '../kernels/statistics/silhouette.ts';
import { adjustedRand } from './adjusted_rand.ts';
import {
  type CheckResult,
  judgeCheck,
  spreadOverHalves,
  standardDeviation,
  type Validity,
  validityOf,
} from './cluster_checks.ts';
import { type GapResult, gapStatistic } from './gap_statistic.ts';
import { fitCopula, permuteColumns } from './null_distributions.ts';
import { percentile } from './percentile.ts';

/** Points sampled; silhouettes of all pairs grow with its square. */
const N_SAMPLED = 2000;
/** The smallest p-value is then 1/40. */
const N_NULLS = 39;
const N_BOOTSTRAPS = 20;
const N_GAP_REFERENCES = 20;
/** Halves of the points that are assessed, and draws of each null and references of the gap in each. */
const N_HALVES = 24;
const N_DRAWS_HALF = 4;
const N_REFERENCES_HALF = 8;
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

const NULLS = ['permuted columns', 'Gaussian copula'] as const;
type NullName = (typeof NULLS)[number];

interface NullSilhouette {
  readonly name: NullName;
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

/** The checks that clusters must pass to be supported. */
export type ValidityCheck = NullName | 'gap statistic' | 'bootstraps';

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
  /** One of each check, in the order of ValidityCheck. */
  readonly checks: readonly CheckResult<ValidityCheck>[];
  readonly verdict: Validity;
}

/** Why clusters cannot be assessed, without a full stop. */
export interface NotAssessed {
  readonly skippedReason: string;
}

/**
 * Assesses k-means with `k` clusters. They are supported when their silhouette is above both null distributions (p ≤ .05
 * and by .05 at least), the gap statistic does not choose one cluster, and bootstraps agree (adjusted Rand ≥ .75), each with
 * its whole 95 % interval; not supported when one of them fails with its whole interval; else nobody can tell. Clusters
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
  const cluster: Clustering = (matrix, n, fitSeed) =>
    new KMeans({ nClusters: Math.min(n, countDistinctRows(matrix, n)), nInits: N_INITS, seed: fitSeed }, executor).fit(
      matrix,
    );
  const silhouetteOf = (matrix: Matrix): number => {
    const { labels } = cluster(matrix, k, seed);
    return new Set(labels!).size < 2 ? 0 : computeSilhouette(executor, matrix, labels!).mean;
  };
  const silhouette = silhouetteOf(points);
  const draws = nullDraws(points);
  const nulls = NULLS.map((name, i) =>
    againstNull(name, silhouette, random.fork(2 + i), (r) => silhouetteOf(draws[name](r))),
  );
  const gap = gapOf(points, k + 2, cluster, N_GAP_REFERENCES, seed);
  const stability = agreeOverBootstraps(points, random.fork(4), (matrix) => cluster(matrix, k, seed));
  const spread = spreadOverHalves(points, N_HALVES, random.fork(5), (half, r) => {
    const halfDraws = nullDraws(half);
    const own = silhouetteOf(half);
    const above = NULLS.map((name) => own - meanOver(N_DRAWS_HALF, (i) => silhouetteOf(halfDraws[name](r.fork(i)))));
    return [...above, gapMargin(gapOf(half, 2, cluster, N_REFERENCES_HALF, r.integer(2 ** 31)))];
  });
  const checks = [
    ...nulls.map(({ name, mean, pValue }, i) =>
      judgeCheck(name, silhouette - mean, spread[i], SILHOUETTE_MARGIN_MIN, pValue <= LEVEL),
    ),
    judgeCheck('gap statistic' as const, gapMargin(gap), spread[2], 0),
    judgeCheck('bootstraps' as const, stability.mean, stability.deviation, STABILITY_MIN),
  ];
  return {
    k,
    nPoints: x.nRows,
    nSampled: points.nRows,
    silhouette,
    nulls,
    gapBestK: gap.bestK,
    gaps: gap.points.map((point) => ({ k: point.k, gap: point.gap, standardError: point.standardError })),
    stability: { mean: stability.mean, p5: stability.p5 },
    dbscan: sweepRadii(points, executor),
    checks,
    verdict: validityOf(checks),
  };
}

type Clustering = (matrix: Matrix, k: number, seed: number) => KMeans;

function nullDraws(points: Matrix): Readonly<Record<NullName, (random: Random) => Matrix>> {
  return { 'permuted columns': (random) => permuteColumns(points, random), 'Gaussian copula': fitCopula(points) };
}

function gapOf(points: Matrix, kMax: number, cluster: Clustering, nReferences: number, seed: number): GapResult {
  return gapStatistic(points, {
    ks: Array.from({ length: kMax }, (_, i) => i + 1),
    cluster: (matrix, n, fitSeed) => cluster(matrix, n, fitSeed).labels!,
    nReferences,
    seed,
  });
}

/** How far the gap of two clusters, less its error, lies above that of one: below zero the statistic chooses one. */
function gapMargin({ points: [one, two] }: GapResult): number {
  return two.gap - two.standardError - one.gap;
}

function meanOver(n: number, value: (i: number) => number): number {
  return Array.from({ length: n }, (_, i) => value(i)).reduce((sum, own) => sum + own, 0) / n;
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
): { mean: number; p5: number; deviation: number } {
  const labels = cluster(points).labels!;
  const values = Float64Array.from({ length: N_BOOTSTRAPS }, () => {
    const rows = Uint32Array.from({ length: points.nRows }, () => random.integer(points.nRows));
    return adjustedRand(labels, cluster(takeRows(points, rows)).predict(points));
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / N_BOOTSTRAPS;
  return { mean, p5: percentile(values, 5), deviation: standardDeviation(values) };
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
