import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Pca } from '../../estimators/pca.ts';
import { MinMaxScaler, StandardScaler } from '../../estimators/scalers.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { InputError } from '../../run/errors.ts';
import { largestGap } from '../evaluate/fixture.ts';

interface ScalingFixture {
  nRows: number;
  nCols: number;
  x: number[];
  holed: (number | null)[];
  standard: number[];
  standardHoled: { mean: number[]; scale: number[] };
  minMax: number[];
  pca: { components: number[]; explainedVariance: number[]; explainedVarianceRatio: number[]; transformed: number[] };
}

const text = readFileSync(new URL('../fixtures/scaling.json', import.meta.url), 'utf8');
const fixture = JSON.parse(text) as ScalingFixture;
const x = createMatrix(Float32Array.from(fixture.x), fixture.nRows, fixture.nCols);

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const throughJson = (model: unknown): unknown => JSON.parse(JSON.stringify(model));

describe('StandardScaler and MinMaxScaler', () => {
  // Results are float32 of magnitude below 5: half a unit in the last place is 2.4e-7.
  const tolerance = 5e-7;

  it('equal scikit-learn', () => {
    expect(largestGap(new StandardScaler().fit(x).transform(x).values, fixture.standard)).toBeLessThan(tolerance);
    expect(largestGap(new MinMaxScaler().fit(x).transform(x).values, fixture.minMax)).toBeLessThan(tolerance);
  });

  it('leave NaN out of the statistics, as scikit-learn does, and leave it NaN', () => {
    const holed = createMatrix(
      Float32Array.from(fixture.holed, (v) => v ?? Number.NaN),
      fixture.nRows,
      fixture.nCols,
    );
    const scaler = new StandardScaler().fit(holed);
    const { offsets, scales } = scaler.toModel();
    offsets.forEach((offset, column) => {
      expect(offset / fixture.standardHoled.mean[column]).toBeCloseTo(1, 12);
      expect(scales[column] / fixture.standardHoled.scale[column]).toBeCloseTo(1, 12);
    });
    const missing = (matrix: Matrix) => Array.from(matrix.values, Number.isNaN);
    expect(missing(scaler.transform(holed))).toEqual(missing(holed));
    expect(missing(new MinMaxScaler().fit(holed).transform(holed))).toEqual(missing(holed));
  });

  it('centre a constant column without dividing, and leave a column of NaN alone', () => {
    const odd = matrixFromRows([
      [0.1, Number.NaN],
      [0.1, Number.NaN],
      [0.1, Number.NaN],
    ]);
    for (const scaler of [new StandardScaler().fit(odd), new MinMaxScaler().fit(odd)]) {
      expect([...scaler.transform(odd).values]).toEqual([0, Number.NaN, 0, Number.NaN, 0, Number.NaN]);
      expect([...scaler.transform(matrixFromRows([[1.1, 5]])).values]).toEqual([1, 5]);
    }
  });

  it('keep precision under a large offset and stay finite over the widest range', () => {
    const offset = matrixFromRows([[16_000_000], [16_000_001], [16_000_002]]);
    const [low, middle, high] = new StandardScaler().fit(offset).transform(offset).values;
    expect([low, middle, high]).toEqual([-Math.fround(Math.sqrt(1.5)), 0, Math.fround(Math.sqrt(1.5))]);
    const wide = matrixFromRows([[-3.4e38], [3.4e38]]);
    expect([...new StandardScaler().fit(wide).transform(wide).values]).toEqual([-1, 1]);
    expect([...new MinMaxScaler().fit(wide).transform(wide).values]).toEqual([0, 1]);
  });

  it('reject to scale beyond float32 in silence', () => {
    const flat = new StandardScaler().fit(matrixFromRows([[1e-44], [2e-44]]), ['fee']);
    expect(refusal(() => flat.transform(matrixFromRows([[1]])))).toMatch(/^bad-value: column "fee" holds 1/);
  });

  it('undo themselves', () => {
    for (const scaler of [new StandardScaler().fit(x), new MinMaxScaler().fit(x)]) {
      const back = scaler.inverseTransform(scaler.transform(x)).values;
      // One float32 rounding on the way out and one on the way back, at magnitude 300.
      expect(largestGap(back, x.values)).toBeLessThan(1e-4);
    }
  });

  it('come back from JSON transforming the same bits', () => {
    const standard = new StandardScaler().fit(x, ['a', 'b', 'c', 'd']);
    const minMax = new MinMaxScaler().fit(x, ['a', 'b', 'c', 'd']);
    expect(StandardScaler.fromModel(throughJson(standard.toModel())).transform(x)).toEqual(standard.transform(x));
    expect(MinMaxScaler.fromModel(throughJson(minMax.toModel())).transform(x)).toEqual(minMax.transform(x));
    expect(StandardScaler.fromModel(throughJson(standard.toModel())).featureNames).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reject infinities, other columns, use before fit and each other’s models', () => {
    expect(refusal(() => new StandardScaler().fit(matrixFromRows([[1], [Infinity]]), ['usd']))).toBe(
      'bad-value: column "usd" holds Infinity in row 1',
    );
    const scaler = new MinMaxScaler().fit(x, ['a', 'b', 'c', 'd']);
    expect(refusal(() => scaler.transform(x, ['a', 'b', 'd', 'c']))).toMatch(/^bad-schema: column 2 is "d"/);
    expect(refusal(() => new MinMaxScaler().transform(x))).toMatch(/not fitted/);
    expect(refusal(() => StandardScaler.fromModel(scaler.toModel()))).toMatch(/^bad-model/);
    expect(refusal(() => MinMaxScaler.fromModel({ ...scaler.toModel(), scales: [1, 1, 1, 0] }))).toMatch(/^bad-model/);
    expect(refusal(() => MinMaxScaler.fromModel({ ...scaler.toModel(), offsets: [1] }))).toMatch(/^bad-model/);
    expect(refusal(() => new StandardScaler().fit(createMatrix(new Float32Array(0), 0, 3)))).toMatch(/^empty-input/);
  });
});

describe('Pca', () => {
  const pca = new Pca({ nComponents: 3 }).fit(x);

  it('equals scikit-learn up to the sign of a component', () => {
    const model = pca.toModel();
    const signs = model.components.map((loadings, c) =>
      Math.sign(loadings.reduce((sum, value, i) => sum + value * fixture.pca.components[c * 4 + i], 0)),
    );
    const components = model.components.flatMap((loadings, c) => loadings.map((value) => signs[c] * value));
    // Both solve in float64; ours squares the condition number by going through the covariance.
    expect(largestGap(components, fixture.pca.components)).toBeLessThan(1e-9);
    model.explainedVariance.forEach((variance, c) => {
      expect(variance / fixture.pca.explainedVariance[c]).toBeCloseTo(1, 9);
      expect(model.explainedVarianceRatio[c]).toBeCloseTo(fixture.pca.explainedVarianceRatio[c], 10);
    });
    const transformed = Array.from(pca.transform(x).values, (value, i) => signs[i % 3] * value);
    expect(largestGap(transformed, fixture.pca.transformed)).toBeLessThan(1e-5);
  });

  it('finds the planted axis, and gives orthogonal components whose coordinates are uncorrelated', () => {
    const random = createRandom(81);
    const rows = Array.from({ length: 3000 }, () => {
      const along = 5 * random.normal();
      return [0.6 * along + 0.1 * random.normal(), 0.8 * along + 0.1 * random.normal(), 0.1 * random.normal()];
    });
    const planted = matrixFromRows(rows);
    const fitted = new Pca({ nComponents: 3 }).fit(planted);
    const [first, second] = fitted.toModel().components;
    expect(first[0]).toBeCloseTo(0.6, 2);
    expect(first[1]).toBeCloseTo(0.8, 2);
    expect(first.reduce((sum, value, i) => sum + value * second[i], 0)).toBeCloseTo(0, 12);
    const { values } = fitted.transform(planted);
    let product = 0;
    for (let row = 0; row < 3000; row++) product += (values[3 * row] * values[3 * row + 1]) / 3000;
    expect(Math.abs(product)).toBeLessThan(1e-5);
  });

  it('comes back from JSON transforming the same bits', () => {
    expect(Pca.fromModel(throughJson(pca.toModel())).transform(x)).toEqual(pca.transform(x));
  });

  it('defines constant columns, duplicates and one column', () => {
    const constant = matrixFromRows([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    const fitted = new Pca({ nComponents: 2 }).fit(constant);
    expect(fitted.toModel().explainedVarianceRatio).toEqual([0, 0]);
    expect([...fitted.transform(constant).values].every((value) => value === 0)).toBe(true);
    expect([...new Pca().fit(matrixFromRows([[1], [3]])).transform(matrixFromRows([[5]])).values]).toEqual([3]);
  });

  it('rejects bad options, NaN, one row, other columns and tampered models, by name', () => {
    expect(refusal(() => new Pca({ nComponents: 5 }).fit(x))).toMatch(
      /^bad-option: nComponents must be an integer in 1..4/,
    );
    expect(refusal(() => new Pca({ nComponents: 0 }).fit(x))).toMatch(/^bad-option: nComponents/);
    expect(refusal(() => new Pca({ components: 2 } as object).fit(x))).toMatch(/no option "components"/);
    expect(
      refusal(() =>
        new Pca().fit(
          matrixFromRows([
            [1, 2],
            [3, Number.NaN],
          ]),
          ['a', 'b'],
        ),
      ),
    ).toBe('bad-value: column "b" holds NaN in row 1');
    expect(refusal(() => new Pca().fit(matrixFromRows([[1, 2]])))).toMatch(/two rows/);
    expect(refusal(() => pca.transform(matrixFromRows([[1, 2]])))).toMatch(/^bad-schema/);
    expect(refusal(() => new Pca().transform(x))).toMatch(/not fitted/);
    expect(refusal(() => Pca.fromModel({ ...pca.toModel(), means: [1] }))).toMatch(/^bad-model/);
    expect(refusal(() => Pca.fromModel({ ...pca.toModel(), components: [[1, Number.NaN, 0, 0]] }))).toMatch(
      /^bad-model/,
    );
  });
});
