/** Rows of one source that stand more than once: which of identical rows each of them is. */

/** Duplicate rows, and which of identical rows each is: 1 for the second, 2 for the third, and so on. */
export interface DuplicateRows {
  readonly rows: readonly number[];
  /** The row that each repeats. */
  readonly firsts: readonly number[];
  readonly occurrences: readonly number[];
}

/**
 * Finds rows with the `fill_id` of an earlier row. The time is part of what a fill_id is a hash of, so only rows of the same
 * millisecond are held against each other: one pass with a small table, where a grouping of all ids takes ten times as long.
 * @param ids fill_ids
 * @param times ms since 1970 UTC, equal ones side by side
 */
export function findDuplicateRows(ids: BigUint64Array, times: BigInt64Array): DuplicateRows {
  const rows: number[] = [];
  const firsts: number[] = [];
  const occurrences: number[] = [];
  const timeWords = wordsOf(times);
  let seen = new SeenIds(ids, 64);
  for (let from = 0, to = 0; from < ids.length; from = to) {
    do to++;
    while (to < ids.length && areEqual(timeWords, to, from));
    if (to - from === 1) continue;
    if (to - from > seen.capacity) seen = new SeenIds(ids, 2 * (to - from));
    for (let row = from; row < to; row++) {
      const occurrence = seen.enter(row, from);
      if (occurrence === 0) continue;
      rows.push(row);
      firsts.push(seen.first);
      occurrences.push(occurrence);
    }
  }
  return { rows, firsts, occurrences };
}

/** The lower and upper halves of 64-bit numbers: to compare them as they are, V8 makes an object of each. */
function wordsOf(numbers: BigUint64Array | BigInt64Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
}

function areEqual(words: Uint32Array, a: number, b: number): boolean {
  return words[2 * a] === words[2 * b] && words[2 * a + 1] === words[2 * b + 1];
}

/** Ids seen in one run of rows, in an open hash table. What is left of earlier runs are smaller rows, and counts as free. */
class SeenIds {
  /** The lower half of an id is hash enough. */
  private readonly words: Uint32Array;
  private readonly mask: number;
  private readonly rowOf: Int32Array;
  private readonly nDuplicates: Int32Array;
  /** The row that the last duplicate repeats. */
  first = -1;

  constructor(
    ids: BigUint64Array,
    readonly capacity: number,
  ) {
    this.words = wordsOf(ids);
    const nSlots = 2 ** Math.ceil(Math.log2(2 * capacity));
    this.mask = nSlots - 1;
    this.rowOf = new Int32Array(nSlots).fill(-1);
    this.nDuplicates = new Int32Array(nSlots);
  }

  /** How often the id of `row` has come before in the run that begins at row `from`. */
  enter(row: number, from: number): number {
    for (let slot = this.words[2 * row] & this.mask; ; slot = (slot + 1) & this.mask) {
      const other = this.rowOf[slot];
      if (other < from) {
        this.rowOf[slot] = row;
        this.nDuplicates[slot] = 0;
        return 0;
      }
      if (!areEqual(this.words, row, other)) continue;
      this.first = other;
      return ++this.nDuplicates[slot];
    }
  }
}
