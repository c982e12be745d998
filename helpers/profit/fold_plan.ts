/** Which folds are used: the walk forward by time, or, where that leaves too little, events held out as well as time. */
import { reasonToSkipFit } from './fit_rows.ts';
import { drawEvents, heldOutFolds } from './held_out_folds.ts';
import type { FillSource } from './trade_rows.ts';
import {
  cutTeachers,
  type Fold,
  type SplitOptions,
  type TrainingCut,
  trainingCut,
  walkForwardFolds,
} from './trade_splits.ts';

/**
 * Rows for a model that goes into use: the latest calibrate; where that leaves too little, the latest of a part of the events.
 * @param knownByMs only rows whose label was known by then
 */
export function calibrationSplit(
  source: FillSource,
  knownByMs: number,
  options: SplitOptions,
  seed: number,
): TrainingCut {
  const teachers = { untilRow: source.n, knownByMs, isExcluded: () => false };
  const latest = trainingCut(source, teachers, cutTeachers(source, teachers, options));
  if (reasonToSkipFit(latest) === null) return latest;
  const events = drawEvents(source, options.heldOutParts, seed);
  if (events === null) return latest;
  const parts = { event: events.partOf, calibrates: 0 };
  return trainingCut(source, teachers, cutTeachers(source, teachers, options, parts));
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
 */
export function planFolds(source: FillSource, options: SplitOptions, seed: number): FoldPlan {
  const folds = walkForwardFolds(source, options);
  const reasons = folds.map(reasonToSkipFit);
  const count = (own: readonly Fold[]): number => own.reduce((sum, { nTest }) => sum + nTest, 0);
  const nTested = count(folds.filter((_, i) => reasons[i] === null));
  const reason = reasons.find((own) => own !== null);
  if (reason === undefined || reason === null || nTested >= TESTED_SHARE_MIN * count(folds))
    return { folds, heldOut: null };
  const events = drawEvents(source, options.heldOutParts, seed);
  if (events === null) return { folds, heldOut: null };
  const { nParts, nEvents } = events;
  return { folds: heldOutFolds(source, events, options), heldOut: { nParts, nEvents, reason } };
}
