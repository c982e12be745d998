import { describe, expect, it } from 'vitest';
import { groupHoldout, groupKFold } from '../../evaluate/group_split.ts';
import { createRandom } from '../../kernels/random.ts';

const random = createRandom(21);
const groups = Array.from({ length: 1000 }, () => `wallet-${Math.floor(60 * random.uniform() ** 2)}`);

describe('groupKFold', () => {
  const folds = groupKFold(groups, 5, 4);

  it('tests every row once and never shares a group between training and test', () => {
    const tested = folds.flatMap((fold) => [...fold.testRows]).sort((a, b) => a - b);
    expect(tested).toEqual(groups.map((_, i) => i));
    for (const { trainRows, testRows } of folds) {
      expect(trainRows.length + testRows.length).toBe(1000);
      const trained = new Set(Array.from(trainRows, (row) => groups[row]));
      expect([...testRows].filter((row) => trained.has(groups[row]))).toEqual([]);
    }
  });

  it('makes folds as even as the groups allow', () => {
    const sizes = folds.map((fold) => fold.testRows.length);
    // Dealing the largest first leaves at most the smallest group's size between folds; 10 rows is generous.
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(10);
  });

  it('repeats itself for a seed and differs for another', () => {
    const rows = (seed: number) => groupKFold(groups, 5, seed).map((fold) => [...fold.testRows]);
    expect(rows(4)).toEqual(rows(4));
    expect(rows(4)).not.toEqual(rows(5));
  });

  it('rejects fewer groups than folds', () => {
    expect(() => groupKFold(['a', 'a', 'b'], 3, 1)).toThrow(/nFolds is 3 but there are only 2 groups/);
    expect(() => groupKFold(['a', 'b'], 1, 1)).toThrow(/nFolds/);
  });
});

describe('groupHoldout', () => {
  it('holds out whole groups, about the share asked for', () => {
    const { trainRows, testRows } = groupHoldout(groups, 0.25, 9);
    const largest = Math.max(...[...new Set(groups)].map((key) => groups.filter((g) => g === key).length));
    expect(testRows.length).toBeGreaterThanOrEqual(250);
    expect(testRows.length).toBeLessThan(250 + largest);
    const trained = new Set(Array.from(trainRows, (row) => groups[row]));
    expect([...testRows].some((row) => trained.has(groups[row]))).toBe(false);
  });

  it('leaves one group for training however much is asked for', () => {
    const split = groupHoldout(['a', 'b'], 0.99, 1);
    expect([split.trainRows.length, split.testRows.length]).toEqual([1, 1]);
  });

  it('rejects a single group and a share outside (0, 1)', () => {
    expect(() => groupHoldout(['a', 'a'], 0.5, 1)).toThrow(/two groups/);
    expect(() => groupHoldout(['a', 'b'], 1, 1)).toThrow(/testFraction/);
  });
});
