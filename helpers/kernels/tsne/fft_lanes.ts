/** Fourier transforms of four complex signals side by side: sizes, tables, and the reference implementation of the WebAssembly one. */

/** The smallest multiple of 16 that is at least `n` and a product of 2, 3 and 5. */
export function smoothSize(n: number): number {
  for (let size = Math.max(16, Math.ceil(n / 16) * 16); ; size += 16) {
    let rest = size;
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return size;
  }
}

/** cos and sin of -2 pi j / n, into arrays of n. */
export function fillTurns(n: number, cosines: Float32Array, sines: Float32Array): void {
  for (let j = 0; j < n; j++) {
    cosines[j] = Math.cos((2 * Math.PI * j) / n);
    sines[j] = -Math.sin((2 * Math.PI * j) / n);
  }
}

/** Transforms in place: element k of lane l is at 4k + l of (re, im). Recursive, any n; sums in float64. */
export function transformLanes(re: Float32Array, im: Float32Array, n: number): void {
  for (let lane = 0; lane < 4; lane++) {
    const signal = { re: new Float64Array(n), im: new Float64Array(n) };
    for (let k = 0; k < n; k++) {
      signal.re[k] = re[4 * k + lane];
      signal.im[k] = im[4 * k + lane];
    }
    const result = transform(signal);
    for (let k = 0; k < n; k++) {
      re[4 * k + lane] = result.re[k];
      im[4 * k + lane] = result.im[k];
    }
  }
}

interface Signal {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Cooley & Tukey (1965), splitting off the smallest factor. */
function transform(signal: Signal): Signal {
  const n = signal.re.length;
  if (n === 1) return signal;
  let radix = 2;
  while (n % radix !== 0) radix++;
  const m = n / radix;
  const parts = Array.from({ length: radix }, (_, r) =>
    transform({
      re: Float64Array.from({ length: m }, (_unused, k) => signal.re[k * radix + r]),
      im: Float64Array.from({ length: m }, (_unused, k) => signal.im[k * radix + r]),
    }),
  );
  const result = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    for (let r = 0; r < radix; r++) {
      const angle = (-2 * Math.PI * ((r * k) % n)) / n;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      result.re[k] += parts[r].re[k % m] * c - parts[r].im[k % m] * s;
      result.im[k] += parts[r].re[k % m] * s + parts[r].im[k % m] * c;
    }
  }
  return result;
}
