import { describe, expect, it } from 'vitest';
import { copulaRows, fitCopula, permuteColumns } from '../../evaluate/null_distributions.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';

function column(x: Matrix, number: number): number[] {
  return Array.from({ length: x.nRows }, (_, row) => x.values[row * x.nCols + number]);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [a, b].map((values) => values.reduce((s, v) => s + v, 0) / values.length);
  const product = a.reduce((s, v, i) => s + (v - meanA) * (b[i] - meanB), 0);
  const norm = (values: readonly number[], mean: number) => Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0));
  return product / (norm(a, meanA) * norm(b, meanB));
}

const random = createRandom(1);
const rows = Array.from({ length: 2000 }, () => {
  const shared = random.normal();
  return [shared, 0.8 * shared + 0.6 * random.normal(), Math.round(shared + random.normal()) + 0, 7];
});
const x = createMatrix(Float32Array.from(rows.flat()), rows.length, 4);
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe.each([
  ['permuteColumns', permuteColumns(x, createRandom(2)), 0],
  ['fitCopula', fitCopula(x)(createRandom(2)), 0.8],
] as const)('%s', (_, drawn, expected) => {
  it.each([0, 1, 2, 3])('keeps every value of column %i', (number) => {
    expect(sorted(column(drawn, number))).toEqual(sorted(column(x, number)));
  });

  it('has the dependence that it promises, within four standard errors of a correlation of 2,000 rows', () => {
    expect(Math.abs(correlation(column(drawn, 0), column(drawn, 1)) - expected)).toBeLessThan(4 / Math.sqrt(2000));
  });
});

describe('fitCopula', () => {
  it('survives columns that repeat each other', () => {
    const twin = createMatrix(Float32Array.from([1, 1, 2, 2, 3, 3, 4, 4]), 4, 2);
    const drawn = fitCopula(twin)(createRandom(1));
    expect(column(drawn, 0)).toEqual(column(drawn, 1));
  });
});

/** Many rows drawn one by one. */
function rowsOf(from: Matrix, degrees: number, nRows: number): Matrix {
  const values = new Float32Array(nRows * from.nCols);
  copulaRows(from, degrees)(values, createRandom(4));
  return createMatrix(values, nRows, from.nCols);
}

describe.each([Number.POSITIVE_INFINITY, 15, 4])('copulaRows with %d degrees', (degrees) => {
  const drawn = rowsOf(x, degrees, 200_000);

  it('draws every value of a column as often as any other, also the smallest and the largest', () => {
    const n = new Map<number, number>();
    for (const value of column(drawn, 1)) n.set(value, (n.get(value) ?? 0) + 1);
    const values = sorted(column(x, 1));
    expect(sorted([...n.keys()])).toEqual(values);
    const chiSquare = values.reduce((sum, value) => sum + (n.get(value)! - 100) ** 2 / 100, 0);
    // 1,999 degrees: a standard deviation of 63.
    expect(Math.abs(chiSquare - 1999)).toBeLessThan(4 * 63);
    // The hundred largest are what flags hang on.
    const nTop = values.slice(-100).reduce((sum, value) => sum + n.get(value)!, 0);
    expect(Math.abs(nTop - 10_000)).toBeLessThan(4 * 100);
  });

  it('has the correlations that it learnt, and leaves what does not vary alone', () => {
    expect(Math.abs(correlation(column(drawn, 0), column(drawn, 1)) - 0.8)).toBeLessThan(4 / Math.sqrt(2000));
    expect(new Set(column(drawn, 3))).toEqual(new Set([7]));
  });
});

describe('copulaRows', () => {
  it('lets extremes of two columns without correlation meet more often, the fewer its degrees', () => {
    const own = createRandom(3);
    const apart = createMatrix(
      Float32Array.from({ length: 2 * 4000 }, () => own.normal()),
      4000,
      2,
    );
    const nTogether = (degrees: number): number => {
      const drawn = rowsOf(apart, degrees, 4000);
      const [a, b] = [column(drawn, 0), column(drawn, 1)];
      return a.filter((value, row) => value > 2 && b[row] > 2).length;
    };
    // Of 4,000 independent pairs about 2 have both values above 2.
    expect(nTogether(Number.POSITIVE_INFINITY)).toBeLessThan(8);
    expect(nTogether(2)).toBeGreaterThan(15);
  });
});
