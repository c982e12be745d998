/** Decision trees as the TreeEnsembleRegressor operator of ai.onnx.ml. */
import {
  floatsAttribute,
  intAttribute,
  intsAttribute,
  ML_DOMAIN,
  node,
  type OnnxNode,
  stringAttribute,
  stringsAttribute,
} from './onnx_model.ts';

/** One tree; a row goes left where its value is below the threshold, or missing and missingLeft is 1. */
export interface OnnxTree {
  /** Column of each node's test, negative for a leaf; node 0 is the root. */
  readonly column: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly missingLeft: ArrayLike<number>;
  /** What a leaf adds to its output. */
  readonly value: ArrayLike<number>;
  /** Which output the tree adds to. */
  readonly output: number;
}

/** An operator that adds up, per row and output, the base and the leaves reached: nRows × base.length, float32. */
export function treeEnsembleNode(
  input: string,
  output: string,
  trees: readonly OnnxTree[],
  base: readonly number[],
): OnnxNode {
  const treeIds: number[] = [];
  const nodeIds: number[] = [];
  const columns: number[] = [];
  const thresholds: number[] = [];
  const modes: string[] = [];
  const trueIds: number[] = [];
  const falseIds: number[] = [];
  const missingTrue: number[] = [];
  const targetTreeIds: number[] = [];
  const targetNodeIds: number[] = [];
  const targetIds: number[] = [];
  const targetWeights: number[] = [];
  trees.forEach((tree, treeId) => {
    for (let id = 0; id < tree.column.length; id++) {
      const isLeaf = tree.column[id] < 0;
      treeIds.push(treeId);
      nodeIds.push(id);
      modes.push(isLeaf ? 'LEAF' : 'BRANCH_LT');
      columns.push(isLeaf ? 0 : tree.column[id]);
      thresholds.push(isLeaf ? 0 : tree.threshold[id]);
      trueIds.push(isLeaf ? 0 : tree.left[id]);
      falseIds.push(isLeaf ? 0 : tree.right[id]);
      missingTrue.push(isLeaf ? 0 : tree.missingLeft[id]);
      if (!isLeaf) continue;
      targetTreeIds.push(treeId);
      targetNodeIds.push(id);
      targetIds.push(tree.output);
      targetWeights.push(tree.value[id]);
    }
  });
  const attributes = [
    intAttribute('n_targets', base.length),
    floatsAttribute('base_values', base),
    stringAttribute('aggregate_function', 'SUM'),
    stringAttribute('post_transform', 'NONE'),
    intsAttribute('nodes_treeids', treeIds),
    intsAttribute('nodes_nodeids', nodeIds),
    intsAttribute('nodes_featureids', columns),
    floatsAttribute('nodes_values', thresholds),
    stringsAttribute('nodes_modes', modes),
    intsAttribute('nodes_truenodeids', trueIds),
    intsAttribute('nodes_falsenodeids', falseIds),
    intsAttribute('nodes_missing_value_tracks_true', missingTrue),
    intsAttribute('target_treeids', targetTreeIds),
    intsAttribute('target_nodeids', targetNodeIds),
    intsAttribute('target_ids', targetIds),
    floatsAttribute('target_weights', targetWeights),
  ];
  return node('TreeEnsembleRegressor', [input], output, attributes, ML_DOMAIN);
}
