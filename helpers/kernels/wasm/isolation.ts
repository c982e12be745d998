// Path lengths of rows in an isolation forest whose trees are packed as complete binary trees (see pack in
// helpers/kernels/isolation_paths.ts). Plain twin and oracle: isolationPathChunk there.
//
// Rows are first turned column-major, BLOCK rows at a time: then eight neighbouring rows differ by constant byte offsets,
// their eight independent walks keep the processor busy while each single one waits for its loads.

/** Rows of one column-major block; the packed nodes hold column · BLOCK · 4 as byte offset. */
const BLOCK: i32 = 128;
/** Levels that descendTop takes. */
const TOP_LEVELS: i32 = 3;

/** One level down: child 2i when the value lies below the threshold, else 2i + 1. */
function descend(nodes: usize, index: i32, column: usize): i32 {
  const node = nodes + ((<usize>index) << 3);
  const value = load<f32>(column + <usize>load<u32>(node));
  return (index << 1) | i32(value >= load<f32>(node, 4));
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
 * `blocks` is scratch of BLOCK · nColumns float32 per task; whatever lies past the last row walks harmlessly.
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
  const block = blocks + ((<usize>task * BLOCK * nColumns) << 2);
  const out = sums + ((<usize>task * BLOCK) << 3);
  store<u8>(infinities + task, <u8>transposeBlock(values, nColumns, fills, first, end, block));
  const nGroups = (end - first + 7) >> 3;
  const nLeaves: i32 = 1 << depth;
  for (let tree = 0; tree < nTrees; tree++) {
    const root = nodes + ((<usize>tree * nLeaves) << 3);
    const leaves = lengths + ((<usize>tree * nLeaves) << 3);
    for (let group = 0; group < nGroups; group++) {
      const at = block + ((<usize>group) << 5);
      let i0: i32 = 1;
      let i1: i32 = 1;
      let i2: i32 = 1;
      let i3: i32 = 1;
      let i4: i32 = 1;
      let i5: i32 = 1;
      let i6: i32 = 1;
      let i7: i32 = 1;
      let level = 0;
      if (depth >= TOP_LEVELS) {
        const a = descendTop(root, at);
        const b = descendTop(root, at + 16);
        i0 = i32x4.extract_lane(a, 0);
        i1 = i32x4.extract_lane(a, 1);
        i2 = i32x4.extract_lane(a, 2);
        i3 = i32x4.extract_lane(a, 3);
        i4 = i32x4.extract_lane(b, 0);
        i5 = i32x4.extract_lane(b, 1);
        i6 = i32x4.extract_lane(b, 2);
        i7 = i32x4.extract_lane(b, 3);
        level = TOP_LEVELS;
      }
      for (; level < depth; level++) {
        i0 = descend(root, i0, at);
        i1 = descend(root, i1, at + 4);
        i2 = descend(root, i2, at + 8);
        i3 = descend(root, i3, at + 12);
        i4 = descend(root, i4, at + 16);
        i5 = descend(root, i5, at + 20);
        i6 = descend(root, i6, at + 24);
        i7 = descend(root, i7, at + 28);
      }
      const sum = out + ((<usize>group) << 6);
      store<f64>(sum, load<f64>(sum) + load<f64>(leaves + ((<usize>(i0 - nLeaves)) << 3)));
      store<f64>(sum, load<f64>(sum, 8) + load<f64>(leaves + ((<usize>(i1 - nLeaves)) << 3)), 8);
      store<f64>(sum, load<f64>(sum, 16) + load<f64>(leaves + ((<usize>(i2 - nLeaves)) << 3)), 16);
      store<f64>(sum, load<f64>(sum, 24) + load<f64>(leaves + ((<usize>(i3 - nLeaves)) << 3)), 24);
      store<f64>(sum, load<f64>(sum, 32) + load<f64>(leaves + ((<usize>(i4 - nLeaves)) << 3)), 32);
      store<f64>(sum, load<f64>(sum, 40) + load<f64>(leaves + ((<usize>(i5 - nLeaves)) << 3)), 40);
      store<f64>(sum, load<f64>(sum, 48) + load<f64>(leaves + ((<usize>(i6 - nLeaves)) << 3)), 48);
      store<f64>(sum, load<f64>(sum, 56) + load<f64>(leaves + ((<usize>(i7 - nLeaves)) << 3)), 56);
    }
  }
}
