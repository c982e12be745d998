import { describe, expect, it } from 'vitest';
import { calibrationSplit, planFolds } from '../../profit/fold_plan.ts';
import { drawEvents } from '../../profit/held_out_folds.ts';
import type { SplitRows } from '../../profit/trade_splits.ts';
import { HOUR_MS } from '../../run/clock.ts';

const N_EVENTS = 12;
const N = 6000;
const OPTIONS = { nFolds: 2, embargoMs: HOUR_MS, warmupFraction: 0.4, validationFraction: 0.25, heldOutParts: 4 };

/** A fill a minute in markets that take turns, so that all live from the first hour to the last; labels known after 30 minutes. */
function livingMarkets(nEvents: number): SplitRows {
  const tsMs = Float64Array.from({ length: N }, (_, i) => i * 60_000);
  const market = Int32Array.from({ length: N }, (_, i) => i % (2 * nEvents));
  return {
    tsMs,
    exitMs: tsMs.map((ms) => ms + HOUR_MS / 2),
    market,
    event: market.map((m) => m >> 1),
    wallet: market.map((_, i) => i % 50),
  };
}
const labels = Uint8Array.from({ length: N }, (_, i) => (i % 7 < 3 ? 1 : 0));
const plan = (rows: SplitRows) => planFolds(rows, labels, OPTIONS, 1);

describe('planFolds', () => {
  it('holds events out where time leaves nothing, and says what time left', () => {
    const { folds, heldOut } = plan(livingMarkets(N_EVENTS));
    expect(heldOut).toEqual({
      nParts: 4,
      nEvents: N_EVENTS,
      reason: '0 fit rows are left after purging, 200 are needed',
    });
    expect(folds).toHaveLength(8);
  });

  it('tests each row after the warm-up once, and learns from no event of the test and from nothing known too late', () => {
    const rows = livingMarkets(N_EVENTS);
    const { folds } = plan(rows);
    const tested = folds.flatMap(({ testRows }) => [...testRows]).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from({ length: 0.6 * N }, (_, i) => 0.4 * N + i));
    for (const { fitRows, validationRows, testRows, testStartMs } of folds) {
      const events = [fitRows, validationRows, testRows].map(
        (own) => new Set(Array.from(own, (row) => rows.event[row])),
      );
      const nAll = events.reduce((sum, own) => sum + own.size, 0);
      expect(new Set(events.flatMap((own) => [...own])).size).toBe(nAll);
      const lastKnown = (own: Uint32Array): number => Math.max(...Array.from(own, (row) => rows.exitMs[row]));
      expect(lastKnown(validationRows)).toBeLessThanOrEqual(testStartMs - HOUR_MS);
      const firstValidation = Math.min(...Array.from(validationRows, (row) => rows.tsMs[row]));
      // The validation period begins at the same time in all parts; a part's own first fill comes within 24 minutes.
      expect(lastKnown(fitRows)).toBeLessThanOrEqual(firstValidation - HOUR_MS);
    }
  });

  it('walks forward by time alone where markets end before the test', () => {
    const rows = livingMarkets(N_EVENTS);
    const shortLived = { ...rows, market: rows.market.map((_, i) => Math.floor(i / 60)), event: rows.event };
    const { folds, heldOut } = plan({ ...shortLived, event: shortLived.market });
    expect([folds.length, heldOut]).toEqual([2, null]);
  });

  it('does not hold out what there is too little of: three events in four parts', () => {
    expect(plan(livingMarkets(3)).heldOut).toBeNull();
  });
});

describe('calibrationSplit', () => {
  it('calibrates on the latest of a part of the events where the latest alone leave nothing to learn from', () => {
    const rows = livingMarkets(N_EVENTS);
    const all = Uint32Array.from({ length: N }, (_, i) => i);
    const { fitRows, validationRows } = calibrationSplit(rows, labels, all, OPTIONS, 1);
    const partOf = drawEvents(rows.event, 4, 1)!;
    expect(new Set(Array.from(validationRows, (row) => partOf[row]))).toEqual(new Set([0]));
    expect(Array.from(fitRows).some((row) => partOf[row] === 0)).toBe(false);
    expect(fitRows.length).toBeGreaterThan(3000);
    expect(Math.min(...validationRows)).toBeGreaterThanOrEqual(0.75 * N);
  });
});
