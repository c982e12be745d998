/** How well a map separates labels: the share of a point's neighbours that have its label, against shuffled labels. */
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { findNeighbours } from '../kernels/neighbours/neighbours.ts';
import { createRandom } from '../kernels/random.ts';
import { percentile } from './percentile.ts';

const N_NEIGHBOURS = 10;
const N_PERMUTATIONS = 199;

export interface NeighbourPurity {
  readonly nNeighbours: number;
  /** Mean over labels of the share of neighbours with a point's own label, each label counted once whatever its size, 0..1. */
  readonly purity: number;
  /** The same when labels are shuffled: mean and 95 % interval. */
  readonly nullMean: number;
  readonly nullLow: number;
  readonly nullHigh: number;
  readonly pValue: number;
  /** Share of all neighbours with the point's own label, each point counted once, 0..1; and its mean when shuffled. */
  readonly plainShare: number;
  readonly plainNullMean: number;
  /** Labels of two points and more; a label of one point has no neighbour to share it with and is left out. */
  readonly byLabel: readonly { readonly label: string; readonly n: number; readonly purity: number }[];
  readonly nSingletons: number;
}

/**
 * Neighbour purity of labels on a map; null with fewer than two labels of two points or too few points. Labels are averaged
 * with equal weight, because a label that nearly every point has would look pure on any map. A point of a label of n points
 * has at most n − 1 neighbours with its label; where that is less than the number of neighbours, the share is taken of it.
 */
export function neighbourPurity(
  map: Matrix,
  labels: readonly string[],
  seed: number,
  executor: Executor,
): NeighbourPurity | null {
  const names = [...new Set(labels)].sort();
  const codes = Uint32Array.from(labels, (label) => names.indexOf(label));
  const counts = new Uint32Array(names.length);
  for (const code of codes) counts[code]++;
  const shared = Array.from(names.keys()).filter((code) => counts[code] > 1);
  if (shared.length < 2 || map.nRows <= N_NEIGHBOURS) return null;
  const { rows } = findNeighbours(executor, map, N_NEIGHBOURS);
  const measure = (own: Uint32Array): { purity: number; plainShare: number; shares: Float64Array } => {
    const same = countSame(rows, own, names.length);
    const shares = same.map((sum, code) => sum / (counts[code] * Math.min(N_NEIGHBOURS, counts[code] - 1)));
    return {
      shares,
      purity: mean(Float64Array.from(shared, (code) => shares[code])),
      plainShare: same.reduce((sum, n) => sum + n, 0) / (own.length * N_NEIGHBOURS),
    };
  };
  const observed = measure(codes);
  const random = createRandom(seed);
  const shuffled = codes.slice();
  const nulls = Array.from({ length: N_PERMUTATIONS }, () => measure(random.shuffle(shuffled)));
  const purities = Float64Array.from(nulls, (own) => own.purity);
  return {
    nNeighbours: N_NEIGHBOURS,
    purity: observed.purity,
    nullMean: mean(purities),
    nullLow: percentile(purities, 2.5),
    nullHigh: percentile(purities, 97.5),
    pValue: (1 + purities.filter((value) => value >= observed.purity).length) / (1 + N_PERMUTATIONS),
    plainShare: observed.plainShare,
    plainNullMean: mean(Float64Array.from(nulls, (own) => own.plainShare)),
    byLabel: shared.map((code) => ({ label: names[code], n: counts[code], purity: observed.shares[code] })),
    nSingletons: names.length - shared.length,
  };
}

/** Per label, how many neighbours of its points have it. */
function countSame(rows: Uint32Array, codes: Uint32Array, nLabels: number): Float64Array {
  const same = new Float64Array(nLabels);
  for (let i = 0; i < codes.length; i++)
    for (let j = 0; j < N_NEIGHBOURS; j++) if (codes[rows[i * N_NEIGHBOURS + j]] === codes[i]) same[codes[i]]++;
  return same;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
