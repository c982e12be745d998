// First and second derivatives of the losses, chunk by chunk of rows; pairs of float32 (gradient, hessian).
// Plain twins and oracles: the functions of the same names in helpers/kernels/gradients.ts, bit for bit.

const LOG2_E: f64 = Math.LOG2E;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

// exp to about 2e-13, by +, -, * alone so that the twin can give the same bits.
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
  for (let row: usize = task * nRowsPerChunk; row < <usize>endRow; row++) {
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
  chances: usize,
): void {
  const endRow = min((task + 1) * nRowsPerChunk, nRows);
  const own = chances + ((<usize>task * nClasses) << 3);
  for (let row: usize = task * nRowsPerChunk; row < <usize>endRow; row++) {
    const scores = raw + ((row * nClasses) << 3);
    let top = load<f64>(scores);
    for (let c = 1; c < nClasses; c++) top = max(top, load<f64>(scores + ((<usize>c) << 3)));
    let total: f64 = 0;
    for (let c = 0; c < nClasses; c++) {
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
