// t-SNE: affinities of given perplexity, attraction along the neighbour graph with the update of the map, and the exact and
// the Barnes-Hut repulsion. Reference implementations: tsne_passes.ts.

/** Task = chunk of rows: p(j|i) over the given neighbours so that the entropy is `logPerplexity` (bisection on the width). */
export function tsneAffinities(
  task: u32,
  squared: usize, // f32[nRows * k], ascending
  nRows: u32,
  k: u32,
  chunk: u32,
  logPerplexity: f64,
  conditional: usize, // f32[nRows * k]
): void {
  const end = min((task + 1) * chunk, nRows);
  for (let i = task * chunk; i < end; i++) {
    const from = squared + ((<usize>i * k) << 2);
    const to = conditional + ((<usize>i * k) << 2);
    const nearest = <f64>load<f32>(from);
    // Distances relative to the mean excess, so that the search starts near its goal in any unit.
    let mean: f64 = 0;
    for (let j: u32 = 0; j < k; j++) mean += <f64>load<f32>(from + (j << 2)) - nearest;
    mean /= <f64>k;
    let beta: f64 = mean > 0 ? 1 / mean : 1;
    let low: f64 = 0;
    let high: f64 = Infinity;
    let sum: f64 = 0;
    for (let step = 0; step < 100; step++) {
      sum = 0;
      let weighted: f64 = 0;
      for (let j: u32 = 0; j < k; j++) {
        const gap = <f64>load<f32>(from + (j << 2)) - nearest;
        const p = Math.exp(-beta * gap);
        sum += p;
        weighted += p * gap;
      }
      const excess = Math.log(sum) + (beta * weighted) / sum - logPerplexity;
      if (Math.abs(excess) < 1e-5) break;
      if (excess > 0) {
        low = beta;
        beta = high === Infinity ? beta * 2 : (beta + high) / 2;
      } else {
        high = beta;
        beta = (beta + low) / 2;
      }
    }
    for (let j: u32 = 0; j < k; j++) {
      const gap = <f64>load<f32>(from + (j << 2)) - nearest;
      store<f32>(to + (j << 2), <f32>(Math.exp(-beta * gap) / sum));
    }
  }
}

/**
 * Task = chunk of points: attraction along the graph, then one step of gradient descent with momentum and gains
 * (Jacobs 1988) from `points` into `next`.
 */
export function tsneStep(
  task: u32,
  points: usize, // f32[2n]
  nPoints: u32,
  chunk: u32,
  starts: usize, // u32[n + 1]
  neighbours: usize, // u32[nEdges]
  affinities: usize, // f32[nEdges]
  repulsion: usize, // f32[2n], not yet divided by the sum over all pairs
  perSum: f32, // 1 / that sum
  exaggeration: f32,
  rate: f32,
  momentum: f32,
  stepMax: f32,
  velocity: usize, // f32[2n]
  gains: usize, // f32[2n]
  next: usize, // f32[2n]
  gradientNorms: usize, // f64 a task: sum of squared gradients
): void {
  const end = min((task + 1) * chunk, nPoints);
  let normSquared: f64 = 0;
  for (let i = task * chunk; i < end; i++) {
    const at = (<usize>i) << 3;
    const x = load<f32>(points + at);
    const y = load<f32>(points + at, 4);
    const xs = f32x4.splat(x);
    const ys = f32x4.splat(y);
    const last = load<u32>(starts + ((<usize>i + 1) << 2));
    let e = load<u32>(starts + ((<usize>i) << 2));
    let sumX = f32x4.splat(0);
    let sumY = sumX;
    for (; e + 4 <= last; e += 4) {
      const ids = neighbours + ((<usize>e) << 2);
      let a = v128.load64_zero(points + ((<usize>load<u32>(ids)) << 3));
      let b = v128.load64_zero(points + ((<usize>load<u32>(ids, 8)) << 3));
      a = v128.load64_lane(points + ((<usize>load<u32>(ids, 4)) << 3), a, 1);
      b = v128.load64_lane(points + ((<usize>load<u32>(ids, 12)) << 3), b, 1);
      const dx = f32x4.sub(xs, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
      const dy = f32x4.sub(ys, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
      const squared = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
      const pull = f32x4.div(v128.load(affinities + ((<usize>e) << 2)), f32x4.add(f32x4.splat(1), squared));
      sumX = f32x4.add(sumX, f32x4.mul(pull, dx));
      sumY = f32x4.add(sumY, f32x4.mul(pull, dy));
    }
    let pullX = sumLanes(sumX);
    let pullY = sumLanes(sumY);
    for (; e < last; e++) {
      const other = points + ((<usize>load<u32>(neighbours + ((<usize>e) << 2))) << 3);
      const dx = x - load<f32>(other);
      const dy = y - load<f32>(other, 4);
      const pull = load<f32>(affinities + ((<usize>e) << 2)) / (1 + (dx * dx + dy * dy));
      pullX += pull * dx;
      pullY += pull * dy;
    }
    const gradientX = exaggeration * pullX - load<f32>(repulsion + at) * perSum;
    const gradientY = exaggeration * pullY - load<f32>(repulsion + at, 4) * perSum;
    normSquared += <f64>gradientX * <f64>gradientX + <f64>gradientY * <f64>gradientY;
    let stepX = stepOf(gradientX, velocity + at, gains + at, rate, momentum);
    let stepY = stepOf(gradientY, velocity + at + 4, gains + at + 4, rate, momentum);
    const length = sqrt<f32>(stepX * stepX + stepY * stepY);
    const shrink: f32 = length > stepMax ? stepMax / length : 1;
    stepX *= shrink;
    stepY *= shrink;
    store<f32>(velocity + at, stepX);
    store<f32>(velocity + at, stepY, 4);
    store<f32>(next + at, x + stepX);
    store<f32>(next + at, y + stepY, 4);
  }
  store<f64>(gradientNorms + ((<usize>task) << 3), normSquared);
}

function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** The next step along one coordinate; the gain grows while the gradient keeps opposing the velocity's sign. */
function stepOf(gradient: f32, velocityAt: usize, gainAt: usize, rate: f32, momentum: f32): f32 {
  const velocity = load<f32>(velocityAt);
  let gain = load<f32>(gainAt);
  gain = gradient * velocity > 0 ? gain * 0.8 : gain + 0.2;
  if (gain < 0.01) gain = 0.01;
  store<f32>(gainAt, gain);
  return momentum * velocity - rate * gain * gradient;
}

/** Task = chunk of points: the sum over edges of p log(1 + d²) (the part of the divergence that the map changes). */
export function tsneEdgeCost(
  task: u32,
  points: usize,
  nPoints: u32,
  chunk: u32,
  starts: usize,
  neighbours: usize,
  affinities: usize,
  sums: usize, // f64 a task
): void {
  const end = min((task + 1) * chunk, nPoints);
  let sum: f64 = 0;
  for (let i = task * chunk; i < end; i++) {
    const x = <f64>load<f32>(points + ((<usize>i) << 3));
    const y = <f64>load<f32>(points + ((<usize>i) << 3), 4);
    const last = load<u32>(starts + ((<usize>i + 1) << 2));
    for (let e = load<u32>(starts + ((<usize>i) << 2)); e < last; e++) {
      const other = points + ((<usize>load<u32>(neighbours + ((<usize>e) << 2))) << 3);
      const dx = x - <f64>load<f32>(other);
      const dy = y - <f64>load<f32>(other, 4);
      sum += <f64>load<f32>(affinities + ((<usize>e) << 2)) * Math.log(1 + dx * dx + dy * dy);
    }
  }
  store<f64>(sums + ((<usize>task) << 3), sum);
}

/** Task = chunk of points: repulsion from all points, and the sum of 1/(1+d²) over the pairs, float64 inside. */
export function tsneExactRepulsion(
  task: u32,
  points: usize,
  nPoints: u32,
  chunk: u32,
  forces: usize, // f32[2n]
  sums: usize, // f64 a task
): void {
  const end = min((task + 1) * chunk, nPoints);
  let total: f64 = 0;
  for (let i = task * chunk; i < end; i++) {
    const x = <f64>load<f32>(points + ((<usize>i) << 3));
    const y = <f64>load<f32>(points + ((<usize>i) << 3), 4);
    let sumX: f64 = 0;
    let sumY: f64 = 0;
    let sum: f64 = 0;
    for (let j: u32 = 0; j < nPoints; j++) {
      const dx = x - <f64>load<f32>(points + ((<usize>j) << 3));
      const dy = y - <f64>load<f32>(points + ((<usize>j) << 3), 4);
      const q = 1 / (1 + dx * dx + dy * dy);
      sum += q;
      sumX += q * q * dx;
      sumY += q * q * dy;
    }
    total += sum - 1;
    store<f32>(forces + ((<usize>i) << 3), <f32>sumX);
    store<f32>(forces + ((<usize>i) << 3), <f32>sumY, 4);
  }
  store<f64>(sums + ((<usize>task) << 3), total);
}

/**
 * Task = chunk of points: repulsion by Barnes & Hut (1986). Nodes lie in depth-first order; `skips` holds the node after a
 * node's whole subtree, so no stack is needed. A node counts as one point when width / distance < theta.
 */
export function tsneTreeRepulsion(
  task: u32,
  points: usize,
  nPoints: u32,
  chunk: u32,
  nodes: usize, // f32[4 * nNodes]: centre of mass x, y, number of points, squared width
  skips: usize, // u32[nNodes]
  nNodes: u32,
  perThetaSquared: f32,
  forces: usize, // f32[2n]
  sums: usize, // f64 a task
): void {
  const end = min((task + 1) * chunk, nPoints);
  let total: f64 = 0;
  for (let i = task * chunk; i < end; i++) {
    const x = load<f32>(points + ((<usize>i) << 3));
    const y = load<f32>(points + ((<usize>i) << 3), 4);
    let sumX: f64 = 0;
    let sumY: f64 = 0;
    let node: u32 = 0;
    while (node < nNodes) {
      const at = nodes + ((<usize>node) << 4);
      const skip = load<u32>(skips + ((<usize>node) << 2));
      const dx = x - load<f32>(at);
      const dy = y - load<f32>(at, 4);
      const squared = dx * dx + dy * dy;
      // A leaf is followed by its skip; its points lie on one another, or are one.
      if (skip === node + 1 || load<f32>(at, 12) * perThetaSquared < squared) {
        const q: f32 = 1 / (1 + squared);
        const weighted = load<f32>(at, 8) * q;
        total += <f64>weighted;
        sumX += <f64>(weighted * q * dx);
        sumY += <f64>(weighted * q * dy);
        node = skip;
      } else {
        node++;
      }
    }
    total -= 1; // the point itself, at distance 0
    store<f32>(forces + ((<usize>i) << 3), <f32>sumX);
    store<f32>(forces + ((<usize>i) << 3), <f32>sumY, 4);
  }
  store<f64>(sums + ((<usize>task) << 3), total);
}
