/** Splits that keep every group (market, event, wallet) whole: in training or in test, never in both. */
import { createRandom } from '../kernels/random.ts';
import { check } from './checks.ts';
import { rowsByGroup } from './encode_labels.ts';

/** Row indices, rising. */
export interface Split {
  trainRows: Uint32Array;
  testRows: Uint32Array;
}

function splitBy(nRows: number, inTest: (row: number) => boolean): Split {
  const trainRows: number[] = [];
  const testRows: number[] = [];
  for (let i = 0; i < nRows; i++) (inTest(i) ? testRows : trainRows).push(i);
  return { trainRows: Uint32Array.from(trainRows), testRows: Uint32Array.from(testRows) };
}

/**
 * nFolds splits whose test parts cover every row once. Groups are dealt largest first to the emptiest fold, equal sizes
 * in random order, so folds come out as even as the groups allow.
 * @param groups one key per row, at least nFolds distinct ones
 */
export function groupKFold(groups: ArrayLike<string | number>, nFolds: number, seed: number): Split[] {
  check(Number.isInteger(nFolds) && nFolds >= 2, `nFolds must be an integer >= 2, got ${nFolds}`);
  const parts = createRandom(seed)
    .shuffle(rowsByGroup(groups))
    .sort((a, b) => b.length - a.length);
  check(parts.length >= nFolds, `nFolds is ${nFolds} but there are only ${parts.length} groups`);
  const foldOf = new Uint32Array(groups.length);
  const nRowsOf = new Float64Array(nFolds);
  for (const rows of parts) {
    const fold = nRowsOf.indexOf(Math.min(...nRowsOf));
    nRowsOf[fold] += rows.length;
    for (const row of rows) foldOf[row] = fold;
  }
  return Array.from({ length: nFolds }, (_, fold) => splitBy(groups.length, (row) => foldOf[row] === fold));
}

/**
 * One split: random groups go to the test part until it holds at least `testFraction` of the rows; one group at least
 * stays for training.
 * @param groups one key per row, at least two distinct ones
 * @param testFraction in (0, 1)
 */
export function groupHoldout(groups: ArrayLike<string | number>, testFraction: number, seed: number): Split {
  check(testFraction > 0 && testFraction < 1, `testFraction must lie in (0, 1), got ${testFraction}`);
  const parts = createRandom(seed).shuffle(rowsByGroup(groups));
  check(parts.length >= 2, 'a holdout needs at least two groups');
  const inTest = new Uint8Array(groups.length);
  let nTest = 0;
  for (const rows of parts.slice(0, -1)) {
    if (nTest >= testFraction * groups.length) break;
    for (const row of rows) inTest[row] = 1;
    nTest += rows.length;
  }
  return splitBy(groups.length, (row) => inTest[row] === 1);
}

/**
 * The test rows none of whose groups occurs in training: the wallet-disjoint test, when the groups are wallets.
 * @param groups one key per row of the whole table
 */
export function disjointTestRows(split: Split, groups: ArrayLike<string | number>): Uint32Array {
  const seen = new Set<string | number>();
  for (const row of split.trainRows) seen.add(groups[row]);
  return split.testRows.filter((row) => !seen.has(groups[row]));
}
