import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Autoencoder } from '../../estimators/autoencoder.ts';
import { runNetwork, trainNetwork } from '../../estimators/dense_network.ts';
import { Mlp } from '../../estimators/mlp.ts';
import { loadTensorBackend } from '../../estimators/tensor_backend.ts';
import { confusionMatrix } from '../../evaluate/confusion_matrix.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { InputError } from '../../run/errors.ts';

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const throughJson = (model: unknown): unknown => JSON.parse(JSON.stringify(model));

function randomMatrix(nRows: number, nCols: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    Float32Array.from({ length: nRows * nCols }, () => random.normal()),
    nRows,
    nCols,
  );
}

describe('loadTensorBackend', () => {
  it('chooses one backend, says why, and keeps to it', async () => {
    const first = await loadTensorBackend();
    expect(['tensorflow', 'wasm']).toContain(first.name);
    expect(first.reason).toMatch(/native|@tensorflow\/tfjs-node/);
    expect((await loadTensorBackend()).name).toBe(first.name);
    expect(tf.getBackend()).toBe(first.name);
  });
});

describe('runNetwork', () => {
  beforeAll(async () => {
    await loadTensorBackend();
  });

  it('solves a network by hand', () => {
    const network = [
      {
        nInputs: 2,
        nOutputs: 2,
        activation: 'relu' as const,
        kernel: Float32Array.of(1, -1, 2, 1),
        bias: Float32Array.of(0.5, 0),
      },
      {
        nInputs: 2,
        nOutputs: 1,
        activation: 'linear' as const,
        kernel: Float32Array.of(2, 3),
        bias: Float32Array.of(-1),
      },
    ];
    // [1, 1]: hidden (3.5, 0), output 6; [−3, 1]: hidden (−.5 → 0, 4), output 11.
    expect([
      ...runNetwork(
        network,
        matrixFromRows([
          [1, 1],
          [-3, 1],
        ]),
      ).values,
    ]).toEqual([6, 11]);
  });

  it('gives softmax rows that sum to one, in batches as for a single row', () => {
    const random = createRandom(2);
    const kernel = Float32Array.from({ length: 12 }, () => random.normal());
    const network = [
      { nInputs: 4, nOutputs: 3, activation: 'softmax' as const, kernel, bias: Float32Array.of(0.1, 0, -0.3) },
    ];
    const x = randomMatrix(20_000, 4, 3);
    const { values } = runNetwork(network, x);
    for (let row = 0; row < 20_000; row += 997) {
      expect(values[3 * row] + values[3 * row + 1] + values[3 * row + 2]).toBeCloseTo(1, 5);
    }
    const lastRow = { values: x.values.subarray(4 * 19_999), nRows: 1, nCols: 4 };
    const alone = runNetwork(network, lastRow).values;
    // Matrix products may be summed in another order for other shapes.
    alone.forEach((value, c) => {
      expect(value).toBeCloseTo(values[3 * 19_999 + c], 6);
    });
  });
});

describe('trainNetwork', () => {
  it('says so when training diverges', async () => {
    await loadTensorBackend();
    const huge = matrixFromRows([[1e30], [-1e30]]);
    const shapes = [{ nOutputs: 1, activation: 'linear' as const }];
    const options = { loss: 'meanSquaredError' as const, nEpochs: 2, batchSize: 2, learningRate: 0.1, seed: 1 };
    expect(await refusal(() => trainNetwork(huge, huge, shapes, options))).toMatch(
      /^bad-value: training diverged in epoch 1 with learningRate 0.1/,
    );
  });
});

describe('Mlp', () => {
  const x = randomMatrix(1500, 3, 5);
  const rows = Array.from({ length: 1500 }, (_, row) => x.values.subarray(3 * row, 3 * row + 3));
  const options = { nEpochs: 30, batchSize: 64, learningRate: 0.01, seed: 1 };

  it('learns a boundary that no line can draw, and repeats itself bit for bit', async () => {
    const y = rows.map(([a, b]) => (a * b > 0 ? 1 : 0));
    const mlp = await new Mlp({ task: 'binary', ...options }).fit(x, y);
    const probabilities = mlp.predict(x);
    expect([probabilities.nRows, probabilities.nCols]).toEqual([1500, 1]);
    expect(rocCurve(y, probabilities.values).auc).toBeGreaterThan(0.97);
    const again = await new Mlp({ task: 'binary', ...options }).fit(x, y);
    expect(again.toModel()).toEqual(mlp.toModel());
    const loaded = await Mlp.fromModel(throughJson(mlp.toModel()));
    expect(loaded.predict(x)).toEqual(probabilities);
    expect(loaded.toModel()).toEqual(mlp.toModel());
  });

  it('starts elsewhere for another seed', async () => {
    const y = rows.map(([a]) => (a > 0 ? 1 : 0));
    const fitOnce = async (seed: number) => (await new Mlp({ task: 'binary', nEpochs: 1, seed }).fit(x, y)).toModel();
    expect((await fitOnce(1)).network).not.toEqual((await fitOnce(2)).network);
  });

  it('learns three classes', async () => {
    const y = rows.map(([a, b]) => (a > 0.5 ? 2 : b > 0 ? 1 : 0));
    const mlp = await new Mlp({ task: 'multiclass', ...options }).fit(x, y);
    const { values, nCols } = mlp.predict(x);
    expect(nCols).toBe(3);
    const predicted = y.map((_, row) => {
      const chances = [...values.subarray(3 * row, 3 * row + 3)];
      return chances.indexOf(Math.max(...chances));
    });
    expect(confusionMatrix(y, predicted, 3).accuracy).toBeGreaterThan(0.95);
  });

  it('learns numbers in their own units; without hidden layers it finds the line', async () => {
    const y = rows.map(([a, b, c]) => 1000 + 30 * a - 20 * b + 5 * c);
    const linear = await new Mlp({ task: 'regression', hiddenUnits: [], ...options }).fit(x, y);
    const [one, two] = linear.predict(
      matrixFromRows([
        [0, 0, 0],
        [1, 1, 1],
      ]),
    ).values;
    expect(Math.abs(one - 1000)).toBeLessThan(1);
    expect(Math.abs(two - 1015)).toBeLessThan(1);
  });

  it('leaves no tensors behind', async () => {
    const y = rows.map(([a]) => (a > 0 ? 1 : 0));
    await new Mlp({ task: 'binary', nEpochs: 1 }).fit(x, y);
    const before = tf.memory().numTensors;
    const mlp = await new Mlp({ task: 'binary', nEpochs: 1 }).fit(x, y);
    mlp.predict(x);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('defines one row a class, constant columns and a constant target', async () => {
    const tiny = matrixFromRows([
      [1, 5],
      [2, 5],
    ]);
    const mlp = await new Mlp({ task: 'binary', nEpochs: 2 }).fit(tiny, [0, 1]);
    expect(mlp.predict(tiny).values.every((p) => p > 0 && p < 1)).toBe(true);
    const flat = await new Mlp({ task: 'regression', nEpochs: 2 }).fit(tiny, [7, 7]);
    expect(flat.predict(tiny).values.every(Number.isFinite)).toBe(true);
  });

  it('refuses bad options, labels, values and columns by name', async () => {
    const two = matrixFromRows([
      [1, 5],
      [2, 6],
    ]);
    const fitWith = (options: object, y: number[] = [0, 1]) =>
      refusal(() => new Mlp({ task: 'binary', ...options }).fit(two, y, ['a', 'b']));
    expect(await fitWith({ task: 'ranking' })).toMatch(/^bad-option: task must be/);
    expect(await fitWith({ hiddenUnits: [4, 0] })).toMatch(/^bad-option: hiddenUnits\[1\]/);
    expect(await fitWith({ nEpochs: 0 })).toMatch(/^bad-option: nEpochs/);
    expect(await fitWith({ learningRate: Number.NaN })).toMatch(/^bad-option: learningRate/);
    expect(await fitWith({ epochs: 3 })).toMatch(/no option "epochs"/);
    expect(await fitWith({}, [0, 2])).toMatch(/^bad-value: y\[1\] is 2/);
    expect(await fitWith({}, [1, 1])).toMatch(/one class 1 only/);
    expect(await fitWith({}, [1])).toMatch(/^bad-value: y has 1 values/);
    expect(await fitWith({ task: 'regression' }, [1, Infinity])).toMatch(/^bad-value: y\[1\]/);
    const holed = matrixFromRows([
      [1, Number.NaN],
      [2, 6],
    ]);
    expect(await refusal(() => new Mlp({ task: 'binary' }).fit(holed, [0, 1], ['a', 'b']))).toMatch(
      /column "b" holds NaN/,
    );
    const mlp = await new Mlp({ task: 'binary', nEpochs: 1 }).fit(two, [0, 1], ['a', 'b']);
    expect(await refusal(() => mlp.predict(two, ['b', 'a']))).toMatch(/^bad-schema/);
    expect(await refusal(() => mlp.predict(holed))).toMatch(/column "b" holds NaN/);
    expect(await refusal(() => new Mlp({ task: 'binary' }).predict(two))).toMatch(/not fitted/);
  });

  it('refuses tampered models', async () => {
    const two = matrixFromRows([
      [1, 5],
      [2, 6],
    ]);
    const model = (await new Mlp({ task: 'binary', nEpochs: 1 }).fit(two, [0, 1])).toModel();
    const changed = (change: object) => refusal(() => Mlp.fromModel({ ...structuredClone(model), ...change }));
    expect(await changed({})).toBe('accepted');
    expect(await changed({ version: 9 })).toMatch(/^bad-model: the model is of version 9/);
    expect(await changed({ task: 'multiclass' })).toMatch(/^bad-model/);
    expect(await changed({ network: model.network.slice(1) })).toMatch(/^bad-model/);
    expect(await changed({ network: [] })).toMatch(/^bad-model/);
    expect(await changed({ scaler: null })).toMatch(/^bad-model/);
    expect(await changed({ targetScale: 0 })).toMatch(/^bad-model/);
  });
});

describe('Autoencoder', () => {
  /** Rows on a plane in five dimensions, the last ones off it but within the range of every column. */
  function planted(): { x: Matrix; labels: number[] } {
    const random = createRandom(6);
    const rows = Array.from({ length: 1200 }, (_, i) => {
      const a = random.normal();
      const b = random.normal();
      if (i >= 1160) return Array.from({ length: 5 }, () => 1.3 * random.normal());
      return [a, b, a + b, a - b, 0.5 * a].map((value) => value + 0.05 * random.normal());
    });
    return { x: matrixFromRows(rows), labels: rows.map((_, i) => +(i >= 1160)) };
  }
  const { x, labels } = planted();
  const options = { hiddenUnits: [8, 2, 8], nEpochs: 40, batchSize: 64, learningRate: 0.01, seed: 2 };

  it('finds rows off the plane, though no column of theirs is unusual, and comes back from JSON', async () => {
    const autoencoder = await new Autoencoder(options).fit(x);
    const scores = autoencoder.score(x);
    expect(rocCurve(labels, scores).auc).toBeGreaterThan(0.95);
    const { lossPerEpoch } = autoencoder.toModel();
    expect(lossPerEpoch).toHaveLength(40);
    expect(lossPerEpoch[39]).toBeLessThan(lossPerEpoch[0] / 3);
    const loaded = await Autoencoder.fromModel(throughJson(autoencoder.toModel()));
    expect(loaded.score(x)).toEqual(scores);
  });

  it('repeats itself bit for bit', async () => {
    const fitOnce = async () => (await new Autoencoder({ ...options, nEpochs: 2 }).fit(x)).toModel();
    expect(await fitOnce()).toEqual(await fitOnce());
  });

  it('defines one row and constant columns', async () => {
    const constant = matrixFromRows([[3, 3]]);
    const autoencoder = await new Autoencoder({ nEpochs: 1 }).fit(constant);
    expect([...autoencoder.score(constant)]).toEqual([0]);
  });

  it('refuses bad options, NaN, other columns and tampered models', async () => {
    expect(await refusal(() => new Autoencoder({ hiddenUnits: [] }).fit(x))).toMatch(/^bad-option: hiddenUnits.length/);
    const holed = matrixFromRows([[1, Number.NaN]]);
    expect(await refusal(() => new Autoencoder().fit(holed))).toMatch(/^bad-value: column "column_1"/);
    const autoencoder = await new Autoencoder({ nEpochs: 1 }).fit(x);
    expect(await refusal(() => autoencoder.score(holed))).toMatch(/^bad-schema/);
    expect(await refusal(() => new Autoencoder().score(holed))).toMatch(/not fitted/);
    const model = autoencoder.toModel();
    expect(await refusal(() => Autoencoder.fromModel({ ...model, network: model.network.slice(0, 1) }))).toMatch(
      /^bad-model/,
    );
    expect(await refusal(() => Autoencoder.fromModel({ ...model, lossPerEpoch: 'none' }))).toMatch(/^bad-model/);
  });
});
