/**
 * Folds for markets that live through every test: events are drawn into parts, and the test fills of a part are scored by a model
 * that learned from earlier fills of the other parts. Time is respected as in the walk forward: every label that is
 * learned from was known before the test period began.
 */
import { groupKFold } from '../evaluate/group_split.ts';
import { purgedWalkForward } from '../evaluate/time_split.ts';
import { takeValues } from './trade_rows.ts';
import { type Fold, type SplitOptions, type SplitRows, testsOnUnseenWallets } from './trade_splits.ts';

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
  { embargoMs, validationFraction }: SplitOptions,
): Pick<Fold, 'fitRows' | 'validationRows'> {
  if (trainRows.length < 2) return { fitRows: new Uint32Array(0), validationRows: new Uint32Array(0) };
  const [inner] = purgedWalkForward({
    startMs: takeValues(rows.tsMs, trainRows),
    endMs: takeValues(rows.exitMs, trainRows),
    nFolds: 1,
    embargoMs,
    warmupFraction: 1 - validationFraction,
  });
  const own = (kept: Uint32Array | undefined, isIn: boolean): Uint32Array =>
    Uint32Array.from(kept ?? [], (k) => trainRows[k]).filter((row) => (partOf[row] === part) === isIn);
  return { fitRows: own(inner?.trainRows, false), validationRows: own(inner?.testRows, true) };
}

/** A fold for each test period and part, in order of time; together they score each test row once. */
export function heldOutFolds(rows: SplitRows, partOf: Uint8Array, options: SplitOptions): Fold[] {
  const { nFolds, embargoMs, warmupFraction, heldOutParts } = options;
  const periods = purgedWalkForward({ startMs: rows.tsMs, endMs: rows.exitMs, nFolds, embargoMs, warmupFraction });
  return periods.flatMap(({ trainRows, testRows: tests, testStartMs, nPurged, nEmbargoed }) =>
    Array.from({ length: heldOutParts }, (_, part): Fold => {
      const testRows = tests.filter((row) => partOf[row] === part);
      const others = trainRows.filter((row) => partOf[row] !== part);
      const next = (part + 1) % heldOutParts;
      const { fitRows, validationRows } = calibrateOnHeldOut(rows, others, partOf, next, options);
      return {
        fitRows,
        validationRows,
        testRows,
        unseenWalletRows: testsOnUnseenWallets(rows.wallet, fitRows, validationRows, testRows),
        testStartMs,
        nPurged,
        nEmbargoed,
        nGroupExcluded: trainRows.length - others.length,
      };
    }).filter(({ testRows }) => testRows.length > 0),
  );
}
