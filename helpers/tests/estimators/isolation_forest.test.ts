import { readFileSync } from 'node:fs';
import { sampleRankCorrelation } from 'simple-statistics';
import { afterAll, describe, expect, it } from 'vitest';
import { IsolationForest } from '../../estimators/isolation_forest.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { InputError } from '../../run/errors.ts';

const executors = [1, 2, 4].map((nThreads) => createExecutor({ nThreads }));
afterAll(() => {
  for (const executor of executors) executor.close();
});

/** A Gaussian cloud with its first rows scattered far and wide. */
function planted(nRows: number, nOutliers: number): { x: Matrix; labels: Uint8Array } {
  const random = createRandom(4);
  const values = Float32Array.from({ length: nRows * 6 }, (_, i) =>
    i < nOutliers * 6 ? 12 * random.uniform() - 6 : random.normal(),
  );
  return { x: createMatrix(values, nRows, 6), labels: Uint8Array.from({ length: nRows }, (_, i) => +(i < nOutliers)) };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

interface IsolationFixture {
  nRows: number;
  nCols: number;
  nTrees: number;
  x: number[];
  averagePathLengths: number[];
  rankCorrelationBetweenSeeds: number;
  auc: number;
}

describe('IsolationForest against scikit-learn', () => {
  const text = readFileSync(new URL('../fixtures/isolation.json', import.meta.url), 'utf8');
  const fixture = JSON.parse(text) as IsolationFixture;
  const x = createMatrix(Float32Array.from(fixture.x), fixture.nRows, fixture.nCols);
  const forest = new IsolationForest({ nTrees: fixture.nTrees, seed: 5 }).fit(x);
  const lengths = forest.pathLengths(x);

  it('ranks the average path lengths alike', () => {
    // Two forests of scikit-learn with different seeds agree to the stored rank correlation; we may not fall behind.
    const rho = sampleRankCorrelation([...lengths], [...fixture.averagePathLengths]);
    expect(rho).toBeGreaterThan(0.97);
    expect(rho).toBeGreaterThan(fixture.rankCorrelationBetweenSeeds - 0.005);
  });

  it('has the same path lengths on average, and the same power to tell the planted rows', () => {
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
    // The mean over 500 rows and 300 trees varies by about .02 between seeds.
    expect(Math.abs(mean(lengths) - mean(fixture.averagePathLengths))).toBeLessThan(0.1);
    const labels = Array.from(lengths, (_, row) => +(row < 25));
    expect(Math.abs(rocCurve(labels, forest.score(x)).auc - fixture.auc)).toBeLessThan(0.01);
  });
});

describe('IsolationForest', () => {
  const { x, labels } = planted(4000, 80);
  const forest = new IsolationForest({ seed: 3 }).fit(x);

  it('scores planted outliers above the cloud, all in (0, 1)', () => {
    const scores = forest.score(x);
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    // Uniform in [−6, 6]^6 against a standard normal cloud: a few outliers fall into the cloud.
    expect(rocCurve(labels, scores).auc).toBeGreaterThan(0.98);
  });

  it('turns an average path length of c(ψ) into one half', () => {
    const one = matrixFromRows([[0], [1]]);
    // Two rows: every path has length 1 = c(2).
    expect([...new IsolationForest().fit(one).score(one)]).toEqual([0.5, 0.5]);
  });

  it('gives equal bits for equal seeds on 1, 2 and 4 threads, and others for another seed', () => {
    const [one, two, four] = executors.map((executor) => new IsolationForest({ seed: 3 }, executor).fit(x).score(x));
    expect(one).toEqual(forest.score(x));
    expect(two).toEqual(one);
    expect(four).toEqual(one);
    expect(new IsolationForest({ seed: 4 }).fit(x).score(x)).not.toEqual(one);
  });

  it('comes back from JSON scoring the same bits', () => {
    const again = IsolationForest.fromModel(JSON.parse(JSON.stringify(forest.toModel())));
    expect(again.score(x)).toEqual(forest.score(x));
    expect(again.toModel()).toEqual(forest.toModel());
  });

  it('scores a missing value as the median of its column', () => {
    const random = createRandom(9);
    const values = Float32Array.from({ length: 2000 * 2 }, () => random.normal());
    for (let row = 0; row < 2000; row += 5) values[2 * row] = Number.NaN;
    const fitted = new IsolationForest().fit(createMatrix(values, 2000, 2));
    const scores = fitted.score(
      matrixFromRows([
        [Number.NaN, 0],
        [0, 0],
        [6, 0],
      ]),
    );
    expect(scores[0]).toBeCloseTo(scores[1], 1);
    expect(scores[0]).toBeLessThan(scores[2] - 0.1);
    expect(
      fitted
        .toModel()
        .fills.map(Math.abs)
        .every((fill) => fill < 0.15),
    ).toBe(true);
  });

  it('gives no column as a reason that did not move the score', () => {
    const rows = Array.from({ length: 50 }, (_, row) => [row, 7]);
    const [reasons] = new IsolationForest()
      .fit(matrixFromRows(rows), ['told', 'constant'])
      .explain(matrixFromRows([[49, 7]]));
    expect(reasons.map(({ feature }) => feature)).toEqual(['told']);
    const alike = matrixFromRows(Array.from({ length: 50 }, () => [1, 7]));
    expect(new IsolationForest().fit(alike).explain(alike)).toEqual(Array.from({ length: 50 }, () => []));
  });

  it('explains a row by the columns that made it strange, largest first', () => {
    const odd = matrixFromRows([[0, 0, 30, 0, -8, 0]]);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const named = new IsolationForest().fit(x, names);
    const [top] = named.explain(odd);
    expect(top).toHaveLength(3);
    expect(new Set(top.slice(0, 2).map(({ feature }) => feature))).toEqual(new Set(['c', 'e']));
    expect(top[0].contribution).toBeGreaterThan(top[1].contribution);
    const all = named.explain(odd, 6)[0].reduce((sum, { contribution }) => sum + contribution, 0);
    const usual = named.explain(matrixFromRows([[0, 0, 0, 0, 0, 0]]), 6)[0];
    const difference = all - usual.reduce((sum, { contribution }) => sum + contribution, 0);
    const scores = named.score(
      matrixFromRows([
        [0, 0, 30, 0, -8, 0],
        [0, 0, 0, 0, 0, 0],
      ]),
    );
    expect(difference).toBeCloseTo(Math.log2(scores[0] / scores[1]), 10);
  });

  it('defines what happens on one row, constant rows, duplicates, all-missing and huge values', () => {
    expect([...new IsolationForest().fit(matrixFromRows([[3, 4]])).score(matrixFromRows([[9, 9]]))]).toEqual([0.5]);
    const cases: Matrix[] = [
      matrixFromRows(Array.from({ length: 40 }, () => [1, 1])),
      matrixFromRows(Array.from({ length: 40 }, (_, i) => [i % 2, 5])),
      matrixFromRows(Array.from({ length: 40 }, () => [Number.NaN, Number.NaN])),
      matrixFromRows(Array.from({ length: 40 }, (_, i) => [i * 8e36, -i * 8e36])),
    ];
    for (const matrix of cases) {
      const scores = new IsolationForest({ nTrees: 10 }).fit(matrix).score(matrix);
      expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    }
  });

  it('never changes what it is given', () => {
    const matrix = matrixFromRows([
      [1, Number.NaN],
      [2, 3],
      [Number.NaN, 4],
    ]);
    const before = matrix.values.slice();
    new IsolationForest({ nTrees: 5 }).fit(matrix).score(matrix);
    expect(matrix.values).toEqual(before);
  });

  it('rejects bad options, bad values, other columns and use before fit, by name', () => {
    const fitWith = (options: object) => refusal(() => new IsolationForest(options).fit(x));
    expect(fitWith({ nTrees: 0 })).toMatch(/^bad-option: nTrees must be an integer/);
    expect(fitWith({ nSamples: 1 })).toMatch(/^bad-option: nSamples must be an integer in 2..65536/);
    expect(fitWith({ seed: 0.5 })).toMatch(/^bad-option: seed/);
    expect(fitWith({ nTrees: 90_000, nSamples: 4096 })).toMatch(/^bad-option: nTrees 90000 with nSamples 4096/);
    expect(fitWith({ trees: 5 })).toMatch(/^bad-option: there is no option "trees"/);
    const names = ['usd', 'age'];
    const small = matrixFromRows([
      [1, 2],
      [3, 4],
    ]);
    const infinite = matrixFromRows([
      [1, 2],
      [3, -Infinity],
    ]);
    expect(refusal(() => new IsolationForest().fit(infinite, names))).toBe(
      'bad-value: column "age" holds -Infinity in row 1',
    );
    const fitted = new IsolationForest({ nTrees: 2 }).fit(small, names);
    expect(refusal(() => fitted.score(infinite))).toBe('bad-value: column "age" holds -Infinity in row 1');
    expect(refusal(() => fitted.score(x))).toMatch(/^bad-schema: the matrix has 6 columns, the model 2/);
    expect(refusal(() => fitted.score(small, ['age', 'usd']))).toMatch(/^bad-schema: column 0 is "age"/);
    expect(refusal(() => new IsolationForest().score(small))).toMatch(/not fitted/);
    expect(refusal(() => new IsolationForest().toModel())).toMatch(/not fitted/);
    expect(refusal(() => new IsolationForest().fit(createMatrix(new Float32Array(0), 0, 2)))).toMatch(/^empty-input/);
  });

  it('rejects models that were tampered with', () => {
    const model = new IsolationForest({ nTrees: 2, nSamples: 8 }).fit(x).toModel();
    const changed = (change: (copy: ReturnType<typeof forest.toModel>) => object) =>
      refusal(() => IsolationForest.fromModel(change(structuredClone(model))));
    expect(changed((m) => m)).toBe('accepted');
    expect(changed((m) => ({ ...m, version: 2 }))).toMatch(/^bad-model: the model is of version 2/);
    expect(changed((m) => ({ ...m, format: 'other' }))).toMatch(/^bad-model: expected a model of format/);
    expect(changed((m) => ({ ...m, thresholds: m.thresholds.slice(1) }))).toMatch(/differ in length/);
    expect(changed((m) => ({ ...m, features: m.features.map((f) => f + 6) }))).toMatch(/^bad-model/);
    expect(changed((m) => ({ ...m, leftChildren: m.leftChildren.map((c) => (c > 0 ? 1 : 0)) }))).toMatch(/^bad-model/);
    expect(changed((m) => ({ ...m, leftChildren: m.leftChildren.map(() => 0) }))).toMatch(/^bad-model/);
    expect(changed((m) => ({ ...m, nodeSamples: m.nodeSamples.map((n) => n + 1) }))).toMatch(/^bad-model/);
    expect(changed((m) => ({ ...m, nSamplesPerTree: 65_536 }))).toMatch(/^bad-model/);
    expect(changed((m) => ({ ...m, fills: [0] }))).toMatch(/fills/);
    expect(changed((m) => ({ ...m, featureNames: m.featureNames.map(() => 'a') }))).toMatch(/given twice/);
    expect(changed((m) => ({ ...m, thresholds: m.thresholds.map((t) => t + 1e-12) }))).toMatch(/not a float32/);
  });
});
