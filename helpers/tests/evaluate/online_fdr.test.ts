import { describe, expect, test } from 'vitest';
import { OnlineFdr } from '../../evaluate/online_fdr.ts';
import { createRandom } from '../../kernels/random.ts';

describe('false discoveries of a stream (LOND)', () => {
  test('rejects below rate · (1 + rejections) / tests, and nothing after the last test expected', () => {
    const tests = new OnlineFdr(0.1, 4);
    // Bars: .025, then .05 after the first rejection, .075 after the second.
    expect([0.026, 0.025, 0.05, 0.074].map((p) => tests.next(p))).toEqual([false, true, true, true]);
    expect(tests.next(0)).toBe(false);
  });

  test('of 400 days of 1,000 tests with 20 true signals each, at most the stated share of what is rejected is false', () => {
    const random = createRandom(4);
    let share = 0;
    for (let day = 0; day < 400; day++) {
      const tests = new OnlineFdr(0.1, 1000);
      let [nFalse, nAll] = [0, 0];
      for (let i = 0; i < 1000; i++) {
        const isSignal = i % 50 === 0;
        if (!tests.next(isSignal ? 1e-6 * random.uniform() : random.uniform())) continue;
        nAll++;
        if (!isSignal) nFalse++;
      }
      share += nFalse / Math.max(1, nAll) / 400;
    }
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
  });
});
