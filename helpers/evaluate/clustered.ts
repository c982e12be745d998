/**
 * Bootstrap intervals clustered by group (market, wallet) for figures over many rows: each group is summed once, so that a
 * resample costs as many steps as there are groups. Fills of one market share its outcome; rows drawn one by one would
 * pretend to know far more than the data do (Cameron, Gelbach & Miller 2008).
 */
import { createRandom } from '../kernels/random.ts';
import { type BootstrapInterval, bootstrapInterval } from './bootstrap.ts';
import { check, checkBinary, checkFinite } from './checks.ts';

const N_RESAMPLES = 400;

/** The group of every row, numbered from 0. */
export interface Clusters {
  readonly groupOf: Uint32Array;
  readonly nGroups: number;
}

export interface ClusterOptions {
  /** One key a row; whole groups are drawn. Number them once (`numberGroups`) for several figures of the same rows. */
  readonly groups: ArrayLike<number> | Clusters;
  readonly seed: number;
  readonly nResamples?: number;
}

/** Groups by one key per row, numbered in order of first appearance. */
export function numberGroups(groups: ArrayLike<number>): Clusters {
  const numbers = new Map<number, number>();
  const groupOf = new Uint32Array(groups.length);
  for (let row = 0; row < groups.length; row++) {
    let number = numbers.get(groups[row]);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(groups[row], number);
    }
    groupOf[row] = number;
  }
  return { groupOf, nGroups: numbers.size };
}

function clustersOf(groups: ClusterOptions['groups']): Clusters {
  return 'groupOf' in groups ? groups : numberGroups(groups);
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
  const { groupOf, nGroups } = clustersOf(options.groups);
  check(nGroups >= 1, 'a clustered statistic needs at least one row');
  for (const column of columns) check(column.length === groupOf.length, 'columns must hold one value per row');
  const sumsOf = columns.map((column) => {
    const sums = new Float64Array(nGroups);
    for (let row = 0; row < groupOf.length; row++) sums[groupOf[row]] += column[row];
    return sums;
  });
  const total = new Float64Array(columns.length);
  return bootstrapInterval({
    nRows: nGroups,
    seed: options.seed,
    nResamples: options.nResamples ?? N_RESAMPLES,
    statistic: (drawn) => {
      sumsOf.forEach((sums, c) => {
        let sum = 0;
        for (const g of drawn) sum += sums[g];
        total[c] = sum;
      });
      return statistic(total);
    },
  });
}

/** Σ numerator / Σ denominator with its interval; NaN where the denominator is 0. */
export function clusteredRatio(
  numerator: ArrayLike<number>,
  denominator: ArrayLike<number>,
  options: ClusterOptions,
): BootstrapInterval {
  return clusteredSums([numerator, denominator], ([a, b]) => (b > 0 ? a / b : Number.NaN), options);
}

/** Rows by rising score, and where each block of equal scores ends. */
function ranked(scores: ArrayLike<number>): { order: Uint32Array; isBlockEnd: Uint8Array } {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  const isBlockEnd = new Uint8Array(order.length);
  for (let k = 0; k < order.length; k++)
    isBlockEnd[k] = k + 1 === order.length || scores[order[k + 1]] !== scores[order[k]] ? 1 : 0;
  return { order, isBlockEnd };
}

export interface ClusteredAuc {
  readonly auc: BootstrapInterval;
  readonly rivalAuc: BootstrapInterval;
  /** AUC minus the rival's, on the same resamples. */
  readonly difference: BootstrapInterval;
}

/**
 * Area under the ROC curve of two scores of the same rows, and their paired difference. NaN where a class is absent.
 * @param rowsMax intervals and estimates use so many rows, drawn at random, when there are more
 */
export function clusteredAuc(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  rivalScores: ArrayLike<number>,
  options: ClusterOptions & { readonly rowsMax?: number },
): ClusteredAuc {
  checkBinary(labels, 'labels');
  checkFinite(scores, 'scores');
  checkFinite(rivalScores, 'rivalScores');
  const { rowsMax = 300_000, seed, nResamples = N_RESAMPLES / 2 } = options;
  const random = createRandom(seed);
  const share = rowsMax / labels.length;
  const kept = Uint32Array.from({ length: labels.length }, (_, i) => i).filter(
    () => share >= 1 || random.uniform() < share,
  );
  const take = (values: ArrayLike<number>): Float64Array => Float64Array.from(kept, (row) => values[row]);
  const y = take(labels);
  const { groupOf, nGroups } = numberGroups(take(clustersOf(options.groups).groupOf));
  const sides = [scores, rivalScores].map((values) => ranked(take(values)));
  const weights = new Float64Array(nGroups);
  const areaOf = ({ order, isBlockEnd }: ReturnType<typeof ranked>): number => {
    let [area, below, positive, negative, nPositive] = [0, 0, 0, 0, 0];
    for (let k = 0; k < order.length; k++) {
      const weight = weights[groupOf[order[k]]];
      if (y[order[k]] === 1) positive += weight;
      else negative += weight;
      if (isBlockEnd[k] === 0) continue;
      area += positive * (below + negative / 2);
      below += negative;
      nPositive += positive;
      positive = 0;
      negative = 0;
    }
    return nPositive > 0 && below > 0 ? area / (nPositive * below) : Number.NaN;
  };
  const [own, rival] = sides;
  const interval = (figure: () => number): BootstrapInterval =>
    bootstrapInterval({
      nRows: nGroups,
      seed,
      nResamples,
      statistic: (drawn) => {
        weights.fill(0);
        for (const g of drawn) weights[g]++;
        return figure();
      },
    });
  return {
    auc: interval(() => areaOf(own)),
    rivalAuc: interval(() => areaOf(rival)),
    difference: interval(() => areaOf(own) - areaOf(rival)),
  };
}
