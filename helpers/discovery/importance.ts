/** Which features make the clusters: share of a feature's variance between them, and what shuffling it changes. */
import type { KMeans } from '../estimators/kmeans.ts';
import { permuteColumns } from '../evaluate/null_distributions.ts';
import type { Matrix } from '../kernels/matrix.ts';
import type { Random } from '../kernels/random.ts';

export interface FeatureImportance {
  readonly feature: string;
  /** Variance between clusters / variance, 0..1 (η²); 0 for a constant feature. */
  readonly betweenShare: number;
  /** Share of wallets that land in another cluster when this column is shuffled, 0..1. */
  readonly movedShare: number;
}

/** Importance of every feature, the most variance between clusters first. */
export function clusterImportance(
  model: KMeans,
  points: Matrix,
  features: readonly string[],
  random: Random,
): FeatureImportance[] {
  const labels = model.predict(points);
  const shuffled = permuteColumns(points, random);
  return features
    .map((feature, column) => {
      const values = points.values.slice();
      for (let at = column; at < values.length; at += points.nCols) values[at] = shuffled.values[at];
      const moved = model.predict({ ...points, values });
      const nMoved = moved.reduce((count, label, row) => count + (label === labels[row] ? 0 : 1), 0);
      return { feature, betweenShare: betweenShare(points, labels, column), movedShare: nMoved / points.nRows };
    })
    .sort((a, b) => b.betweenShare - a.betweenShare);
}

function betweenShare({ values, nRows, nCols }: Matrix, labels: Int32Array, column: number): number {
  const nClusters = labels.reduce((largest, label) => Math.max(largest, label), -1) + 1;
  const sums = new Float64Array(nClusters);
  const counts = new Uint32Array(nClusters);
  let sum = 0;
  for (let row = 0; row < nRows; row++) {
    sums[labels[row]] += values[row * nCols + column];
    counts[labels[row]]++;
    sum += values[row * nCols + column];
  }
  const mean = sum / nRows;
  let total = 0;
  for (let row = 0; row < nRows; row++) total += (values[row * nCols + column] - mean) ** 2;
  const between = sums.reduce((s, own, c) => s + (counts[c] === 0 ? 0 : counts[c] * (own / counts[c] - mean) ** 2), 0);
  return total > 0 ? between / total : 0;
}
