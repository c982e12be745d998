/** Boosting on all columns against three baselines: the mean, a price, and the past edge. */
import type { Split } from '../evaluate/group_split.ts';
import type { Executor } from '../kernels/executor.ts';
import { columnsOf, PRESENT_COLUMNS } from './circularity.ts';
import type { RoiRows } from './roi_rows.ts';
import { measureRoi, type Predictions, predictOut, type RoiTrial } from './roi_trial.ts';

const FULL_MODEL = 'all columns';
/** What each model sees; the mean sees nothing. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  mean: [],
  // A proxy of the prices that a wallet pays, and how well it did against them.
  'price alone': ['contrarian_share_pct'],
  'past edge alone': ['edge_z', 'roi_pct'],
  [FULL_MODEL]: PRESENT_COLUMNS,
};

export interface RoiResult {
  readonly outcome: 'roi' | 'alpha';
  readonly model: string;
  readonly trial: RoiTrial;
}

export interface RoiComparison {
  readonly results: readonly RoiResult[];
  /** Predicted ROI by the model of all columns. */
  readonly predictions: Predictions;
}

/** Every model on every outcome; rows are tested by models that saw neither their wallet nor their time. */
export function compareRoiModels(
  rows: RoiRows,
  splits: readonly Split[],
  seed: number,
  executor: Executor,
): RoiComparison {
  const pairs = (['roi', 'alpha'] as const).flatMap((outcome) =>
    Object.entries(MODELS).map(([model, names]) => {
      const x = names.length === 0 ? null : columnsOf(rows.x, PRESENT_COLUMNS, names);
      const predictions = predictOut(x, names, outcome === 'roi' ? rows.roiPct : rows.alphaPct, splits, seed, executor);
      return { outcome, model, predictions };
    }),
  );
  return {
    results: pairs.map(({ outcome, model, predictions }) => ({
      outcome,
      model,
      trial: measureRoi(predictions, rows.roiPct, rows.investedUsd, rows.wallets, seed),
    })),
    predictions: pairs.find(({ outcome, model }) => outcome === 'roi' && model === FULL_MODEL)!.predictions,
  };
}

/** Whether the model of all columns explains more of future ROI than its mean does. */
export function isPredictable(results: readonly RoiResult[]): boolean {
  return results.find(({ outcome, model }) => outcome === 'roi' && model === FULL_MODEL)!.trial.r2.low > 0;
}
