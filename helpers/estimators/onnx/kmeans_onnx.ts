/** K-means as ONNX. */

import type { KMeans } from '../kmeans.ts';
import {
  cast,
  DOUBLE,
  doubles,
  encodeOnnx,
  FLOAT,
  INPUT_NAME,
  INT64,
  intAttribute,
  integers,
  intsAttribute,
  node,
} from './onnx_model.ts';

/**
 * The bytes of an .onnx file: input `x` (nRows × columns, float32), outputs `label` (nRows, int64; ties to the lower
 * number) and `distances` (nRows × clusters, float32, Euclidean). Needs nRows × clusters × columns float64 while it runs.
 */
export function kmeansToOnnx(kmeans: KMeans): Uint8Array {
  const { format, featureNames, centres } = kmeans.toModel();
  const nCols = featureNames.length;
  const nClusters = centres.length;
  return encodeOnnx({
    name: format,
    featureNames,
    nodes: [
      cast(INPUT_NAME, 'wide', DOUBLE),
      node('Unsqueeze', ['wide', 'middle'], 'rows'),
      node('Sub', ['rows', 'centres'], 'differences'),
      node('ReduceSumSquare', ['differences'], 'squares', [intsAttribute('axes', [2]), intAttribute('keepdims', 0)]),
      node('ArgMin', ['squares'], 'label', [intAttribute('axis', 1), intAttribute('keepdims', 0)]),
      node('Sqrt', ['squares'], 'roots'),
      cast('roots', 'distances', FLOAT),
    ],
    constants: [integers('middle', [1], [1]), doubles('centres', [nClusters, nCols], centres.flat())],
    outputs: [
      { name: 'label', type: INT64 },
      { name: 'distances', type: FLOAT, nCols: nClusters },
    ],
  });
}
