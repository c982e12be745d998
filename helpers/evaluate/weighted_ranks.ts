/**
 * Figures of ranked rows as functions of the weights of their groups. Ranking is done once; a resample of whole groups is
 * then one walk through the rows in their order, where sorting it anew would take a hundred times as long.
 */
import { check, checkBinary, checkFinite, checkSameLength } from './checks.ts';

/** The group of every row, numbered from 0. */
export interface Clusters {
  readonly groupOf: Uint32Array;
  readonly nGroups: number;
}

/** A figure of rows that count as often as their group: `weights` holds one whole number ≥ 0 a group. NaN: undefined. */
export type WeightedFigure = (weights: Float64Array) => number;

/** Rows by rising score, the group of each, and where each block of equal scores ends. */
interface Ranking {
  readonly order: Uint32Array;
  readonly groups: Uint32Array;
  readonly isBlockEnd: Uint8Array;
}

function rank(scores: ArrayLike<number>, { groupOf }: Clusters): Ranking {
  checkSameLength(scores, groupOf, 'scores and groups');
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b] || b - a);
  const isBlockEnd = new Uint8Array(order.length);
  for (let k = 0; k < order.length; k++)
    isBlockEnd[k] = k + 1 === order.length || scores[order[k + 1]] !== scores[order[k]] ? 1 : 0;
  return { order, groups: order.map((row) => groupOf[row]), isBlockEnd };
}

/** Area under the ROC curve; NaN where a class is absent. */
export function weightedAuc(labels: ArrayLike<number>, scores: ArrayLike<number>, clusters: Clusters): WeightedFigure {
  checkBinary(labels, 'labels');
  checkFinite(scores, 'scores');
  const { order, groups, isBlockEnd } = rank(scores, clusters);
  const isPositive = Uint8Array.from(order, (row) => labels[row]);
  return (weights) => {
    let [area, below, positive, negative, nPositive] = [0, 0, 0, 0, 0];
    for (let k = 0; k < groups.length; k++) {
      const weight = weights[groups[k]];
      if (isPositive[k] === 1) positive += weight;
      else negative += weight;
      if (isBlockEnd[k] === 0) continue;
      area += positive * (below + negative / 2);
      below += negative;
      nPositive += positive;
      positive = 0;
      negative = 0;
    }
    return nPositive > 0 && below > 0 ? area / (nPositive * below) : Number.NaN;
  };
}

/** Average precision as in precisionRecallCurve; NaN without positives. */
export function weightedAveragePrecision(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  clusters: Clusters,
): WeightedFigure {
  checkBinary(labels, 'labels');
  checkFinite(scores, 'scores');
  const { order, groups, isBlockEnd } = rank(scores, clusters);
  const isPositive = Uint8Array.from(order, (row) => labels[row]);
  return (weights) => {
    let [sum, nAbove, nPositive, before] = [0, 0, 0, 0];
    for (let k = groups.length - 1; k >= 0; k--) {
      const weight = weights[groups[k]];
      nAbove += weight;
      if (isPositive[k] === 1) nPositive += weight;
      if ((k > 0 && isBlockEnd[k - 1] === 0) || nPositive === before) continue;
      sum += (nPositive / nAbove) * (nPositive - before);
      before = nPositive;
    }
    return nPositive > 0 ? sum / nPositive : Number.NaN;
  };
}

/** Spearman's rho with averaged ranks for ties; NaN when either side is constant or fewer than three rows count. */
export function weightedSpearman(x: ArrayLike<number>, y: ArrayLike<number>, clusters: Clusters): WeightedFigure {
  checkFinite(x, 'x');
  checkFinite(y, 'y');
  const { groupOf } = clusters;
  const sides = [rank(x, clusters), rank(y, clusters)];
  const ranks = sides.map(() => new Float64Array(groupOf.length));
  return (weights) => {
    let total = 0;
    sides.forEach(({ order, groups, isBlockEnd }, side) => {
      const own = ranks[side];
      let [below, inBlock, start] = [0, 0, 0];
      for (let k = 0; k < order.length; k++) {
        inBlock += weights[groups[k]];
        if (isBlockEnd[k] === 0) continue;
        // Every copy of the block's rows has their mean rank.
        const middle = below + (inBlock + 1) / 2;
        for (; start <= k; start++) own[order[start]] = middle;
        below += inBlock;
        inBlock = 0;
      }
      total = below;
    });
    if (total < 3) return Number.NaN;
    const mean = (total + 1) / 2;
    const [xRanks, yRanks] = ranks;
    let [xx, xy, yy] = [0, 0, 0];
    for (let row = 0; row < groupOf.length; row++) {
      const weight = weights[groupOf[row]];
      const dx = xRanks[row] - mean;
      const dy = yRanks[row] - mean;
      xx += weight * dx * dx;
      xy += weight * dx * dy;
      yy += weight * dy * dy;
    }
    return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
  };
}

/**
 * Σ numerator / Σ denominator over the share of rows with the highest scores, one row at least; of equal scores those that
 * come first. NaN where the denominator is 0.
 */
export function weightedTopRatio(
  scores: ArrayLike<number>,
  share: number,
  numerator: ArrayLike<number>,
  denominator: ArrayLike<number>,
  clusters: Clusters,
): WeightedFigure {
  check(share > 0 && share <= 1, `share must lie in (0, 1], got ${share}`);
  checkFinite(scores, 'scores');
  const { order, groups } = rank(scores, clusters);
  const above = Float64Array.from(order, (row) => numerator[row]);
  const below = Float64Array.from(order, (row) => denominator[row]);
  return (weights) => {
    let nRows = 0;
    for (let k = 0; k < groups.length; k++) nRows += weights[groups[k]];
    let nLeft = Math.max(1, Math.floor(nRows * share));
    let [a, b] = [0, 0];
    for (let k = groups.length - 1; k >= 0 && nLeft > 0; k--) {
      const weight = Math.min(weights[groups[k]], nLeft);
      nLeft -= weight;
      a += weight * above[k];
      b += weight * below[k];
    }
    return b > 0 ? a / b : Number.NaN;
  };
}
