// Grows one whole tree of a random forest: a task is a tree, and all its memory is its own.
// Reference implementation: growForestTree in grow_forest.ts, which documents the arrays.

const N_STACK_WORDS: usize = 4;
const MISSING_BIN = 255;

// Next of a stream of 32 random bits kept at `state` (splitmix32).
function nextRandom(state: usize): u32 {
  const s = load<u32>(state) + 0x9e3779b9;
  store<u32>(state, s);
  let z = s ^ (s >>> 16);
  z *= 0x21f0aaad;
  z ^= z >>> 15;
  z *= 0x735a2d97;
  return z ^ (z >>> 15);
}

function randomBelow(state: usize, n: i32): i32 {
  return <i32>(<f64>nextRandom(state) * (<f64>n * (1.0 / 4294967296.0)));
}

// Sum over classes of (sum of weights)^2, one class being a (weight, weight * label) pair.
function score(sums: usize, nSums: i32): f64 {
  if (nSums === 1) {
    const sum = load<f64>(sums, 8);
    return (sum * sum) / load<f64>(sums);
  }
  let squares: f64 = 0;
  let total: f64 = 0;
  for (let k = 0; k < nSums; k++) {
    const sum = load<f64>(sums + ((<usize>k) << 3));
    squares += sum * sum;
    total += sum;
  }
  return squares / total;
}

function addSums(to: usize, from: usize, nNumbers: i32): void {
  for (let k = 0; k < nNumbers; k++) {
    const at = (<usize>k) << 3;
    store<f64>(to + at, load<f64>(to + at) + load<f64>(from + at));
  }
}

/**
 * Scratch of sums, each `sumBytes` long: those of 256 bins from `sums` on, then these four, then the pairs (weight,
 * weight * label), or (weight, class), of the rows of the node at hand, in their order.
 */
function totalOf(sums: usize, sumBytes: usize): usize {
  return sums + (sumBytes << 8);
}

/** Counts of 256 bins, then four words that mark which of them occur, then the best split. */
function seenOf(counts: usize): usize {
  return counts + 1024;
}

/** The best split so far: score (f64), column, last left bin, whether missing goes left (i32 each). */
function bestOf(counts: usize): usize {
  return counts + 1056;
}

/** Draws the rows of the tree and lists those with a weight; returns their number. */
function drawRows(random: usize, nRows: i32, isBootstrap: bool, weights: usize, drawn: usize, rows: usize): i32 {
  memory.fill(drawn, isBootstrap ? 0 : 1, nRows);
  if (isBootstrap) {
    for (let i = 0; i < nRows; i++) {
      const at = drawn + randomBelow(random, nRows);
      const count = load<u8>(at);
      // 255 draws of one row do not happen before the sun goes out; wrapping round would lose them.
      if (count < 255) store<u8>(at, count + 1);
    }
  }
  let nDrawn = 0;
  for (let row = 0; row < nRows; row++) {
    if (load<u8>(drawn + row) > 0 && (weights === 0 || load<f32>(weights + ((<usize>row) << 2)) > 0)) {
      store<i32>(rows + ((<usize>nDrawn) << 2), row);
      nDrawn++;
    }
  }
  return nDrawn;
}

/** Adds up rows[begin..end) into `total` and writes their pairs; returns whether all have the same label. */
function sumNode(
  rows: usize,
  begin: i32,
  end: i32,
  labels: usize,
  weights: usize,
  drawn: usize,
  nClasses: i32,
  total: usize,
  pairs: usize,
): bool {
  let isPure = true;
  const firstLabel = begin < end ? load<f32>(labels + ((<usize>load<u32>(rows + ((<usize>begin) << 2))) << 2)) : 0;
  for (let i = begin; i < end; i++) {
    const row = <usize>load<u32>(rows + ((<usize>i) << 2));
    const label = load<f32>(labels + (row << 2));
    let weight = <f64>load<u8>(drawn + row);
    if (weights !== 0) weight *= <f64>load<f32>(weights + (row << 2));
    if (label !== firstLabel) isPure = false;
    const pair = pairs + ((<usize>(i - begin)) << 4);
    store<f64>(pair, weight);
    if (nClasses === 1) {
      store<f64>(pair, weight * <f64>label, 8);
      store<f64>(total, load<f64>(total) + weight);
      store<f64>(total, load<f64>(total, 8) + weight * <f64>label, 8);
    } else {
      store<f64>(pair, <f64>label, 8);
      const at = total + ((<usize>label) << 3);
      store<f64>(at, load<f64>(at) + weight);
    }
  }
  return isPure;
}

/** Writes a node as a leaf: its mean, or the shares of the classes. */
function storeLeaf(node: usize, values: usize, total: usize, nClasses: i32): void {
  let cover: f64 = 0;
  if (nClasses === 1) {
    cover = load<f64>(total);
    store<f32>(values, <f32>(load<f64>(total, 8) / cover));
  } else {
    for (let k = 0; k < nClasses; k++) cover += load<f64>(total + ((<usize>k) << 3));
    for (let k = 0; k < nClasses; k++) {
      store<f32>(values + ((<usize>k) << 2), <f32>(load<f64>(total + ((<usize>k) << 3)) / cover));
    }
  }
  store<i32>(node, -1);
  store<f32>(node, <f32>cover, 16);
  store<f32>(node, 0, 20);
}

/** Puts a random one of the columns not tried yet in place `k` of their order, and returns it. */
function drawColumn(order: usize, k: i32, nColumns: i32, random: usize): i32 {
  const other = k + randomBelow(random, nColumns - k);
  const column = load<i32>(order + ((<usize>other) << 2));
  store<i32>(order + ((<usize>other) << 2), load<i32>(order + ((<usize>k) << 2)));
  store<i32>(order + ((<usize>k) << 2), column);
  return column;
}

/** Adds up the pairs by bin of the column at `bins`; returns how many bins occur. */
function fillBins(
  bins: usize,
  nColumns: i32,
  rows: usize,
  nRows: i32,
  nClasses: i32,
  sums: usize,
  sumBytes: usize,
  pairs: usize,
  counts: usize,
): u64 {
  // Which of the 256 bins occur: only they are added up, read and cleared again. The four words of marks lie in
  // memory, because which of them a row marks cannot be foretold.
  const seen = seenOf(counts);
  memory.fill(seen, 0, 32);
  let pair = pairs;
  for (let i = 0; i < nRows; i++, pair += 16) {
    const row = <usize>load<u32>(rows + ((<usize>i) << 2));
    const bin = <usize>load<u8>(bins + row * nColumns);
    const word = seen + ((bin >> 6) << 3);
    store<u64>(word, load<u64>(word) | ((<u64>1) << (<u64>bin & 63)));
    const count = counts + (bin << 2);
    store<u32>(count, load<u32>(count) + 1);
    if (nClasses === 1) {
      const at = sums + (bin << 4);
      v128.store(at, f64x2.add(v128.load(at), v128.load(pair)));
    } else {
      const at = sums + sumBytes * bin + ((<usize>load<f64>(pair, 8)) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(pair));
    }
  }
  let nBins: u64 = 0;
  for (let word: usize = 0; word < 32; word += 8) nBins += popcnt(load<u64>(seen + word));
  return nBins;
}

/** Takes the best border between bins of `column` into `best` where it beats what is there. */
function scanBins(
  column: i32,
  nRows: i32,
  minLeafRows: i32,
  nClasses: i32,
  sums: usize,
  sumBytes: usize,
  counts: usize,
): void {
  const nNumbers = nClasses === 1 ? 2 : nClasses;
  const best = bestOf(counts);
  const total = totalOf(sums, sumBytes);
  const left = total + sumBytes;
  const side = left + sumBytes;
  const right = side + sumBytes;
  const missing = sums + sumBytes * MISSING_BIN;
  const nMissing = load<u32>(counts + (MISSING_BIN << 2));
  memory.fill(left, 0, sumBytes);
  let nLeft = 0;
  for (let word = 0; word < 4; word++) {
    let bits = load<u64>(seenOf(counts) + ((<usize>word) << 3));
    while (bits !== 0) {
      const bin = (word << 6) + <i32>ctz(bits);
      bits &= bits - 1;
      if (bin === MISSING_BIN) break;
      addSums(left, sums + sumBytes * bin, nNumbers);
      nLeft += load<u32>(counts + ((<usize>bin) << 2));
      const nSides = nMissing > 0 ? 2 : 1;
      for (let s = 0; s < nSides; s++) {
        const nLeftRows = s === 1 ? nLeft + nMissing : nLeft;
        if (<i32>nLeftRows < minLeafRows || nRows - <i32>nLeftRows < minLeafRows) continue;
        for (let j = 0; j < nNumbers; j++) {
          const at = (<usize>j) << 3;
          const sum = s === 1 ? load<f64>(left + at) + load<f64>(missing + at) : load<f64>(left + at);
          store<f64>(side + at, sum);
          store<f64>(right + at, load<f64>(total + at) - sum);
        }
        const found = score(side, nClasses) + score(right, nClasses);
        if (found > load<f64>(best)) {
          store<f64>(best, found);
          store<i32>(best, column, 8);
          store<i32>(best, bin, 12);
          store<i32>(best, nMissing > 0 ? s : <i32>nLeftRows * 2 >= nRows ? 1 : 0, 16);
        }
      }
    }
  }
}

/** Leaves the bins that occurred as they were found. */
function clearBins(sums: usize, sumBytes: usize, counts: usize): void {
  for (let word = 0; word < 4; word++) {
    let bits = load<u64>(seenOf(counts) + ((<usize>word) << 3));
    while (bits !== 0) {
      const bin = <usize>((word << 6) + <i32>ctz(bits));
      bits &= bits - 1;
      store<u32>(counts + (bin << 2), 0);
      memory.fill(sums + sumBytes * bin, 0, sumBytes);
    }
  }
}

/** Leaves in `best` the best split of the rows on columns drawn at random; column -1 when none can be split. */
function findSplit(
  rows: usize,
  nRows: i32,
  byRow: usize,
  nColumns: i32,
  nColumnsTried: i32,
  minLeafRows: i32,
  nClasses: i32,
  order: usize,
  random: usize,
  sums: usize,
  counts: usize,
): void {
  const sumBytes = (<usize>(nClasses === 1 ? 2 : nClasses)) << 3;
  const pairs = totalOf(sums, sumBytes) + (sumBytes << 2);
  const best = bestOf(counts);
  store<f64>(best, -Infinity);
  store<i32>(best, -1, 8);
  for (let k = 0, nTried = 0; k < nColumns && (nTried < nColumnsTried || load<i32>(best, 8) < 0); k++) {
    const column = drawColumn(order, k, nColumns, random);
    if (fillBins(byRow + column, nColumns, rows, nRows, nClasses, sums, sumBytes, pairs, counts) > 1) {
      nTried++;
      scanBins(column, nRows, minLeafRows, nClasses, sums, sumBytes, counts);
    }
    clearBins(sums, sumBytes, counts);
  }
}

/** Reorders nRows rows by the split at `best`, left ones first, each side in its order; returns how many go left. */
function splitRows(byRow: usize, nColumns: i32, rows: usize, nRows: i32, spare: usize, best: usize): i32 {
  const bins = byRow + load<i32>(best, 8);
  const lastLeft = load<i32>(best, 12);
  const missingLeft = <usize>load<i32>(best, 16);
  let toLeft = rows;
  let toRight = spare;
  for (let i = 0; i < nRows; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const bin = <i32>load<u8>(bins + <usize>row * nColumns);
    const goesLeft = <usize>(bin <= lastLeft) | (<usize>(bin === MISSING_BIN) & missingLeft);
    store<u32>(toLeft, row);
    store<u32>(toRight, row);
    toLeft += goesLeft << 2;
    toRight += (1 - goesLeft) << 2;
  }
  memory.copy(toLeft, spare, toRight - spare);
  return <i32>((toLeft - rows) >> 2);
}

/** One node on the stack of those still to be grown: its rows, its number, its depth. */
function pushNode(stack: usize, place: i32, begin: i32, end: i32, node: i32, depth: i32): void {
  const frame = stack + ((<usize>place * N_STACK_WORDS) << 2);
  store<i32>(frame, begin);
  store<i32>(frame, end, 4);
  store<i32>(frame, node, 8);
  store<i32>(frame, depth, 12);
}

export function growForestTree(
  task: i32,
  byRow: usize,
  nRows: i32,
  nColumns: i32,
  labels: usize,
  weights: usize,
  nClasses: i32,
  seeds: usize,
  isBootstrap: i32,
  nColumnsTried: i32,
  minLeafRows: i32,
  maxDepth: i32,
  nNodesMax: i32,
  rowScratch: usize,
  sumScratch: usize,
  drawn: usize,
  nodes: usize,
  values: usize,
  nNodes: usize,
): void {
  const sumBytes = (<usize>(nClasses === 1 ? 2 : nClasses)) << 3;
  const random = seeds + ((<usize>task) << 2);
  const nStackWords = (<usize>maxDepth + 2) * N_STACK_WORDS;
  const rows = rowScratch + ((<usize>nRows * 2 + <usize>nColumns + nStackWords + 272) << 2) * task;
  const spare = rows + ((<usize>nRows) << 2);
  const order = spare + ((<usize>nRows) << 2);
  const stack = order + ((<usize>nColumns) << 2);
  const counts = stack + (nStackWords << 2);
  const sums = sumScratch + (sumBytes * 260 + ((<usize>nRows) << 4)) * task;
  const total = totalOf(sums, sumBytes);
  const pairs = total + (sumBytes << 2);
  const best = bestOf(counts);
  const ownDrawn = drawn + <usize>task * nRows;
  const ownNodes = nodes + <usize>task * nNodesMax * 24;
  const ownValues = values + ((<usize>task * nNodesMax * nClasses) << 2);

  for (let column = 0; column < nColumns; column++) store<i32>(order + ((<usize>column) << 2), column);
  pushNode(stack, 0, 0, drawRows(random, nRows, isBootstrap !== 0, weights, ownDrawn, rows), 0, 0);
  let nUsed = 1;
  for (let nOpen = 1; nOpen > 0; ) {
    nOpen--;
    const frame = stack + ((<usize>nOpen * N_STACK_WORDS) << 2);
    const begin = load<i32>(frame);
    const end = load<i32>(frame, 4);
    const node = load<i32>(frame, 8);
    const depth = load<i32>(frame, 12);
    const own = rows + ((<usize>begin) << 2);
    const outNode = ownNodes + <usize>node * 24;
    memory.fill(total, 0, sumBytes);
    const isPure = sumNode(rows, begin, end, labels, weights, ownDrawn, nClasses, total, pairs);
    storeLeaf(outNode, ownValues + ((<usize>node * nClasses) << 2), total, nClasses);
    if (isPure || depth >= maxDepth || end - begin < 2 * minLeafRows) continue;
    findSplit(own, end - begin, byRow, nColumns, nColumnsTried, minLeafRows, nClasses, order, random, sums, counts);
    if (load<i32>(best, 8) < 0) continue;
    const middle = begin + splitRows(byRow, nColumns, own, end - begin, spare, best);
    // Column, last left bin and missing side, as they lie in `best`.
    memory.copy(outNode, best + 8, 12);
    store<i32>(outNode, nUsed, 12);
    store<f32>(outNode, <f32>max<f64>(0, load<f64>(best) - score(total, nClasses)), 20);
    pushNode(stack, nOpen++, middle, end, nUsed + 1, depth + 1);
    pushNode(stack, nOpen++, begin, middle, nUsed, depth + 1);
    nUsed += 2;
  }
  store<i32>(nNodes + ((<usize>task) << 2), nUsed);
}
