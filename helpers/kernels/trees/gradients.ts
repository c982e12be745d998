/**
 * First and second derivatives of the boosting losses (Friedman 2001; Chen & Guestrin 2016) as float32 pairs
 * `pairs[2 * row] = gradient, pairs[2 * row + 1] = hessian`, each times the row's weight.
 */
import { countChunks, type Executor, type Kernel } from '../executor.ts';

const N_ROWS_PER_CHUNK = 8192;
const LOG2_E = Math.LOG2E;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const LOGISTIC: Kernel = { name: 'logisticGradients', run: logisticGradients };
const SOFTMAX: Kernel = { name: 'softmaxGradients', run: softmaxGradients };
const REGRESSION: Kernel = { name: 'regressionGradients', run: regressionGradients };

export type Loss =
  | { readonly kind: 'logistic' }
  | { readonly kind: 'softmax'; readonly nClasses: number }
  | { readonly kind: 'squared' }
  | { readonly kind: 'quantile'; readonly level: number };

/**
 * Fills `pairs` (nRows x 2, for softmax one such block a class) at raw scores `raw` (nRows, for softmax nRows x nClasses
 * row-major). All arrays lie in the executor; `weights` null means 1 each.
 */
export function computeGradients(
  executor: Executor,
  loss: Loss,
  raw: Float64Array,
  labels: Float32Array,
  weights: Float32Array | null,
  pairs: Float32Array,
): void {
  const nRows = labels.length;
  const nChunks = countChunks(nRows, N_ROWS_PER_CHUNK);
  const shared = [nRows, N_ROWS_PER_CHUNK, raw, labels, weights, pairs] as const;
  if (loss.kind === 'logistic') {
    executor.dispatch(LOGISTIC, nChunks, ...shared);
  } else if (loss.kind === 'softmax') {
    executor.scope(() => {
      const probabilities = executor.float64(nChunks * loss.nClasses);
      executor.dispatch(SOFTMAX, nChunks, ...shared, loss.nClasses, probabilities);
    });
  } else {
    executor.dispatch(REGRESSION, nChunks, ...shared, loss.kind === 'quantile' ? loss.level : -1);
  }
}

/** exp(x) for x clamped to [-700, 700], relative error about 2e-13, the same bits as in WebAssembly. */
export function portableExp(x: number): number {
  const clamped = Math.max(-700, Math.min(700, x));
  const k = Math.floor(clamped * LOG2_E + 0.5);
  const r = clamped - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1 / 3628800;
  sum = sum * r + 1 / 362880;
  sum = sum * r + 1 / 40320;
  sum = sum * r + 1 / 5040;
  sum = sum * r + 1 / 720;
  sum = sum * r + 1 / 120;
  sum = sum * r + 1 / 24;
  sum = sum * r + 1 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  return sum * powerOfTwo(k);
}

/** 2^k, exact, for k in -1022..1023. */
function powerOfTwo(k: number): number {
  let result = 1;
  let square = k < 0 ? 0.5 : 2;
  for (let rest = Math.abs(k); rest > 0; rest >>= 1) {
    if ((rest & 1) === 1) result *= square;
    square *= square;
  }
  return result;
}

/** Arguments that all losses share. */
type Rows = [
  ...rows: [nRows: number, nRowsPerChunk: number, raw: Float64Array, labels: Float32Array],
  ...rest: [weights: Float32Array | null, pairs: Float32Array],
];

function logisticGradients(task: number, ...[nRows, nRowsPerChunk, raw, labels, weights, pairs]: Rows): void {
  const endRow = Math.min((task + 1) * nRowsPerChunk, nRows);
  for (let row = task * nRowsPerChunk; row < endRow; row++) {
    const p = 1 / (1 + portableExp(-raw[row]));
    const weight = weights === null ? 1 : weights[row];
    pairs[2 * row] = (p - labels[row]) * weight;
    pairs[2 * row + 1] = Math.max(p * (1 - p), 1e-16) * weight;
  }
}

function softmaxGradients(
  task: number,
  ...[nRows, nRowsPerChunk, raw, labels, weights, pairs, nClasses, probabilities]: [
    ...Rows,
    nClasses: number,
    probabilities: Float64Array,
  ]
): void {
  const endRow = Math.min((task + 1) * nRowsPerChunk, nRows);
  const own = probabilities.subarray(task * nClasses, (task + 1) * nClasses);
  for (let row = task * nRowsPerChunk; row < endRow; row++) {
    let top = raw[row * nClasses];
    for (let c = 1; c < nClasses; c++) top = Math.max(top, raw[row * nClasses + c]);
    let total = 0;
    for (let c = 0; c < nClasses; c++) {
      own[c] = portableExp(raw[row * nClasses + c] - top);
      total += own[c];
    }
    const weight = weights === null ? 1 : weights[row];
    for (let c = 0; c < nClasses; c++) {
      const p = own[c] / total;
      const at = 2 * (c * nRows + row);
      pairs[at] = (c === labels[row] ? p - 1 : p) * weight;
      pairs[at + 1] = Math.max(2 * p * (1 - p), 1e-16) * weight;
    }
  }
}

function regressionGradients(
  task: number,
  ...[nRows, nRowsPerChunk, raw, labels, weights, pairs, level]: [...Rows, level: number]
): void {
  const endRow = Math.min((task + 1) * nRowsPerChunk, nRows);
  for (let row = task * nRowsPerChunk; row < endRow; row++) {
    const difference = raw[row] - labels[row];
    const weight = weights === null ? 1 : weights[row];
    const quantileGradient = difference >= 0 ? 1 - level : -level;
    pairs[2 * row] = (level < 0 ? difference : quantileGradient) * weight;
    pairs[2 * row + 1] = weight;
  }
}
