// First and second derivatives of the losses, chunk by chunk of rows; pairs of float32 (gradient, hessian).
// Reference implementations: the functions of the same names in gradients.ts, bit for bit.

const LOG2_E: f64 = Math.LOG2E;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

// exp to about 2e-13, by +, -, * alone so that the reference implementation can give the same bits.
function portableExp(x: f64): f64 {
  const clamped = max<f64>(-700, min<f64>(700, x));
  const k = floor(clamped * LOG2_E + 0.5);
  const r = clamped - k * LN2_HIGH - k * LN2_LOW;
  let sum: f64 = 1 / 3628800.0;
  sum = sum * r + 1 / 362880.0;
  sum = sum * r + 1 / 40320.0;
  sum = sum * r + 1 / 5040.0;
  sum = sum * r + 1 / 720.0;
  sum = sum * r + 1 / 120.0;
  sum = sum * r + 1 / 24.0;
  sum = sum * r + 1 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

// The same for two numbers at once: the same operations, so the same bits.
function portableExpPair(x: v128): v128 {
  const clamped = f64x2.max(f64x2.splat(-700), f64x2.min(f64x2.splat(700), x));
  const k = f64x2.floor(f64x2.add(f64x2.mul(clamped, f64x2.splat(LOG2_E)), f64x2.splat(0.5)));
  const high = f64x2.sub(clamped, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(LN2_LOW)));
  let sum = f64x2.splat(1 / 3628800.0);
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 362880.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 40320.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 5040.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 720.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 120.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 24.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 6.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.5));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  // Adding 2^52 leaves the integer k + 1023 in the low bits; shifted up it is the exponent of 2^k.
  const shifted = f64x2.add(k, f64x2.splat(1023.0 + 4503599627370496.0));
  return f64x2.mul(sum, i64x2.shl(shifted, 52));
}

/** Logistic loss of labels 0/1 at raw score s: p - y and p (1 - p), times the weight. */
export function logisticGradients(
  task: i32,
  nRows: i32,
  nRowsPerChunk: i32,
  raw: usize,
  labels: usize,
  weights: usize,
  pairs: usize,
): void {
  const endRow = min((task + 1) * nRowsPerChunk, nRows);
  let row: usize = task * nRowsPerChunk;
  const one = f64x2.splat(1);
  for (; row + 2 <= <usize>endRow; row += 2) {
    const p = f64x2.div(one, f64x2.add(one, portableExpPair(f64x2.neg(v128.load(raw + (row << 3))))));
    const label = f64x2.promote_low_f32x4(v128.load64_zero(labels + (row << 2)));
    let weight = one;
    if (weights !== 0) weight = f64x2.promote_low_f32x4(v128.load64_zero(weights + (row << 2)));
    const gradient = f64x2.mul(f64x2.sub(p, label), weight);
    const hessian = f64x2.mul(f64x2.max(f64x2.mul(p, f64x2.sub(one, p)), f64x2.splat(1e-16)), weight);
    const gradients = f32x4.demote_f64x2_zero(gradient);
    const hessians = f32x4.demote_f64x2_zero(hessian);
    v128.store(pairs + (row << 3), v128.shuffle<f32>(gradients, hessians, 0, 4, 1, 5));
  }
  for (; row < <usize>endRow; row++) {
    const p = 1 / (1 + portableExp(-load<f64>(raw + (row << 3))));
    const weight: f64 = weights === 0 ? 1 : <f64>load<f32>(weights + (row << 2));
    store<f32>(pairs + (row << 3), <f32>((p - <f64>load<f32>(labels + (row << 2))) * weight));
    store<f32>(pairs + (row << 3), <f32>(max(p * (1 - p), 1e-16) * weight), 4);
  }
}

/** Softmax loss of labels 0..nClasses-1: row-major raw scores; pairs of class c start at c * nRows. */
export function softmaxGradients(
  task: i32,
  nRows: i32,
  nRowsPerChunk: i32,
  raw: usize,
  labels: usize,
  weights: usize,
  pairs: usize,
  nClasses: i32,
  probabilities: usize,
): void {
  const endRow = min((task + 1) * nRowsPerChunk, nRows);
  const own = probabilities + ((<usize>task * nClasses) << 3);
  for (let row: usize = task * nRowsPerChunk; row < <usize>endRow; row++) {
    const scores = raw + ((row * nClasses) << 3);
    let top = load<f64>(scores);
    for (let c = 1; c < nClasses; c++) top = max(top, load<f64>(scores + ((<usize>c) << 3)));
    let total: f64 = 0;
    let c = 0;
    for (; c + 2 <= nClasses; c += 2) {
      const at = (<usize>c) << 3;
      const pair = portableExpPair(f64x2.sub(v128.load(scores + at), f64x2.splat(top)));
      v128.store(own + at, pair);
      total += f64x2.extract_lane(pair, 0);
      total += f64x2.extract_lane(pair, 1);
    }
    for (; c < nClasses; c++) {
      const e = portableExp(load<f64>(scores + ((<usize>c) << 3)) - top);
      store<f64>(own + ((<usize>c) << 3), e);
      total += e;
    }
    const weight: f64 = weights === 0 ? 1 : <f64>load<f32>(weights + (row << 2));
    const label = <i32>load<f32>(labels + (row << 2));
    for (let c = 0; c < nClasses; c++) {
      const p = load<f64>(own + ((<usize>c) << 3)) / total;
      const out = pairs + ((<usize>c * nRows + row) << 3);
      store<f32>(out, <f32>((c === label ? p - 1 : p) * weight));
      store<f32>(out, <f32>(max(2 * p * (1 - p), 1e-16) * weight), 4);
    }
  }
}

/** Squared error (level < 0): s - y and 1; quantile loss at `level`: 1 - level above, -level below, and 1. */
export function regressionGradients(
  task: i32,
  nRows: i32,
  nRowsPerChunk: i32,
  raw: usize,
  labels: usize,
  weights: usize,
  pairs: usize,
  level: f64,
): void {
  const endRow = min((task + 1) * nRowsPerChunk, nRows);
  for (let row: usize = task * nRowsPerChunk; row < <usize>endRow; row++) {
    const difference = load<f64>(raw + (row << 3)) - <f64>load<f32>(labels + (row << 2));
    const weight: f64 = weights === 0 ? 1 : <f64>load<f32>(weights + (row << 2));
    const gradient: f64 = level < 0 ? difference : difference >= 0 ? 1 - level : -level;
    store<f32>(pairs + (row << 3), <f32>(gradient * weight));
    store<f32>(pairs + (row << 3), <f32>weight, 4);
  }
}
