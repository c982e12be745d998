/** Fully connected networks as plain arrays: trained with tfjs layers, run with tfjs, saved as JSON. */
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom, type Random } from '../kernels/random.ts';
import { InputError } from '../run/errors.ts';
import { float32Schema } from './contract.ts';

type Activation = 'linear' | 'tanh';

/** y = activation(x · kernel + bias); kernel is nInputs × nOutputs, row-major. */
export interface DenseLayer {
  readonly nInputs: number;
  readonly nOutputs: number;
  readonly activation: Activation;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

export interface LayerShape {
  readonly nOutputs: number;
  readonly activation: Activation;
}

export interface TrainingOptions {
  readonly nEpochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

export interface TrainedNetwork {
  readonly network: DenseLayer[];
  /** Mean loss of each epoch, measured while it learnt. */
  readonly lossPerEpoch: number[];
}

/** Rows that go through the network at once: bounds the memory of a prediction. */
const N_ROWS_PER_BATCH = 16_384;

/** Starting weights, uniform within ±sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010), from our own generator. */
function initialWeights(nInputs: number, nOutputs: number, random: Random): tf.Tensor[] {
  const limit = Math.sqrt(6 / (nInputs + nOutputs));
  const kernel = Float32Array.from({ length: nInputs * nOutputs }, () => limit * (2 * random.uniform() - 1));
  return [tf.tensor2d(kernel, [nInputs, nOutputs]), tf.zeros([nOutputs])];
}

function gather(x: Matrix, rows: Uint32Array): tf.Tensor2D {
  return tf.tensor2d(takeRows(x, rows).values, [rows.length, x.nCols]);
}

/**
 * Minimises the mean squared error with Adam (Kingma & Ba 2015) on seeded mini-batches; a backend must have been loaded. The same seed gives the
 * same network on the same backend.
 * @param y targets, nRows × outputs of the last shape
 * @throws InputError bad-value when training diverges
 */
export async function trainNetwork(
  x: Matrix,
  y: Matrix,
  shapes: readonly LayerShape[],
  options: TrainingOptions,
): Promise<TrainedNetwork> {
  const random = createRandom(options.seed);
  const startingWeights = random.fork(0);
  const shuffling = random.fork(1);
  const model = sequential({
    layers: shapes.map(({ nOutputs, activation }, i) =>
      layers.dense({
        units: nOutputs,
        activation,
        kernelInitializer: 'zeros',
        inputShape: i === 0 ? [x.nCols] : undefined,
      }),
    ),
  });
  const optimizer = tf.train.adam(options.learningRate);
  try {
    shapes.forEach(({ nOutputs }, i) => {
      tf.tidy(() => {
        const nInputs = i === 0 ? x.nCols : shapes[i - 1].nOutputs;
        model.layers[i].setWeights(initialWeights(nInputs, nOutputs, startingWeights));
      });
    });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const order = Uint32Array.from({ length: x.nRows }, (_, i) => i);
    const lossPerEpoch: number[] = [];
    for (let epoch = 0; epoch < options.nEpochs; epoch++) {
      shuffling.shuffle(order);
      let sum = 0;
      for (let from = 0; from < x.nRows; from += options.batchSize) {
        const rows = order.subarray(from, from + options.batchSize);
        const inputs = gather(x, rows);
        const targets = gather(y, rows);
        sum += ((await model.trainOnBatch(inputs, targets)) as number) * rows.length;
        tf.dispose([inputs, targets]);
      }
      lossPerEpoch.push(sum / x.nRows);
      if (!Number.isFinite(sum)) {
        const message = `training diverged in epoch ${epoch + 1} with learningRate ${options.learningRate}`;
        throw new InputError('bad-value', message, 'lower learningRate, or look for extreme values in the columns');
      }
    }
    const network = shapes.map(({ nOutputs, activation }, i): DenseLayer => {
      const [kernel, bias] = model.layers[i].getWeights().map((tensor) => tensor.dataSync<'float32'>().slice());
      return { nInputs: kernel.length / nOutputs, nOutputs, activation, kernel, bias };
    });
    return { network, lossPerEpoch };
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}

/**
 * Outputs of the network, nRows × outputs of its last layer. A backend must have been loaded.
 * @throws InputError bad-value where an output is no finite number
 */
export function runNetwork(network: readonly DenseLayer[], x: Matrix): Matrix {
  const nOutputs = network[network.length - 1].nOutputs;
  const values = new Float32Array(x.nRows * nOutputs);
  for (let from = 0; from < x.nRows; from += N_ROWS_PER_BATCH) {
    const n = Math.min(N_ROWS_PER_BATCH, x.nRows - from);
    const part = tf.tidy(() => {
      let signal = tf.tensor2d(x.values.subarray(from * x.nCols, (from + n) * x.nCols), [n, x.nCols]);
      for (const layer of network) {
        const kernel = tf.tensor2d(layer.kernel, [layer.nInputs, layer.nOutputs]);
        const sums: tf.Tensor2D = tf.add(tf.matMul(signal, kernel), tf.tensor1d(layer.bias));
        signal = layer.activation === 'tanh' ? tf.tanh(sums) : sums;
      }
      return signal.dataSync<'float32'>();
    });
    const bad = part.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const message = `the network gives ${part[bad]} for row ${from + Math.floor(bad / nOutputs)}`;
      throw new InputError('bad-value', message, 'the row lies far outside what the network was trained on');
    }
    values.set(part, from * nOutputs);
  }
  return { values, nRows: x.nRows, nCols: nOutputs };
}

/** A layer as JSON-able numbers; float32 values survive the way there and back. */
export interface SavedLayer {
  readonly nInputs: number;
  readonly nOutputs: number;
  readonly activation: Activation;
  readonly kernel: number[];
  readonly bias: number[];
}

const count = z.number().int().min(1).max(65_536);

/** Layers whose sizes fit together. */
export const networkSchema: z.ZodType<SavedLayer[]> = z
  .array(
    z
      .object({
        nInputs: count,
        nOutputs: count,
        activation: z.enum(['linear', 'tanh']),
        kernel: z.array(float32Schema),
        bias: z.array(float32Schema),
      })
      .refine(
        ({ nInputs, nOutputs, kernel, bias }) => kernel.length === nInputs * nOutputs && bias.length === nOutputs,
        'kernel or bias has the wrong length',
      ),
  )
  .min(1)
  .refine(
    (network) => network.every((layer, i) => i === 0 || layer.nInputs === network[i - 1].nOutputs),
    'the layers do not fit together',
  );

/** Layers as JSON-able numbers; restoreNetwork gives the same bits back. */
export function saveNetwork(network: readonly DenseLayer[]): SavedLayer[] {
  return network.map((layer) => ({ ...layer, kernel: Array.from(layer.kernel), bias: Array.from(layer.bias) }));
}

/** Layers from their saved form, which networkSchema has checked. */
export function restoreNetwork(saved: readonly SavedLayer[]): DenseLayer[] {
  return saved.map((layer) => ({
    ...layer,
    kernel: Float32Array.from(layer.kernel),
    bias: Float32Array.from(layer.bias),
  }));
}
