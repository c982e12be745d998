// Best split of a node on one column, for the two children of a split at once: the histogram of the smaller is the sum
// of its parts, that of the larger what is left of the parent.
// Reference implementation: findPairSplits in splits.ts, which documents the tables.

function nodeValue(gradient: f64, hessian: f64, l2: f64, low: f64, high: f64): f64 {
  return max(low, min(high, -gradient / (hessian + l2)));
}

function valueScore(gradient: f64, hessian: f64, l2: f64, value: f64): f64 {
  return -(2 * gradient * value + (hessian + l2) * value * value);
}

function scanColumn(
  histogram: usize,
  nBins: i32,
  node: usize,
  out: usize,
  l2: f64,
  hessianMin: f64,
  monotone: i32,
  isBounded: bool,
): void {
  const gradientTotal = load<f64>(node);
  const hessianTotal = load<f64>(node, 8);
  const low = load<f64>(node, 16);
  const high = load<f64>(node, 24);
  const gradientMissing = load<f64>(histogram, 4080);
  const hessianMissing = load<f64>(histogram, 4088);
  // Subtraction leaves crumbs where nothing is: those are not missing values.
  const hasMissing = hessianMissing > hessianTotal * 1e-9;
  const parent = isBounded
    ? valueScore(gradientTotal, hessianTotal, l2, nodeValue(gradientTotal, hessianTotal, l2, low, high))
    : (gradientTotal * gradientTotal) / (hessianTotal + l2);
  let bestGain: f64 = -Infinity;
  let bestBin = 0;
  let bestMissingLeft = 0;
  let bestGradient: f64 = 0;
  let bestHessian: f64 = 0;
  let gradientSum: f64 = 0;
  let hessianSum: f64 = 0;
  const lastBin = hasMissing ? nBins : nBins - 1;
  for (let bin = 0; bin < lastBin; bin++) {
    const at = histogram + ((<usize>bin) << 4);
    const hessianHere = load<f64>(at, 8);
    gradientSum += load<f64>(at);
    hessianSum += hessianHere;
    // An empty bin ends no better than the bin before it.
    if (hessianHere === 0 && bin > 0) continue;
    const nSides = hasMissing ? 2 : 1;
    for (let side = 0; side < nSides; side++) {
      const gradientLeft = side === 1 ? gradientSum + gradientMissing : gradientSum;
      const hessianLeft = side === 1 ? hessianSum + hessianMissing : hessianSum;
      const gradientRight = gradientTotal - gradientLeft;
      const hessianRight = hessianTotal - hessianLeft;
      if (hessianLeft < hessianMin || hessianRight < hessianMin) continue;
      let gain: f64;
      if (isBounded) {
        const left = nodeValue(gradientLeft, hessianLeft, l2, low, high);
        const right = nodeValue(gradientRight, hessianRight, l2, low, high);
        if ((monotone > 0 && left > right) || (monotone < 0 && left < right)) continue;
        gain =
          valueScore(gradientLeft, hessianLeft, l2, left) + valueScore(gradientRight, hessianRight, l2, right) - parent;
      } else {
        gain =
          (gradientLeft * gradientLeft) / (hessianLeft + l2) +
          (gradientRight * gradientRight) / (hessianRight + l2) -
          parent;
      }
      if (gain > bestGain) {
        bestGain = gain;
        bestBin = bin;
        bestMissingLeft = side;
        bestGradient = gradientLeft;
        bestHessian = hessianLeft;
      }
    }
  }
  if (!hasMissing) bestMissingLeft = bestHessian * 2 >= hessianTotal ? 1 : 0;
  storeSplit(out, bestGain, bestBin, bestMissingLeft, bestGradient, bestHessian);
}

function storeSplit(out: usize, gain: f64, bin: i32, missingLeft: i32, gradient: f64, hessian: f64): void {
  store<f64>(out, gain);
  store<f64>(out, <f64>bin, 8);
  store<f64>(out, <f64>missingLeft, 16);
  store<f64>(out, gradient, 24);
  store<f64>(out, hessian, 32);
}

/** Task = pair * nColumns + column. */
export function findPairSplits(
  task: i32,
  pairTable: usize,
  nodeTable: usize,
  slots: usize,
  nColumns: i32,
  nCuts: usize,
  usable: usize,
  monotone: usize,
  l2: f64,
  hessianMin: f64,
  splits: usize,
): void {
  const column = task % nColumns;
  const pair = pairTable + <usize>(task / nColumns) * 24;
  const smallNode = load<i32>(pair, 16);
  const largeNode = load<i32>(pair, 20);
  const smallOut = splits + ((<usize>(smallNode * nColumns + column) * 5) << 3);
  const largeOut = splits + ((<usize>(largeNode * nColumns + column) * 5) << 3);
  if (load<u8>(usable + column) === 0) {
    store<f64>(smallOut, -Infinity);
    if (largeNode >= 0) store<f64>(largeOut, -Infinity);
    return;
  }
  const slotBytes = (<usize>nColumns) << 12;
  const columnBytes = (<usize>column) << 12;
  const small = slots + slotBytes * load<u32>(pair) + columnBytes;
  const large = slots + slotBytes * load<u32>(pair, 4) + columnBytes;
  const firstPart = slots + slotBytes * load<u32>(pair, 8) + columnBytes;
  const nParts = load<u32>(pair, 12);
  if (nParts > 0) {
    memory.copy(small, firstPart, 4096);
    for (let part: u32 = 1; part < nParts; part++) {
      const from = firstPart + slotBytes * part;
      for (let at: usize = 0; at < 4096; at += 16) {
        v128.store(small + at, f64x2.add(v128.load(small + at), v128.load(from + at)));
      }
    }
  }
  if (largeNode >= 0) {
    for (let at: usize = 0; at < 4096; at += 16) {
      v128.store(large + at, f64x2.sub(v128.load(large + at), v128.load(small + at)));
    }
  }
  const nBins = load<i32>(nCuts + ((<usize>column) << 2)) + 1;
  const direction = monotone === 0 ? 0 : load<i32>(monotone + ((<usize>column) << 2));
  const isBounded = monotone !== 0;
  scanColumn(small, nBins, nodeTable + ((<usize>smallNode) << 5), smallOut, l2, hessianMin, direction, isBounded);
  if (largeNode >= 0) {
    scanColumn(large, nBins, nodeTable + ((<usize>largeNode) << 5), largeOut, l2, hessianMin, direction, isBounded);
  }
}
