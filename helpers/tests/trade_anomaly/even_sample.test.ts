import { describe, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { EvenSample } from '../../trade_anomaly/even_sample.ts';

/** The numbers that are in a sample in the end, of numbers 0.. given one after the other. */
function drawn(groups: readonly string[], nMax: number, seed: number): number[] {
  const sample = new EvenSample(nMax, createRandom(seed));
  const kept: number[] = [];
  groups.forEach((group, i) => {
    const place = sample.placeOf(group);
    if (place >= 0) kept[place] = i;
  });
  expect(kept.length).toBe(sample.size);
  return kept;
}

describe('sample drawn evenly over groups', () => {
  test('holds all of the small groups and the same number of the large ones, whatever their order', () => {
    const sizes = { a: 9000, b: 10, c: 2000, d: 60 };
    const groups = createRandom(2).shuffle(Object.entries(sizes).flatMap(([name, n]) => Array<string>(n).fill(name)));
    for (const order of [groups, [...groups].sort()]) {
      const counts: Record<string, number> = {};
      for (const i of drawn(order, 300, 1)) counts[order[i]] = (counts[order[i]] ?? 0) + 1;
      expect(counts).toEqual({ a: 115, b: 10, c: 115, d: 60 });
    }
  });

  test('within a group the first row is as likely as the last', () => {
    const groups = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 'a' : 'b'));
    const counts = new Array<number>(60).fill(0);
    for (let seed = 0; seed < 4000; seed++) for (const i of drawn(groups, 20, seed)) counts[i]++;
    // Ten of each group: of 20 and of 40 rows.
    counts.forEach((n, i) => {
      expect(Math.abs(n / 4000 - (i % 3 === 0 ? 0.5 : 0.25))).toBeLessThan(0.04);
    });
  });
});
