// Quantile cuts of a column and the bin numbers of rows.
// Reference implementations: findColumnCuts and binRowChunk in binning.ts.

// Order-preserving map of float32 bits to unsigned integers, and back.
function toKey(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

function fromKey(key: u32): f32 {
  return reinterpret<f32>(key ^ (((key >>> 31) - 1) | 0x80000000));
}

// One stable counting pass over `n` keys by the 11 bits from `shift` up; `counts` holds 2048 zeroed u32.
function radixPass(from: usize, to: usize, n: i32, shift: u32, counts: usize): void {
  memory.fill(counts, 0, 8192);
  for (let i = 0; i < n; i++) {
    const slot = counts + (((load<u32>(from + ((<usize>i) << 2)) >>> shift) & 2047) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let start: u32 = 0;
  for (let digit = 0; digit < 2048; digit++) {
    const slot = counts + ((<usize>digit) << 2);
    const count = load<u32>(slot);
    store<u32>(slot, start);
    start += count;
  }
  for (let i = 0; i < n; i++) {
    const key = load<u32>(from + ((<usize>i) << 2));
    const slot = counts + (((key >>> shift) & 2047) << 2);
    const position = load<u32>(slot);
    store<u32>(slot, position + 1);
    store<u32>(to + ((<usize>position) << 2), key);
  }
}

function midpoint(low: f32, high: f32): f32 {
  const middle = <f32>((<f64>low + <f64>high) * 0.5);
  return middle > low ? middle : high;
}

/**
 * Task t = column firstColumn + t. Sorts the sampled values of the column (row floor(i * nRows / nSample) for sample i)
 * and chooses at most nBinsMax - 1 cuts. `scratch` holds 2 * nSample + 2048 u32 a task. Row `column` of `cuts` gets 256
 * float32: the cuts, then +Infinity. `nCuts[column]` gets their number.
 */
export function findColumnCuts(
  task: i32,
  values: usize,
  nRows: i32,
  nColumns: i32,
  nSample: i32,
  firstColumn: i32,
  nBinsMax: i32,
  scratch: usize,
  cuts: usize,
  nCuts: usize,
): void {
  const column = firstColumn + task;
  const first = scratch + ((<usize>nSample * 2 + 2048) << 2) * task;
  const second = first + ((<usize>nSample) << 2);
  const counts = second + ((<usize>nSample) << 2);
  let n = 0;
  for (let i = 0; i < nSample; i++) {
    const row = <usize>((<i64>i * <i64>nRows) / <i64>nSample);
    const at = values + ((row * nColumns + column) << 2);
    const value = load<f32>(at);
    // NaN compares false. Adding zero turns -0 into 0: one value, one bin.
    if (value <= Infinity) {
      store<u32>(first + ((<usize>n) << 2), toKey(reinterpret<u32>(value + <f32>0)));
      n++;
    }
  }
  radixPass(first, second, n, 0, counts);
  radixPass(second, first, n, 11, counts);
  radixPass(first, second, n, 22, counts);
  let nDistinct = 0;
  for (let i = 0; i < n; i++) {
    const key = load<u32>(second + ((<usize>i) << 2));
    if (i === 0 || key !== load<u32>(second + ((<usize>i) << 2) - 4)) nDistinct++;
  }
  const out = cuts + ((<usize>column) << 10);
  for (let i = 0; i < 256; i++) store<f32>(out + ((<usize>i) << 2), Infinity);
  let nFound = 0;
  let nLeft = n;
  let nBinsLeft = nBinsMax;
  let nInBin = 0;
  let i = 0;
  while (i < n) {
    const key = load<u32>(second + ((<usize>i) << 2));
    let end = i + 1;
    while (end < n && load<u32>(second + ((<usize>end) << 2)) === key) end++;
    const nEqual = end - i;
    if (nInBin > 0 && nBinsLeft > 1) {
      const isFull = <f64>nInBin + <f64>nEqual * 0.5 >= <f64>nLeft / <f64>nBinsLeft;
      if (nDistinct <= nBinsMax || isFull) {
        const previous = load<u32>(second + ((<usize>i) << 2) - 4);
        store<f32>(out + ((<usize>nFound) << 2), midpoint(fromKey(previous), fromKey(key)));
        nFound++;
        nLeft -= nInBin;
        nBinsLeft--;
        nInBin = 0;
      }
    }
    nInBin += nEqual;
    i = end;
  }
  store<i32>(nCuts + ((<usize>column) << 2), nFound);
}

/**
 * Task = chunk of rows. Bin of a value = how many cuts are <= it, 255 for NaN; written by rows (`byRow[row * nColumns +
 * column]`) and by columns (`byColumn[column * nRows + row]`, unless null).
 */
export function binRowChunk(
  task: i32,
  values: usize,
  nRows: i32,
  nColumns: i32,
  nRowsPerChunk: i32,
  cuts: usize,
  byRow: usize,
  byColumn: usize,
): void {
  const firstRow = task * nRowsPerChunk;
  const endRow = min(firstRow + nRowsPerChunk, nRows);
  for (let column = 0; column < nColumns; column++) {
    const table = cuts + ((<usize>column) << 10);
    let at = <usize>firstRow * nColumns + column;
    for (let row = firstRow; row < endRow; row++) {
      const value = load<f32>(values + (at << 2));
      let bin: usize = 255;
      if (value <= Infinity) {
        bin = load<f32>(table + (127 << 2)) <= value ? 128 : 0;
        bin += load<f32>(table + ((bin + 63) << 2)) <= value ? 64 : 0;
        bin += load<f32>(table + ((bin + 31) << 2)) <= value ? 32 : 0;
        bin += load<f32>(table + ((bin + 15) << 2)) <= value ? 16 : 0;
        bin += load<f32>(table + ((bin + 7) << 2)) <= value ? 8 : 0;
        bin += load<f32>(table + ((bin + 3) << 2)) <= value ? 4 : 0;
        bin += load<f32>(table + ((bin + 1) << 2)) <= value ? 2 : 0;
        bin += load<f32>(table + (bin << 2)) <= value ? 1 : 0;
      }
      store<u8>(byRow + at, <u8>bin);
      if (byColumn !== 0) store<u8>(byColumn + <usize>column * nRows + row, <u8>bin);
      at += nColumns;
    }
  }
}
