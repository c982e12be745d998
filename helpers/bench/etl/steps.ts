/** Our ETL steps as whole processes, measured: raw fills from the simulator, the import, the profiles. */
import { fileURLToPath } from 'node:url';
import { type Measured, measureProcess } from './measured_process.ts';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
export const THREADS = 2;
export const NODE = [process.execPath, '--import', 'tsx'] as const;
const COMMON = ['--threads', String(THREADS), '--quiet'] as const;

function step(script: string, data: string, ...args: readonly string[]): Promise<Measured> {
  return measureProcess([...NODE, `1_data_pipeline/${script}`, '--data-dir', data, ...args, ...COMMON], REPOSITORY);
}

/** Simulates a market of `nRows` fills with seed 1 into the data folder. @param more options of 00-1 */
export function simulate(
  data: string,
  nRows: number,
  format: 'csv' | 'parquet',
  ...more: readonly string[]
): Promise<Measured> {
  return step(
    '00-1_simulate_market.ts',
    data,
    '--trades',
    String(nRows),
    '--format',
    format,
    '--population',
    'active',
    '--seed',
    '1',
    ...more,
  );
}

/** Imports files or folders of raw fills into the data folder. @param more options of 00-3 */
export function importTrades(data: string, inputs: readonly string[], ...more: readonly string[]): Promise<Measured> {
  return step('00-3_import_trades.ts', data, '--input', ...inputs, ...more);
}

/** Profiles in one process, or with `--chunk 1/8` or `--merge` a part of them. */
export function buildProfiles(data: string, ...args: readonly string[]): Promise<Measured> {
  return step('01_build_features_polars.ts', data, ...args);
}
