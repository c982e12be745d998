/** Tree models as ONNX files, which run anywhere without this program. */
import { GradientBoosting } from '../gradient_boosting.ts';
import type { IsolationForest } from '../isolation_forest.ts';
import { RandomForest } from '../random_forest.ts';
import { isolationForestToOnnx } from './isolation_onnx.ts';
import { gradientBoostingToOnnx, randomForestToOnnx } from './tree_ensemble_onnx.ts';

/**
 * The bytes of an .onnx file (opset 13, ai.onnx.ml 2) for a fitted model. Input `x`: nRows × columns, float32, NaN for
 * missing, columns as in the metadata entry `feature_names`. Outputs: `label` and `probabilities` (nRows × classes) of a
 * classifier, `raw` (nRows × 1) of a regression, `path_length` and `score` (nRows × 1) of an isolation forest.
 * @throws InputError bad-value for a model that was not fitted
 */
export function modelOnnx(model: GradientBoosting | RandomForest | IsolationForest): Uint8Array {
  if (model instanceof GradientBoosting) return gradientBoostingToOnnx(model);
  return model instanceof RandomForest ? randomForestToOnnx(model) : isolationForestToOnnx(model);
}
