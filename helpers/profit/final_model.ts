/** The model that goes into use: the same fit and calibration as in the folds, on every row whose label was known at a cut. */
import { createExecutor } from '../parallel/executor.ts';
import type { Run } from '../run/script.ts';
import type { Table } from '../tables/table_store.ts';
import { type CalibratedBoosting, calibratedToModel, fitCalibratedBoosting } from './calibrated_boosting.ts';
import { boostingFitOf, type ModelOptions, splitOptionsOf } from './model_options.ts';
import { FEATURES, readTradeRows } from './trade_rows.ts';
import { calibrationSplit } from './trade_splits.ts';
import { drawn, reasonToSkipFit } from './walk_forward.ts';

export interface FinalModel {
  readonly model: CalibratedBoosting;
  /** The model as plain JSON, for the registry. */
  readonly json: unknown;
  readonly featureNames: readonly string[];
  /** Rows learned from and rows calibrated on. */
  readonly nFitRows: number;
  readonly nValidationRows: number;
}

/**
 * Trains on all rows with exit_ms ≤ cutMs.
 * @param features 15_trade_features
 * @returns the model, or the sentence that says what is missing
 */
export async function trainFinalModel(
  run: Run,
  features: Table,
  cutMs: number,
  options: ModelOptions & { readonly threads: number },
): Promise<FinalModel | string> {
  const rows = await readTradeRows(features);
  const known = Uint32Array.from({ length: rows.n }, (_, i) => i).filter((i) => rows.exitMs[i] <= cutMs);
  const split = calibrationSplit(rows, known, splitOptionsOf(options));
  const reason = reasonToSkipFit(rows.labels, split);
  if (reason !== null) return reason;
  const executor = createExecutor({ nThreads: options.threads });
  const fitRows = drawn(split.fitRows, options['fit-rows'], run.seed);
  const boosting = boostingFitOf(options, run.seed);
  const model = fitCalibratedBoosting(rows.x, FEATURES, rows.labels, fitRows, split.validationRows, boosting, executor);
  return {
    model,
    json: calibratedToModel(model),
    featureNames: FEATURES,
    nFitRows: fitRows.length,
    nValidationRows: split.validationRows.length,
  };
}
