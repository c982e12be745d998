/**
 * Folds for markets that live through every test: events are drawn into parts, and the test fills of a part are scored by a model
 * that learned from earlier fills of the other parts. Time is respected as in the walk forward: every label that is
 * learned from was known before the test period began.
 */
import { dealGroups } from '../evaluate/group_split.ts';
import { ByteByCode } from './byte_by_code.ts';
import type { FillSource } from './trade_rows.ts';
import { type Fold, foldOf, type SplitOptions, testPeriods } from './trade_splits.ts';

/** Events drawn into parts. */
export interface EventParts {
  /** The part of each event, 0..nParts-1. */
  readonly partOf: ByteByCode;
  readonly nParts: number;
  readonly nEvents: number;
}

/** Whole events each, so that the parts are about equal in fills; null when there are fewer events than parts. */
export function drawEvents(source: FillSource, nParts: number, seed: number): EventParts | null {
  const nRowsOf = new Map<number, number>();
  for (const { keys, n } of source.keys())
    for (let i = 0; i < n; i++) nRowsOf.set(keys.event[i], (nRowsOf.get(keys.event[i]) ?? 0) + 1);
  if (nRowsOf.size < nParts) return null;
  const partOf = new ByteByCode();
  const parts = dealGroups([...nRowsOf.values()], nParts, seed);
  [...nRowsOf.keys()].forEach((event, k) => {
    partOf.set(event, parts[k]);
  });
  return { partOf, nParts, nEvents: nRowsOf.size };
}

/** A fold for each test period and part, in order of time; together they score each test row once. */
export function heldOutFolds(source: FillSource, { partOf: event, nParts }: EventParts, options: SplitOptions): Fold[] {
  return testPeriods(source, options).flatMap((period) =>
    Array.from({ length: nParts }, (_, tests) =>
      foldOf(source, period, options, { event, tests, calibrates: (tests + 1) % nParts }),
    ).filter(({ nTest }) => nTest > 0),
  );
}
