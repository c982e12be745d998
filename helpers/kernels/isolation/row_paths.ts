/** Path lengths of rows that come one by one, in a stream: no threads, no copies. */
import { columnOfNode, type PackedTrees } from './isolation_paths.ts';

/** Trees that are walked side by side: while one waits for memory the others go on. */
const N_ABREAST = 4;

/** A comparison as 0 or 1 without a branch, whose way nobody could predict. */
const bit = (condition: boolean): number => (condition as unknown as number) | 0;

/**
 * @returns a function of one row, one finite value a column: its path lengths added up in tree order, as `pathLengthSums` does; infinity
 * as soon as it is certain that they come to more than `sumMax`
 */
export function rowPathLengths({
  nTrees,
  depth,
  nodes,
  lengths,
}: PackedTrees): (row: Float32Array, sumMax?: number) => number {
  const nLeaves = 1 << depth;
  // Trees that are put in to make whole groups have the length 0.
  const nAll = Math.ceil(nTrees / N_ABREAST) * N_ABREAST;
  const columns = new Uint16Array(nAll * nLeaves);
  const thresholds = new Float32Array(nAll * nLeaves);
  const ends = new Float64Array(nAll * nLeaves);
  const bits = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  for (let i = 0; i < nodes.length / 2; i++) {
    columns[i] = columnOfNode(nodes[2 * i]);
    thresholds[i] = bits[2 * i + 1];
  }
  ends.set(lengths);
  const least = leastFrom(ends, nLeaves, nAll);
  return (row, sumMax = Number.POSITIVE_INFINITY) => {
    let sum = 0;
    for (let tree = 0; tree < nAll; tree += N_ABREAST) {
      if (sum + least[tree] > sumMax) return Number.POSITIVE_INFINITY;
      const a = tree * nLeaves;
      const b = a + nLeaves;
      const c = b + nLeaves;
      const d = c + nLeaves;
      let [i, j, k, l] = [1, 1, 1, 1];
      for (let level = 0; level < depth; level++) {
        i = 2 * i + bit(row[columns[a + i]] >= thresholds[a + i]);
        j = 2 * j + bit(row[columns[b + j]] >= thresholds[b + j]);
        k = 2 * k + bit(row[columns[c + k]] >= thresholds[c + k]);
        l = 2 * l + bit(row[columns[d + l]] >= thresholds[d + l]);
      }
      sum += ends[a + i - nLeaves];
      sum += ends[b + j - nLeaves];
      sum += ends[c + k - nLeaves];
      sum += ends[d + l - nLeaves];
    }
    return sum;
  };
}

/** What the trees from each on come to at least: the shortest path of each, added up. */
function leastFrom(ends: Float64Array, nLeaves: number, nAll: number): Float64Array {
  const least = new Float64Array(nAll + 1);
  for (let tree = nAll - 1; tree >= 0; tree--) {
    let shortest = Number.POSITIVE_INFINITY;
    for (let leaf = tree * nLeaves; leaf < (tree + 1) * nLeaves; leaf++) shortest = Math.min(shortest, ends[leaf]);
    least[tree] = least[tree + 1] + shortest;
  }
  return least;
}
