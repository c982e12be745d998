import { describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { partialDependence } from '../../supervised/partial_dependence.ts';

/** Predicts 2a + b of rows [a, b]. */
const model = {
  predict: ({ values, nRows }: ReturnType<typeof createMatrix>) =>
    Float64Array.from({ length: nRows }, (_, row) => 2 * values[2 * row] + values[2 * row + 1]),
};

describe('partialDependence', () => {
  // a is 0 to 99; b is 1 for half of the rows.
  const x = createMatrix(
    Float32Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? at / 2 : (at >> 1) % 2)),
    100,
    2,
  );

  it('is the mean prediction with one column fixed: solved by hand for a linear model', () => {
    const points = partialDependence(model, x, 0);
    expect(points.map(({ value }) => value)).toEqual(
      [...new Set(points.map(({ value }) => value))].sort((a, b) => a - b),
    );
    for (const { value, predicted } of points) expect(predicted).toBeCloseTo(2 * value + 0.5, 9);
    expect([points[0].value, points.at(-1)!.value]).toEqual([2, 97]);
  });

  it('has one point a value where there are few, and none where the column is unknown', () => {
    expect(partialDependence(model, x, 1)).toEqual([
      { value: 0, predicted: 99 },
      { value: 1, predicted: 100 },
    ]);
    const unknown = createMatrix(
      x.values.map((value, at) => (at % 2 === 0 ? Number.NaN : value)),
      100,
      2,
    );
    expect(partialDependence(model, unknown, 0)).toEqual([]);
  });
});
