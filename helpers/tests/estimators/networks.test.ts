import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Autoencoder } from '../../estimators/autoencoder.ts';
import { runNetwork, trainNetwork } from '../../estimators/dense_network.ts';
import { loadTensorBackend } from '../../estimators/tensor_backend.ts';
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
        activation: 'tanh' as const,
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
    // [1, 1]: hidden tanh(3.5), tanh(0), output 2 tanh(3.5) - 1; [-3, 1]: hidden tanh(-.5), tanh(4).
    const [first, second] = runNetwork(
      network,
      matrixFromRows([
        [1, 1],
        [-3, 1],
      ]),
    ).values;
    expect(first).toBeCloseTo(2 * Math.tanh(3.5) - 1, 5);
    expect(second).toBeCloseTo(2 * Math.tanh(-0.5) + 3 * Math.tanh(4) - 1, 5);
  });

  it('gives in batches what it gives for a single row', () => {
    const random = createRandom(2);
    const kernel = Float32Array.from({ length: 12 }, () => random.normal());
    const network = [
      { nInputs: 4, nOutputs: 3, activation: 'tanh' as const, kernel, bias: Float32Array.of(0.1, 0, -0.3) },
    ];
    const x = randomMatrix(20_000, 4, 3);
    const { values } = runNetwork(network, x);
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
    const options = { nEpochs: 2, batchSize: 2, learningRate: 0.1, seed: 1 };
    expect(await refusal(() => trainNetwork(huge, huge, shapes, options))).toMatch(
      /^bad-value: training diverged in epoch 1 with learningRate 0.1/,
    );
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

  it('leaves no tensors behind', async () => {
    await new Autoencoder({ nEpochs: 1 }).fit(x);
    const before = tf.memory().numTensors;
    const autoencoder = await new Autoencoder({ nEpochs: 1 }).fit(x);
    autoencoder.score(x);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('defines one row and constant columns', async () => {
    const constant = matrixFromRows([[3, 3]]);
    const autoencoder = await new Autoencoder({ nEpochs: 1 }).fit(constant);
    expect([...autoencoder.score(constant)]).toEqual([0]);
  });

  it('rejects bad options, NaN, other columns and tampered models', async () => {
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
