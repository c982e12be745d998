/** Agreement of two partitions, corrected for chance (Hubert & Arabie 1985). */
import { checkSameLength } from './checks.ts';
import { encodeLabels } from './encode_labels.ts';

const pairs = (n: number): number => (n * (n - 1)) / 2;

function countBy<K>(keys: Iterable<K>): Map<K, number> {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function sumOfPairs(counts: Map<unknown, number>): number {
  let sum = 0;
  for (const n of counts.values()) sum += pairs(n);
  return sum;
}

/**
 * The adjusted Rand index: 1 for equal partitions (names do not matter), about 0 for independent ones, negative below
 * chance. Two partitions that cannot differ (all rows together, or every row alone, in both) agree fully: 1.
 * @param a cluster label per row
 * @param b cluster label per row
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength(a, b, 'the partitions');
  const { codes: codesA } = encodeLabels(a);
  const { codes: codesB } = encodeLabels(b);
  const nRows = codesA.length;
  // Encoded, a pair of labels fits into one number.
  const together = sumOfPairs(countBy(Float64Array.from(codesA, (code, row) => code * nRows + codesB[row])));
  const pairsA = sumOfPairs(countBy(codesA));
  const pairsB = sumOfPairs(countBy(codesB));
  const expected = nRows < 2 ? 0 : (pairsA * pairsB) / pairs(nRows);
  const largest = (pairsA + pairsB) / 2;
  return largest === expected ? 1 : (together - expected) / (largest - expected);
}
