/** Which columns moved a row's isolation score: the change of expected path length at every split it passed. */
import type { Matrix } from '../matrix.ts';
import { averagePathLength, type IsolationTrees } from './isolation_trees.ts';

export interface IsolationContributions {
  /** log₂ of the score of a row about which nothing is known. */
  readonly base: number;
  /** nRows × nCols; base + the sum of a row's values = log₂ of its score. Positive: made it more anomalous. */
  readonly values: Float64Array;
}

/** Expected path length of the training rows that reached each node. Children are numbered after their parents. */
export function expectedPathLengths(trees: IsolationTrees): Float64Array {
  const { features, leftChildren, nodeSamples, treeStarts } = trees;
  const expected = new Float64Array(features.length);
  const depths = new Uint32Array(features.length);
  for (let node = 0; node < features.length; node++) {
    if (features[node] < 0) continue;
    depths[leftChildren[node]] = depths[node] + 1;
    depths[leftChildren[node] + 1] = depths[node] + 1;
  }
  for (let node = treeStarts[treeStarts.length - 1] - 1; node >= 0; node--) {
    const left = leftChildren[node];
    expected[node] =
      features[node] < 0
        ? depths[node] + averagePathLength(nodeSamples[node])
        : (nodeSamples[left] * expected[left] + nodeSamples[left + 1] * expected[left + 1]) / nodeSamples[node];
  }
  return expected;
}

/**
 * Additive attributions along the path (Saabas 2014): a split's column is credited with how much the split shortened the
 * expected path, in bits of the score. Walks every tree for every row in plain TypeScript: meant for the rows one looks at.
 * @param fills what stands for NaN, per column
 * @param expected `expectedPathLengths` of the trees, for who asks again and again
 */
export function isolationContributions(
  trees: IsolationTrees,
  matrix: Matrix,
  fills: Float32Array,
  expected: Float64Array = expectedPathLengths(trees),
): IsolationContributions {
  const { nRows, nCols } = matrix;
  const { treeStarts, features, thresholds, leftChildren } = trees;
  const nTrees = treeStarts.length - 1;
  const scale = averagePathLength(trees.nSamplesPerTree);
  const bitsPerLevel = scale > 0 ? 1 / (nTrees * scale) : 0;
  const values = new Float64Array(nRows * nCols);
  let base = scale > 0 ? 0 : -1;
  for (let tree = 0; tree < nTrees; tree++) base -= bitsPerLevel * expected[treeStarts[tree]];
  for (let row = 0; row < nRows; row++) {
    const at = row * nCols;
    for (let tree = 0; tree < nTrees; tree++) {
      let node = treeStarts[tree];
      while (features[node] >= 0) {
        const column = features[node];
        const value = matrix.values[at + column];
        const isRight = (Number.isNaN(value) ? fills[column] : value) >= thresholds[node];
        const child = leftChildren[node] + (isRight ? 1 : 0);
        values[at + column] -= bitsPerLevel * (expected[child] - expected[node]);
        node = child;
      }
    }
  }
  return { base, values };
}
