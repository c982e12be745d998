// Fast Fourier transforms of four complex signals at once, one a SIMD lane: Stockham (1966) with radices 4, 2, 3 and 5.
// Reference implementation: transformLanes in fft_lanes.ts.

/**
 * Transforms the signals in (re, im), n × 4 float32 each, n a product of 2, 3 and 5; (otherRe, otherIm) is scratch of the
 * same size. `cosines` and `sines` hold exp(-2 pi i j / n). Returns whether the result lies in the other pair.
 */
export function transformLanes(
  re: usize,
  im: usize,
  otherRe: usize,
  otherIm: usize,
  n: u32,
  cosines: usize,
  sines: usize,
): bool {
  let size = n;
  let stride: u32 = 1;
  let isSwapped = false;
  while (size > 1) {
    const radix: u32 = size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : size % 3 === 0 ? 3 : 5;
    if (radix === 4) pass4(re, im, otherRe, otherIm, size, stride, n, cosines, sines);
    else if (radix === 2) pass2(re, im, otherRe, otherIm, size, stride, n, cosines, sines);
    else if (radix === 3) pass3(re, im, otherRe, otherIm, size, stride, n, cosines, sines);
    else pass5(re, im, otherRe, otherIm, size, stride, n, cosines, sines);
    size /= radix;
    stride *= radix;
    let swap = re;
    re = otherRe;
    otherRe = swap;
    swap = im;
    im = otherIm;
    otherIm = swap;
    isSwapped = !isSwapped;
  }
  return isSwapped;
}

/** Stores (a + ib)(c + is) at element `k`. */
function storeTurned(re: usize, im: usize, k: u32, a: v128, b: v128, c: v128, s: v128): void {
  v128.store(re + ((<usize>k) << 4), f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
  v128.store(im + ((<usize>k) << 4), f32x4.add(f32x4.mul(a, s), f32x4.mul(b, c)));
}

function lane4(at: usize, k: u32): v128 {
  return v128.load(at + ((<usize>k) << 4));
}

function splatAt(table: usize, k: u32): v128 {
  return v128.load32_splat(table + ((<usize>k) << 2));
}

function pass4(
  re: usize,
  im: usize,
  toRe: usize,
  toIm: usize,
  size: u32,
  stride: u32,
  n: u32,
  cosines: usize,
  sines: usize,
): void {
  const m = size >> 2;
  const step = n / size;
  for (let p: u32 = 0; p < m; p++) {
    const c1 = splatAt(cosines, p * step);
    const s1 = splatAt(sines, p * step);
    const c2 = splatAt(cosines, 2 * p * step);
    const s2 = splatAt(sines, 2 * p * step);
    const c3 = splatAt(cosines, 3 * p * step);
    const s3 = splatAt(sines, 3 * p * step);
    for (let q: u32 = 0; q < stride; q++) {
      const from = q + stride * p;
      const ar = lane4(re, from);
      const ai = lane4(im, from);
      const br = lane4(re, from + stride * m);
      const bi = lane4(im, from + stride * m);
      const cr = lane4(re, from + stride * 2 * m);
      const ci = lane4(im, from + stride * 2 * m);
      const dr = lane4(re, from + stride * 3 * m);
      const di = lane4(im, from + stride * 3 * m);
      const acr = f32x4.add(ar, cr);
      const aci = f32x4.add(ai, ci);
      const bdr = f32x4.add(br, dr);
      const bdi = f32x4.add(bi, di);
      const amcr = f32x4.sub(ar, cr);
      const amci = f32x4.sub(ai, ci);
      const bmdr = f32x4.sub(br, dr);
      const bmdi = f32x4.sub(bi, di);
      const to = q + stride * 4 * p;
      v128.store(toRe + ((<usize>to) << 4), f32x4.add(acr, bdr));
      v128.store(toIm + ((<usize>to) << 4), f32x4.add(aci, bdi));
      // Times -i: (b - d)(-i) = (bi - di) - i(br - dr).
      storeTurned(toRe, toIm, to + stride, f32x4.add(amcr, bmdi), f32x4.sub(amci, bmdr), c1, s1);
      storeTurned(toRe, toIm, to + 2 * stride, f32x4.sub(acr, bdr), f32x4.sub(aci, bdi), c2, s2);
      storeTurned(toRe, toIm, to + 3 * stride, f32x4.sub(amcr, bmdi), f32x4.add(amci, bmdr), c3, s3);
    }
  }
}

function pass2(
  re: usize,
  im: usize,
  toRe: usize,
  toIm: usize,
  size: u32,
  stride: u32,
  n: u32,
  cosines: usize,
  sines: usize,
): void {
  const m = size >> 1;
  const step = n / size;
  for (let p: u32 = 0; p < m; p++) {
    const c1 = splatAt(cosines, p * step);
    const s1 = splatAt(sines, p * step);
    for (let q: u32 = 0; q < stride; q++) {
      const from = q + stride * p;
      const ar = lane4(re, from);
      const ai = lane4(im, from);
      const br = lane4(re, from + stride * m);
      const bi = lane4(im, from + stride * m);
      const to = q + stride * 2 * p;
      v128.store(toRe + ((<usize>to) << 4), f32x4.add(ar, br));
      v128.store(toIm + ((<usize>to) << 4), f32x4.add(ai, bi));
      storeTurned(toRe, toIm, to + stride, f32x4.sub(ar, br), f32x4.sub(ai, bi), c1, s1);
    }
  }
}

function pass3(
  re: usize,
  im: usize,
  toRe: usize,
  toIm: usize,
  size: u32,
  stride: u32,
  n: u32,
  cosines: usize,
  sines: usize,
): void {
  const m = size / 3;
  const step = n / size;
  const half = f32x4.splat(0.5);
  const root = f32x4.splat(0.8660254037844386);
  for (let p: u32 = 0; p < m; p++) {
    const c1 = splatAt(cosines, p * step);
    const s1 = splatAt(sines, p * step);
    const c2 = splatAt(cosines, 2 * p * step);
    const s2 = splatAt(sines, 2 * p * step);
    for (let q: u32 = 0; q < stride; q++) {
      const from = q + stride * p;
      const ar = lane4(re, from);
      const ai = lane4(im, from);
      const br = lane4(re, from + stride * m);
      const bi = lane4(im, from + stride * m);
      const cr = lane4(re, from + stride * 2 * m);
      const ci = lane4(im, from + stride * 2 * m);
      const sumRe = f32x4.add(br, cr);
      const sumIm = f32x4.add(bi, ci);
      const middleRe = f32x4.sub(ar, f32x4.mul(half, sumRe));
      const middleIm = f32x4.sub(ai, f32x4.mul(half, sumIm));
      const turnRe = f32x4.mul(root, f32x4.sub(bi, ci));
      const turnIm = f32x4.mul(root, f32x4.sub(cr, br));
      const to = q + stride * 3 * p;
      v128.store(toRe + ((<usize>to) << 4), f32x4.add(ar, sumRe));
      v128.store(toIm + ((<usize>to) << 4), f32x4.add(ai, sumIm));
      storeTurned(toRe, toIm, to + stride, f32x4.add(middleRe, turnRe), f32x4.add(middleIm, turnIm), c1, s1);
      storeTurned(toRe, toIm, to + 2 * stride, f32x4.sub(middleRe, turnRe), f32x4.sub(middleIm, turnIm), c2, s2);
    }
  }
}

function pass5(
  re: usize,
  im: usize,
  toRe: usize,
  toIm: usize,
  size: u32,
  stride: u32,
  n: u32,
  cosines: usize,
  sines: usize,
): void {
  const m = size / 5;
  const step = n / size;
  const cos1 = f32x4.splat(0.30901699437494745);
  const cos2 = f32x4.splat(-0.8090169943749475);
  const sin1 = f32x4.splat(0.9510565162951535);
  const sin2 = f32x4.splat(0.5877852522924731);
  for (let p: u32 = 0; p < m; p++) {
    for (let q: u32 = 0; q < stride; q++) {
      const from = q + stride * p;
      const ar = lane4(re, from);
      const ai = lane4(im, from);
      const br = lane4(re, from + stride * m);
      const bi = lane4(im, from + stride * m);
      const cr = lane4(re, from + stride * 2 * m);
      const ci = lane4(im, from + stride * 2 * m);
      const dr = lane4(re, from + stride * 3 * m);
      const di = lane4(im, from + stride * 3 * m);
      const er = lane4(re, from + stride * 4 * m);
      const ei = lane4(im, from + stride * 4 * m);
      const outerRe = f32x4.add(br, er);
      const outerIm = f32x4.add(bi, ei);
      const innerRe = f32x4.add(cr, dr);
      const innerIm = f32x4.add(ci, di);
      const outerDiffRe = f32x4.sub(br, er);
      const outerDiffIm = f32x4.sub(bi, ei);
      const innerDiffRe = f32x4.sub(cr, dr);
      const innerDiffIm = f32x4.sub(ci, di);
      const even1Re = f32x4.add(ar, f32x4.add(f32x4.mul(cos1, outerRe), f32x4.mul(cos2, innerRe)));
      const even1Im = f32x4.add(ai, f32x4.add(f32x4.mul(cos1, outerIm), f32x4.mul(cos2, innerIm)));
      const even2Re = f32x4.add(ar, f32x4.add(f32x4.mul(cos2, outerRe), f32x4.mul(cos1, innerRe)));
      const even2Im = f32x4.add(ai, f32x4.add(f32x4.mul(cos2, outerIm), f32x4.mul(cos1, innerIm)));
      const odd1Re = f32x4.add(f32x4.mul(sin1, outerDiffRe), f32x4.mul(sin2, innerDiffRe));
      const odd1Im = f32x4.add(f32x4.mul(sin1, outerDiffIm), f32x4.mul(sin2, innerDiffIm));
      const odd2Re = f32x4.sub(f32x4.mul(sin2, outerDiffRe), f32x4.mul(sin1, innerDiffRe));
      const odd2Im = f32x4.sub(f32x4.mul(sin2, outerDiffIm), f32x4.mul(sin1, innerDiffIm));
      const to = q + stride * 5 * p;
      const turn = p * step;
      v128.store(toRe + ((<usize>to) << 4), f32x4.add(ar, f32x4.add(outerRe, innerRe)));
      v128.store(toIm + ((<usize>to) << 4), f32x4.add(ai, f32x4.add(outerIm, innerIm)));
      // even - i odd for 1 and 2, even + i odd for 4 and 3.
      const c1 = splatAt(cosines, turn);
      const s1 = splatAt(sines, turn);
      storeTurned(toRe, toIm, to + stride, f32x4.add(even1Re, odd1Im), f32x4.sub(even1Im, odd1Re), c1, s1);
      const c2 = splatAt(cosines, 2 * turn);
      const s2 = splatAt(sines, 2 * turn);
      storeTurned(toRe, toIm, to + 2 * stride, f32x4.add(even2Re, odd2Im), f32x4.sub(even2Im, odd2Re), c2, s2);
      const c3 = splatAt(cosines, 3 * turn);
      const s3 = splatAt(sines, 3 * turn);
      storeTurned(toRe, toIm, to + 3 * stride, f32x4.sub(even2Re, odd2Im), f32x4.add(even2Im, odd2Re), c3, s3);
      const c4 = splatAt(cosines, 4 * turn);
      const s4 = splatAt(sines, 4 * turn);
      storeTurned(toRe, toIm, to + 4 * stride, f32x4.sub(even1Re, odd1Im), f32x4.add(even1Im, odd1Re), c4, s4);
    }
  }
}
