import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SortedWindow } from '../../kernels/sorted_window.ts';

const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

describe('sorted window', () => {
  test('has the mean, deviation, median and MAD of the values that a list of the same span has', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 50 }), (moves, nMax) => {
        const window = new SortedWindow(100, nMax);
        let kept: { ms: number; value: number }[] = [];
        let nowMs = 0;
        for (const [waitMs, value] of moves) {
          nowMs += waitMs;
          window.expire(nowMs);
          window.add(nowMs, value);
          kept = [...kept.filter(({ ms }) => ms > nowMs - 100), { ms: nowMs, value }].slice(-nMax);
          const values = kept.map((one) => one.value);
          const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
          const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
          expect(window.n).toBe(values.length);
          expect(window.mean()).toBeCloseTo(mean, 9);
          expect(window.deviation()).toBeCloseTo(values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)), 6);
          expect(window.median()).toBe(middle(values));
          expect(window.mad()).toBe(middle(values.map((one) => Math.abs(one - middle(values)))));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('keeps no trace of a value ten orders of magnitude larger once that has left', () => {
    const window = new SortedWindow(1000, 3);
    for (const value of [0.1, 1e10, 0.1, 0.1, 0.3]) window.add(0, value);
    expect(window.mean()).toBeCloseTo(0.5 / 3, 15);
    expect(window.deviation()).toBeCloseTo(Math.sqrt(0.04 / 3), 12);
  });

  test('has no figures while it is empty', () => {
    const window = new SortedWindow(10, 4);
    window.add(0, 5);
    window.expire(10);
    expect([window.n, window.mean(), window.deviation(), window.median(), window.mad()]).toEqual([
      0,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});
