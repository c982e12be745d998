/** Gradient boosting and random forests as ONNX. */

import type { GradientBoosting } from '../gradient_boosting.ts';
import type { TreeEnsemble } from '../tree_ensemble.ts';
import {
  cast,
  encodeOnnx,
  FLOAT,
  floats,
  INPUT_NAME,
  INT64,
  intAttribute,
  node,
  type OnnxConstant,
  type OnnxNode,
  type OnnxOutput,
} from './onnx_model.ts';
import { treeEnsembleNode } from './onnx_trees.ts';

/** The operator that adds up the trees into `raw`, nRows × outputs. */
function rawScores(ensemble: TreeEnsemble): OnnxNode {
  const trees = ensemble.trees.map((tree, t) => ({
    ...tree,
    value: Float64Array.from(tree.value, (value) => value * ensemble.scale),
    output: ensemble.groups[t],
  }));
  return treeEnsembleNode(INPUT_NAME, 'raw', trees, ensemble.base);
}

interface Head {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly outputs: readonly OnnxOutput[];
}

/** Two columns of chances from `chance` of class 1 (nRows × 1), and the label: 1 where `sign` is not negative. */
function twoClasses(chance: readonly OnnxNode[], sign: string): Head {
  return {
    nodes: [
      ...chance,
      node('Sub', ['one', 'chance'], 'other'),
      node('Concat', ['other', 'chance'], 'probabilities', [intAttribute('axis', 1)]),
      node('GreaterOrEqual', [sign, 'zero'], 'is_one'),
      cast('is_one', 'labels', INT64),
      node('Reshape', ['labels', 'flat'], 'label'),
    ],
    constants: [
      floats('one', [1], [1]),
      floats('zero', [1], [0]),
      { name: 'flat', dataType: INT64, dims: [1], int64Data: [-1] },
    ],
    outputs: [
      { name: 'label', type: INT64 },
      { name: 'probabilities', type: FLOAT, nCols: 2 },
    ],
  };
}

/** The likeliest of several classes, ties to the lower one, beside the chances that `chances` computes. */
function manyClasses(chances: OnnxNode, nClasses: number): Head {
  return {
    nodes: [chances, node('ArgMax', ['raw'], 'label', [intAttribute('axis', 1), intAttribute('keepdims', 0)])],
    constants: [],
    outputs: [
      { name: 'label', type: INT64 },
      { name: 'probabilities', type: FLOAT, nCols: nClasses },
    ],
  };
}

const RAW_ONLY: Head = { nodes: [], constants: [], outputs: [{ name: 'raw', type: FLOAT, nCols: 1 }] };

function encode(name: string, featureNames: readonly string[], ensemble: TreeEnsemble, head: Head): Uint8Array {
  const { nodes, constants, outputs } = head;
  return encodeOnnx({ name, featureNames, nodes: [rawScores(ensemble), ...nodes], constants, outputs });
}

/**
 * The bytes of an .onnx file: input `x` (nRows × columns, float32, NaN for missing). Classes: outputs `label` (nRows,
 * int64) and `probabilities` (nRows × classes, float32). Numbers: output `raw` (nRows × 1, float32).
 */
export function gradientBoostingToOnnx(boosting: GradientBoosting): Uint8Array {
  const { objective, featureNames, ensemble } = boosting.model;
  const heads: Record<typeof objective, () => Head> = {
    binary: () => twoClasses([node('Sigmoid', ['raw'], 'chance')], 'raw'),
    multiclass: () =>
      manyClasses(node('Softmax', ['raw'], 'probabilities', [intAttribute('axis', 1)]), ensemble.base.length),
    'squared-error': () => RAW_ONLY,
    quantile: () => RAW_ONLY,
  };
  return encode('spyhop-gradient-boosting', featureNames, ensemble, heads[objective]());
}
