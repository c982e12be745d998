// Path lengths of rows in an isolation forest whose trees are packed as complete binary trees (see pack in
// isolation_paths.ts). Reference implementation: isolationPathBlock there.
//
// Rows are first turned column-major, BLOCK rows at a time, and go down a tree together, one level after the other: a walk
// spends its time waiting for its own loads, and 128 walks have enough to do meanwhile.

/** Rows of one column-major block; the packed nodes hold column · BLOCK · 4 as byte offset. */
const BLOCK: i32 = 128;
/** Levels that descendTop takes. */
const TOP_LEVELS: i32 = 3;

/** One level down: child 2i when the value lies below the threshold, else 2i + 1. */
function descend(nodes: usize, index: i32, column: usize): i32 {
  const node = nodes + ((<usize>index) << 3);
  return (index << 1) + i32(load<f32>(column + <usize>load<u32>(node)) >= load<f32>(node, 4));
}

/** All ones in the lanes of four neighbouring rows that go right at node `index`. */
function goesRight(nodes: usize, index: usize, column: usize): v128 {
  const node = nodes + (index << 3);
  return f32x4.ge(v128.load(column + <usize>load<u32>(node)), v128.load32_splat(node, 4));
}

/** The first three levels for four neighbouring rows: comparing at all seven nodes is cheaper than four walks. */
function descendTop(nodes: usize, column: usize): v128 {
  const right0 = goesRight(nodes, 1, column);
  const right1 = v128.bitselect(goesRight(nodes, 3, column), goesRight(nodes, 2, column), right0);
  const below0 = v128.bitselect(goesRight(nodes, 5, column), goesRight(nodes, 4, column), right1);
  const below1 = v128.bitselect(goesRight(nodes, 7, column), goesRight(nodes, 6, column), right1);
  const right2 = v128.bitselect(below1, below0, right0);
  // A true lane is −1, so subtracting adds the bit.
  const index1 = i32x4.sub(i32x4.splat(2), right0);
  const index2 = i32x4.sub(i32x4.shl(index1, 1), right1);
  return i32x4.sub(i32x4.shl(index2, 1), right2);
}

/** Copies rows [first, end) column-major into `block` with NaN filled in; returns 1 if an infinity was met. */
function transposeBlock(values: usize, nColumns: i32, fills: usize, first: i32, end: i32, block: usize): i32 {
  let sawInfinity: i32 = 0;
  for (let row = first; row < end; row++) {
    const source = values + ((<usize>row * nColumns) << 2);
    const target = block + ((<usize>(row - first)) << 2);
    for (let column = 0; column < nColumns; column++) {
      let value = load<f32>(source + ((<usize>column) << 2));
      if (!(abs(value) < Infinity)) {
        // NaN compares false.
        if (value <= Infinity) sawInfinity = 1;
        else value = load<f32>(fills + ((<usize>column) << 2));
      }
      store<f32>(target + ((<usize>column * BLOCK) << 2), value);
    }
  }
  return sawInfinity;
}

/**
 * Task = block number. Adds up the path lengths of each row over all trees in tree order.
 * `blocks` is scratch of BLOCK · (nColumns + 1) float32 per task, the rows and where each stands in the tree; whatever lies past the last row walks harmlessly.
 * `sums` has BLOCK float64 per task, zeroed. `infinities[task]` becomes 1 where a value is infinite.
 */
export function isolationPathBlock(
  task: i32,
  values: usize,
  nRows: i32,
  nColumns: i32,
  fills: usize,
  blocks: usize,
  nodes: usize,
  lengths: usize,
  nTrees: i32,
  depth: i32,
  sums: usize,
  infinities: usize,
): void {
  const first = task * BLOCK;
  const end = min(first + BLOCK, nRows);
  const block = blocks + ((<usize>task * BLOCK * (nColumns + 1)) << 2);
  const indices = block + ((<usize>BLOCK * nColumns) << 2);
  const out = sums + ((<usize>task * BLOCK) << 3);
  store<u8>(infinities + task, <u8>transposeBlock(values, nColumns, fills, first, end, block));
  const endRow = (<usize>(end - first) + 3) & ~3;
  const nLeaves: i32 = 1 << depth;
  for (let tree = 0; tree < nTrees; tree++) {
    const root = nodes + ((<usize>tree * nLeaves) << 3);
    // Walks end at index nLeaves and beyond.
    const leaves = lengths + ((<usize>(tree - 1) * nLeaves) << 3);
    let level = 0;
    if (depth >= TOP_LEVELS) {
      for (let row: usize = 0; row < endRow; row += 4)
        v128.store(indices + (row << 2), descendTop(root, block + (row << 2)));
      level = TOP_LEVELS;
    } else {
      for (let row: usize = 0; row < endRow; row += 4) v128.store(indices + (row << 2), i32x4.splat(1));
    }
    for (; level < depth; level++) {
      for (let row: usize = 0; row < endRow; row += 4) {
        const column = block + (row << 2);
        const index = indices + (row << 2);
        store<i32>(index, descend(root, load<i32>(index), column));
        store<i32>(index, descend(root, load<i32>(index, 4), column + 4), 4);
        store<i32>(index, descend(root, load<i32>(index, 8), column + 8), 8);
        store<i32>(index, descend(root, load<i32>(index, 12), column + 12), 12);
      }
    }
    for (let row: usize = 0; row < endRow; row++) {
      const sum = out + (row << 3);
      store<f64>(sum, load<f64>(sum) + load<f64>(leaves + ((<usize>load<i32>(indices + (row << 2))) << 3)));
    }
  }
}
