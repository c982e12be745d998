/** Isotonic regression by pooling adjacent violators (Ayer et al. 1955), used to turn scores into probabilities. */
import { bisectRight } from 'd3-array';
import { check, checkFinite, checkSameLength } from './checks.ts';

/** A rising step curve given by its knots; between knots it is linear, outside it is flat. Plain numbers, saves as JSON. */
export interface IsotonicCurve {
  scores: number[];
  values: number[];
}

interface Block {
  from: number;
  to: number;
  mean: number;
  weight: number;
}

/**
 * The non-decreasing curve with the least squared error.
 * @param scores finite, any order; equal scores are averaged first
 * @param targets 0/1 labels, or any finite target
 */
export function fitIsotonic(scores: ArrayLike<number>, targets: ArrayLike<number>): IsotonicCurve {
  checkSameLength(scores, targets, 'scores and targets');
  checkFinite(scores, 'scores');
  checkFinite(targets, 'targets');
  check(scores.length > 0, 'an isotonic curve needs at least one row');
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  const blocks: Block[] = [];
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at]];
    let sum = 0;
    let weight = 0;
    for (; at < order.length && scores[order[at]] === score; at++) {
      sum += targets[order[at]];
      weight++;
    }
    let block: Block = { from: score, to: score, mean: sum / weight, weight };
    for (let last = blocks.at(-1); last !== undefined && last.mean >= block.mean; last = blocks.at(-1)) {
      const total = last.weight + block.weight;
      const mean = (last.mean * last.weight + block.mean * block.weight) / total;
      block = { from: last.from, to: block.to, mean, weight: total };
      blocks.pop();
    }
    blocks.push(block);
  }
  const curve: IsotonicCurve = { scores: [], values: [] };
  for (const block of blocks) {
    for (const score of block.from === block.to ? [block.from] : [block.from, block.to]) {
      curve.scores.push(score);
      curve.values.push(block.mean);
    }
  }
  return curve;
}

/** The curve's value at each score; NaN in, NaN out. */
export function applyIsotonic(curve: IsotonicCurve, scores: ArrayLike<number>): Float64Array {
  const knots = curve.scores;
  const values = curve.values;
  const last = knots.length - 1;
  return Float64Array.from(scores, (score) => {
    if (Number.isNaN(score)) return Number.NaN;
    if (score <= knots[0]) return values[0];
    if (score >= knots[last]) return values[last];
    const high = bisectRight(knots, score);
    const low = high - 1;
    return values[low] + ((values[high] - values[low]) * (score - knots[low])) / (knots[high] - knots[low]);
  });
}
