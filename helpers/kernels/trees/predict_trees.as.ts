// Sums of tree values for chunks of rows over the packed nodes of predict_trees.ts.
// Reference implementation: predictChunk there.

// Next node of `values` (one row) after `node`: 16 bytes = threshold f32, column, default side, left child.
function step(nodes: usize, node: u32, values: usize): u32 {
  const at = nodes + ((<usize>node) << 4);
  const value = load<f32>(values + (load<u32>(at, 4) << 2));
  const threshold = load<f32>(at);
  // NaN: "not below" is true, "at or above" is false.
  const missingLeft = load<u32>(at, 8);
  const right = missingLeft !== 0 ? <u32>(value >= threshold) : <u32>!(value < threshold);
  return load<u32>(at, 12) + right;
}

/**
 * Task = chunk of rows. Tree t starts at node roots[t], is depths[t] steps deep (a leaf leads to itself) and adds to
 * group groups[t]; out[row * nGroups + group] += value of the leaf reached.
 */
export function predictChunk(
  task: i32,
  values: usize,
  nRows: i32,
  nColumns: i32,
  nRowsPerChunk: i32,
  nodes: usize,
  leafValues: usize,
  roots: usize,
  depths: usize,
  groups: usize,
  nTrees: i32,
  nGroups: i32,
  out: usize,
): void {
  const firstRow = task * nRowsPerChunk;
  const endRow = min(firstRow + nRowsPerChunk, nRows);
  const rowBytes = (<usize>nColumns) << 2;
  const outBytes = (<usize>nGroups) << 3;
  for (let tree = 0; tree < nTrees; tree++) {
    const root = load<u32>(roots + ((<usize>tree) << 2));
    const depth = load<i32>(depths + ((<usize>tree) << 2));
    const group = (<usize>load<u32>(groups + ((<usize>tree) << 2))) << 3;
    let row = firstRow;
    // Four rows at a time: each waits for its own loads, the four waits overlap.
    for (; row + 4 <= endRow; row += 4) {
      const first = values + rowBytes * row;
      const second = first + rowBytes;
      const third = second + rowBytes;
      const fourth = third + rowBytes;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      const shallow = min(depth, 8);
      for (let level = 0; level < shallow; level++) {
        a = step(nodes, a, first);
        b = step(nodes, b, second);
        c = step(nodes, c, third);
        d = step(nodes, d, fourth);
      }
      // Deep trees are uneven: stop as soon as all four stand still in their leaves.
      for (let level = shallow; level < depth; level++) {
        const nextA = step(nodes, a, first);
        const nextB = step(nodes, b, second);
        const nextC = step(nodes, c, third);
        const nextD = step(nodes, d, fourth);
        if (((a ^ nextA) | (b ^ nextB) | (c ^ nextC) | (d ^ nextD)) === 0) break;
        a = nextA;
        b = nextB;
        c = nextC;
        d = nextD;
      }
      const to = out + outBytes * row + group;
      store<f64>(to, load<f64>(to) + load<f64>(leafValues + ((<usize>a) << 3)));
      const to2 = to + outBytes;
      store<f64>(to2, load<f64>(to2) + load<f64>(leafValues + ((<usize>b) << 3)));
      const to3 = to2 + outBytes;
      store<f64>(to3, load<f64>(to3) + load<f64>(leafValues + ((<usize>c) << 3)));
      const to4 = to3 + outBytes;
      store<f64>(to4, load<f64>(to4) + load<f64>(leafValues + ((<usize>d) << 3)));
    }
    for (; row < endRow; row++) {
      let node = root;
      for (let level = 0; level < depth; level++) node = step(nodes, node, values + rowBytes * row);
      const to = out + outBytes * row + group;
      store<f64>(to, load<f64>(to) + load<f64>(leafValues + ((<usize>node) << 3)));
    }
  }
}
