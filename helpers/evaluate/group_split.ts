/** Splits that keep every group (market, event, wallet) whole: in training or in test, never in both. */
import { createRandom } from '../kernels/random.ts';
import { check } from './checks.ts';
import { encodeLabels, rowsByGroup } from './encode_labels.ts';

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
 * The part of each group: groups are dealt largest first to the emptiest part, equal sizes in random order, so parts come out as even as
 * the groups allow.
 * @param sizes rows of each group
 */
export function dealGroups(sizes: readonly number[], nParts: number, seed: number): Uint32Array {
  const order = createRandom(seed)
    .shuffle(Array.from(sizes.keys()))
    .sort((a, b) => sizes[b] - sizes[a]);
  const partOf = new Uint32Array(sizes.length);
  const nRowsOf = new Float64Array(nParts);
  for (const group of order) {
    const part = nRowsOf.indexOf(Math.min(...nRowsOf));
    nRowsOf[part] += sizes[group];
    partOf[group] = part;
  }
  return partOf;
}

/**
 * nFolds splits whose test parts cover every row once, whole groups each, as even as dealGroups makes them.
 * @param groups one key per row, at least nFolds distinct ones
 */
export function groupKFold(groups: ArrayLike<string | number>, nFolds: number, seed: number): Split[] {
  check(Number.isInteger(nFolds) && nFolds >= 2, `nFolds must be an integer >= 2, got ${nFolds}`);
  const { codes, classes } = encodeLabels(groups);
  check(classes.length >= nFolds, `nFolds is ${nFolds} but there are only ${classes.length} groups`);
  const sizes = new Array<number>(classes.length).fill(0);
  for (const code of codes) sizes[code]++;
  const foldOf = dealGroups(sizes, nFolds, seed);
  return Array.from({ length: nFolds }, (_, fold) => splitBy(groups.length, (row) => foldOf[codes[row]] === fold));
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
