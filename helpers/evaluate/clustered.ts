/**
 * Bootstrap intervals clustered by group (market, wallet) for figures over many rows: each group is summed once, so that a
 * resample costs as many steps as there are groups. Fills of one market share its outcome; rows sampled one by one would
 * pretend to know far more than the data do (Cameron, Gelbach & Miller 2008).
 */
import { createRandom } from '../kernels/random.ts';
import { type BootstrapInterval, bootstrapInterval } from './bootstrap.ts';
import { check } from './checks.ts';
import { encodeLabels } from './encode_labels.ts';
import { type Clusters, type WeightedFigure, weightedAuc } from './weighted_ranks.ts';

const N_RESAMPLES = 400;

export interface ClusterOptions {
  /** One key a row; whole groups are sampled. Number them once (`numberGroups`) for several figures of the same rows. */
  readonly groups: ArrayLike<string | number> | Clusters;
  readonly seed: number;
  readonly nResamples?: number;
}

/** Groups by one key per row, numbered in order of first appearance. */
export function numberGroups(groups: ArrayLike<string | number>): Clusters {
  const { codes, classes } = encodeLabels(groups);
  return { groupOf: codes, nGroups: classes.length };
}

function clustersOf(groups: ClusterOptions['groups']): Clusters {
  return 'groupOf' in groups ? groups : numberGroups(groups);
}

/** Estimate and interval of a figure over whole groups. */
export function clusteredInterval(
  { nGroups }: Clusters,
  figure: WeightedFigure,
  options: Omit<ClusterOptions, 'groups'>,
): BootstrapInterval {
  const weights = new Float64Array(nGroups);
  return bootstrapInterval({
    nRows: nGroups,
    seed: options.seed,
    nResamples: options.nResamples ?? N_RESAMPLES,
    statistic: (sampled) => {
      weights.fill(0);
      for (const g of sampled) weights[g]++;
      return figure(weights);
    },
  });
}

/**
 * A statistic of column sums, for example hits / picks: its value on all rows and its interval over groups.
 * @param columns one number a row and column
 * @param statistic from the sums of the columns; NaN where it is undefined
 */
export function clusteredSums(
  columns: readonly ArrayLike<number>[],
  statistic: (sums: Float64Array) => number,
  options: ClusterOptions,
): BootstrapInterval {
  const clusters = clustersOf(options.groups);
  const { groupOf, nGroups } = clusters;
  check(nGroups >= 1, 'a clustered statistic needs at least one row');
  for (const column of columns) check(column.length === groupOf.length, 'columns must hold one value per row');
  const sumsOf = columns.map((column) => {
    const sums = new Float64Array(nGroups);
    for (let row = 0; row < groupOf.length; row++) sums[groupOf[row]] += column[row];
    return sums;
  });
  const total = new Float64Array(columns.length);
  const figure: WeightedFigure = (weights) => {
    sumsOf.forEach((sums, c) => {
      let sum = 0;
      for (let g = 0; g < nGroups; g++) sum += weights[g] * sums[g];
      total[c] = sum;
    });
    return statistic(total);
  };
  return clusteredInterval(clusters, figure, options);
}

/** Σ numerator / Σ denominator with its interval; NaN where the denominator is 0. */
export function clusteredRatio(
  numerator: ArrayLike<number>,
  denominator: ArrayLike<number>,
  options: ClusterOptions,
): BootstrapInterval {
  return clusteredSums([numerator, denominator], ([a, b]) => (b > 0 ? a / b : Number.NaN), options);
}

export interface ClusteredAuc {
  readonly auc: BootstrapInterval;
  readonly rivalAuc: BootstrapInterval;
  /** AUC minus the rival's, on the same resamples. */
  readonly difference: BootstrapInterval;
}

/**
 * Area under the ROC curve of two scores of the same rows, and their paired difference. NaN where a class is absent.
 * @param rowsMax intervals and estimates use so many rows, sampled, when there are more
 */
export function clusteredAuc(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  rivalScores: ArrayLike<number>,
  options: ClusterOptions & { readonly rowsMax?: number },
): ClusteredAuc {
  const { rowsMax = 300_000, seed, nResamples = N_RESAMPLES / 2 } = options;
  const random = createRandom(seed);
  const share = rowsMax / labels.length;
  const kept = Uint32Array.from({ length: labels.length }, (_, i) => i).filter(
    () => share >= 1 || random.uniform() < share,
  );
  const take = (values: ArrayLike<number>): Float64Array => Float64Array.from(kept, (row) => values[row]);
  const y = take(labels);
  const clusters = numberGroups(take(clustersOf(options.groups).groupOf));
  const [own, rival] = [scores, rivalScores].map((values) => weightedAuc(y, take(values), clusters));
  const interval = (figure: WeightedFigure): BootstrapInterval =>
    clusteredInterval(clusters, figure, { seed, nResamples });
  return {
    auc: interval(own),
    rivalAuc: interval(rival),
    difference: interval((weights) => own(weights) - rival(weights)),
  };
}
