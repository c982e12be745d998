/** How well islands on a map match labels: the share of a point's neighbours that wear its label, against shuffled labels. */
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { findNeighbours } from '../kernels/neighbours.ts';
import { createRandom } from '../kernels/random.ts';
import { percentile } from './percentile.ts';

const N_NEIGHBOURS = 10;
const N_PERMUTATIONS = 199;

export interface NeighbourPurity {
  readonly nNeighbours: number;
  /** Mean share of neighbours with the point's own label, each label counted once whatever its size, 0..1. */
  readonly purity: number;
  /** The same when labels are shuffled: mean and 95 % interval. */
  readonly nullMean: number;
  readonly nullLow: number;
  readonly nullHigh: number;
  readonly pValue: number;
  readonly byLabel: readonly { readonly label: string; readonly n: number; readonly purity: number }[];
}

/**
 * Neighbour purity of labels on a map; null with fewer than two labels or too few points. Labels are averaged with equal
 * weight, for a label that nearly everybody wears would look pure on any map.
 */
export function neighbourPurity(
  map: Matrix,
  labels: readonly string[],
  seed: number,
  executor: Executor,
): NeighbourPurity | null {
  const names = [...new Set(labels)].sort();
  if (names.length < 2 || map.nRows <= N_NEIGHBOURS) return null;
  const codes = Uint32Array.from(labels, (label) => names.indexOf(label));
  const { rows } = findNeighbours(executor, map, N_NEIGHBOURS);
  const observed = purities(rows, codes, names.length);
  const random = createRandom(seed);
  const shuffled = codes.slice();
  const nulls = Float64Array.from({ length: N_PERMUTATIONS }, () => {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    return mean(purities(rows, shuffled, names.length).shares);
  });
  const purity = mean(observed.shares);
  return {
    nNeighbours: N_NEIGHBOURS,
    purity,
    nullMean: mean(nulls),
    nullLow: percentile(nulls, 2.5),
    nullHigh: percentile(nulls, 97.5),
    pValue: (1 + nulls.filter((value) => value >= purity).length) / (1 + N_PERMUTATIONS),
    byLabel: names.map((label, code) => ({ label, n: observed.counts[code], purity: observed.shares[code] })),
  };
}

function purities(
  rows: Uint32Array,
  codes: Uint32Array,
  nLabels: number,
): { shares: Float64Array; counts: Uint32Array } {
  const same = new Float64Array(nLabels);
  const counts = new Uint32Array(nLabels);
  for (let i = 0; i < codes.length; i++) {
    counts[codes[i]]++;
    for (let j = 0; j < N_NEIGHBOURS; j++)
      if (codes[rows[i * N_NEIGHBOURS + j]] === codes[i]) same[codes[i]] += 1 / N_NEIGHBOURS;
  }
  return { shares: same.map((sum, code) => sum / counts[code]), counts };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The purity in a line for people. */
export function describePurity(what: string, purity: NeighbourPurity | null): string {
  if (purity === null) return `Neighbour purity of ${what}: not measured, it takes two labels and more points.`;
  const { nNeighbours, nullLow, nullHigh, pValue } = purity;
  return (
    `Neighbour purity of ${what}: ${purity.purity.toFixed(3)} of the ${nNeighbours} nearest share the label ` +
    `(shuffled: ${nullLow.toFixed(3)} to ${nullHigh.toFixed(3)}, p = ${pValue.toFixed(3)}).`
  );
}
