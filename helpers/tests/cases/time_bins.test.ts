import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimeBins } from '../../cases/time_bins.ts';

const add = (a: number, b: number): number => a + b;

it('keeps every moment while there is room, then twice as wide bins', () => {
  const bins = new TimeBins<string>(3, (a, b) => a + b);
  for (const [ms, name] of [
    [0, 'a'],
    [999, 'b'],
    [1000, 'c'],
    [5000, 'd'],
  ] as const)
    bins.add(ms, name);
  expect(bins.values()).toEqual(['ab', 'c', 'd']);
  bins.add(9000, 'e');
  expect(bins.values()).toEqual(['abc', 'd', 'e']);
});

it('never holds more bins than allowed, loses nothing, and does not care for the order of arrival', () => {
  const moments = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 20 }), (times, nMax) => {
      const fill = (list: readonly number[]): number[] => {
        const bins = new TimeBins<number>(nMax, add);
        for (const ms of list) bins.add(ms, 1);
        return bins.values();
      };
      const values = fill(times);
      expect(values.length).toBeLessThanOrEqual(nMax);
      expect(values.reduce(add)).toBe(times.length);
      expect(fill([...times].reverse())).toEqual(values);
    }),
  );
});
