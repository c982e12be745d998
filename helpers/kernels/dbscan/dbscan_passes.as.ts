// DBSCAN over a tree of boxes: neighbour counts, connection of core rows, and the clusters of border rows.
// Reference implementations and the layout of the tree: dbscan_passes.ts and box_tree.ts.

const NO_ROW: u32 = 0xffffffff;

/** Smallest squared distance between the boxes of two nodes. */
function gapSquared(boxes: usize, a: u32, b: u32, nCols: u32): f32 {
  const atA = boxes + ((<usize>a * nCols) << 3);
  const atB = boxes + ((<usize>b * nCols) << 3);
  let sum: f32 = 0;
  for (let f: u32 = 0; f < nCols; f++) {
    const below = load<f32>(atB + (f << 3)) - load<f32>(atA + (f << 3), 4);
    const above = load<f32>(atA + (f << 3)) - load<f32>(atB + (f << 3), 4);
    const gap = max<f32>(max<f32>(below, above), 0);
    sum += gap * gap;
  }
  return sum;
}

/** Largest squared distance between points of two boxes. */
function spanSquared(boxes: usize, a: u32, b: u32, nCols: u32): f32 {
  const atA = boxes + ((<usize>a * nCols) << 3);
  const atB = boxes + ((<usize>b * nCols) << 3);
  let sum: f32 = 0;
  for (let f: u32 = 0; f < nCols; f++) {
    const up = load<f32>(atB + (f << 3), 4) - load<f32>(atA + (f << 3));
    const down = load<f32>(atA + (f << 3), 4) - load<f32>(atB + (f << 3));
    const span = max<f32>(up, down);
    sum += span * span;
  }
  return sum;
}

/** Float64 squared distance of two positions, features in order. */
function exactSquared(blocks: usize, a: u32, b: u32, nCols: u32): f64 {
  const atA = blocks + ((<usize>(a >> 2) * nCols) << 4) + ((a & 3) << 2);
  const atB = blocks + ((<usize>(b >> 2) * nCols) << 4) + ((b & 3) << 2);
  let sum: f64 = 0;
  for (let f: u32 = 0; f < nCols; f++) {
    const diff = <f64>load<f32>(atA + ((<usize>f) << 4)) - <f64>load<f32>(atB + ((<usize>f) << 4));
    sum += diff * diff;
  }
  return sum;
}

/** Bits of those of the four positions of `block` within eps of position `a`: float32 decides, float64 where it is near. */
function nearBits(blocks: usize, a: u32, block: u32, nCols: u32, epsSquared: f64, slack: f32): u32 {
  const atA = blocks + ((<usize>(a >> 2) * nCols) << 4) + ((a & 3) << 2);
  const atB = blocks + ((<usize>block * nCols) << 4);
  let sum = f32x4.splat(0);
  for (let f: u32 = 0; f < nCols; f++) {
    const diff = f32x4.sub(v128.load32_splat(atA + ((<usize>f) << 4)), v128.load(atB + ((<usize>f) << 4)));
    sum = f32x4.add(sum, f32x4.mul(diff, diff));
  }
  const eps2 = <f32>epsSquared;
  const surely: u32 = i32x4.bitmask(f32x4.lt(sum, f32x4.splat(eps2 * (1 - slack))));
  let maybe: u32 = i32x4.bitmask(f32x4.le(sum, f32x4.splat(eps2 * (1 + slack)))) & ~surely;
  let bits = surely;
  while (maybe !== 0) {
    const lane = ctz(maybe);
    maybe &= maybe - 1;
    if (exactSquared(blocks, a, (block << 2) + lane, nCols) <= epsSquared) bits |= 1 << lane;
  }
  return bits;
}

/** Task = some leaves: how many rows lie within eps of each of their rows, itself included. */
export function dbscanCount(
  task: u32,
  blocks: usize, // lane blocks of the positions, padding Infinity
  nCols: u32,
  nodes: usize, // u32[4 * nNodes]: skip, first position, end position, rows
  boxes: usize, // f32[2 * nCols * nNodes]: low, high of each column
  nNodes: u32,
  leaves: usize, // u32[nLeaves], their nodes
  nLeaves: u32,
  nLeavesPerTask: u32,
  epsSquared: f64,
  slack: f32,
  counts: usize, // u32[nPositions]
): void {
  const eps2 = <f32>epsSquared;
  const end = min((task + 1) * nLeavesPerTask, nLeaves);
  for (let l = task * nLeavesPerTask; l < end; l++) {
    const leaf = load<u32>(leaves + (l << 2));
    const first = load<u32>(nodes + (leaf << 4), 4);
    const nRows = load<u32>(nodes + (leaf << 4), 12);
    memory.fill(counts + (first << 2), 0, nRows << 2);
    let nInside: u32 = 0;
    let node: u32 = 0;
    while (node < nNodes) {
      const at = nodes + (node << 4);
      const skip = load<u32>(at);
      if (gapSquared(boxes, leaf, node, nCols) > eps2 * (1 + slack)) {
        node = skip;
      } else if (spanSquared(boxes, leaf, node, nCols) < eps2 * (1 - slack)) {
        nInside += load<u32>(at, 12);
        node = skip;
      } else if (skip !== node + 1) {
        node++;
      } else {
        const firstBlock = load<u32>(at, 4) >> 2;
        const endBlock = load<u32>(at, 8) >> 2;
        for (let a = first; a < first + nRows; a++) {
          let n: u32 = 0;
          for (let block = firstBlock; block < endBlock; block++) {
            n += popcnt(nearBits(blocks, a, block, nCols, epsSquared, slack));
          }
          store<u32>(counts + (a << 2), load<u32>(counts + (a << 2)) + n);
        }
        node = skip;
      }
    }
    for (let a = first; a < first + nRows; a++) store<u32>(counts + (a << 2), load<u32>(counts + (a << 2)) + nInside);
  }
}

/** The lowest row of the set of `row`; shortens the path on its way. */
function findRoot(parents: usize, row: u32): u32 {
  let parent = atomic.load<u32>(parents + (row << 2));
  while (parent !== row) {
    const grandparent = atomic.load<u32>(parents + (parent << 2));
    // Any ancestor is a right parent of a row that is no root any more, whoever writes last.
    atomic.store<u32>(parents + (row << 2), grandparent);
    row = grandparent;
    parent = atomic.load<u32>(parents + (row << 2));
  }
  return row;
}

/** Joins two sets, the higher root under the lower: the result is the same in any order of joins. */
function joinRows(parents: usize, a: u32, b: u32): void {
  for (;;) {
    a = findRoot(parents, a);
    b = findRoot(parents, b);
    if (a === b) return;
    const high = a > b ? a : b;
    const low = a > b ? b : a;
    if (atomic.cmpxchg<u32>(parents + (high << 2), high, low) === high) return;
  }
}

/** Joins the core rows at positions first..end-1 with `core`; returns the last of them, NO_ROW when there is none. */
function joinCores(parents: usize, rows: usize, counts: usize, nMin: u32, first: u32, end: u32, core: u32): u32 {
  let last = NO_ROW;
  for (let position = first; position < end; position++) {
    const row = load<u32>(rows + (position << 2));
    if (row === NO_ROW || load<u32>(counts + (position << 2)) < nMin) continue;
    joinRows(parents, core, row);
    last = row;
  }
  return last;
}

/** Task = some leaves: joins their core rows with all core rows within eps at lower or equal positions. */
export function dbscanConnect(
  task: u32,
  blocks: usize,
  nCols: u32,
  nodes: usize,
  boxes: usize,
  _nNodes: u32,
  leaves: usize,
  nLeaves: u32,
  nLeavesPerTask: u32,
  epsSquared: f64,
  slack: f32,
  counts: usize,
  nMin: u32, // a row with at least so many rows within eps is a core row
  rows: usize, // u32[nPositions], the row at each position
  parents: usize, // u32[nRows], by row
): void {
  const eps2 = <f32>epsSquared;
  const end = min((task + 1) * nLeavesPerTask, nLeaves);
  for (let l = task * nLeavesPerTask; l < end; l++) {
    const leaf = load<u32>(leaves + (l << 2));
    const first = load<u32>(nodes + (leaf << 4), 4);
    const nRows = load<u32>(nodes + (leaf << 4), 12);
    let firstCore = NO_ROW;
    for (let a = first; a < first + nRows && firstCore === NO_ROW; a++) {
      if (load<u32>(counts + (a << 2)) >= nMin) firstCore = load<u32>(rows + (a << 2));
    }
    if (firstCore === NO_ROW) continue;
    let node: u32 = 0;
    // Nodes come in the order of their positions: beyond the own leaf the other leaf does the joining.
    while (node <= leaf) {
      const at = nodes + (node << 4);
      const skip = load<u32>(at);
      const otherFirst = load<u32>(at, 4);
      const otherEnd = load<u32>(at, 8);
      if (gapSquared(boxes, leaf, node, nCols) > eps2 * (1 + slack)) {
        node = skip;
      } else if (spanSquared(boxes, leaf, node, nCols) < eps2 * (1 - slack)) {
        // All pairs are near: each of one side with the first of the other joins them all.
        const otherCore = joinCores(parents, rows, counts, nMin, otherFirst, otherEnd, firstCore);
        if (otherCore !== NO_ROW) joinCores(parents, rows, counts, nMin, first, first + nRows, otherCore);
        node = skip;
      } else if (skip !== node + 1) {
        node++;
      } else {
        for (let a = first; a < first + nRows; a++) {
          if (load<u32>(counts + (a << 2)) < nMin) continue;
          const row = load<u32>(rows + (a << 2));
          for (let block = otherFirst >> 2; block < otherEnd >> 2; block++) {
            let bits = nearBits(blocks, a, block, nCols, epsSquared, slack);
            while (bits !== 0) {
              const b = (block << 2) + ctz(bits);
              bits &= bits - 1;
              if (load<u32>(counts + (b << 2)) >= nMin) joinRows(parents, row, load<u32>(rows + (b << 2)));
            }
          }
        }
        node = skip;
      }
    }
  }
}

/** Task = some leaves: for each of their rows the root of its cluster; of a border row the lowest root within eps. */
export function dbscanAssign(
  task: u32,
  blocks: usize,
  nCols: u32,
  nodes: usize,
  boxes: usize,
  nNodes: u32,
  leaves: usize,
  nLeaves: u32,
  nLeavesPerTask: u32,
  epsSquared: f64,
  slack: f32,
  counts: usize,
  nMin: u32,
  rows: usize,
  parents: usize,
  roots: usize, // u32[nRows], by row; NO_ROW for noise
): void {
  const eps2 = <f32>epsSquared;
  const end = min((task + 1) * nLeavesPerTask, nLeaves);
  for (let l = task * nLeavesPerTask; l < end; l++) {
    const leaf = load<u32>(leaves + (l << 2));
    const first = load<u32>(nodes + (leaf << 4), 4);
    const nRows = load<u32>(nodes + (leaf << 4), 12);
    let nBorder: u32 = 0;
    for (let a = first; a < first + nRows; a++) {
      const row = load<u32>(rows + (a << 2));
      const isCore = load<u32>(counts + (a << 2)) >= nMin;
      if (!isCore) nBorder++;
      store<u32>(roots + (row << 2), isCore ? findRoot(parents, row) : NO_ROW);
    }
    let node: u32 = nBorder === 0 ? nNodes : 0;
    while (node < nNodes) {
      const at = nodes + (node << 4);
      const skip = load<u32>(at);
      if (gapSquared(boxes, leaf, node, nCols) > eps2 * (1 + slack)) {
        node = skip;
        continue;
      }
      if (skip !== node + 1) {
        node++;
        continue;
      }
      for (let a = first; a < first + nRows; a++) {
        if (load<u32>(counts + (a << 2)) >= nMin) continue;
        const into = roots + (load<u32>(rows + (a << 2)) << 2);
        for (let block = load<u32>(at, 4) >> 2; block < load<u32>(at, 8) >> 2; block++) {
          let bits = nearBits(blocks, a, block, nCols, epsSquared, slack);
          while (bits !== 0) {
            const b = (block << 2) + ctz(bits);
            bits &= bits - 1;
            if (load<u32>(counts + (b << 2)) < nMin) continue;
            const root = findRoot(parents, load<u32>(rows + (b << 2)));
            if (root < load<u32>(into)) store<u32>(into, root);
          }
        }
      }
      node = skip;
    }
  }
}
