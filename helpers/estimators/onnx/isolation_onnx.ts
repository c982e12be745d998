/** Isolation forests as ONNX. */
import { averagePathLength } from '../../kernels/isolation/isolation_trees.ts';
import type { IsolationForest } from '../isolation_forest.ts';
import type { IsolationForestModel } from '../isolation_forest_model.ts';
import {
  encodeOnnx,
  FLOAT,
  floatAttribute,
  floats,
  floatsAttribute,
  INPUT_NAME,
  ML_DOMAIN,
  node,
} from './onnx_model.ts';
import { type OnnxTree, treeEnsembleNode } from './onnx_trees.ts';

/** Tree `tree` of the model with nodes numbered from 0; a leaf's value is its share of the average path length. */
function onnxTree(model: IsolationForestModel, tree: number): OnnxTree {
  const start = model.treeStarts[tree];
  const end = model.treeStarts[tree + 1];
  const nTrees = model.treeStarts.length - 1;
  const column = model.features.slice(start, end);
  const left = model.leftChildren.slice(start, end).map((child) => child - start);
  const depths = new Uint32Array(end - start);
  const value = column.map((feature, id) => {
    if (feature < 0) return (depths[id] + averagePathLength(model.nodeSamples[start + id])) / nTrees;
    depths[left[id]] = depths[id] + 1;
    depths[left[id] + 1] = depths[id] + 1;
    return 0;
  });
  return {
    column,
    threshold: model.thresholds.slice(start, end),
    left,
    right: left.map((child) => child + 1),
    missingLeft: new Uint8Array(end - start),
    value,
    output: 0,
  };
}

/**
 * The bytes of an .onnx file: input `x` (nRows × columns, float32, NaN for missing), outputs `path_length` (average over
 * the trees) and `score` (higher is more anomalous), both nRows × 1, float32.
 */
export function isolationForestToOnnx(forest: IsolationForest): Uint8Array {
  const model = forest.toModel();
  const nTrees = model.treeStarts.length - 1;
  const trees = Array.from({ length: nTrees }, (_, tree) => onnxTree(model, tree));
  const scale = averagePathLength(model.nSamplesPerTree);
  const fillMissing = [
    floatsAttribute('imputed_value_floats', model.fills),
    floatAttribute('replaced_value_float', Number.NaN),
  ];
  // A forest of one row has no scale and scores one half, as exp(0 · length + ln ½).
  const [factor, offset] = scale > 0 ? [-Math.LN2 / scale, 0] : [0, -Math.LN2];
  return encodeOnnx({
    name: model.format,
    featureNames: model.featureNames,
    nodes: [
      node('Imputer', [INPUT_NAME], 'filled', fillMissing, ML_DOMAIN),
      treeEnsembleNode('filled', 'path_length', trees, [0]),
      node('Mul', ['path_length', 'factor'], 'scaled'),
      node('Add', ['scaled', 'offset'], 'exponent'),
      node('Exp', ['exponent'], 'score'),
    ],
    constants: [floats('factor', [1], [factor]), floats('offset', [1], [offset])],
    outputs: [
      { name: 'path_length', type: FLOAT, nCols: 1 },
      { name: 'score', type: FLOAT, nCols: 1 },
    ],
  });
}
