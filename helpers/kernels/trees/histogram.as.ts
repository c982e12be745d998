// Gradient histograms of row ranges: for every column and bin the float64 sums of gradient and hessian.
// Reference implementation: histogramRange in histogram.ts.

/**
 * Task t reads ranges[3 t ..]: first and end position in `rows`, and the slot to fill. A slot holds nColumns * 256 pairs
 * of float64 and is overwritten.
 */
export function histogramRange(
  task: i32,
  ranges: usize,
  byRow: usize,
  nColumns: i32,
  pairs: usize,
  rows: usize,
  slots: usize,
): void {
  const range = ranges + <usize>task * 12;
  const begin = load<u32>(range);
  const end = load<u32>(range, 4);
  const slotBytes = (<usize>nColumns) << 12;
  const slot = slots + slotBytes * load<u32>(range, 8);
  memory.fill(slot, 0, slotBytes);
  const wholeWords = nColumns >> 2;
  const lastRow = rows + ((<usize>end) << 2);
  for (let at = rows + ((<usize>begin) << 2); at < lastRow; at += 4) {
    const row = <usize>load<u32>(at);
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(pairs + (row << 3)));
    let bins = byRow + row * nColumns;
    let columns = slot;
    // Four columns a word; each column's 256 pairs are 4096 bytes.
    for (let word = 0; word < wholeWords; word++) {
      const four = load<u32>(bins);
      const first = columns + ((four & 255) << 4);
      v128.store(first, f64x2.add(v128.load(first), pair));
      const second = columns + (((four >>> 8) & 255) << 4);
      v128.store(second, f64x2.add(v128.load(second, 4096), pair), 4096);
      const third = columns + (((four >>> 16) & 255) << 4);
      v128.store(third, f64x2.add(v128.load(third, 8192), pair), 8192);
      const fourth = columns + ((four >>> 24) << 4);
      v128.store(fourth, f64x2.add(v128.load(fourth, 12288), pair), 12288);
      columns += 16384;
      bins += 4;
    }
    for (let column = wholeWords << 2; column < nColumns; column++) {
      const bin = columns + ((<usize>load<u8>(bins)) << 4);
      v128.store(bin, f64x2.add(v128.load(bin), pair));
      columns += 4096;
      bins += 1;
    }
  }
}
