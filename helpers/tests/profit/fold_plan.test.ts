import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { calibrationSplit, planFolds } from '../../profit/fold_plan.ts';
import { drawEvents, heldOutFolds } from '../../profit/held_out_folds.ts';
import type { FillKeys } from '../../profit/trade_rows.ts';
import { walkForwardFolds } from '../../profit/trade_splits.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { fillsOf, inBlocks, rowsByRole } from './fill_blocks.ts';
import { plainHeldOut, plainWalkForward } from './plain_splits.ts';

const N_EVENTS = 12;
const N = 6000;
const OPTIONS = { nFolds: 2, embargoMs: HOUR_MS, warmupFraction: 0.4, validationFraction: 0.25, heldOutParts: 4 };

/** A fill a minute in markets that take turns, so that all live from the first hour to the last; labels known after 30 minutes. */
function livingMarkets(nEvents: number): FillKeys {
  const tsMs = Float64Array.from({ length: N }, (_, i) => i * 60_000);
  const market = Int32Array.from({ length: N }, (_, i) => i % (2 * nEvents));
  return {
    tsMs,
    exitMs: tsMs.map((ms) => ms + HOUR_MS / 2),
    market,
    event: market.map((m) => m >> 1),
    wallet: market.map((_, i) => i % 50),
    labels: Uint8Array.from({ length: N }, (_, i) => (i % 7 < 3 ? 1 : 0)),
    returns: new Float64Array(N),
  };
}
const plan = (rows: FillKeys) => planFolds(fillsOf(rows), OPTIONS, 1);

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
    const folds = plan(rows).folds.map((fold) => ({
      ...rowsByRole(fillsOf(rows), fold),
      testStartMs: fold.testStartMs,
    }));
    const tested = folds.flatMap(({ test }) => test).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from({ length: 0.6 * N }, (_, i) => 0.4 * N + i));
    for (const { fit, validation, test, testStartMs } of folds) {
      const events = [fit, validation, test].map((own) => new Set(Array.from(own, (row) => rows.event[row])));
      const nAll = events.reduce((sum, own) => sum + own.size, 0);
      expect(new Set(events.flatMap((own) => [...own])).size).toBe(nAll);
      const lastKnown = (own: number[]): number => Math.max(...Array.from(own, (row) => rows.exitMs[row]));
      expect(lastKnown(validation)).toBeLessThanOrEqual(testStartMs - HOUR_MS);
      const firstValidation = Math.min(...Array.from(validation, (row) => rows.tsMs[row]));
      // The validation period begins at the same time in all parts; a part's own first fill comes within 24 minutes.
      expect(lastKnown(fit)).toBeLessThanOrEqual(firstValidation - HOUR_MS);
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
    const source = fillsOf(rows);
    const { fit, validation } = rowsByRole(source, calibrationSplit(source, Number.POSITIVE_INFINITY, OPTIONS, 1));
    const { partOf } = drawEvents(source, 4, 1)!;
    expect(new Set(validation.map((row) => partOf.get(rows.event[row])))).toEqual(new Set([0]));
    expect(fit.some((row) => partOf.get(rows.event[row]) === 0)).toBe(false);
    expect(fit.length).toBeGreaterThan(3000);
    expect(Math.min(...validation)).toBeGreaterThanOrEqual(0.75 * N);
  });
});

/** Fills of some random markets, many at one time, labels known sooner or later. */
const someFills = fc
  .record({
    steps: fc.array(fc.constantFrom(0, 0, 1, 5, 40), { minLength: 1, maxLength: 90, size: 'max' }),
    markets: fc.array(fc.tuple(fc.nat(7), fc.nat(12), fc.boolean()), { minLength: 90, maxLength: 90 }),
    begins: fc.uniqueArray(fc.nat(90), { maxLength: 5 }),
    nFolds: fc.integer({ min: 1, max: 5 }),
    embargoMs: fc.constantFrom(0, 3, 25),
    warmupFraction: fc.constantFrom(0.1, 0.4, 0.7),
    validationFraction: fc.constantFrom(0.1, 0.25, 0.6),
  })
  .map(({ steps, markets, begins, ...options }) => {
    const n = steps.length;
    let ms = 0;
    const tsMs = Float64Array.from(steps, (step) => (ms += step));
    const own = markets.slice(0, n);
    const market = Int32Array.from(own, ([m], i) => 2 * Math.floor(i / 8) + (m % 3));
    const keys: FillKeys = {
      tsMs,
      exitMs: tsMs.map((at, i) => at + own[i][1]),
      market,
      // Some markets belong to no event.
      event: market.map((m) => (m % 3 === 0 ? -1 - m : m >> 1)),
      wallet: market,
      labels: Uint8Array.from(own, ([, , isOne]) => (isOne ? 1 : 0)),
      returns: new Float64Array(n),
    };
    const rows = [...new Set([0, ...begins.filter((row) => row < n)])].sort((a, b) => a - b);
    return { source: inBlocks(keys, createMatrix(new Float32Array(n), n, 1), rows), keys, options };
  });

describe('folds as rules', () => {
  it('give every row the role that lists of rows give it, whatever the blocks, walking forward and with events held out', () => {
    let nFit = 0;
    fc.assert(
      fc.property(someFills, ({ source, keys, options }) => {
        const split = { ...options, heldOutParts: 3 };
        const events = drawEvents(source, 3, 5);
        for (const [folds, plain] of [
          [walkForwardFolds(source, split), plainWalkForward(keys, split)],
          ...(events === null ? [] : [[heldOutFolds(source, events, split), plainHeldOut(keys, split, 5)] as const]),
        ] as const) {
          const found = folds.map((fold) => {
            const { testStartMs, nPurged, nEmbargoed, nGroupExcluded } = fold;
            return { ...rowsByRole(source, fold), testStartMs, nPurged, nEmbargoed, nGroupExcluded };
          });
          expect(found).toEqual(plain.map(({ testEndMs: _, ...fold }) => fold));
          expect(folds.map((fold) => [fold.nFit, fold.nValidation, fold.nTest])).toEqual(
            plain.map(({ fit, validation, test }) => [fit.length, validation.length, test.length]),
          );
          for (const { fit } of plain) nFit += fit.length;
        }
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(nFit).toBeGreaterThan(1000);
  });
});
