/** A random-projection tree: rows halved again and again at the median along random directions. */
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { selectLowest } from './quickselect.ts';

/**
 * Writes the rows leaf by leaf to `order`, and for each row the positions [leafStarts, leafEnds) of its leaf. A direction
 * joins two random rows of the node; leaves hold at most `nRowsPerLeafMax` rows and, unless there is one only, at least half
 * as many, also when all rows are equal.
 */
export function projectionTree(
  x: Matrix,
  nRowsPerLeafMax: number,
  random: Random,
  order: Uint32Array,
  leafStarts: Uint32Array,
  leafEnds: Uint32Array,
): void {
  const { values, nRows, nCols } = x;
  for (let i = 0; i < nRows; i++) order[i] = i;
  const keys = new Float32Array(nRows);
  const direction = new Float64Array(nCols);
  const waiting: [number, number][] = [[0, nRows]];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const [start, end] = node;
    if (end - start <= nRowsPerLeafMax) {
      for (let p = start; p < end; p++) {
        leafStarts[order[p]] = start;
        leafEnds[order[p]] = end;
      }
      continue;
    }
    const a = order[start + random.integer(end - start)] * nCols;
    const b = order[start + random.integer(end - start)] * nCols;
    for (let f = 0; f < nCols; f++) direction[f] = values[a + f] - values[b + f];
    for (let p = start; p < end; p++) {
      const row = order[p] * nCols;
      let key = 0;
      for (let f = 0; f < nCols; f++) key += direction[f] * values[row + f];
      keys[p] = key;
    }
    const middle = (start + end) >> 1;
    selectLowest(keys, order, start, end - 1, middle);
    waiting.push([middle, end], [start, middle]);
  }
}
