/** An autoencoder: rows that a narrow network cannot reproduce are anomalous. */
import { z } from 'zod';
import type { Matrix } from '../kernels/matrix.ts';
import {
  checkFinite,
  checkInteger,
  checkNotEmpty,
  checkNumber,
  checkSameColumns,
  type Estimator,
  type ModelHeader,
  nameColumns,
  parseModel,
  rejectModel,
  requireFitted,
  withDefaults,
} from './contract.ts';
import {
  type DenseLayer,
  networkSchema,
  restoreNetwork,
  runNetwork,
  type SavedLayer,
  saveNetwork,
  trainNetwork,
} from './dense_network.ts';
import { type ScalerModel, StandardScaler } from './scalers.ts';
import { loadTensorBackend } from './tensor_backend.ts';

const FORMAT = 'spyhop-autoencoder';
const VERSION = 1;

export interface AutoencoderOptions {
  /** Widths of the hidden layers, the narrowest being the code; default [16, 4, 16]. */
  readonly hiddenUnits?: readonly number[];
  /** Passes over the rows; default 20. */
  readonly nEpochs?: number;
  /** Rows per step; default 256. */
  readonly batchSize?: number;
  /** Step size of Adam; default 0.003. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface AutoencoderModel extends ModelHeader {
  readonly scaler: ScalerModel;
  readonly network: SavedLayer[];
  readonly lossPerEpoch: number[];
}

const schema = z.object({
  format: z.string(),
  version: z.number(),
  scaler: z.unknown(),
  network: networkSchema,
  lossPerEpoch: z.array(z.number()),
});

interface Fitted {
  readonly scaler: StandardScaler;
  readonly network: DenseLayer[];
  readonly lossPerEpoch: number[];
}

/**
 * Autoencoder (Kramer 1991): a network with a narrow middle learns to reproduce standardised rows, tanh inside, mean
 * squared error as loss. Its score is the error of reproduction; higher is more anomalous.
 */
export class Autoencoder implements Estimator<AutoencoderModel> {
  #options: AutoencoderOptions;
  #fitted: Fitted | undefined;

  constructor(options: AutoencoderOptions = {}) {
    this.#options = options;
  }

  get featureNames(): readonly string[] {
    return this.#fitted?.scaler.featureNames ?? [];
  }

  /**
   * Learns to reproduce the rows. Columns are standardised inside; NaN is rejected. Equal seeds give equal networks.
   * @throws InputError bad-option, empty-input, bad-value; missing-dependency where no tensor backend starts
   */
  async fit(x: Matrix, featureNames?: readonly string[]): Promise<this> {
    const { hiddenUnits, ...training } = checkOptions(this.#options);
    checkNotEmpty(x);
    const names = nameColumns(x, featureNames);
    checkFinite(x, names, 'nan-is-rejected');
    await loadTensorBackend();
    const scaler = new StandardScaler().fit(x, names);
    const scaled = scaler.transform(x);
    const shapes = [
      ...hiddenUnits.map((nOutputs) => ({ nOutputs, activation: 'tanh' as const })),
      { nOutputs: x.nCols, activation: 'linear' as const },
    ];
    const trained = await trainNetwork(scaled, scaled, shapes, training);
    this.#fitted = { scaler, ...trained };
    return this;
  }

  /**
   * Mean squared error of the reproduction over the columns, in squared standard deviations, per row; higher is more anomalous.
   * @throws InputError bad-schema, bad-value
   */
  score(x: Matrix, featureNames?: readonly string[]): Float64Array {
    checkSameColumns(this.featureNames, x, featureNames);
    checkFinite(x, this.featureNames, 'nan-is-rejected');
    const { scaler, network } = this.#fitted!;
    const scaled = scaler.transform(x);
    const { values } = runNetwork(network, scaled);
    const scores = new Float64Array(x.nRows);
    for (let row = 0, at = 0; row < x.nRows; row++) {
      for (let column = 0; column < x.nCols; column++, at++) scores[row] += (values[at] - scaled.values[at]) ** 2;
      scores[row] /= x.nCols;
    }
    return scores;
  }

  toModel(): AutoencoderModel {
    const { scaler, network, lossPerEpoch } = requireFitted(this.#fitted);
    return {
      format: FORMAT,
      version: VERSION,
      scaler: scaler.toModel(),
      network: saveNetwork(network),
      lossPerEpoch: [...lossPerEpoch],
    };
  }

  /** Loads a saved model and a tensor backend to run it. @throws InputError bad-model, missing-dependency */
  static async fromModel(json: unknown): Promise<Autoencoder> {
    const model = parseModel(json, FORMAT, VERSION, schema);
    const scaler = StandardScaler.fromModel(model.scaler);
    const nCols = scaler.featureNames.length;
    if (model.network[0].nInputs !== nCols || model.network[model.network.length - 1].nOutputs !== nCols) {
      rejectModel(`the network does not map ${nCols} columns to themselves`);
    }
    await loadTensorBackend();
    const autoencoder = new Autoencoder({ hiddenUnits: model.network.slice(0, -1).map(({ nOutputs }) => nOutputs) });
    autoencoder.#fitted = { scaler, network: restoreNetwork(model.network), lossPerEpoch: model.lossPerEpoch };
    return autoencoder;
  }
}

const DEFAULTS = { hiddenUnits: [16, 4, 16], nEpochs: 20, batchSize: 256, learningRate: 0.003, seed: 0 };

function checkOptions(given: AutoencoderOptions): Required<AutoencoderOptions> {
  const options = withDefaults<Required<AutoencoderOptions>>(given, DEFAULTS);
  const { hiddenUnits, nEpochs, batchSize, learningRate, seed } = options;
  checkInteger('nEpochs', nEpochs, 1, 100_000);
  checkInteger('batchSize', batchSize, 1, 1_000_000);
  checkNumber('learningRate', learningRate, 1e-9, 10);
  checkInteger('seed', seed, 0);
  checkInteger('hiddenUnits.length', hiddenUnits.length, 1, 20);
  hiddenUnits.forEach((n, i) => {
    checkInteger(`hiddenUnits[${i}]`, n, 1, 65_536);
  });
  return options;
}
