import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { purgedWalkForward } from './plain_splits.ts';

const random = createRandom(31);
const N = 600;
const startMs = Array.from({ length: N }, () => 10 * random.integer(3000));
const endMs = startMs.map((start) => start + random.integer(900));
const markets = startMs.map((start) => `m${Math.floor(start / 900)}-${random.integer(4)}`);
const events = startMs.map((start) => Math.floor(start / 4000) * 2 + random.integer(2));

describe('purgedWalkForward', () => {
  it('solves a case by hand', () => {
    // Labels take 10 ms; the test begins at 60, so the row at 55 is purged and the one that ends at 55 is embargoed.
    const windows = { startMs: [0, 20, 45, 55, 60, 70, 80, 90], endMs: [10, 30, 55, 65, 70, 80, 90, 100] };
    const [fold, ...rest] = purgedWalkForward({ ...windows, nFolds: 1, embargoMs: 6 });
    expect(rest).toEqual([]);
    expect([...fold.trainRows]).toEqual([0, 1]);
    expect([...fold.testRows]).toEqual([4, 5, 6, 7]);
    expect([fold.testStartMs, fold.testEndMs]).toEqual([60, 100]);
    expect([fold.nPurged, fold.nEmbargoed, fold.nGroupExcluded]).toEqual([1, 1, 0]);
  });

  it('lets a label that is known exactly when the test begins train', () => {
    const [fold] = purgedWalkForward({ startMs: [0, 10, 20, 30], endMs: [10, 20, 30, 40], nFolds: 1 });
    expect([...fold.trainRows]).toEqual([0, 1]);
  });

  for (const embargoMs of [0, 300]) {
    it(`keeps every promise on random windows with an embargo of ${embargoMs} ms`, () => {
      const folds = purgedWalkForward({ startMs, endMs, nFolds: 5, embargoMs, groups: [markets, events] });
      expect(folds).toHaveLength(5);
      for (const { trainRows, testRows, testStartMs } of folds) {
        expect(testStartMs).toBe(Math.min(...Array.from(testRows, (row) => startMs[row])));
        for (const row of trainRows) expect(endMs[row] + embargoMs).toBeLessThanOrEqual(testStartMs);
        const testMarkets = new Set(Array.from(testRows, (row) => markets[row]));
        const testEvents = new Set(Array.from(testRows, (row) => events[row]));
        expect([...trainRows].filter((row) => testMarkets.has(markets[row]) || testEvents.has(events[row]))).toEqual(
          [],
        );
      }
    });
  }

  it('drops no row without a reason: training and the three counts add up to all earlier rows', () => {
    for (const fold of purgedWalkForward({ startMs, endMs, nFolds: 4, embargoMs: 200, groups: [markets] })) {
      const earlier = startMs.filter((start) => start < fold.testStartMs).length;
      expect(fold.trainRows.length + fold.nPurged + fold.nEmbargoed + fold.nGroupExcluded).toBe(earlier);
    }
  });

  it('tests each row after the warm-up once, in time order, and never separates equal times', () => {
    const folds = purgedWalkForward({ startMs, endMs, nFolds: 6, warmupFraction: 0.4 });
    const tested = folds.flatMap((fold) => [...fold.testRows]);
    expect(new Set(tested).size).toBe(tested.length);
    for (let f = 1; f < folds.length; f++) {
      const lastBefore = Math.max(...Array.from(folds[f - 1].testRows, (row) => startMs[row]));
      expect(lastBefore).toBeLessThan(folds[f].testStartMs);
    }
    const never = startMs.map((_, i) => i).filter((i) => !tested.includes(i));
    expect(Math.max(...never.map((i) => startMs[i]))).toBeLessThan(folds[0].testStartMs);
    expect(never.length).toBeGreaterThanOrEqual(240);
  });

  it('gives no fold when all rows share one time, and rejects bad windows by name', () => {
    expect(purgedWalkForward({ startMs: [5, 5, 5], endMs: [6, 6, 6], nFolds: 2 })).toEqual([]);
    expect(purgedWalkForward({ startMs: [], endMs: [], nFolds: 2 })).toEqual([]);
    expect(() => purgedWalkForward({ startMs: [5], endMs: [4], nFolds: 2 })).toThrow(/endMs\[0\]/);
    expect(() => purgedWalkForward({ startMs: [Number.NaN], endMs: [4], nFolds: 2 })).toThrow(/startMs\[0\]/);
    expect(() => purgedWalkForward({ startMs: [1], endMs: [4], nFolds: 2, embargoMs: -1 })).toThrow(/embargoMs/);
    expect(() => purgedWalkForward({ startMs: [1], endMs: [4], nFolds: 0 })).toThrow(/nFolds/);
    expect(() => purgedWalkForward({ startMs: [1], endMs: [4], nFolds: 1, groups: [[]] })).toThrow(/groups/);
  });
});
