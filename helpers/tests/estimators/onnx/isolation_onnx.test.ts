import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { IsolationForest } from '../../../estimators/isolation_forest.ts';
import { modelOnnx } from '../../../estimators/onnx/model_onnx.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { largestGap } from '../../evaluate/fixture.ts';
import { runOnnx } from './run_onnx.ts';

function randomMatrix(nRows: number, nCols: number, seed: number, shareMissing = 0): Matrix {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: nRows * nCols }, (_, i) =>
    random.uniform() < shareMissing ? Number.NaN : (i % nCols) + random.normal(),
  );
  return createMatrix(values, nRows, nCols);
}

const x = randomMatrix(500, 6, 1);
const holed = randomMatrix(500, 6, 2, 0.1);

describe('an isolation forest as ONNX', () => {
  // onnxruntime adds path lengths in float32: 100 roundings at magnitude 10.
  const lengthTolerance = 1e-4;
  const scoreTolerance = 1e-6;

  it('scores the same in onnxruntime, missing values included', async () => {
    for (const matrix of [x, holed]) {
      const forest = new IsolationForest({ seed: 2 }).fit(matrix);
      const { score, path_length } = await runOnnx(modelOnnx(forest), matrix);
      expect(largestGap(path_length, forest.pathLengths(matrix))).toBeLessThan(lengthTolerance);
      expect(largestGap(score, forest.score(matrix))).toBeLessThan(scoreTolerance);
    }
  });

  it('takes the same side of a threshold for values that equal it', async () => {
    const whole = createMatrix(x.values.map(Math.round), 500, 6);
    const forest = new IsolationForest({ seed: 3 }).fit(whole);
    const { thresholds } = forest.toModel();
    const atThresholds = createMatrix(
      Float32Array.from({ length: 600 }, (_, i) => thresholds[(7 * i) % thresholds.length]),
      100,
      6,
    );
    const { score } = await runOnnx(modelOnnx(forest), atThresholds);
    expect(largestGap(score, forest.score(atThresholds))).toBeLessThan(scoreTolerance);
  });

  it('works for forests of one row and of equal rows', async () => {
    for (const matrix of [
      matrixFromRows([[3, 4]]),
      matrixFromRows([
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
    ]) {
      const forest = new IsolationForest({ nTrees: 3 }).fit(matrix);
      const { score } = await runOnnx(modelOnnx(forest), matrix);
      expect(largestGap(score, forest.score(matrix))).toBeLessThan(scoreTolerance);
    }
  });

  it('carries the feature names', () => {
    const forest = new IsolationForest({ nTrees: 1 }).fit(matrixFromRows([[1, 2]]), ['usd', 'ünïcode "age"']);
    const { metadataProps } = onnxProto.onnx.ModelProto.decode(modelOnnx(forest));
    const names = metadataProps.find(({ key }) => key === 'feature_names')!.value!;
    expect(JSON.parse(names)).toEqual(['usd', 'ünïcode "age"']);
  });
});
