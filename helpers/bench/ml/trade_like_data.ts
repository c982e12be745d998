/** Seeded learning problems with the shapes of trades: heavy tails, counts, shares, missing values, noise columns. */
import { createRandom } from '../../kernels/random.ts';

/** Columns of the problems below. */
export const N_TRADE_COLUMNS = 12;

export interface Problem {
  readonly x: Float32Array;
  /** Signal of each row before noise. */
  readonly signal: Float64Array;
}

/** `nRows` x 12 values and a nonlinear signal with interactions; about 3 % of two columns are missing. */
export function makeProblem(nRows: number, seed: number): Problem {
  const random = createRandom(seed);
  const x = new Float32Array(nRows * N_TRADE_COLUMNS);
  const signal = new Float64Array(nRows);
  for (let row = 0; row < nRows; row++) {
    const at = row * N_TRADE_COLUMNS;
    const size = random.normal();
    const price = random.uniform();
    const age = random.normal();
    const count = Math.floor(Math.exp(random.normal() + 1));
    x[at] = Math.exp(1.5 * size + 3);
    x[at + 1] = price;
    x[at + 2] = Math.exp(age);
    x[at + 3] = count;
    x[at + 4] = random.integer(4);
    for (let column = 5; column < N_TRADE_COLUMNS; column++) x[at + column] = random.normal();
    const share = x[at + 5];
    signal[row] =
      0.8 * size * (price < 0.4 ? 1 : -0.5) + Math.sin(4 * price) + 0.3 * share * age + 0.1 * Math.min(count, 10) - 0.7;
    if (x[at + 4] === 2) signal[row] += 0.8 * x[at + 6];
    if (random.uniform() < 0.03) x[at + 2] = Number.NaN;
    if (random.uniform() < 0.03) x[at + 5] = Number.NaN;
  }
  return { x, signal };
}

/** Labels 0/1 drawn with the logistic of the signal as probability. */
export function drawBinaryLabels(signal: Float64Array, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from(signal, (value) => (random.uniform() < 1 / (1 + Math.exp(-1.5 * value)) ? 1 : 0));
}

/** Labels 0..3: which quarter of the normal line the signal plus noise falls into. */
export function drawFourLabels(signal: Float64Array, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from(signal, (value) => {
    const noisy = value + 0.7 * random.normal();
    return noisy < -0.8 ? 0 : noisy < 0 ? 1 : noisy < 0.8 ? 2 : 3;
  });
}

/** Area under the ROC curve of scores for labels 0/1, ties counted half. */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: labels.length }, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
  let nPositive = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    for (let i = start; i < end; i++) {
      if (labels[order[i]] !== 1) continue;
      nPositive++;
      rankSum += (start + end + 1) / 2;
    }
    start = end;
  }
  return (rankSum - (nPositive * (nPositive + 1)) / 2) / (nPositive * (labels.length - nPositive));
}
