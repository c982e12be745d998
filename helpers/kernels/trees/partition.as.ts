// Splits the row lists of nodes in two, stably, and adds leaf values to raw scores.
// Reference implementations: the functions of the same names in partition.ts.

/**
 * Task t reads jobs[5 t ..]: first and end position in `rows`, column, last bin that goes left, 1 when missing goes left.
 * Left rows go to `leftRows`, right ones to `rightRows`, both from the first position up; nLeft[t] gets their number.
 */
export function splitRange(
  task: i32,
  jobs: usize,
  byColumn: usize,
  nRows: i32,
  rows: usize,
  leftRows: usize,
  rightRows: usize,
  nLeft: usize,
): void {
  const job = jobs + <usize>task * 20;
  const begin = load<u32>(job);
  const end = load<u32>(job, 4);
  const bins = byColumn + <usize>load<u32>(job, 8) * nRows;
  const lastLeft = load<u32>(job, 12);
  const missingLeft = load<u32>(job, 16);
  let left = leftRows + ((<usize>begin) << 2);
  let right = rightRows + ((<usize>begin) << 2);
  const start = left;
  for (let i = begin; i < end; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const bin = <u32>load<u8>(bins + row);
    const goesLeft = <u32>(bin <= lastLeft) | (<u32>(bin === 255) & missingLeft);
    // Written to both, kept in one: a wrong guess of a branch costs more.
    store<u32>(left, row);
    store<u32>(right, row);
    left += goesLeft << 2;
    right += (1 - goesLeft) << 2;
  }
  store<u32>(nLeft + ((<usize>task) << 2), <u32>((left - start) >> 2));
}

/** Task t copies the two parts of job t to their places: moves[3 t ..] = number of left rows, their and the right rows' target. */
export function mergeRange(task: i32, jobs: usize, moves: usize, rows: usize, leftRows: usize, rightRows: usize): void {
  const job = jobs + <usize>task * 20;
  const move = moves + <usize>task * 12;
  const begin = load<u32>(job);
  const nLeft = load<u32>(move);
  const nRight = load<u32>(job, 4) - begin - nLeft;
  memory.copy(rows + ((<usize>load<u32>(move, 4)) << 2), leftRows + ((<usize>begin) << 2), (<usize>nLeft) << 2);
  memory.copy(rows + ((<usize>load<u32>(move, 8)) << 2), rightRows + ((<usize>begin) << 2), (<usize>nRight) << 2);
}

/** Task t adds values[t] to raw[row * stride + offset] for the rows at positions leaves[2 t], leaves[2 t + 1]. */
export function addLeafValue(
  task: i32,
  leaves: usize,
  values: usize,
  rows: usize,
  raw: usize,
  stride: i32,
  offset: i32,
): void {
  const begin = load<u32>(leaves + ((<usize>task) << 3));
  const end = load<u32>(leaves + ((<usize>task) << 3), 4);
  const value = load<f64>(values + ((<usize>task) << 3));
  for (let i = begin; i < end; i++) {
    const at = raw + ((<usize>load<u32>(rows + ((<usize>i) << 2)) * stride + offset) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
}
