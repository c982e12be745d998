/** A multi-layer perceptron for classes or numbers: the small neural network to compare the trees with. */

import { z } from 'zod';
import type { Matrix } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';
import {
  checkChoice,
  checkFinite,
  checkKnownOptions,
  checkNotEmpty,
  checkSameColumns,
  type Estimator,
  type ModelHeader,
  nameColumns,
  parseModel,
} from './contract.ts';
import {
  type Activation,
  type DenseLayer,
  type Loss,
  networkSchema,
  restoreNetwork,
  runNetwork,
  type SavedLayer,
  saveNetwork,
  trainNetwork,
} from './dense_network.ts';
import {
  checkedNetworkOptions,
  checkHiddenUnits,
  NETWORK_OPTION_NAMES,
  type NetworkOptions,
} from './network_options.ts';
import { type ScalerModel, StandardScaler } from './scalers.ts';
import { loadTensorBackend } from './tensor_backend.ts';

const FORMAT = 'spyhop-mlp';
const VERSION = 1;
const N_CLASSES_MAX = 1000;
/** Predictions are float32 and may overshoot the targets somewhat. */
const LARGEST_TARGET = 1e30;

type MlpTask = 'binary' | 'multiclass' | 'regression';

export interface MlpOptions extends NetworkOptions {
  readonly task: MlpTask;
  /** Widths of the hidden layers; default [32, 16]. None makes a linear model. */
  readonly hiddenUnits?: readonly number[];
}

export interface MlpModel extends ModelHeader {
  readonly task: MlpTask;
  readonly scaler: ScalerModel;
  /** The target is (y − targetOffset) / targetScale inside; 0 and 1 for classes. */
  readonly targetOffset: number;
  readonly targetScale: number;
  readonly network: SavedLayer[];
  readonly lossPerEpoch: number[];
}

const schema = z.object({
  format: z.string(),
  version: z.number(),
  task: z.enum(['binary', 'multiclass', 'regression']),
  scaler: z.unknown(),
  targetOffset: z.number().min(-LARGEST_TARGET).max(LARGEST_TARGET),
  targetScale: z
    .number()
    .positive()
    .max(2 * LARGEST_TARGET),
  network: networkSchema,
  lossPerEpoch: z.array(z.number()),
});

const OUTPUTS: Record<MlpTask, { activation: Activation; loss: Loss }> = {
  binary: { activation: 'sigmoid', loss: 'binaryCrossentropy' },
  multiclass: { activation: 'softmax', loss: 'categoricalCrossentropy' },
  regression: { activation: 'linear', loss: 'meanSquaredError' },
};

interface Targets {
  readonly matrix: Matrix;
  readonly offset: number;
  readonly scale: number;
}

function refuseTarget(row: number, value: number, wanted: string): never {
  throw new InputError('bad-value', `y[${row}] is ${value}, wanted is ${wanted}`, 'check the labels');
}

/** Mean and deviation taken out of numbers, so that the network starts near them. */
function regressionTargets(y: ArrayLike<number>): Targets {
  const nRows = y.length;
  let mean = 0;
  for (let row = 0; row < nRows; row++) {
    if (!(Math.abs(y[row]) <= LARGEST_TARGET)) refuseTarget(row, y[row], `a number within ±${LARGEST_TARGET}`);
    mean += y[row] / nRows;
  }
  let variance = 0;
  for (let row = 0; row < nRows; row++) variance += (y[row] - mean) ** 2 / nRows;
  const scale = variance > 0 ? Math.sqrt(variance) : 1;
  const values = new Float32Array(nRows);
  for (let row = 0; row < nRows; row++) values[row] = (y[row] - mean) / scale;
  return { matrix: { values, nRows, nCols: 1 }, offset: mean, scale };
}

/** One column of 0/1 for two classes, one column a class for more. */
function classTargets(y: ArrayLike<number>, task: MlpTask): Targets {
  const nRows = y.length;
  const limit = task === 'binary' ? 2 : N_CLASSES_MAX;
  let highest = 0;
  let lowest = limit;
  for (let row = 0; row < nRows; row++) {
    if (!(Number.isInteger(y[row]) && y[row] >= 0 && y[row] < limit)) {
      refuseTarget(row, y[row], `an integer class in 0..${limit - 1}`);
    }
    highest = Math.max(highest, y[row]);
    lowest = Math.min(lowest, y[row]);
  }
  if (highest === lowest) {
    throw new InputError('bad-value', `y holds the one class ${highest} only`, 'give rows of at least two classes');
  }
  const nCols = task === 'binary' ? 1 : highest + 1;
  const values = new Float32Array(nRows * nCols);
  for (let row = 0; row < nRows; row++) {
    if (task === 'binary') values[row] = y[row];
    else values[row * nCols + y[row]] = 1;
  }
  return { matrix: { values, nRows, nCols }, offset: 0, scale: 1 };
}

interface Fitted {
  readonly scaler: StandardScaler;
  readonly network: DenseLayer[];
  readonly lossPerEpoch: number[];
  readonly targetOffset: number;
  readonly targetScale: number;
}

/**
 * Multi-layer perceptron (Rumelhart, Hinton & Williams 1986) on standardised columns, ReLU inside: chances of two or
 * more classes, or a number.
 */
export class Mlp implements Estimator<MlpModel> {
  #options: MlpOptions;
  #fitted: Fitted | undefined;

  constructor(options: MlpOptions) {
    this.#options = options;
  }

  get featureNames(): readonly string[] {
    return this.#fitted?.scaler.featureNames ?? [];
  }

  /**
   * Learns y from x. Columns are standardised inside; NaN is refused. Equal seeds give equal networks.
   * @param y one target per row: 0/1, class numbers from 0 up, or numbers within ±1e30
   * @throws InputError bad-option, empty-input, bad-value; missing-dependency where no tensor backend starts
   */
  async fit(x: Matrix, y: ArrayLike<number>, featureNames?: readonly string[]): Promise<this> {
    const { task, hiddenUnits = [32, 16] } = this.#options;
    checkKnownOptions(this.#options, ['task', 'hiddenUnits', ...NETWORK_OPTION_NAMES]);
    checkChoice('task', task, ['binary', 'multiclass', 'regression']);
    const training = checkedNetworkOptions(this.#options);
    checkHiddenUnits(hiddenUnits, 0);
    checkNotEmpty(x);
    const names = nameColumns(x, featureNames);
    checkFinite(x, names, 'nan-is-refused');
    if (y.length !== x.nRows) {
      throw new InputError(
        'bad-value',
        `y has ${y.length} values, the matrix ${x.nRows} rows`,
        'give one target a row',
      );
    }
    const targets = task === 'regression' ? regressionTargets(y) : classTargets(y, task);
    await loadTensorBackend();
    const scaler = new StandardScaler().fit(x, names);
    const { activation, loss } = OUTPUTS[task];
    const shapes = [
      ...hiddenUnits.map((nOutputs) => ({ nOutputs, activation: 'relu' as const })),
      { nOutputs: targets.matrix.nCols, activation },
    ];
    const trained = await trainNetwork(scaler.transform(x), targets.matrix, shapes, { ...training, loss });
    this.#fitted = { scaler, ...trained, targetOffset: targets.offset, targetScale: targets.scale };
    return this;
  }

  /**
   * Binary: the chance of class 1, nRows × 1. Multiclass: the chance of each class, nRows × classes. Regression: the
   * number, nRows × 1.
   * @throws InputError bad-schema, bad-value
   */
  predict(x: Matrix, featureNames?: readonly string[]): Matrix {
    checkSameColumns(this.featureNames, x, featureNames);
    checkFinite(x, this.featureNames, 'nan-is-refused');
    const { scaler, network, targetOffset, targetScale } = this.#fitted!;
    const outputs = runNetwork(network, scaler.transform(x));
    const { values } = outputs;
    for (let i = 0; i < values.length; i++) values[i] = values[i] * targetScale + targetOffset;
    return outputs;
  }

  toModel(): MlpModel {
    if (this.#fitted === undefined) {
      throw new InputError('bad-value', 'this model was not fitted', 'call fit, or load a model');
    }
    const { scaler, network, lossPerEpoch, targetOffset, targetScale } = this.#fitted;
    return {
      format: FORMAT,
      version: VERSION,
      task: this.#options.task,
      scaler: scaler.toModel(),
      targetOffset,
      targetScale,
      network: saveNetwork(network),
      lossPerEpoch: [...lossPerEpoch],
    };
  }

  /** Loads a saved model and a tensor backend to run it. @throws InputError bad-model, missing-dependency */
  static async fromModel(json: unknown): Promise<Mlp> {
    const model = parseModel(json, FORMAT, VERSION, schema);
    const scaler = StandardScaler.fromModel(model.scaler);
    const last = model.network[model.network.length - 1];
    const isOneOutput = last.nOutputs === 1;
    if (
      model.network[0].nInputs !== scaler.featureNames.length ||
      last.activation !== OUTPUTS[model.task].activation ||
      isOneOutput !== (model.task !== 'multiclass')
    ) {
      const message = `damaged model: the network does not fit its columns or the task "${model.task}"`;
      throw new InputError('bad-model', message, 'fit and save the model again');
    }
    await loadTensorBackend();
    const mlp = new Mlp({ task: model.task, hiddenUnits: model.network.slice(0, -1).map(({ nOutputs }) => nOutputs) });
    const { lossPerEpoch, targetOffset, targetScale } = model;
    mlp.#fitted = { scaler, network: restoreNetwork(model.network), lossPerEpoch, targetOffset, targetScale };
    return mlp;
  }
}
