/** Which folds are used: the walk forward by time, or, where that leaves too little, events held out as well as time. */
import { reasonToSkipFit } from './fit_rows.ts';
import { calibrateOnHeldOut, drawEvents, heldOutFolds } from './held_out_folds.ts';
import {
  calibrateOnLatest,
  type Fold,
  type SplitOptions,
  type SplitRows,
  type TrainingCut,
  walkForwardFolds,
} from './trade_splits.ts';

/**
 * Rows for a model that goes into use: the latest calibrate; where that leaves too little, the latest of a part of the events.
 * @param labels 1 for a fill that paid
 */
export function calibrationSplit(
  rows: SplitRows,
  labels: ArrayLike<number>,
  trainRows: Uint32Array,
  options: SplitOptions,
  seed: number,
): TrainingCut {
  const latest = calibrateOnLatest(rows, trainRows, options);
  if (reasonToSkipFit(labels, latest) === null) return latest;
  const partOf = drawEvents(rows.event, options.heldOutParts, seed);
  return partOf === null ? latest : calibrateOnHeldOut(rows, trainRows, partOf, 0, options);
}

/** How rows were cut: by time alone, or with events held out as well, and why. */
export interface FoldPlan {
  readonly folds: readonly Fold[];
  /** Null where the walk forward by time was enough. */
  readonly heldOut: { readonly nParts: number; readonly nEvents: number; readonly reason: string } | null;
}

/** Fewer of the test rows than this share cannot speak for all. */
const TESTED_SHARE_MIN = 0.5;

/**
 * The walk forward by time; where purging leaves less than half of its test rows with a model, because markets live through the
 * test, a drawn part of the events is held out as well as time (methods, chapter 5).
 * @param labels 1 for a fill that paid
 */
export function planFolds(rows: SplitRows, labels: ArrayLike<number>, options: SplitOptions, seed: number): FoldPlan {
  const folds = walkForwardFolds(rows, options);
  const reasons = folds.map((fold) => reasonToSkipFit(labels, fold));
  const count = (own: readonly Fold[]): number => own.reduce((sum, { testRows }) => sum + testRows.length, 0);
  const nTested = count(folds.filter((_, i) => reasons[i] === null));
  const reason = reasons.find((own) => own !== null);
  if (reason === undefined || reason === null || nTested >= TESTED_SHARE_MIN * count(folds))
    return { folds, heldOut: null };
  const partOf = drawEvents(rows.event, options.heldOutParts, seed);
  if (partOf === null) return { folds, heldOut: null };
  const nEvents = new Set(rows.event).size;
  return {
    folds: heldOutFolds(rows, partOf, options),
    heldOut: { nParts: options.heldOutParts, nEvents, reason },
  };
}
