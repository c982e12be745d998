// The repulsion of t-SNE as two fields on a grid, by convolution: spreading, row and column transforms, reading back.
// Reference implementations and the layout of every array: tsne_fields_passes.ts.

import { transformLanes } from './fft_lanes.as';

/** Takes a free scratch area: `slots` holds one word a thread. Which one is taken changes no result. */
export function takeScratch(slots: usize): u32 {
  let slot: u32 = 0;
  while (atomic.cmpxchg<i32>(slots + (slot << 2), 0, 1) !== 0) {
    // More tasks than slots never run at once, so a look round always ends; -1 marks the end.
    slot = load<i32>(slots + ((slot + 1) << 2)) === -1 ? 0 : slot + 1;
  }
  return slot;
}

export function freeScratch(slots: usize, slot: u32): void {
  atomic.store<i32>(slots + (slot << 2), 0);
}

/** Cubic B-spline weights of the four nodes around a point, `t` in [0, 1] past the second. */
function splineWeights(t: f32): v128 {
  const s: f32 = 1 - t;
  const sixth: f32 = 1.0 / 6.0;
  const four = f32x4(s * s * s, (3 * t - 6) * t * t + 4, (3 * s - 6) * s * s + 4, t * t * t);
  return f32x4.mul(four, f32x4.splat(sixth));
}

/** Task = every second strip of 12 rows of nodes: adds the weights of its points, in `order`, to the grid. */
export function tsneSpread(
  task: u32,
  parity: u32, // strips of one parity never touch the same row
  points: usize, // f32[2n]
  order: usize, // u32[n], points by strip
  starts: usize, // u32[number of strips + 1]
  lowX: f32,
  lowY: f32,
  perNode: f32, // 1 / distance of nodes
  grid: usize,
  nNodes: u32,
): void {
  const strip = 2 * task + parity;
  const lastBase = nNodes - 4;
  const end = load<u32>(starts + ((strip + 1) << 2));
  for (let k = load<u32>(starts + (strip << 2)); k < end; k++) {
    const i = load<u32>(order + ((<usize>k) << 2));
    const x = (load<f32>(points + ((<usize>i) << 3)) - lowX) * perNode;
    const y = (load<f32>(points + ((<usize>i) << 3), 4) - lowY) * perNode;
    const baseX = min(<u32>x, lastBase);
    const baseY = min(<u32>y, lastBase);
    const weightsX = splineWeights(x - <f32>baseX);
    let weightsY = splineWeights(y - <f32>baseY);
    for (let r: u32 = 0; r < 4; r++) {
      const row = baseY + r;
      const four = f32x4.mul(weightsX, f32x4.splat(f32x4.extract_lane(weightsY, 0)));
      weightsY = v128.shuffle<f32>(weightsY, weightsY, 1, 2, 3, 0);
      const at = grid + (((<usize>(row >> 2) * nNodes + baseX) << 4) + ((row & 3) << 2));
      store<f32>(at, load<f32>(at) + f32x4.extract_lane(four, 0));
      store<f32>(at, load<f32>(at, 16) + f32x4.extract_lane(four, 1), 16);
      store<f32>(at, load<f32>(at, 32) + f32x4.extract_lane(four, 2), 32);
      store<f32>(at, load<f32>(at, 48) + f32x4.extract_lane(four, 3), 48);
    }
  }
}

/** Task = 8 rows of a real grid: their transforms along x, 0..n/2, two real rows in one complex signal. */
export function tsneForwardRows(
  task: u32,
  grid: usize,
  nNodes: u32,
  n: u32,
  spectrumRe: usize,
  spectrumIm: usize,
  pitch: u32,
  cosines: usize,
  sines: usize,
  scratch: usize,
  slots: usize,
): void {
  const slot = takeScratch(slots);
  const size = (<usize>n) << 4;
  let re = scratch + <usize>slot * size * 6;
  let im = re + size;
  const bytes = (<usize>nNodes) << 4;
  memory.copy(re, grid + <usize>(2 * task) * bytes, bytes);
  memory.fill(re + bytes, 0, size - bytes);
  memory.copy(im, grid + <usize>(2 * task + 1) * bytes, bytes);
  memory.fill(im + bytes, 0, size - bytes);
  if (transformLanes(re, im, re + 2 * size, re + 3 * size, n, cosines, sines)) {
    im = re + 3 * size;
    re = re + 2 * size;
  }
  const half = f32x4.splat(0.5);
  const upper = (<usize>(2 * task) * pitch) << 4;
  const lower = upper + ((<usize>pitch) << 4);
  for (let k: u32 = 0; k <= n >> 1; k++) {
    const at = (<usize>k) << 4;
    const mirror = (<usize>(k === 0 ? 0 : n - k)) << 4;
    const zr = v128.load(re + at);
    const zi = v128.load(im + at);
    const mr = v128.load(re + mirror);
    const mi = v128.load(im + mirror);
    v128.store(spectrumRe + upper + at, f32x4.mul(half, f32x4.add(zr, mr)));
    v128.store(spectrumIm + upper + at, f32x4.mul(half, f32x4.sub(zi, mi)));
    v128.store(spectrumRe + lower + at, f32x4.mul(half, f32x4.add(zi, mi)));
    v128.store(spectrumIm + lower + at, f32x4.mul(half, f32x4.sub(mr, zr)));
  }
  freeScratch(slots, slot);
}

/** Four rows of four values turned into four columns. */
function transposeInto(from: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from, 16);
  const c = v128.load(from, 32);
  const d = v128.load(from, 48);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 48);
}

/** Columns 4 * task .. + 3 of a row spectrum into (re, im), zero below row nNodes. */
function loadColumns(from: usize, to: usize, task: u32, nNodes: u32, pitch: u32, n: u32): void {
  for (let block: u32 = 0; block < nNodes >> 2; block++) {
    transposeInto(from + ((<usize>block * pitch + 4 * task) << 4), to + ((<usize>block) << 6));
  }
  memory.fill(to + ((<usize>nNodes) << 4), 0, (<usize>(n - nNodes)) << 4);
}

/**
 * Task = 4 columns of the kernels' grid: the spectra of 1/(1+r²) and of x/(1+r²)² (and of y/(1+r²)², its mirror), times the
 * factors that make the splines interpolate.
 */
export function tsneKernelColumns(
  task: u32,
  spectrumRe: usize,
  spectrumIm: usize,
  pitch: u32,
  n: u32,
  kernelZ: usize,
  kernelX: usize,
  kernelY: usize,
  sharpening: usize, // f32[pitch]
  cosines: usize,
  sines: usize,
  scratch: usize,
  slots: usize,
): void {
  const slot = takeScratch(slots);
  const size = (<usize>n) << 4;
  let re = scratch + <usize>slot * size * 6;
  let im = re + size;
  const alongX = v128.load(sharpening + (task << 4));
  loadColumns(spectrumRe, re, task, n, pitch, n);
  loadColumns(spectrumIm, im, task, n, pitch, n);
  if (transformLanes(re, im, re + 2 * size, re + 3 * size, n, cosines, sines)) {
    im = re + 3 * size;
    re = re + 2 * size;
  }
  for (let ky: u32 = 0; ky <= n >> 1; ky++) {
    const at = (<usize>ky * pitch + 4 * task) << 2;
    const factor = f32x4.mul(alongX, v128.load32_splat(sharpening + ((<usize>ky) << 2)));
    v128.store(kernelZ + at, f32x4.mul(factor, v128.load(re + ((<usize>ky) << 4))));
    v128.store(kernelX + at, f32x4.neg(f32x4.mul(factor, v128.load(im + ((<usize>ky) << 4)))));
    for (let lane: u32 = 0; lane < 4; lane++) {
      const kx: u32 = 4 * task + lane;
      if (kx > n >> 1) break;
      store<f32>(kernelY + ((<usize>kx * pitch + ky) << 2), load<f32>(kernelX + at + (lane << 2)));
    }
  }
  freeScratch(slots, slot);
}

/** Sum of |spectrum|² times the kernel over the four columns from `kx0` on. */
function sumPower(re: usize, im: usize, kernelZ: usize, pitch: u32, kx0: u32, n: u32): f64 {
  const half = n >> 1;
  // Columns 1..n/2-1 stand for their mirror images too; those beyond n/2 are padding.
  const weights = f32x4(
    kx0 === 0 || kx0 === half ? 1 : kx0 > half ? 0 : 2,
    kx0 + 1 > half ? 0 : 2,
    kx0 + 2 > half ? 0 : 2,
    kx0 + 3 > half ? 0 : 2,
  );
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let ky: u32 = 0; ky < n; ky++) {
    const folded = ky > half ? n - ky : ky;
    const a = v128.load(re + ((<usize>ky) << 4));
    const b = v128.load(im + ((<usize>ky) << 4));
    const kernel = v128.load(kernelZ + ((<usize>folded * pitch + kx0) << 2));
    const power = f32x4.mul(f32x4.mul(weights, kernel), f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)));
    low = f64x2.add(low, f64x2.promote_low_f32x4(power));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(power, power, 2, 3, 2, 3)));
  }
  low = f64x2.add(low, high);
  return f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
}

/**
 * Task = 4 columns: transform along y, the sum of 1/(1+d²) over all pairs by Parseval's theorem (unscaled, in `sums`), then
 * the products with the kernels of both force components transformed back along y.
 */
export function tsneColumns(
  task: u32,
  spectrumRe: usize,
  spectrumIm: usize,
  pitch: u32,
  nNodes: u32,
  n: u32,
  kernelZ: usize,
  kernelX: usize,
  kernelY: usize,
  forceXRe: usize,
  forceXIm: usize,
  forceYRe: usize,
  forceYIm: usize,
  sums: usize,
  cosines: usize,
  sines: usize,
  scratch: usize,
  slots: usize,
): void {
  const slot = takeScratch(slots);
  const size = (<usize>n) << 4;
  const base = scratch + <usize>slot * size * 6;
  loadColumns(spectrumRe, base, task, nNodes, pitch, n);
  loadColumns(spectrumIm, base + size, task, nNodes, pitch, n);
  const isSwapped = transformLanes(base, base + size, base + 2 * size, base + 3 * size, n, cosines, sines);
  const re = isSwapped ? base + 2 * size : base;
  const im = re + size;
  const free = isSwapped ? base : base + 2 * size;
  const kx0: u32 = 4 * task;
  const half = n >> 1;
  store<f64>(sums + ((<usize>task) << 3), sumPower(re, im, kernelZ, pitch, kx0, n));
  for (let component = 0; component < 2; component++) {
    const kernel = component === 0 ? kernelX : kernelY;
    const toRe = component === 0 ? forceXRe : forceYRe;
    const toIm = component === 0 ? forceXIm : forceYIm;
    // The inverse transform is the transform with real and imaginary parts exchanged on both sides.
    for (let ky: u32 = 0; ky < n; ky++) {
      const isMirrored = ky > half;
      const folded = isMirrored ? n - ky : ky;
      let odd = v128.load(kernel + ((<usize>folded * pitch + kx0) << 2));
      if (isMirrored && component === 1) odd = f32x4.neg(odd);
      const at = (<usize>ky) << 4;
      v128.store(free + at, f32x4.neg(f32x4.mul(odd, v128.load(re + at))));
      v128.store(free + size + at, f32x4.mul(odd, v128.load(im + at)));
    }
    const last = base + 4 * size;
    const lies = transformLanes(free, free + size, last, last + size, n, cosines, sines) ? last : free;
    for (let block: u32 = 0; block < nNodes >> 2; block++) {
      const to = (<usize>block * pitch + kx0) << 4;
      transposeInto(lies + size + ((<usize>block) << 6), toRe + to);
      transposeInto(lies + ((<usize>block) << 6), toIm + to);
    }
  }
  freeScratch(slots, slot);
}

/** Task = 4 rows: both force components transformed back along x, as real and imaginary part of one signal. */
export function tsneBackRows(
  task: u32,
  forceXRe: usize,
  forceXIm: usize,
  forceYRe: usize,
  forceYIm: usize,
  pitch: u32,
  nNodes: u32,
  n: u32,
  fieldX: usize,
  fieldY: usize,
  cosines: usize,
  sines: usize,
  scratch: usize,
  slots: usize,
): void {
  const slot = takeScratch(slots);
  const size = (<usize>n) << 4;
  let re = scratch + <usize>slot * size * 6;
  let im = re + size;
  const row = (<usize>task * pitch) << 4;
  for (let k: u32 = 0; k <= n >> 1; k++) {
    const at = row + ((<usize>k) << 4);
    const xr = v128.load(forceXRe + at);
    const xi = v128.load(forceXIm + at);
    const yr = v128.load(forceYRe + at);
    const yi = v128.load(forceYIm + at);
    const here = (<usize>k) << 4;
    const mirror = (<usize>(k === 0 ? 0 : n - k)) << 4;
    v128.store(re + mirror, f32x4.sub(yr, xi));
    v128.store(im + mirror, f32x4.add(xr, yi));
    v128.store(re + here, f32x4.add(xi, yr));
    v128.store(im + here, f32x4.sub(xr, yi));
  }
  if (transformLanes(re, im, re + 2 * size, re + 3 * size, n, cosines, sines)) {
    im = re + 3 * size;
    re = re + 2 * size;
  }
  const scale = f32x4.splat(<f32>(1 / (<f64>n * <f64>n)));
  const to = (<usize>task * nNodes) << 4;
  for (let x: u32 = 0; x < nNodes; x++) {
    const at = (<usize>x) << 4;
    v128.store(fieldX + to + at, f32x4.mul(scale, v128.load(im + at)));
    v128.store(fieldY + to + at, f32x4.mul(scale, v128.load(re + at)));
  }
  freeScratch(slots, slot);
}

/** Reads the repulsion of the points of a chunk from the fields: `forces` f32[2n]. */
export function tsneReadFields(
  task: u32,
  points: usize,
  nPoints: u32,
  chunk: u32,
  lowX: f32,
  lowY: f32,
  perNode: f32,
  fieldX: usize,
  fieldY: usize,
  nNodes: u32,
  forces: usize,
): void {
  const lastBase = nNodes - 4;
  const end = min((task + 1) * chunk, nPoints);
  for (let i = task * chunk; i < end; i++) {
    const x = (load<f32>(points + ((<usize>i) << 3)) - lowX) * perNode;
    const y = (load<f32>(points + ((<usize>i) << 3), 4) - lowY) * perNode;
    const baseX = min(<u32>x, lastBase);
    const baseY = min(<u32>y, lastBase);
    const weightsX = splineWeights(x - <f32>baseX);
    let weightsY = splineWeights(y - <f32>baseY);
    const wx0 = f32x4.extract_lane(weightsX, 0);
    const wx1 = f32x4.extract_lane(weightsX, 1);
    const wx2 = f32x4.extract_lane(weightsX, 2);
    const wx3 = f32x4.extract_lane(weightsX, 3);
    let sumX: f32 = 0;
    let sumY: f32 = 0;
    for (let r: u32 = 0; r < 4; r++) {
      const row = baseY + r;
      const wy = f32x4.extract_lane(weightsY, 0);
      weightsY = v128.shuffle<f32>(weightsY, weightsY, 1, 2, 3, 0);
      const at = ((<usize>(row >> 2) * nNodes + baseX) << 4) + ((row & 3) << 2);
      const inX =
        load<f32>(fieldX + at) * wx0 +
        load<f32>(fieldX + at, 16) * wx1 +
        (load<f32>(fieldX + at, 32) * wx2 + load<f32>(fieldX + at, 48) * wx3);
      const inY =
        load<f32>(fieldY + at) * wx0 +
        load<f32>(fieldY + at, 16) * wx1 +
        (load<f32>(fieldY + at, 32) * wx2 + load<f32>(fieldY + at, 48) * wx3);
      sumX += wy * inX;
      sumY += wy * inY;
    }
    store<f32>(forces + ((<usize>i) << 3), sumX);
    store<f32>(forces + ((<usize>i) << 3), sumY, 4);
  }
}
