/**
 * Passes of the interpolated repulsion (after Linderman et al. 2019) as kernels, and their reference implementations.
 *
 * Layouts: the real grids (nNodes × nNodes) and the row spectra (nNodes rows × `pitch` columns, 0..n/2 used) keep four
 * rows side by side: (row, column) is at ((row >> 2) * width + column) * 4 + (row & 3). The kernels' spectra are row-major
 * by ky, `pitch` wide. n = 2 * nNodes, so that the circular convolution does not wrap. `scratch` has 24 n float32 a thread.
 */
import type { Kernel } from '../executor.ts';
import { transformLanes } from './fft_lanes.ts';

const fround = Math.fround;

/** Position of (row, column) where four rows lie side by side. */
export function interleaved(row: number, column: number, width: number): number {
  return ((row >> 2) * width + column) * 4 + (row & 3);
}

/** Cubic B-spline weights of the four nodes around a point, `t` in [0, 1] past the second. */
function splineWeights(t: number): [number, number, number, number] {
  const s = 1 - t;
  return [s ** 3 / 6, ((3 * t - 6) * t * t + 4) / 6, ((3 * s - 6) * s * s + 4) / 6, t ** 3 / 6];
}

/** First of the four nodes and the position past the second, along one axis. */
function locate(value: number, low: number, perNode: number, nNodes: number): { base: number; t: number } {
  const at = fround(fround(value - low) * perNode);
  const base = Math.min(Math.floor(at), nNodes - 4);
  return { base, t: at - base };
}

function spread(
  task: number,
  parity: number,
  points: Float32Array,
  order: Uint32Array,
  starts: Uint32Array,
  lowX: number,
  lowY: number,
  perNode: number,
  grid: Float32Array,
  nNodes: number,
): void {
  const strip = 2 * task + parity;
  for (let k = starts[strip]; k < starts[strip + 1]; k++) {
    const x = locate(points[2 * order[k]], lowX, perNode, nNodes);
    const y = locate(points[2 * order[k] + 1], lowY, perNode, nNodes);
    splineWeights(y.t).forEach((wy, r) => {
      splineWeights(x.t).forEach((wx, c) => {
        grid[interleaved(y.base + r, x.base + c, nNodes)] += wy * wx;
      });
    });
  }
}

function forwardRows(
  task: number,
  grid: Float32Array,
  nNodes: number,
  n: number,
  spectrumRe: Float32Array,
  spectrumIm: Float32Array,
  pitch: number,
): void {
  for (let half = 0; half < 2; half++) {
    const block = 2 * task + half;
    const re = new Float32Array(4 * n);
    const im = new Float32Array(4 * n);
    re.set(grid.subarray(block * nNodes * 4, (block + 1) * nNodes * 4));
    transformLanes(re, im, n);
    const at = block * pitch * 4;
    spectrumRe.set(re.subarray(0, (n / 2 + 1) * 4), at);
    spectrumIm.set(im.subarray(0, (n / 2 + 1) * 4), at);
  }
}

/** Columns 4 * task .. + 3 of a row spectrum, zero below row nNodes. */
function loadColumns(spectrum: Float32Array, task: number, nNodes: number, pitch: number, n: number): Float32Array {
  const columns = new Float32Array(4 * n);
  for (let row = 0; row < nNodes; row++) {
    for (let lane = 0; lane < 4; lane++) columns[row * 4 + lane] = spectrum[interleaved(row, 4 * task + lane, pitch)];
  }
  return columns;
}

function kernelColumns(
  task: number,
  spectrumRe: Float32Array,
  spectrumIm: Float32Array,
  pitch: number,
  n: number,
  kernelZ: Float32Array,
  kernelX: Float32Array,
  kernelY: Float32Array,
  sharpening: Float32Array,
): void {
  const re = loadColumns(spectrumRe, task, n, pitch, n);
  const im = loadColumns(spectrumIm, task, n, pitch, n);
  transformLanes(re, im, n);
  for (let ky = 0; ky <= n / 2; ky++) {
    for (let lane = 0; lane < 4; lane++) {
      const kx = 4 * task + lane;
      const factor = sharpening[kx] * sharpening[ky];
      kernelZ[ky * pitch + kx] = factor * re[ky * 4 + lane];
      kernelX[ky * pitch + kx] = -factor * im[ky * 4 + lane];
      if (kx <= n / 2) kernelY[kx * pitch + ky] = kernelX[ky * pitch + kx];
    }
  }
}

function columns(
  task: number,
  spectrumRe: Float32Array,
  spectrumIm: Float32Array,
  pitch: number,
  nNodes: number,
  n: number,
  kernelZ: Float32Array,
  kernelX: Float32Array,
  kernelY: Float32Array,
  forceXRe: Float32Array,
  forceXIm: Float32Array,
  forceYRe: Float32Array,
  forceYIm: Float32Array,
  sums: Float64Array,
): void {
  const re = loadColumns(spectrumRe, task, nNodes, pitch, n);
  const im = loadColumns(spectrumIm, task, nNodes, pitch, n);
  transformLanes(re, im, n);
  const x = { re: new Float32Array(4 * n), im: new Float32Array(4 * n) };
  const y = { re: new Float32Array(4 * n), im: new Float32Array(4 * n) };
  let sum = 0;
  for (let ky = 0; ky < n; ky++) {
    const folded = ky > n / 2 ? n - ky : ky;
    for (let lane = 0; lane < 4; lane++) {
      const kx = 4 * task + lane;
      const at = ky * 4 + lane;
      const weight = kx > n / 2 ? 0 : kx === 0 || kx === n / 2 ? 1 : 2;
      sum += weight * kernelZ[folded * pitch + kx] * (re[at] ** 2 + im[at] ** 2);
      const oddX = kernelX[folded * pitch + kx];
      const oddY = kernelY[folded * pitch + kx] * (ky > n / 2 ? -1 : 1);
      // Real and imaginary parts exchanged: the transform of that is the inverse, exchanged again.
      x.re[at] = -oddX * re[at];
      x.im[at] = oddX * im[at];
      y.re[at] = -oddY * re[at];
      y.im[at] = oddY * im[at];
    }
  }
  sums[task] = sum;
  transformLanes(x.re, x.im, n);
  transformLanes(y.re, y.im, n);
  for (let row = 0; row < nNodes; row++) {
    for (let lane = 0; lane < 4; lane++) {
      const to = interleaved(row, 4 * task + lane, pitch);
      forceXRe[to] = x.im[row * 4 + lane];
      forceXIm[to] = x.re[row * 4 + lane];
      forceYRe[to] = y.im[row * 4 + lane];
      forceYIm[to] = y.re[row * 4 + lane];
    }
  }
}

function backRows(
  task: number,
  forceXRe: Float32Array,
  forceXIm: Float32Array,
  forceYRe: Float32Array,
  forceYIm: Float32Array,
  pitch: number,
  nNodes: number,
  n: number,
  fieldX: Float32Array,
  fieldY: Float32Array,
): void {
  const re = new Float32Array(4 * n);
  const im = new Float32Array(4 * n);
  for (let k = 0; k <= n / 2; k++) {
    const mirror = k === 0 ? 0 : n - k;
    for (let lane = 0; lane < 4; lane++) {
      const at = (task * pitch + k) * 4 + lane;
      re[mirror * 4 + lane] = forceYRe[at] - forceXIm[at];
      im[mirror * 4 + lane] = forceXRe[at] + forceYIm[at];
      re[k * 4 + lane] = forceXIm[at] + forceYRe[at];
      im[k * 4 + lane] = forceXRe[at] - forceYIm[at];
    }
  }
  transformLanes(re, im, n);
  for (let j = 0; j < nNodes * 4; j++) {
    fieldX[task * nNodes * 4 + j] = im[j] / n ** 2;
    fieldY[task * nNodes * 4 + j] = re[j] / n ** 2;
  }
}

function readFields(
  task: number,
  points: Float32Array,
  nPoints: number,
  chunk: number,
  lowX: number,
  lowY: number,
  perNode: number,
  fieldX: Float32Array,
  fieldY: Float32Array,
  nNodes: number,
  forces: Float32Array,
): void {
  const end = Math.min((task + 1) * chunk, nPoints);
  for (let i = task * chunk; i < end; i++) {
    const x = locate(points[2 * i], lowX, perNode, nNodes);
    const y = locate(points[2 * i + 1], lowY, perNode, nNodes);
    let sumX = 0;
    let sumY = 0;
    splineWeights(y.t).forEach((wy, r) => {
      splineWeights(x.t).forEach((wx, c) => {
        const at = interleaved(y.base + r, x.base + c, nNodes);
        sumX += wy * wx * fieldX[at];
        sumY += wy * wx * fieldY[at];
      });
    });
    forces[2 * i] = sumX;
    forces[2 * i + 1] = sumY;
  }
}

export const SPREAD: Kernel = { name: 'tsneSpread', run: spread };
export const FORWARD_ROWS: Kernel = { name: 'tsneForwardRows', run: forwardRows };
export const KERNEL_COLUMNS: Kernel = { name: 'tsneKernelColumns', run: kernelColumns };
export const COLUMNS: Kernel = { name: 'tsneColumns', run: columns };
export const BACK_ROWS: Kernel = { name: 'tsneBackRows', run: backRows };
export const READ_FIELDS: Kernel = { name: 'tsneReadFields', run: readFields };
