// Grows one whole tree of a random forest: a task is a tree, and all its memory is its own.
// Reference implementation: growForestTree in grow_forest.ts, which documents the arrays.

const N_STACK_WORDS: usize = 4;

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
  const nNumbers = nClasses === 1 ? 2 : nClasses;
  const sumBytes = (<usize>nNumbers) << 3;
  const random = seeds + ((<usize>task) << 2);
  const rows =
    rowScratch + ((<usize>nRows * 2 + <usize>nColumns + (<usize>maxDepth + 2) * N_STACK_WORDS + 264) << 2) * task;
  const spare = rows + ((<usize>nRows) << 2);
  const order = spare + ((<usize>nRows) << 2);
  const stack = order + ((<usize>nColumns) << 2);
  const counts = stack + (((<usize>maxDepth + 2) * N_STACK_WORDS) << 2);
  const seen = counts + 1024;
  const sums = sumScratch + ((<usize>nNumbers * 260 + 2 * <usize>nRows) << 3) * task;
  const total = sums + sumBytes * 256;
  const left = total + sumBytes;
  const side = left + sumBytes;
  const right = side + sumBytes;
  // (weight, weight * label), or (weight, class), of the rows of the node at hand, in their order.
  const pairs = right + sumBytes;
  const ownDrawn = drawn + <usize>task * nRows;
  const ownNodes = nodes + <usize>task * nNodesMax * 24;
  const ownValues = values + ((<usize>task * nNodesMax * nClasses) << 2);

  for (let column = 0; column < nColumns; column++) store<i32>(order + ((<usize>column) << 2), column);
  memory.fill(ownDrawn, isBootstrap !== 0 ? 0 : 1, nRows);
  if (isBootstrap !== 0) {
    for (let i = 0; i < nRows; i++) {
      const at = ownDrawn + randomBelow(random, nRows);
      const count = load<u8>(at);
      // 255 draws of one row do not happen before the sun goes out; wrapping round would lose them.
      if (count < 255) store<u8>(at, count + 1);
    }
  }
  let nDrawn = 0;
  for (let row = 0; row < nRows; row++) {
    if (load<u8>(ownDrawn + row) > 0 && (weights === 0 || load<f32>(weights + ((<usize>row) << 2)) > 0)) {
      store<i32>(rows + ((<usize>nDrawn) << 2), row);
      nDrawn++;
    }
  }

  let nUsed = 1;
  let nOpen = 1;
  store<i32>(stack, 0);
  store<i32>(stack, nDrawn, 4);
  store<i32>(stack, 0, 8);
  store<i32>(stack, 0, 12);
  while (nOpen > 0) {
    nOpen--;
    const frame = stack + ((<usize>nOpen * N_STACK_WORDS) << 2);
    const begin = load<i32>(frame);
    const end = load<i32>(frame, 4);
    const node = load<i32>(frame, 8);
    const depth = load<i32>(frame, 12);
    const outNode = ownNodes + <usize>node * 24;
    const outValues = ownValues + ((<usize>node * nClasses) << 2);

    memory.fill(total, 0, sumBytes);
    let isPure = true;
    const firstLabel = begin < end ? load<f32>(labels + ((<usize>load<u32>(rows + ((<usize>begin) << 2))) << 2)) : 0;
    for (let i = begin; i < end; i++) {
      const row = <usize>load<u32>(rows + ((<usize>i) << 2));
      const label = load<f32>(labels + (row << 2));
      let weight = <f64>load<u8>(ownDrawn + row);
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
    let cover: f64 = 0;
    if (nClasses === 1) {
      cover = load<f64>(total);
      store<f32>(outValues, <f32>(load<f64>(total, 8) / cover));
    } else {
      for (let k = 0; k < nClasses; k++) cover += load<f64>(total + ((<usize>k) << 3));
      for (let k = 0; k < nClasses; k++) {
        store<f32>(outValues + ((<usize>k) << 2), <f32>(load<f64>(total + ((<usize>k) << 3)) / cover));
      }
    }
    store<i32>(outNode, -1);
    store<f32>(outNode, <f32>cover, 16);
    store<f32>(outNode, 0, 20);
    if (isPure || depth >= maxDepth || end - begin < 2 * minLeafRows) continue;

    let bestScore: f64 = -Infinity;
    let bestColumn = -1;
    let bestBin = 0;
    let bestMissingLeft = 0;
    let nTried = 0;
    for (let k = 0; k < nColumns && (nTried < nColumnsTried || bestColumn < 0); k++) {
      const other = k + randomBelow(random, nColumns - k);
      const column = load<i32>(order + ((<usize>other) << 2));
      store<i32>(order + ((<usize>other) << 2), load<i32>(order + ((<usize>k) << 2)));
      store<i32>(order + ((<usize>k) << 2), column);

      // Which of the 256 bins occur: only they are added up, read and cleared again. The four words of marks lie in
      // memory, because which of them a row marks cannot be foretold.
      memory.fill(seen, 0, 32);
      let pair = pairs;
      for (let i = begin; i < end; i++, pair += 16) {
        const row = <usize>load<u32>(rows + ((<usize>i) << 2));
        const bin = <usize>load<u8>(byRow + row * nColumns + column);
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
      const missing = sums + sumBytes * 255;
      const nMissing = load<u32>(counts + (255 << 2));
      let nBins: u64 = 0;
      for (let word: usize = 0; word < 32; word += 8) nBins += popcnt(load<u64>(seen + word));
      if (nBins > 1) {
        nTried++;
        memory.fill(left, 0, sumBytes);
        let nLeft = 0;
        for (let word = 0; word < 4; word++) {
          let bits = load<u64>(seen + ((<usize>word) << 3));
          while (bits !== 0) {
            const bin = (word << 6) + <i32>ctz(bits);
            bits &= bits - 1;
            if (bin === 255) break;
            addSums(left, sums + sumBytes * bin, nNumbers);
            nLeft += load<u32>(counts + ((<usize>bin) << 2));
            const nSides = nMissing > 0 ? 2 : 1;
            for (let s = 0; s < nSides; s++) {
              const nLeftRows = s === 1 ? nLeft + nMissing : nLeft;
              const nRightRows = end - begin - nLeftRows;
              if (<i32>nLeftRows < minLeafRows || <i32>nRightRows < minLeafRows) continue;
              for (let j = 0; j < nNumbers; j++) {
                const at = (<usize>j) << 3;
                const sum = s === 1 ? load<f64>(left + at) + load<f64>(missing + at) : load<f64>(left + at);
                store<f64>(side + at, sum);
                store<f64>(right + at, load<f64>(total + at) - sum);
              }
              const found = score(side, nClasses) + score(right, nClasses);
              if (found > bestScore) {
                bestScore = found;
                bestColumn = column;
                bestBin = bin;
                bestMissingLeft = nMissing > 0 ? s : nLeftRows * 2 >= end - begin ? 1 : 0;
              }
            }
          }
        }
      }
      for (let word = 0; word < 4; word++) {
        let bits = load<u64>(seen + ((<usize>word) << 3));
        while (bits !== 0) {
          const bin = <usize>((word << 6) + <i32>ctz(bits));
          bits &= bits - 1;
          store<u32>(counts + (bin << 2), 0);
          memory.fill(sums + sumBytes * bin, 0, sumBytes);
        }
      }
    }
    if (bestColumn < 0) continue;

    let toLeft = rows + ((<usize>begin) << 2);
    let toRight = spare;
    for (let i = begin; i < end; i++) {
      const row = load<u32>(rows + ((<usize>i) << 2));
      const bin = <i32>load<u8>(byRow + <usize>row * nColumns + bestColumn);
      const goesLeft = <usize>(bin <= bestBin) | (<usize>(bin === 255) & <usize>bestMissingLeft);
      store<u32>(toLeft, row);
      store<u32>(toRight, row);
      toLeft += goesLeft << 2;
      toRight += (1 - goesLeft) << 2;
    }
    const middle = <i32>((toLeft - rows) >> 2);
    memory.copy(toLeft, spare, toRight - spare);
    store<i32>(outNode, bestColumn);
    store<i32>(outNode, bestBin, 4);
    store<i32>(outNode, bestMissingLeft, 8);
    store<i32>(outNode, nUsed, 12);
    store<f32>(outNode, <f32>max<f64>(0, bestScore - score(total, nClasses)), 20);
    const rightFrame = frame;
    store<i32>(rightFrame, middle);
    store<i32>(rightFrame, end, 4);
    store<i32>(rightFrame, nUsed + 1, 8);
    store<i32>(rightFrame, depth + 1, 12);
    const leftFrame = frame + (N_STACK_WORDS << 2);
    store<i32>(leftFrame, begin);
    store<i32>(leftFrame, middle, 4);
    store<i32>(leftFrame, nUsed, 8);
    store<i32>(leftFrame, depth + 1, 12);
    nOpen += 2;
    nUsed += 2;
  }
  store<i32>(nNodes + ((<usize>task) << 2), nUsed);
}
