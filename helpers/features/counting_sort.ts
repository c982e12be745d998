/** Rows in the order of a small whole number: a counting sort, which keeps the order of rows with the same number. */

export interface Order {
  /** Rows, by their numbers. */
  readonly rows: Uint32Array;
  /** Where the rows of each number begin in `rows`; one more for the end. */
  readonly starts: Uint32Array;
}

/** @param numbers of the rows, each below `n` */
export function countingSort(numbers: Uint32Array, n: number): Order {
  const starts = new Uint32Array(n + 1);
  for (let row = 0; row < numbers.length; row++) starts[numbers[row] + 1]++;
  for (let number = 0; number < n; number++) starts[number + 1] += starts[number];
  const next = starts.slice(0, n);
  const rows = new Uint32Array(numbers.length);
  for (let row = 0; row < numbers.length; row++) rows[next[numbers[row]]++] = row;
  return { rows, starts };
}
