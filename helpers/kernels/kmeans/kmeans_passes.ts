/** The passes of k-means over rows as WebAssembly kernels, and their reference implementations, which look at every centre of every row. */
import type { Kernel } from '../executor.ts';

/** Label of a row that has no centre yet. */
export const UNASSIGNED = 0xffffffff;

const fround = Math.fround;

/** Squared float32 distance of the row at `x` to the centre in `slot` of lane blocks, summed over features in order. */
function squaredDistance(points: Float32Array, x: number, centres: Float32Array, slot: number, nCols: number): number {
  const c = (slot >> 2) * nCols * 4 + (slot & 3);
  let sum = 0;
  for (let f = 0; f < nCols; f++) {
    const diff = fround(points[x + f] - centres[c + f * 4]);
    sum = fround(sum + fround(diff * diff));
  }
  return sum;
}

/**
 * Reference implementation of one assignment pass over the rows of chunk `task`: same labels and deltas, without using the bounds.
 * Slots with the rank UNASSIGNED are padding.
 */
function kmeansAssign(
  task: number,
  points: Float32Array,
  nRows: number,
  nCols: number,
  chunk: number,
  centres: Float32Array,
  nSlots: number,
  _nSlotsPerGroup: number,
  slotRanks: Uint32Array,
  labels: Uint32Array,
  _uppers: Float32Array,
  _lowers: Float32Array,
  _nBounds: number,
  _slotDrift: Float32Array,
  _groupDrift: Float32Array,
  _halfGap: Float32Array,
  deltas: Float64Array,
): void {
  const deltaSize = nSlots * (nCols + 1) + 1;
  const delta = deltas.subarray(task * deltaSize, (task + 1) * deltaSize);
  delta.fill(0);
  const end = Math.min((task + 1) * chunk, nRows);
  for (let i = task * chunk; i < end; i++) {
    let best = UNASSIGNED;
    let bestSquared = Number.POSITIVE_INFINITY;
    let bestRank = UNASSIGNED;
    for (let slot = 0; slot < nSlots; slot++) {
      const s = squaredDistance(points, i * nCols, centres, slot, nCols);
      if (s < bestSquared || (s === bestSquared && slotRanks[slot] < bestRank)) {
        best = slot;
        bestSquared = s;
        bestRank = slotRanks[slot];
      }
    }
    const old = labels[i];
    if (best === old) continue;
    labels[i] = best;
    delta[deltaSize - 1]++;
    const row = points.subarray(i * nCols, (i + 1) * nCols);
    moveRow(delta, best, row, nSlots, 1);
    if (old !== UNASSIGNED) moveRow(delta, old, row, nSlots, -1);
  }
}

/** Adds the row to the sums and the count of the slot, or takes it off (`sign` -1). */
function moveRow(delta: Float64Array, slot: number, row: Float32Array, nSlots: number, sign: number): void {
  for (let f = 0; f < row.length; f++) delta[slot * row.length + f] += sign * row[f];
  delta[nSlots * row.length + slot] += sign;
}

/** Reference implementation: nearest slot of each row of chunk `task` (ties to the lowest) and its squared distance. */
function kmeansNearest(
  task: number,
  points: Float32Array,
  nRows: number,
  nCols: number,
  chunk: number,
  centres: Float32Array,
  nSlots: number,
  labels: Uint32Array,
  distances: Float32Array,
): void {
  const end = Math.min((task + 1) * chunk, nRows);
  for (let i = task * chunk; i < end; i++) {
    let best = 0;
    let bestSquared = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < nSlots; slot++) {
      const s = squaredDistance(points, i * nCols, centres, slot, nCols);
      if (s < bestSquared) {
        best = slot;
        bestSquared = s;
      }
    }
    labels[i] = best;
    distances[i] = bestSquared;
  }
}

/** Reference implementation: what the sum of the chunk's `closest` would be with each of four candidate centres added. */
function kmeansCandidates(
  task: number,
  points: Float32Array,
  nRows: number,
  nCols: number,
  chunk: number,
  candidates: Float32Array,
  closest: Float32Array,
  potentials: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nRows);
  for (let lane = 0; lane < 4; lane++) {
    let sum = 0;
    for (let i = task * chunk; i < end; i++) {
      sum += Math.min(closest[i], squaredDistance(points, i * nCols, candidates, lane, nCols));
    }
    potentials[task * 4 + lane] = sum;
  }
}

/** Reference implementation: takes the candidate of `lane` as a centre, lowers the chunk's `closest`, and sums it. */
function kmeansTake(
  task: number,
  points: Float32Array,
  nRows: number,
  nCols: number,
  chunk: number,
  candidates: Float32Array,
  lane: number,
  closest: Float32Array,
  sums: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nRows);
  let sum = 0;
  for (let i = task * chunk; i < end; i++) {
    closest[i] = Math.min(closest[i], squaredDistance(points, i * nCols, candidates, lane, nCols));
    sum += closest[i];
  }
  sums[task] = sum;
}

/** Reference implementation: float64 sum over the chunk of the squared distances of rows to the centres of their labels. */
function kmeansInertia(
  task: number,
  points: Float32Array,
  nRows: number,
  nCols: number,
  chunk: number,
  centres: Float32Array,
  labels: Uint32Array,
  sums: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nRows);
  let sum = 0;
  for (let i = task * chunk; i < end; i++) {
    for (let f = 0; f < nCols; f++) {
      const diff = points[i * nCols + f] - centres[labels[i] * nCols + f];
      sum += diff * diff;
    }
  }
  sums[task] = sum;
}

export const ASSIGN: Kernel = { name: 'kmeansAssign', run: kmeansAssign };
export const NEAREST: Kernel = { name: 'kmeansNearest', run: kmeansNearest };
export const CANDIDATES: Kernel = { name: 'kmeansCandidates', run: kmeansCandidates };
export const TAKE: Kernel = { name: 'kmeansTake', run: kmeansTake };
export const INERTIA: Kernel = { name: 'kmeansInertia', run: kmeansInertia };
