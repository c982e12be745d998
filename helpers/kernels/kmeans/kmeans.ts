/** Lloyd's k-means from given centres, behind triangle-inequality bounds that change its speed and not its result. */
import { countChunks, type Executor } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import { type CentreSlots, distanceBetween, layOutCentres, writeCentres } from './centre_slots.ts';
import { ASSIGN, INERTIA, NEAREST, UNASSIGNED } from './kmeans_passes.ts';

const N_ROWS_PER_CHUNK_MIN = 8192;
const N_CHUNKS_MAX = 256;
/** Distances between all pairs of centres are worth their cost up to here. */
const N_CENTRES_WITH_GAPS_MAX = 512;
/** Two roundings to float32. */
const RELATIVE_MARGIN = 2 ** -23;

export interface LloydOptions {
  readonly nIterationsMax: number;
  /** Stop when the squared shifts of all centres add up to at most this (units of the data, squared). */
  readonly shiftSquaredMax: number;
  /** Centres that share one distance bound; default 4 for up to 4 centres, else 8. */
  readonly nSlotsPerGroup?: 4 | 8;
}

export interface LloydResult {
  /** k × nCols. */
  readonly centres: Matrix;
  /** Nearest centre of each row. */
  readonly labels: Int32Array;
  /** Sum of squared distances of rows to their centres (float64). */
  readonly inertia: number;
  readonly nIterations: number;
  /** Whether it stopped before `nIterationsMax`. */
  readonly hasConverged: boolean;
}

interface State {
  readonly slots: CentreSlots;
  readonly labels: Uint32Array;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
  centres: Matrix;
}

/** Rows per task: by the number of rows alone, so that the same sums are added in the same order on any machine. */
export function chunkRows(nRows: number): number {
  return Math.max(N_ROWS_PER_CHUNK_MIN, Math.ceil(nRows / N_CHUNKS_MAX));
}

/**
 * Lloyd's algorithm (1982) on `points` (values allocated by `executor`, finite) from `start` (k × nCols, k <= nRows).
 * Bounds as in Hamerly (2010) for few centres, Ding et al. (2015, "Yinyang") for many. The labels are exactly those of a
 * full float32 search in every iteration, ties to the lowest centre. A centre without rows moves to the row
 * farthest from its own centre, as in scikit-learn. It stops when neither labels nor centres changed, or the shift is
 * small; labels always belong to the centres that are returned.
 */
export function lloyd(executor: Executor, points: Matrix, start: Matrix, options: LloydOptions): LloydResult {
  return executor.scope(() => {
    const { nRows, nCols } = points;
    const slots = layOutCentres(executor, start, options.nSlotsPerGroup);
    const { nSlots, nGroups } = slots;
    const chunk = chunkRows(nRows);
    const nChunks = countChunks(nRows, chunk);
    const state: State = {
      slots,
      labels: executor.uint32(nRows).fill(UNASSIGNED),
      sums: new Float64Array(nSlots * nCols),
      counts: new Float64Array(nSlots),
      centres: { ...start, values: start.values.slice() },
    };
    const uppers = executor.float32(nRows);
    const nBounds = nGroups === 1 ? 1 : Math.ceil(nGroups / 4) * 4;
    const lowers = executor.float32(nRows * nBounds).fill(Number.NEGATIVE_INFINITY);
    if (nBounds > nGroups && nGroups > 1) fillUnusedBounds(lowers, nBounds, nGroups);
    const slotDrift = executor.float32(nSlots);
    const groupDrift = executor.float32(nBounds);
    const halfGap = executor.float32(nSlots);
    const deltas = executor.float64(nChunks * (nSlots * (nCols + 1) + 1));
    // A squared distance of n terms has a relative error below (n + 3) / 2^24, half of it after the root; the rest
    // covers the few roundings of the bounds themselves.
    const slack = (nCols + 16) * 2 ** -24;
    const assign = (): number => {
      writeHalfGaps(state, halfGap);
      const layout = [slots.values, nSlots, slots.nSlotsPerGroup, slots.slotRanks] as const;
      const bounds = [uppers, lowers, nBounds, slotDrift, groupDrift, halfGap] as const;
      const rows = [points.values, nRows, nCols, chunk] as const;
      executor.dispatch(ASSIGN, nChunks, ...rows, ...layout, state.labels, ...bounds, deltas, slack);
      return addDeltas(state, deltas, nChunks);
    };

    let nIterations = 0;
    let hasConverged = false;
    let areLabelsFinal = false;
    while (nIterations < options.nIterationsMax && !hasConverged) {
      nIterations++;
      const nMoved = assign();
      const next = averageCentres(state, points);
      const shiftSquared = addDrift(state, next, slotDrift, groupDrift);
      state.centres = next;
      writeCentres(slots, next);
      // A centre without rows can move though no row did: then the labels are those of the centres before.
      areLabelsFinal = nMoved === 0 && shiftSquared === 0;
      hasConverged = areLabelsFinal || shiftSquared <= options.shiftSquaredMax;
    }
    if (!areLabelsFinal) assign();
    const labels = new Int32Array(nRows);
    for (let i = 0; i < nRows; i++) labels[i] = slots.slotRanks[state.labels[i]];
    const inertia = sumInertia(executor, points, state.centres, labels);
    return { centres: state.centres, labels, inertia, nIterations, hasConverged };
  });
}

/** Nearest centre of each row and the squared float32 distance to it; `points.values` allocated by `executor`. */
export function assignToNearest(
  executor: Executor,
  points: Matrix,
  centres: Matrix,
): { labels: Int32Array; squaredDistances: Float32Array } {
  return executor.scope(() => {
    const { nRows, nCols } = points;
    const slots = layOutCentres(executor, centres, 4, true);
    const labels = executor.uint32(nRows);
    const distances = executor.float32(nRows);
    const chunk = N_ROWS_PER_CHUNK_MIN;
    const outputs = [slots.values, slots.nSlots, labels, distances] as const;
    executor.dispatch(NEAREST, countChunks(nRows, chunk), points.values, nRows, nCols, chunk, ...outputs);
    return { labels: new Int32Array(labels), squaredDistances: distances.slice() };
  });
}

/** Float64 sum of squared distances of the rows to the centres of their labels; `points.values` allocated by `executor`. */
export function sumInertia(executor: Executor, points: Matrix, centres: Matrix, labels: Int32Array): number {
  return executor.scope(() => {
    const chunk = chunkRows(points.nRows);
    const nChunks = countChunks(points.nRows, chunk);
    const sums = executor.float64(nChunks);
    const placed = [executor.place(centres.values), executor.place(labels)] as const;
    executor.dispatch(INERTIA, nChunks, points.values, points.nRows, points.nCols, chunk, ...placed, sums);
    return sums.reduce((a, b) => a + b, 0);
  });
}

/** Adds what the moved rows change, chunk by chunk; returns how many rows moved. */
function addDeltas(state: State, deltas: Float64Array, nChunks: number): number {
  const { sums, counts } = state;
  const deltaSize = sums.length + counts.length + 1;
  let nMoved = 0;
  for (let chunk = 0; chunk < nChunks; chunk++) {
    const at = chunk * deltaSize;
    const nMovedInChunk = deltas[at + deltaSize - 1];
    if (nMovedInChunk === 0) continue;
    nMoved += nMovedInChunk;
    for (let j = 0; j < sums.length; j++) sums[j] += deltas[at + j];
    for (let slot = 0; slot < counts.length; slot++) counts[slot] += deltas[at + sums.length + slot];
  }
  return nMoved;
}

/** Means of the rows of each centre, float32; centres without rows are moved to the worst-served rows. */
function averageCentres(state: State, points: Matrix): Matrix {
  const { slots, sums, counts, centres } = state;
  const { nRows: k, nCols } = centres;
  const values = new Float32Array(k * nCols);
  const empty: number[] = [];
  for (let centre = 0; centre < k; centre++) {
    const slot = slots.centreSlots[centre];
    if (counts[slot] === 0) empty.push(centre);
    for (let f = 0; f < nCols; f++) {
      values[centre * nCols + f] =
        counts[slot] === 0 ? centres.values[centre * nCols + f] : sums[slot * nCols + f] / counts[slot];
    }
  }
  if (empty.length > 0) relocateEmpty(state, points, empty, values);
  return { values, nRows: k, nCols };
}

/** Each empty centre takes the farthest remaining row, which leaves the mean of its former centre. */
function relocateEmpty(state: State, points: Matrix, empty: readonly number[], values: Float32Array): void {
  const { slots, labels, sums, counts, centres } = state;
  const { nCols } = points;
  const taken = new Map<number, { count: number; sums: Float64Array }>();
  for (const [position, { row, squared }] of findFarthestRows(state, points, empty.length).entries()) {
    if (squared === 0) return;
    const target = empty[position];
    const slot = labels[row];
    const donor = taken.get(slot) ?? { count: 0, sums: new Float64Array(nCols) };
    taken.set(slot, donor);
    donor.count++;
    const nLeft = counts[slot] - donor.count;
    const donorCentre = slots.slotRanks[slot];
    for (let f = 0; f < nCols; f++) {
      const value = points.values[row * nCols + f];
      donor.sums[f] += value;
      values[target * nCols + f] = value;
      values[donorCentre * nCols + f] =
        nLeft === 0 ? centres.values[donorCentre * nCols + f] : (sums[slot * nCols + f] - donor.sums[f]) / nLeft;
    }
  }
}

/** The n rows with the largest squared distance to their centre, farthest first, ties to the lowest row. */
function findFarthestRows(state: State, points: Matrix, n: number): { row: number; squared: number }[] {
  const { slots, labels, centres } = state;
  const { nRows, nCols } = points;
  const farthest: { row: number; squared: number }[] = [];
  for (let row = 0; row < nRows; row++) {
    const centre = slots.slotRanks[labels[row]];
    let squared = 0;
    for (let f = 0; f < nCols; f++) {
      squared += (points.values[row * nCols + f] - centres.values[centre * nCols + f]) ** 2;
    }
    if (farthest.length === n && squared <= farthest[n - 1].squared) continue;
    const position = farthest.findIndex((other) => other.squared < squared);
    farthest.splice(position === -1 ? farthest.length : position, 0, { row, squared });
    if (farthest.length > n) farthest.pop();
  }
  return farthest;
}

/** Adds how far each centre and each group moved to the drifts; returns the sum of squared shifts. */
function addDrift(state: State, next: Matrix, slotDrift: Float32Array, groupDrift: Float32Array): number {
  const { slots, centres } = state;
  const { nRows: k, nCols } = centres;
  const groupShift = new Float64Array(slots.nGroups);
  let total = 0;
  for (let centre = 0; centre < k; centre++) {
    let squared = 0;
    for (let f = 0; f < nCols; f++) {
      squared += (next.values[centre * nCols + f] - centres.values[centre * nCols + f]) ** 2;
    }
    total += squared;
    const shift = Math.sqrt(squared);
    const slot = slots.centreSlots[centre];
    const group = Math.floor(slot / slots.nSlotsPerGroup);
    slotDrift[slot] = addUpwards(slotDrift[slot], shift);
    groupShift[group] = Math.max(groupShift[group], shift);
  }
  for (let g = 0; g < slots.nGroups; g++) groupDrift[g] = addUpwards(groupDrift[g], groupShift[g]);
  return total;
}

/** A float32 that exceeds `drift` by at least `shift` once rounded. */
function addUpwards(drift: number, shift: number): number {
  return shift === 0 ? drift : (drift + shift) * (1 + RELATIVE_MARGIN);
}

function fillUnusedBounds(lowers: Float32Array, nBounds: number, nUsed: number): void {
  for (let row = 0; row < lowers.length; row += nBounds)
    lowers.fill(Number.POSITIVE_INFINITY, row + nUsed, row + nBounds);
}

/** Half the distance of each centre to its nearest other: a row closer than that to its centre stays. */
function writeHalfGaps(state: State, halfGap: Float32Array): void {
  const { slots, centres } = state;
  const k = centres.nRows;
  if (k > N_CENTRES_WITH_GAPS_MAX) return;
  const nearest = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < a; b++) {
      const distance = distanceBetween(centres, a, b);
      nearest[a] = Math.min(nearest[a], distance);
      nearest[b] = Math.min(nearest[b], distance);
    }
  }
  for (let c = 0; c < k; c++) halfGap[slots.centreSlots[c]] = (nearest[c] / 2) * (1 - RELATIVE_MARGIN);
}
