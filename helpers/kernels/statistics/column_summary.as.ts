// Count, minimum, maximum and sum of each column over one chunk of rows, skipping NaN.
// Reference implementation: columnSummaryChunk in column_summary.ts.

/** Task = chunk number. `partials` holds 4 float64 per chunk and column: count, min, max, sum. */
export function columnSummaryChunk(
  task: i32,
  values: usize,
  nRows: i32,
  nColumns: i32,
  nRowsPerChunk: i32,
  partials: usize,
): void {
  const firstRow = task * nRowsPerChunk;
  const endRow = min(firstRow + nRowsPerChunk, nRows);
  for (let column = 0; column < nColumns; column++) {
    let count: f64 = 0;
    let low: f64 = Infinity;
    let high: f64 = -Infinity;
    let sum: f64 = 0;
    let at = values + ((<usize>firstRow * nColumns + column) << 2);
    for (let row = firstRow; row < endRow; row++) {
      const value = <f64>load<f32>(at);
      if (value <= Infinity) {
        // NaN compares false.
        count += 1;
        if (value < low) low = value;
        if (value > high) high = value;
        sum += value;
      }
      at += (<usize>nColumns) << 2;
    }
    const out = partials + ((<usize>task * nColumns + column) << 5);
    store<f64>(out, count);
    store<f64>(out, low, 8);
    store<f64>(out, high, 16);
    store<f64>(out, sum, 24);
  }
}
