// Exact nearest neighbours: every query against all rows, which lie in blocks of four as in kmeans.ts.
// Reference implementation: nearestRows in neighbours.ts.

/** Whether neighbour (da, ia) is farther than (db, ib); of equal distances the higher row is. */
function isFarther(da: f32, ia: u32, db: f32, ib: u32): bool {
  return da > db || (da === db && ia > ib);
}

/** Lets the entry (distance, row) sink from the root of the heap of `size` entries, farthest first. */
export function sink(distances: usize, rows: usize, size: u32, distance: f32, row: u32): void {
  let hole: u32 = 0;
  for (;;) {
    let child: u32 = 2 * hole + 1;
    if (child >= size) break;
    let childDistance = load<f32>(distances + (child << 2));
    let childRow = load<u32>(rows + (child << 2));
    if (child + 1 < size) {
      const otherDistance = load<f32>(distances + ((child + 1) << 2));
      const otherRow = load<u32>(rows + ((child + 1) << 2));
      if (isFarther(otherDistance, otherRow, childDistance, childRow)) {
        child++;
        childDistance = otherDistance;
        childRow = otherRow;
      }
    }
    if (!isFarther(childDistance, childRow, distance, row)) break;
    store<f32>(distances + (hole << 2), childDistance);
    store<u32>(rows + (hole << 2), childRow);
    hole = child;
  }
  store<f32>(distances + (hole << 2), distance);
  store<u32>(rows + (hole << 2), row);
}

/** Task = chunk of queries: their k nearest rows, nearest first, of equally near the lower row first. */
export function nearestRows(
  task: u32,
  queries: usize,
  nQueries: u32,
  nCols: u32,
  chunk: u32,
  blocks: usize, // lane blocks of the rows, padding Infinity
  nRows: u32,
  k: u32,
  isSelf: u32, // 1: query i is row i and no neighbour of itself
  rows: usize, // u32[nQueries * k]
  distances: usize, // f32[nQueries * k], squared
): void {
  const end = min((task + 1) * chunk, nQueries);
  const nBlocks = (nRows + 3) >> 2;
  const blockBytes = (<usize>nCols) << 4;
  for (let i = task * chunk; i < end; i++) {
    const x = queries + ((<usize>i * nCols) << 2);
    const heapRows = rows + ((<usize>i * k) << 2);
    const heap = distances + ((<usize>i * k) << 2);
    for (let j: u32 = 0; j < k; j++) {
      store<f32>(heap + (j << 2), Infinity);
      store<u32>(heapRows + (j << 2), 0xffffffff);
    }
    let limit = f32x4.splat(Infinity);
    let limitValue: f32 = Infinity;
    for (let block: u32 = 0; block < nBlocks; block += 2) {
      const c = blocks + <usize>block * blockBytes;
      let a = f32x4.splat(0);
      let b = a;
      for (let f: u32 = 0; f < nCols; f++) {
        const value = v128.load32_splat(x + ((<usize>f) << 2));
        const at = c + ((<usize>f) << 4);
        const da = f32x4.sub(value, v128.load(at));
        const db = f32x4.sub(value, v128.load(at + blockBytes));
        a = f32x4.add(a, f32x4.mul(da, da));
        b = f32x4.add(b, f32x4.mul(db, db));
      }
      // Rows come in ascending order, so one as far as the farthest kept never replaces it.
      let near: u32 = i32x4.bitmask(f32x4.lt(a, limit)) | (i32x4.bitmask(f32x4.lt(b, limit)) << 4);
      while (near !== 0) {
        const lane = ctz(near);
        near &= near - 1;
        const row = (block << 2) + lane;
        if (isSelf === 1 && row === i) continue;
        const four = lane < 4 ? a : b;
        const l = lane & 3;
        const distance =
          l === 0
            ? f32x4.extract_lane(four, 0)
            : l === 1
              ? f32x4.extract_lane(four, 1)
              : l === 2
                ? f32x4.extract_lane(four, 2)
                : f32x4.extract_lane(four, 3);
        if (distance >= limitValue) continue;
        sink(heap, heapRows, k, distance, row);
        limitValue = load<f32>(heap);
        limit = f32x4.splat(limitValue);
      }
    }
    for (let size = k - 1; size > 0; size--) {
      const distance = load<f32>(heap + (size << 2));
      const row = load<u32>(heapRows + (size << 2));
      store<f32>(heap + (size << 2), load<f32>(heap));
      store<u32>(heapRows + (size << 2), load<u32>(heapRows));
      sink(heap, heapRows, size, distance, row);
    }
  }
}
