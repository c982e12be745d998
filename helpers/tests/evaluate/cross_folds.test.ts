import { describe, expect, it } from 'vitest';
import { crossFolds } from '../../evaluate/cross_folds.ts';

describe('crossFolds', () => {
  const isReference = Uint8Array.from({ length: 300 }, (_, row) => (row % 4 === 0 ? 0 : 1));
  const folds = crossFolds(300, isReference, 5);

  it('judges every row once, and never by a detector or a calibration that saw it', () => {
    expect(folds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    for (const { train, calibration, test } of folds) {
      const own = new Set(test);
      expect([...train, ...calibration].filter((row) => own.has(row))).toEqual([]);
      expect(train.filter((row) => calibration.includes(row))).toEqual([]);
    }
  });

  it('learns and calibrates on reference rows alone, each of them once a role', () => {
    for (const role of ['train', 'calibration'] as const) {
      const used = folds.flatMap((fold) => fold[role]);
      expect(used.every((row) => isReference[row] === 1)).toBe(true);
      expect(new Set(used).size).toBe(225);
    }
  });
});
