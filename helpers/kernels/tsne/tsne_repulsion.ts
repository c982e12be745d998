/** Three ways to the repulsion of t-SNE: exact, Barnes-Hut, and convolution on a grid (FIt-SNE). */
import { countChunks, type Executor } from '../executor.ts';
import { fillTurns, smoothSize } from './fft_lanes.ts';
import { buildQuadtree, countNodesMax } from './quadtree.ts';
import {
  BACK_ROWS,
  COLUMNS,
  FORWARD_ROWS,
  interleaved,
  KERNEL_COLUMNS,
  READ_FIELDS,
  SPREAD,
} from './tsne_fields_passes.ts';
import { EXACT_REPULSION, TREE_REPULSION } from './tsne_passes.ts';

export type RepulsionKind = 'exact' | 'barnes-hut' | 'fft';

/**
 * Writes the sum over j of (y_i - y_j) / (1 + d²)² of every point to `forces` and returns the sum of 1 / (1 + d²) over all
 * ordered pairs. Points and forces are x, y interleaved and belong to the executor.
 */
export type Repulsion = (points: Float32Array, forces: Float32Array) => number;

const N_POINTS_PER_CHUNK = 512;
/** Nodes across the map at least, and their distance at most (the kernels have width 1). */
const N_NODES_ACROSS_MIN = 60;
const NODE_DISTANCE_MAX = 0.45;
/** Signals longer than this would need gigabytes: the nodes lie wider apart instead. */
const N_SIGNAL_MAX = 8192;
/** Rows of nodes in a strip: at least the 3 that a point reaches beyond its own. */
const N_ROWS_PER_STRIP = 12;

/** The repulsion of the kind asked for over `nPoints` points; allocates in the scope that is open now. */
export function createRepulsion(executor: Executor, kind: RepulsionKind, nPoints: number, theta: number): Repulsion {
  if (kind === 'fft') return createFieldRepulsion(executor, nPoints);
  const nChunks = countChunks(nPoints, N_POINTS_PER_CHUNK);
  const sums = executor.float64(nChunks);
  const size = [nPoints, N_POINTS_PER_CHUNK] as const;
  if (kind === 'exact') {
    return (points, forces) => {
      executor.dispatch(EXACT_REPULSION, nChunks, points, ...size, forces, sums);
      return sums.reduce((a, b) => a + b, 0);
    };
  }
  const nodes = executor.float32(4 * countNodesMax(nPoints));
  const skips = executor.uint32(countNodesMax(nPoints));
  return (points, forces) => {
    const { nNodes } = buildQuadtree(points, nodes, skips);
    const tree = [nodes, skips, nNodes, 1 / theta ** 2] as const;
    executor.dispatch(TREE_REPULSION, nChunks, points, ...size, ...tree, forces, sums);
    return sums.reduce((a, b) => a + b, 0);
  };
}

interface Box {
  readonly lowX: number;
  readonly lowY: number;
  /** The larger side. */
  readonly range: number;
}

/** Everything that depends on the length of the transforms and the distance of nodes. */
interface Plan {
  readonly n: number;
  readonly nNodes: number;
  readonly pitch: number;
  readonly spacing: number;
}

/**
 * Convolution on a grid by Fourier transforms (Linderman et al. 2019), with three changes that make it exact enough on a
 * coarser grid: cubic splines that interpolate (Essmann et al. 1995, "smooth particle mesh") instead of piecewise
 * parabolas; the two force components convolved directly with x/(1+r²)² (one real transform forth, one complex back)
 * instead of small differences of large fields; and the sum over pairs from the spectrum by Parseval's theorem.
 */
function createFieldRepulsion(executor: Executor, nPoints: number): Repulsion {
  let plan: Plan | null = null;
  let arrays = allocateFields(executor, 256);
  const order = executor.uint32(nPoints);
  const chunk = N_POINTS_PER_CHUNK;
  const nChunks = countChunks(nPoints, chunk);

  return (points, forces) => {
    const box = boundPoints(points);
    const next = planFields(box.range, plan);
    if (next !== plan) {
      if (next.n > arrays.capacity) arrays = allocateFields(executor, smoothSize(next.n * 1.5));
      fillTurns(next.n, arrays.cosines, arrays.sines);
      prepareKernels(executor, next, arrays);
      plan = next;
    }
    const { n, nNodes, pitch } = plan;
    const { turns } = arrays;
    const where = [Math.fround(box.lowX), Math.fround(box.lowY), Math.fround(1 / plan.spacing)] as const;
    const nStrips = Math.ceil(nNodes / N_ROWS_PER_STRIP);
    sortByStrip(points, { lowY: where[1], perNode: where[2], nNodes, nStrips }, order, arrays.starts);
    arrays.grid.fill(0, 0, nNodes * nNodes);
    for (const parity of [0, 1]) {
      const nTasks = (nStrips + 1 - parity) >> 1;
      executor.dispatch(SPREAD, nTasks, parity, points, order, arrays.starts, ...where, arrays.grid, nNodes);
    }
    const spectrum = [arrays.spectrumRe, arrays.spectrumIm, pitch] as const;
    executor.dispatch(FORWARD_ROWS, nNodes / 8, arrays.grid, nNodes, n, ...spectrum, ...turns);
    const nColumnTasks = Math.ceil((n / 2 + 1) / 4);
    const kernels = [arrays.kernelZ, arrays.kernelX, arrays.kernelY] as const;
    const fields = [arrays.forceXRe, arrays.forceXIm, arrays.forceYRe, arrays.forceYIm] as const;
    executor.dispatch(COLUMNS, nColumnTasks, ...spectrum, nNodes, n, ...kernels, ...fields, arrays.sums, ...turns);
    const read = [arrays.fieldX, arrays.fieldY] as const;
    executor.dispatch(BACK_ROWS, nNodes / 4, ...fields, pitch, nNodes, n, ...read, ...turns);
    executor.dispatch(READ_FIELDS, nChunks, points, nPoints, chunk, ...where, ...read, nNodes, forces);
    let sum = 0;
    for (let task = 0; task < nColumnTasks; task++) sum += arrays.sums[task];
    // Every point also met itself at distance 0.
    return sum / n ** 2 - nPoints;
  };
}

function allocateFields(executor: Executor, capacity: number) {
  const nNodes = capacity / 2;
  const pitch = nNodes + 16;
  const scratch = executor.float32(24 * capacity * executor.nThreads);
  const slots = executor.int32(executor.nThreads + 1);
  slots[executor.nThreads] = -1;
  const cosines = executor.float32(capacity);
  const sines = executor.float32(capacity);
  return {
    capacity,
    // The kernels' spectra are made from a grid of n × n, four times the points' one.
    grid: executor.float32(capacity * capacity),
    spectrumRe: executor.float32(capacity * pitch),
    spectrumIm: executor.float32(capacity * pitch),
    kernelZ: executor.float32(pitch * pitch),
    kernelX: executor.float32(pitch * pitch),
    kernelY: executor.float32(pitch * pitch),
    forceXRe: executor.float32(nNodes * pitch),
    forceXIm: executor.float32(nNodes * pitch),
    forceYRe: executor.float32(nNodes * pitch),
    forceYIm: executor.float32(nNodes * pitch),
    fieldX: executor.float32(nNodes * nNodes),
    fieldY: executor.float32(nNodes * nNodes),
    sums: executor.float64(pitch),
    starts: executor.uint32(capacity),
    sharpening: executor.float32(pitch),
    cosines,
    sines,
    turns: [cosines, sines, scratch, slots] as const,
  };
}

type Fields = ReturnType<typeof allocateFields>;

/** The plan for a map of this range; the former one while it fits, as a new one costs new kernels. */
function planFields(range: number, former: Plan | null): Plan {
  // Distances are powers of 2^(1/4), so that kernels are rarely made anew while the map grows.
  const wanted = Math.max(range, 1e-12) / N_NODES_ACROSS_MIN;
  const rounded = Math.min(NODE_DISTANCE_MAX, 2 ** (Math.floor(Math.log2(wanted) * 4) / 4));
  const spacing = Math.max(rounded, (range * 2.1) / N_SIGNAL_MAX);
  // A point reaches three nodes beyond its own, and one more covers rounding.
  const nNeeded = smoothSize(2 * (Math.ceil(range / spacing) + 5));
  if (former !== null && former.spacing === spacing && former.n >= nNeeded && former.n <= nNeeded * 1.2) return former;
  return { n: nNeeded, nNodes: nNeeded / 2, pitch: nNeeded / 2 + 16, spacing };
}

/** Spectra of 1/(1+r²) (real, even) and x/(1+r²)² (imaginary, odd), both from one transform of their sum. */
function prepareKernels(executor: Executor, plan: Plan, arrays: Fields): void {
  const { n, pitch, spacing } = plan;
  for (let row = 0; row < n; row++) {
    const dy = (row <= n / 2 ? row : row - n) * spacing;
    for (let column = 0; column < n; column++) {
      const dx = (column <= n / 2 ? column : column - n) * spacing;
      const q = 1 / (1 + dx * dx + dy * dy);
      // At half the period x and -x are one; an odd function is 0 there.
      arrays.grid[interleaved(row, column, n)] = q + (column === n / 2 ? 0 : dx * q * q);
    }
  }
  arrays.sharpening.fill(0);
  for (let k = 0; k <= n / 2; k++) {
    // A spline through the nodes has its coefficients divided by this symbol; once for the sources, once for the targets.
    arrays.sharpening[k] = (3 / (2 + Math.cos((2 * Math.PI * k) / n))) ** 2;
  }
  const spectrum = [arrays.spectrumRe, arrays.spectrumIm, pitch] as const;
  executor.dispatch(FORWARD_ROWS, n / 8, arrays.grid, n, n, ...spectrum, ...arrays.turns);
  const kernels = [arrays.kernelZ, arrays.kernelX, arrays.kernelY] as const;
  executor.dispatch(
    KERNEL_COLUMNS,
    Math.ceil((n / 2 + 1) / 4),
    ...spectrum,
    n,
    ...kernels,
    arrays.sharpening,
    ...arrays.turns,
  );
}

function boundPoints(points: Float32Array): Box {
  let lowX = points[0];
  let highX = points[0];
  let lowY = points[1];
  let highY = points[1];
  for (let i = 2; i < points.length; i += 2) {
    const x = points[i];
    const y = points[i + 1];
    if (x < lowX) lowX = x;
    if (x > highX) highX = x;
    if (y < lowY) lowY = y;
    if (y > highY) highY = y;
  }
  return { lowX, lowY, range: Math.max(highX - lowX, highY - lowY) };
}

interface StripGrid {
  readonly lowY: number;
  /** Nodes a unit of the map. */
  readonly perNode: number;
  readonly nNodes: number;
  readonly nStrips: number;
}

/** Counting sort of the points by the strip that they are spread from; stable, so the sums do not depend on threads. */
function sortByStrip(points: Float32Array, grid: StripGrid, order: Uint32Array, starts: Uint32Array): void {
  const { lowY, perNode, nNodes, nStrips } = grid;
  const nPoints = order.length;
  const strips = new Uint16Array(nPoints);
  starts.fill(0, 0, nStrips + 1);
  for (let i = 0; i < nPoints; i++) {
    // The same float32 operations as in the kernel: two strips must agree on which of them spreads a point.
    const y = Math.fround(Math.fround(points[2 * i + 1] - lowY) * perNode);
    const strip = (Math.min(Math.floor(y), nNodes - 4) / N_ROWS_PER_STRIP) | 0;
    strips[i] = strip;
    starts[strip + 1]++;
  }
  for (let strip = 0; strip < nStrips; strip++) starts[strip + 1] += starts[strip];
  const fill = starts.slice(0, nStrips);
  for (let i = 0; i < nPoints; i++) order[fill[strips[i]]++] = i;
}
