/**
 * Folds for markets that live through every test: events are drawn into parts, and the test fills of a part are scored by a model
 * that learned from earlier fills of the other parts. Time is respected as in the walk forward: every label that is
 * learned from was known before the test period began.
 */
import { groupKFold } from '../evaluate/group_split.ts';
import {
  cutTraining,
  type Fold,
  foldOf,
  type SplitOptions,
  type SplitRows,
  type TrainingCut,
  testPeriods,
} from './trade_splits.ts';

/** The part of each row, 0..nParts-1, whole events each; null when there are fewer events than parts. */
export function drawEvents(event: Int32Array, nParts: number, seed: number): Uint8Array | null {
  if (new Set(event).size < nParts) return null;
  const partOf = new Uint8Array(event.length);
  groupKFold(event, nParts, seed).forEach(({ testRows }, part) => {
    for (const row of testRows) partOf[row] = part;
  });
  return partOf;
}

/** Training rows cut in two: the latest of one part calibrate, what was known of the others before them is learned from. */
export function calibrateOnHeldOut(
  rows: SplitRows,
  trainRows: Uint32Array,
  partOf: Uint8Array,
  part: number,
  options: SplitOptions,
): TrainingCut {
  const { fitRows, validationRows } = cutTraining(rows, trainRows, options, []);
  return {
    fitRows: fitRows.filter((row) => partOf[row] !== part),
    validationRows: validationRows.filter((row) => partOf[row] === part),
  };
}

/** A fold for each test period and part, in order of time; together they score each test row once. */
export function heldOutFolds(rows: SplitRows, partOf: Uint8Array, options: SplitOptions): Fold[] {
  const { heldOutParts } = options;
  return testPeriods(rows, options, []).flatMap((period) =>
    Array.from({ length: heldOutParts }, (_, part): Fold => {
      const others = period.trainRows.filter((row) => partOf[row] !== part);
      const cut = calibrateOnHeldOut(rows, others, partOf, (part + 1) % heldOutParts, options);
      const testRows = period.testRows.filter((row) => partOf[row] === part);
      return foldOf(rows, cut, { ...period, testRows, nGroupExcluded: period.trainRows.length - others.length });
    }).filter(({ testRows }) => testRows.length > 0),
  );
}
