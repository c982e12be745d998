/** Options that the two network estimators share, with their checks. */

import { checkInteger, checkNumber } from './contract.ts';

export interface NetworkOptions {
  /** Passes over the rows; default 20. */
  readonly nEpochs?: number;
  /** Rows per step; default 256. */
  readonly batchSize?: number;
  /** Step size of Adam; default 0.003. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly seed?: number;
}

export const NETWORK_OPTION_NAMES = ['nEpochs', 'batchSize', 'learningRate', 'seed'] as const;

/** The options with their defaults filled in. @throws InputError bad-option */
export function checkedNetworkOptions(options: NetworkOptions): Required<NetworkOptions> {
  const { nEpochs = 20, batchSize = 256, learningRate = 0.003, seed = 0 } = options;
  checkInteger('nEpochs', nEpochs, 1, 100_000);
  checkInteger('batchSize', batchSize, 1, 1_000_000);
  checkNumber('learningRate', learningRate, 1e-9, 10);
  checkInteger('seed', seed, 0);
  return { nEpochs, batchSize, learningRate, seed };
}

/** Checks the widths of hidden layers. @throws InputError bad-option */
export function checkHiddenUnits(units: readonly number[], nLayersMin: number): void {
  checkInteger('hiddenUnits.length', units.length, nLayersMin, 20);
  units.forEach((n, i) => {
    checkInteger(`hiddenUnits[${i}]`, n, 1, 65_536);
  });
}
