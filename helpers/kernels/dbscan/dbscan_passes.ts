/** Passes of DBSCAN over the leaves of a box tree as kernels, and their reference implementations, which look at every pair. */
import type { Kernel } from '../executor.ts';
import { NO_ROW } from './box_tree.ts';

/** Float64 squared distance of two positions, features in order. */
function squaredDistance(blocks: Float32Array, a: number, b: number, nCols: number): number {
  const atA = (a >> 2) * nCols * 4 + (a & 3);
  const atB = (b >> 2) * nCols * 4 + (b & 3);
  let sum = 0;
  for (let f = 0; f < nCols; f++) sum += (blocks[atA + 4 * f] - blocks[atB + 4 * f]) ** 2;
  return sum;
}

/** Arguments of the passes; each takes the first ones, as many as it needs. */
type Pass = [
  ...tree: [blocks: Float32Array, nCols: number, nodes: Uint32Array, boxes: Float32Array, nNodes: number],
  ...work: [leaves: Uint32Array, nLeaves: number, nLeavesPerTask: number, epsSquared: number, slack: number],
  ...found: [counts: Uint32Array, nMin: number, rows: Uint32Array, parents: Uint32Array, roots: Uint32Array],
];

/** Calls `visit` with every position of a row in the task's leaves. */
function forEachPosition(
  task: number,
  [, , nodes, , , leaves, nLeaves, nLeavesPerTask]: Pass,
  visit: (position: number) => void,
): void {
  const end = Math.min((task + 1) * nLeavesPerTask, nLeaves);
  for (let l = task * nLeavesPerTask; l < end; l++) {
    const first = nodes[4 * leaves[l] + 1];
    for (let position = first; position < first + nodes[4 * leaves[l] + 3]; position++) visit(position);
  }
}

function count(task: number, ...pass: Pass): void {
  const [blocks, nCols, , , , , , , epsSquared, , counts] = pass;
  forEachPosition(task, pass, (a) => {
    counts[a] = 0;
    // Padding lies at Infinity, so it is never near.
    for (let b = 0; b < counts.length; b++) if (squaredDistance(blocks, a, b, nCols) <= epsSquared) counts[a]++;
  });
}

function findRoot(parents: Uint32Array, row: number): number {
  let root = row;
  while (parents[root] !== root) root = parents[root];
  return root;
}

function connect(task: number, ...pass: Pass): void {
  const [blocks, nCols, , , , , , , epsSquared, , counts, nMin, rows, parents] = pass;
  forEachPosition(task, pass, (a) => {
    if (counts[a] < nMin) return;
    for (let b = 0; b < a; b++) {
      if (counts[b] < nMin || !(squaredDistance(blocks, a, b, nCols) <= epsSquared)) continue;
      const rootA = findRoot(parents, rows[a]);
      const rootB = findRoot(parents, rows[b]);
      parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }
  });
}

function assign(task: number, ...pass: Pass): void {
  const [blocks, nCols, , , , , , , epsSquared, , counts, nMin, rows, parents, roots] = pass;
  forEachPosition(task, pass, (a) => {
    roots[rows[a]] = counts[a] >= nMin ? findRoot(parents, rows[a]) : NO_ROW;
    if (counts[a] >= nMin) return;
    for (let b = 0; b < counts.length; b++) {
      if (counts[b] < nMin || !(squaredDistance(blocks, a, b, nCols) <= epsSquared)) continue;
      roots[rows[a]] = Math.min(roots[rows[a]], findRoot(parents, rows[b]));
    }
  });
}

export const COUNT: Kernel = { name: 'dbscanCount', run: count };
export const CONNECT: Kernel = { name: 'dbscanConnect', run: connect };
export const ASSIGN: Kernel = { name: 'dbscanAssign', run: assign };
