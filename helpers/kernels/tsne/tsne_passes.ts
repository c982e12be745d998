/** Passes of t-SNE over points as kernels, and their reference implementations: affinities, update, cost, exact and tree repulsion. */
import type { Kernel } from '../executor.ts';

function affinities(
  task: number,
  squared: Float32Array,
  nRows: number,
  k: number,
  chunk: number,
  logPerplexity: number,
  conditional: Float32Array,
): void {
  const end = Math.min((task + 1) * chunk, nRows);
  for (let i = task * chunk; i < end; i++) {
    const gaps = Float64Array.from(squared.subarray(i * k, (i + 1) * k), (value) => value - squared[i * k]);
    const mean = gaps.reduce((a, b) => a + b, 0) / k;
    let beta = mean > 0 ? 1 / mean : 1;
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    let sum = 0;
    for (let step = 0; step < 100; step++) {
      sum = 0;
      let weighted = 0;
      for (const gap of gaps) {
        const p = Math.exp(-beta * gap);
        sum += p;
        weighted += p * gap;
      }
      const excess = Math.log(sum) + (beta * weighted) / sum - logPerplexity;
      if (Math.abs(excess) < 1e-5) break;
      if (excess > 0) {
        low = beta;
        beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (beta + high) / 2;
      } else {
        high = beta;
        beta = (beta + low) / 2;
      }
    }
    for (let j = 0; j < k; j++) conditional[i * k + j] = Math.exp(-beta * gaps[j]) / sum;
  }
}

function step(
  task: number,
  points: Float32Array,
  nPoints: number,
  chunk: number,
  starts: Uint32Array,
  neighbours: Uint32Array,
  affinity: Float32Array,
  repulsion: Float32Array,
  perSum: number,
  exaggeration: number,
  rate: number,
  momentum: number,
  stepMax: number,
  velocity: Float32Array,
  gains: Float32Array,
  next: Float32Array,
  gradientNorms: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nPoints);
  let normSquared = 0;
  for (let i = task * chunk; i < end; i++) {
    const pull = [0, 0];
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const dx = points[2 * i] - points[2 * neighbours[e]];
      const dy = points[2 * i + 1] - points[2 * neighbours[e] + 1];
      const weight = affinity[e] / (1 + dx * dx + dy * dy);
      pull[0] += weight * dx;
      pull[1] += weight * dy;
    }
    const move = pull.map((attraction, axis) => {
      const at = 2 * i + axis;
      const gradient = exaggeration * attraction - repulsion[at] * perSum;
      normSquared += gradient * gradient;
      const gain = gradient * velocity[at] > 0 ? gains[at] * 0.8 : gains[at] + 0.2;
      gains[at] = Math.max(gain, 0.01);
      return momentum * velocity[at] - rate * gains[at] * gradient;
    });
    const shrink = Math.min(1, stepMax / Math.hypot(move[0], move[1]));
    for (let axis = 0; axis < 2; axis++) {
      velocity[2 * i + axis] = move[axis] * shrink;
      next[2 * i + axis] = points[2 * i + axis] + velocity[2 * i + axis];
    }
  }
  gradientNorms[task] = normSquared;
}

function edgeCost(
  task: number,
  points: Float32Array,
  nPoints: number,
  chunk: number,
  starts: Uint32Array,
  neighbours: Uint32Array,
  affinity: Float32Array,
  sums: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nPoints);
  let sum = 0;
  for (let i = task * chunk; i < end; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const dx = points[2 * i] - points[2 * neighbours[e]];
      const dy = points[2 * i + 1] - points[2 * neighbours[e] + 1];
      sum += affinity[e] * Math.log(1 + dx * dx + dy * dy);
    }
  }
  sums[task] = sum;
}

function exactRepulsion(
  task: number,
  points: Float32Array,
  nPoints: number,
  chunk: number,
  forces: Float32Array,
  sums: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nPoints);
  let total = 0;
  for (let i = task * chunk; i < end; i++) {
    let sumX = 0;
    let sumY = 0;
    let sum = 0;
    for (let j = 0; j < nPoints; j++) {
      const dx = points[2 * i] - points[2 * j];
      const dy = points[2 * i + 1] - points[2 * j + 1];
      const q = 1 / (1 + dx * dx + dy * dy);
      sum += q;
      sumX += q * q * dx;
      sumY += q * q * dy;
    }
    total += sum - 1;
    forces[2 * i] = sumX;
    forces[2 * i + 1] = sumY;
  }
  sums[task] = total;
}

function treeRepulsion(
  task: number,
  points: Float32Array,
  nPoints: number,
  chunk: number,
  nodes: Float32Array,
  skips: Uint32Array,
  nNodes: number,
  perThetaSquared: number,
  forces: Float32Array,
  sums: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nPoints);
  let total = 0;
  for (let i = task * chunk; i < end; i++) {
    let sumX = 0;
    let sumY = 0;
    let node = 0;
    while (node < nNodes) {
      const dx = points[2 * i] - nodes[4 * node];
      const dy = points[2 * i + 1] - nodes[4 * node + 1];
      const squared = dx * dx + dy * dy;
      if (skips[node] !== node + 1 && nodes[4 * node + 3] * perThetaSquared >= squared) {
        node++;
        continue;
      }
      const q = 1 / (1 + squared);
      const weighted = nodes[4 * node + 2] * q;
      total += weighted;
      sumX += weighted * q * dx;
      sumY += weighted * q * dy;
      node = skips[node];
    }
    total -= 1;
    forces[2 * i] = sumX;
    forces[2 * i + 1] = sumY;
  }
  sums[task] = total;
}

export const AFFINITIES: Kernel = { name: 'tsneAffinities', run: affinities };
export const STEP: Kernel = { name: 'tsneStep', run: step };
export const EDGE_COST: Kernel = { name: 'tsneEdgeCost', run: edgeCost };
export const EXACT_REPULSION: Kernel = { name: 'tsneExactRepulsion', run: exactRepulsion };
export const TREE_REPULSION: Kernel = { name: 'tsneTreeRepulsion', run: treeRepulsion };
