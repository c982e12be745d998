/** DBSCAN over one tree for any number of radii and core sizes. */
import { countChunks, type Executor } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import { type BoxTree, buildBoxTree, NO_ROW } from './box_tree.ts';
import { ASSIGN, CONNECT, COUNT } from './dbscan_passes.ts';

const N_LEAVES_PER_TASK = 16;

export interface DbscanResult {
  readonly eps: number;
  readonly nMin: number;
  /** Cluster of each row, 0.. in the order of their lowest core rows; -1 is noise. */
  readonly labels: Int32Array;
  readonly nClusters: number;
  /** 1 for the rows with at least nMin rows (itself included) within eps. */
  readonly isCore: Uint8Array;
}

/**
 * DBSCAN (Ester et al. 1996) for every pair of `epsValues` (distance, units of the columns) and `nMinValues` (rows within
 * eps that make a core row, itself included), radii outside. Neighbours are counted once a radius, the tree is built once.
 * A border row that several clusters reach belongs to the one whose lowest core row is lowest: what growing
 * clusters one after the other in row order gives, as scikit-learn does. Distances are float64; exactly eps is near.
 */
export function sweepDbscan(
  executor: Executor,
  x: Matrix,
  epsValues: readonly number[],
  nMinValues: readonly number[],
): DbscanResult[] {
  if (x.nRows === 0) throw new Error('assertion failed: DBSCAN of no rows');
  return executor.scope(() => {
    const tree = buildBoxTree(executor, x);
    const counts = executor.uint32(tree.rows.length);
    const parents = executor.uint32(x.nRows);
    const roots = executor.uint32(x.nRows);
    // A squared float32 distance of n terms has a relative error below (n + 3) / 2^24; twice that and some.
    const slack = (x.nCols + 8) * 2 ** -22;
    return epsValues.flatMap((eps) => {
      const shared = passArguments(tree, eps * eps, slack);
      const nTasks = countChunks(tree.leaves.length, N_LEAVES_PER_TASK);
      executor.dispatch(COUNT, nTasks, ...shared, counts);
      return nMinValues.map((nMin) => {
        for (let row = 0; row < x.nRows; row++) parents[row] = row;
        executor.dispatch(CONNECT, nTasks, ...shared, counts, nMin, tree.rows, parents);
        executor.dispatch(ASSIGN, nTasks, ...shared, counts, nMin, tree.rows, parents, roots);
        return { eps, nMin, ...numberClusters(roots), isCore: coreRows(tree, counts, nMin) };
      });
    });
  });
}

function passArguments(tree: BoxTree, epsSquared: number, slack: number) {
  const { blocks, nCols, nodes, boxes, nNodes, leaves } = tree;
  return [blocks, nCols, nodes, boxes, nNodes, leaves, leaves.length, N_LEAVES_PER_TASK, epsSquared, slack] as const;
}

/** Numbers the roots in row order; a root is the lowest core row of its cluster. */
function numberClusters(roots: Uint32Array): { labels: Int32Array; nClusters: number } {
  const labels = new Int32Array(roots.length).fill(-1);
  const numbers = new Int32Array(roots.length);
  let nClusters = 0;
  for (let row = 0; row < roots.length; row++) if (roots[row] === row) numbers[row] = nClusters++;
  for (let row = 0; row < roots.length; row++) if (roots[row] !== NO_ROW) labels[row] = numbers[roots[row]];
  return { labels, nClusters };
}

function coreRows(tree: BoxTree, counts: Uint32Array, nMin: number): Uint8Array {
  const isCore = new Uint8Array(tree.nRows);
  for (let position = 0; position < counts.length; position++) {
    if (tree.rows[position] !== NO_ROW && counts[position] >= nMin) isCore[tree.rows[position]] = 1;
  }
  return isCore;
}
