/** The quadtree of Barnes & Hut (1986) over points in the plane, in depth-first order with skips instead of pointers. */

const DEPTH_MAX = 24;

export interface Quadtree {
  readonly nNodes: number;
  /** Four float32 a node: centre of mass x and y, number of points, squared width. */
  readonly nodes: Float32Array;
  /** The node after the whole subtree of each node; node + 1 for a leaf. */
  readonly skips: Uint32Array;
}

/** Nodes that a tree over n points can have at most here; arrays given to `buildQuadtree` must hold them. */
export function countNodesMax(nPoints: number): number {
  // Chains of nodes with one child are cut short, so every inner node has at least two.
  return 2 * nPoints;
}

/**
 * Builds the tree over `points` (x, y interleaved, at least one) into `nodes` and `skips`. A leaf holds one point, or
 * points that 24 halvings do not part.
 */
export function buildQuadtree(points: Float32Array, nodes: Float32Array, skips: Uint32Array): Quadtree {
  const n = points.length / 2;
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const spare = new Uint32Array(n);
  const quadrants = new Uint8Array(n);
  let nNodes = 0;

  const build = (begin: number, end: number, lowX: number, lowY: number, width: number, depth: number): void => {
    if (end - begin > 1 && depth < DEPTH_MAX) {
      const ends = partition(begin, end, lowX + width / 2, lowY + width / 2);
      const only = ends.findIndex((last, q) => last === end && (q === 0 ? begin : ends[q - 1]) === begin);
      if (only !== -1) {
        build(begin, end, lowX + (only % 2) * (width / 2), lowY + (only >> 1) * (width / 2), width / 2, depth + 1);
        return;
      }
      const node = open(begin, end, width);
      let first = begin;
      ends.forEach((last, q) => {
        if (last > first)
          build(first, last, lowX + (q % 2) * (width / 2), lowY + (q >> 1) * (width / 2), width / 2, depth + 1);
        first = last;
      });
      skips[node] = nNodes;
      return;
    }
    skips[open(begin, end, width)] = nNodes;
  };
  const open = (begin: number, end: number, width: number): number => {
    let sumX = 0;
    let sumY = 0;
    for (let at = begin; at < end; at++) {
      sumX += points[2 * order[at]];
      sumY += points[2 * order[at] + 1];
    }
    const node = nNodes++;
    nodes[4 * node] = sumX / (end - begin);
    nodes[4 * node + 1] = sumY / (end - begin);
    nodes[4 * node + 2] = end - begin;
    nodes[4 * node + 3] = width * width;
    return node;
  };
  /** Sorts order[begin..end) by quadrant; returns where each quadrant ends. */
  const partition = (begin: number, end: number, middleX: number, middleY: number): number[] => {
    const counts = [0, 0, 0, 0];
    for (let at = begin; at < end; at++) {
      const i = order[at];
      const q = (points[2 * i] >= middleX ? 1 : 0) + (points[2 * i + 1] >= middleY ? 2 : 0);
      quadrants[at] = q;
      counts[q]++;
    }
    const next = [begin, begin + counts[0], begin + counts[0] + counts[1], end - counts[3]];
    const ends = [next[1], next[2], next[3], end];
    for (let at = begin; at < end; at++) spare[next[quadrants[at]]++] = order[at];
    order.set(spare.subarray(begin, end), begin);
    return ends;
  };

  let lowX = Number.POSITIVE_INFINITY;
  let lowY = Number.POSITIVE_INFINITY;
  let highX = Number.NEGATIVE_INFINITY;
  let highY = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    lowX = Math.min(lowX, points[2 * i]);
    highX = Math.max(highX, points[2 * i]);
    lowY = Math.min(lowY, points[2 * i + 1]);
    highY = Math.max(highY, points[2 * i + 1]);
  }
  build(0, n, lowX, lowY, Math.max(highX - lowX, highY - lowY), 0);
  return { nNodes, nodes, skips };
}
