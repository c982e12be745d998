/** Start values, probabilities and mean losses of the boosting objectives. */
import { type Loss, portableExp } from './gradients.ts';

/** Raw scores turned into probabilities in place: logistic (one column) or softmax over `nGroups` columns. */
export function rawToProbabilities(raw: Float64Array, nGroups: number): Float64Array {
  if (nGroups === 1) {
    for (let i = 0; i < raw.length; i++) raw[i] = 1 / (1 + portableExp(-raw[i]));
    return raw;
  }
  for (let row = 0; row < raw.length; row += nGroups) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < nGroups; c++) top = Math.max(top, raw[row + c]);
    let total = 0;
    for (let c = 0; c < nGroups; c++) {
      raw[row + c] = portableExp(raw[row + c] - top);
      total += raw[row + c];
    }
    for (let c = 0; c < nGroups; c++) raw[row + c] /= total;
  }
  return raw;
}

/** Raw scores that a model without trees gives: log odds, 0 for each class, the mean, or the quantile. */
export function baseScores(loss: Loss, labels: Float32Array, weights: Float32Array | null): number[] {
  if (loss.kind === 'softmax') return new Array(loss.nClasses).fill(0);
  if (loss.kind === 'quantile') return [weightedQuantile(labels, weights, loss.level)];
  let sum = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === null ? 1 : weights[row];
    sum += weight * labels[row];
    total += weight;
  }
  const mean = sum / total;
  if (loss.kind === 'squared') return [Math.fround(mean)];
  // One class only: certain, but finite.
  const probability = Math.min(Math.max(mean, 1e-6), 1 - 1e-6);
  return [Math.log(probability / (1 - probability))];
}

/** Smallest value at or below which at least `level` of the weight lies. */
export function weightedQuantile(values: ArrayLike<number>, weights: ArrayLike<number> | null, level: number): number {
  if (weights === null) {
    const sorted = Float64Array.from(values).sort();
    return sorted[Math.max(0, Math.ceil(level * sorted.length) - 1)];
  }
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  let total = 0;
  for (const i of order) total += weights[i];
  let sum = 0;
  for (const i of order) {
    sum += weights[i];
    if (sum >= level * total) return values[i];
  }
  return values[order[order.length - 1]];
}

/** Weighted mean loss at raw scores (row-major nRows x classes): log loss, root mean square, or pinball. */
export function meanLoss(loss: Loss, raw: Float64Array, labels: Float32Array, weights: Float32Array | null): number {
  let sum = 0;
  let total = 0;
  const nGroups = loss.kind === 'softmax' ? loss.nClasses : 1;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === null ? 1 : weights[row];
    total += weight;
    sum += weight * rowLoss(loss, raw, row * nGroups, labels[row]);
  }
  return loss.kind === 'squared' ? Math.sqrt(sum / total) : sum / total;
}

function rowLoss(loss: Loss, raw: Float64Array, at: number, label: number): number {
  if (loss.kind === 'logistic') {
    const margin = label === 1 ? raw[at] : -raw[at];
    return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  if (loss.kind === 'softmax') {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < loss.nClasses; c++) top = Math.max(top, raw[at + c]);
    let total = 0;
    for (let c = 0; c < loss.nClasses; c++) total += Math.exp(raw[at + c] - top);
    return top + Math.log(total) - raw[at + label];
  }
  const difference = label - raw[at];
  if (loss.kind === 'squared') return difference * difference;
  return difference >= 0 ? loss.level * difference : (loss.level - 1) * difference;
}
