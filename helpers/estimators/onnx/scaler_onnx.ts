/** Scalers as ONNX. */

import type { MinMaxScaler, StandardScaler } from '../scalers.ts';
import { cast, DOUBLE, doubles, encodeOnnx, FLOAT, INPUT_NAME, node } from './onnx_model.ts';

/**
 * The bytes of an .onnx file: input `x` (nRows × columns, float32), output `scaled` of the same shape. It computes in
 * float64, like `transform`, because a float32 offset would lose what a large mean hides.
 */
export function scalerToOnnx(scaler: StandardScaler | MinMaxScaler): Uint8Array {
  const { format, featureNames, offsets, scales } = scaler.toModel();
  const nCols = featureNames.length;
  return encodeOnnx({
    name: format,
    featureNames,
    nodes: [
      cast(INPUT_NAME, 'wide', DOUBLE),
      node('Sub', ['wide', 'offsets'], 'centred'),
      node('Div', ['centred', 'scales'], 'divided'),
      cast('divided', 'scaled', FLOAT),
    ],
    constants: [doubles('offsets', [nCols], offsets), doubles('scales', [nCols], scales)],
    outputs: [{ name: 'scaled', type: FLOAT, nCols }],
  });
}
