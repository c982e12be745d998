import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { IsolationForest } from '../../../estimators/isolation_forest.ts';
import { KMeans } from '../../../estimators/kmeans.ts';
import { isolationForestToOnnx } from '../../../estimators/onnx/isolation_onnx.ts';
import { kmeansToOnnx } from '../../../estimators/onnx/kmeans_onnx.ts';
import { scalerToOnnx } from '../../../estimators/onnx/scaler_onnx.ts';
import { MinMaxScaler, StandardScaler } from '../../../estimators/scalers.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { createExecutor } from '../../../parallel/executor.ts';
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

describe('scalerToOnnx', () => {
  it('transforms the same bits in onnxruntime, under a large offset too', async () => {
    const offset = matrixFromRows([
      [16_000_000, 1],
      [16_000_001, 1],
      [16_000_007, 1],
    ]);
    for (const matrix of [x, offset]) {
      for (const scaler of [new StandardScaler().fit(matrix), new MinMaxScaler().fit(matrix)]) {
        const { scaled } = await runOnnx(scalerToOnnx(scaler), matrix);
        expect(scaled).toEqual([...scaler.transform(matrix).values]);
      }
    }
  });

  it('leaves NaN where it was', async () => {
    const scaler = new StandardScaler().fit(holed);
    const { scaled } = await runOnnx(scalerToOnnx(scaler), holed);
    expect(scaled).toEqual([...scaler.transform(holed).values]);
  });

  it('carries the feature names', () => {
    const bytes = scalerToOnnx(
      new StandardScaler().fit(
        matrixFromRows([
          [1, 2],
          [3, 4],
        ]),
        ['usd', 'ünïcode "age"'],
      ),
    );
    const { metadataProps } = onnxProto.onnx.ModelProto.decode(bytes);
    const names = metadataProps.find(({ key }) => key === 'feature_names')!.value!;
    expect(JSON.parse(names)).toEqual(['usd', 'ünïcode "age"']);
  });
});

describe('kmeansToOnnx', () => {
  const kmeans = new KMeans({ nClusters: 5, seed: 1 }, createExecutor()).fit(x);

  it('assigns the same clusters and measures the same distances in onnxruntime', async () => {
    const { label, distances } = await runOnnx(kmeansToOnnx(kmeans), x);
    expect(label).toEqual(Array.from(kmeans.predict(x)));
    const nearest = label.map((cluster, row) => distances[row * 5 + cluster]);
    // Our kernel measures in float32, the exported graph in float64.
    expect(largestGap(nearest, kmeans.score(x))).toBeLessThan(1e-5);
  });

  it('measures to every centre, nearest or not', async () => {
    const { distances } = await runOnnx(kmeansToOnnx(kmeans), x);
    const { centres } = kmeans.toModel();
    const byHand = Array.from({ length: 500 }, (_, row) =>
      centres.map((centre) => Math.hypot(...centre.map((value, column) => value - x.values[row * 6 + column]))),
    ).flat();
    expect(largestGap(distances, byHand)).toBeLessThan(1e-5);
  });

  it('works for one cluster and one column', async () => {
    const small = matrixFromRows([[1], [3]]);
    const one = new KMeans({ nClusters: 1 }, createExecutor()).fit(small);
    expect(await runOnnx(kmeansToOnnx(one), small)).toEqual({ label: [0, 0], distances: [1, 1] });
  });
});

describe('isolationForestToOnnx', () => {
  // onnxruntime adds path lengths in float32: 100 roundings at magnitude 10.
  const lengthTolerance = 1e-4;
  const scoreTolerance = 1e-6;

  it('scores the same in onnxruntime, missing values included', async () => {
    for (const matrix of [x, holed]) {
      const forest = new IsolationForest({ seed: 2 }).fit(matrix);
      const { score, path_length } = await runOnnx(isolationForestToOnnx(forest), matrix);
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
    const { score } = await runOnnx(isolationForestToOnnx(forest), atThresholds);
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
      const { score } = await runOnnx(isolationForestToOnnx(forest), matrix);
      expect(largestGap(score, forest.score(matrix))).toBeLessThan(scoreTolerance);
    }
  });
});
