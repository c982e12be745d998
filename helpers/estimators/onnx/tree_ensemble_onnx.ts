/** Gradient boosting and random forests as ONNX. */
import type { GradientBoosting } from '../gradient_boosting.ts';
import type { RandomForest } from '../random_forest.ts';
import type { TreeEnsemble } from '../tree_ensemble.ts';
import {
  cast,
  encodeOnnx,
  FLOAT,
  floats,
  INPUT_NAME,
  INT64,
  intAttribute,
  integers,
  node,
  type OnnxConstant,
  type OnnxNode,
  type OnnxOutput,
} from './onnx_model.ts';
import { treeEnsembleNode } from './onnx_trees.ts';

/**
 * Adds up the trees into `raw`, nRows × outputs. A factor is applied to the sum and not to the leaves: the votes of whole
 * trees are then counted exactly, though onnxruntime adds in float32.
 */
function rawScores(ensemble: TreeEnsemble): { nodes: OnnxNode[]; constants: OnnxConstant[] } {
  const { groups, base, scale } = ensemble;
  const trees = ensemble.trees.map((tree, t) => ({ ...tree, output: groups[t] }));
  if (scale === 1) return { nodes: [treeEnsembleNode(INPUT_NAME, 'raw', trees, base)], constants: [] };
  const zeros = base.map(() => 0);
  return {
    nodes: [
      treeEnsembleNode(INPUT_NAME, 'sums', trees, zeros),
      node('Mul', ['sums', 'scale'], 'means'),
      node('Add', ['means', 'base'], 'raw'),
    ],
    constants: [floats('scale', [1], [scale]), floats('base', [base.length], base)],
  };
}

interface Head {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly outputs: readonly OnnxOutput[];
}

/** Two columns of probabilities from `probability` of class 1 (nRows × 1), and the label: 1 where `isOne` says so. */
function twoClasses(probability: OnnxNode, isOne: OnnxNode, border: number): Head {
  return {
    nodes: [
      probability,
      node('Sub', ['one', 'probability'], 'other'),
      node('Concat', ['other', 'probability'], 'probabilities', [intAttribute('axis', 1)]),
      isOne,
      cast('is_one', 'labels', INT64),
      node('Reshape', ['labels', 'flat'], 'label'),
    ],
    constants: [floats('one', [1], [1]), floats('border', [1], [border]), integers('flat', [1], [-1])],
    outputs: [
      { name: 'label', type: INT64 },
      { name: 'probabilities', type: FLOAT, nCols: 2 },
    ],
  };
}

/** The likeliest of several classes, ties to the lower one, beside the probabilities that `probabilities` computes. */
function manyClasses(probabilities: OnnxNode, nClasses: number): Head {
  return {
    nodes: [probabilities, node('ArgMax', ['raw'], 'label', [intAttribute('axis', 1), intAttribute('keepdims', 0)])],
    constants: [],
    outputs: [
      { name: 'label', type: INT64 },
      { name: 'probabilities', type: FLOAT, nCols: nClasses },
    ],
  };
}

const RAW_ONLY: Head = { nodes: [], constants: [], outputs: [{ name: 'raw', type: FLOAT, nCols: 1 }] };

function encode(name: string, featureNames: readonly string[], ensemble: TreeEnsemble, head: Head): Uint8Array {
  const raw = rawScores(ensemble);
  return encodeOnnx({
    name,
    featureNames,
    nodes: [...raw.nodes, ...head.nodes],
    constants: [...raw.constants, ...head.constants],
    outputs: head.outputs,
  });
}

/**
 * The bytes of an .onnx file: input `x` (nRows × columns, float32, NaN for missing). Classes: outputs `label` (nRows,
 * int64) and `probabilities` (nRows × classes, float32). Numbers: output `raw` (nRows × 1, float32).
 */
export function gradientBoostingToOnnx(boosting: GradientBoosting): Uint8Array {
  const { objective, featureNames, ensemble } = boosting.model;
  const heads: Record<typeof objective, () => Head> = {
    binary: () =>
      twoClasses(node('Sigmoid', ['raw'], 'probability'), node('GreaterOrEqual', ['raw', 'border'], 'is_one'), 0),
    multiclass: () =>
      manyClasses(node('Softmax', ['raw'], 'probabilities', [intAttribute('axis', 1)]), ensemble.base.length),
    'squared-error': () => RAW_ONLY,
    quantile: () => RAW_ONLY,
  };
  return encode('spyhop-gradient-boosting', featureNames, ensemble, heads[objective]());
}

/**
 * The bytes of an .onnx file, with the inputs and outputs of `gradientBoostingToOnnx`. Sums are float32 there: classes
 * whose probabilities differ by less than 1e-6 may change places.
 */
export function randomForestToOnnx(forest: RandomForest): Uint8Array {
  const { nClasses, featureNames, ensemble } = forest.model;
  const head = (): Head => {
    if (nClasses === 1) return RAW_ONLY;
    if (nClasses > 2) return manyClasses(node('Identity', ['raw'], 'probabilities'), nClasses);
    return twoClasses(node('Identity', ['raw'], 'probability'), node('Greater', ['raw', 'border'], 'is_one'), 0.5);
  };
  return encode('spyhop-random-forest', featureNames, ensemble, head());
}
