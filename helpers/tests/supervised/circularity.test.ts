import { describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { columnsOf, EARLY_COLUMNS, featuresOf, PRESENT_COLUMNS } from '../../supervised/circularity.ts';

describe('columnsOf', () => {
  it('takes columns by name in the order asked for', () => {
    const matrix = createMatrix(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3);
    expect([...columnsOf(matrix, ['a', 'b', 'c'], ['c', 'a']).values]).toEqual([3, 1, 6, 4]);
  });
});

describe('featuresOf', () => {
  /** One row whose values are the numbers of its columns. */
  const numbered = (names: readonly string[], from: number) =>
    createMatrix(
      Float32Array.from(names.keys(), (k) => from + k),
      1,
      names.length,
    );
  const profiles = { present: numbered(PRESENT_COLUMNS, 0), early: numbered(EARLY_COLUMNS, 1000) };

  it('gives early detection the first fills alone, and the other rows the present profile', () => {
    expect(featuresOf('early detection', profiles).x).toEqual(profiles.early);
    const free = featuresOf('without label-defining', profiles);
    expect(free.featureNames).not.toContain('tenure_days');
    expect([...free.x.values]).toEqual(free.featureNames.map((name) => PRESENT_COLUMNS.indexOf(name)));
  });

  it('shows a model no column that it may not see', () => {
    const { x, featureNames } = featuresOf('early detection', profiles, ['n_fills', 'alpha_score']);
    expect(featureNames).toEqual(['n_fills']);
    expect([...x.values]).toEqual([1000 + EARLY_COLUMNS.indexOf('n_fills')]);
  });
});
