// Silhouette values: mean distances of rows to the members of every cluster.
// Reference implementation: silhouetteRows in silhouette.ts.

/** Task = chunk of the rows asked for: their silhouette values. */
export function silhouetteRows(
  task: u32,
  points: usize, // f32[nRows * nCols]
  nCols: u32,
  asked: usize, // u32[nAsked], rows
  nAsked: u32,
  chunk: u32,
  labels: usize, // i32[nRows]
  blocks: usize, // the rows cluster by cluster in lane blocks, each cluster from a new block on
  firstBlocks: usize, // u32[nClusters]
  sizes: usize, // u32[nClusters]
  nClusters: u32,
  scores: usize, // f64[nAsked]
): void {
  const end = min((task + 1) * chunk, nAsked);
  for (let q = task * chunk; q < end; q++) {
    const row = load<u32>(asked + (q << 2));
    const own = load<u32>(labels + (row << 2));
    const x = points + ((<usize>row * nCols) << 2);
    let inside: f64 = 0;
    let outside: f64 = Infinity;
    for (let c: u32 = 0; c < nClusters; c++) {
      const size = load<u32>(sizes + (c << 2));
      if (size === 0) continue;
      let at = blocks + ((<usize>load<u32>(firstBlocks + (c << 2)) * nCols) << 4);
      let low = f64x2.splat(0);
      let high = low;
      for (let done: u32 = 0; done < size; done += 4) {
        let sum = f32x4.splat(0);
        for (let f: u32 = 0; f < nCols; f++) {
          const diff = f32x4.sub(v128.load32_splat(x + (f << 2)), v128.load(at));
          sum = f32x4.add(sum, f32x4.mul(diff, diff));
          at += 16;
        }
        // The lanes past the end of the cluster hold zeros and count nothing.
        if (size - done < 4) {
          const rest = size - done;
          sum = v128.and(sum, i32x4(-1, rest > 1 ? -1 : 0, rest > 2 ? -1 : 0, 0));
        }
        const root = f32x4.sqrt(sum);
        low = f64x2.add(low, f64x2.promote_low_f32x4(root));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(root, root, 2, 3, 2, 3)));
      }
      low = f64x2.add(low, high);
      const total = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
      if (c === own) inside = size > 1 ? total / <f64>(size - 1) : -1;
      else outside = min(outside, total / <f64>size);
    }
    const largest = max(inside, outside);
    store<f64>(scores + ((<usize>q) << 3), inside < 0 || largest === 0 ? 0 : (outside - inside) / largest);
  }
}
