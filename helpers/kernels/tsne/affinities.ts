/** The input side of t-SNE: how likely each point would pick each neighbour, made symmetric, as a sparse matrix. */
import { countChunks, type Executor } from '../executor.ts';
import type { Neighbours } from '../neighbours/neighbours.ts';
import { AFFINITIES } from './tsne_passes.ts';

const N_ROWS_PER_CHUNK = 256;

/** Compressed sparse rows; columns ascend within a row, values add up to 1 over all. */
export interface Affinities {
  readonly nPoints: number;
  /** First entry of each row, then their number: nPoints + 1. */
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/**
 * (p(j|i) + p(i|j)) / 2n over the nearest neighbours, each p(·|i) Gaussian with the entropy log(perplexity)
 * (van der Maaten & Hinton 2008; the restriction to neighbours: van der Maaten 2014).
 */
export function computeAffinities(executor: Executor, neighbours: Neighbours, perplexity: number): Affinities {
  const { k, rows } = neighbours;
  const nPoints = rows.length / k;
  return executor.scope(() => {
    const conditional = executor.float32(rows.length);
    const squared = executor.place(neighbours.squaredDistances);
    const nChunks = countChunks(nPoints, N_ROWS_PER_CHUNK);
    executor.dispatch(AFFINITIES, nChunks, squared, nPoints, k, N_ROWS_PER_CHUNK, Math.log(perplexity), conditional);
    return symmetrize(rows, conditional, nPoints, k);
  });
}

/** Merges p(j|i) and p(i|j) of every pair that has at least one of them. */
function symmetrize(rows: Uint32Array, conditional: Float32Array, nPoints: number, k: number): Affinities {
  // The transpose by counting; its rows come out ascending, as the points are visited in order.
  const reverseStarts = new Uint32Array(nPoints + 1);
  for (const j of rows) reverseStarts[j + 1]++;
  for (let i = 0; i < nPoints; i++) reverseStarts[i + 1] += reverseStarts[i];
  const fill = reverseStarts.slice();
  const reverseColumns = new Uint32Array(rows.length);
  const reverseValues = new Float32Array(rows.length);
  for (let e = 0; e < rows.length; e++) {
    const at = fill[rows[e]]++;
    reverseColumns[at] = Math.floor(e / k);
    reverseValues[at] = conditional[e];
  }
  // Transposing the transpose sorts the columns of the original too.
  const sortedColumns = new Uint32Array(rows.length);
  const sortedValues = new Float32Array(rows.length);
  const position = Uint32Array.from({ length: nPoints }, (_, i) => i * k);
  for (let j = 0; j < nPoints; j++) {
    for (let e = reverseStarts[j]; e < reverseStarts[j + 1]; e++) {
      const at = position[reverseColumns[e]]++;
      sortedColumns[at] = j;
      sortedValues[at] = reverseValues[e];
    }
  }
  const starts = new Uint32Array(nPoints + 1);
  const columns = new Uint32Array(2 * rows.length);
  const values = new Float32Array(2 * rows.length);
  let n = 0;
  for (let i = 0; i < nPoints; i++) {
    let a = i * k;
    let b = reverseStarts[i];
    const aEnd = a + k;
    const bEnd = reverseStarts[i + 1];
    while (a < aEnd || b < bEnd) {
      const columnA = a < aEnd ? sortedColumns[a] : nPoints;
      const columnB = b < bEnd ? reverseColumns[b] : nPoints;
      columns[n] = Math.min(columnA, columnB);
      values[n++] =
        ((columnA <= columnB ? sortedValues[a++] : 0) + (columnB <= columnA ? reverseValues[b++] : 0)) / (2 * nPoints);
    }
    starts[i + 1] = n;
  }
  return { nPoints, starts, columns: columns.slice(0, n), values: values.slice(0, n) };
}
