import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KMeans, type KMeansModel } from '../../estimators/kmeans.ts';
import { createMatrix, matrixFromRows, takeRows } from '../../kernels/matrix.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { InputError } from '../../run/errors.ts';
import { makeBlobs } from '../blobs.ts';
import { refusal } from '../refusal.ts';

const executor = createExecutor({ nThreads: 2 });
const x = makeBlobs({ nRows: 800, nCols: 3, nBlobs: 4, spread: 0.3, seed: 1 });

interface Fixture {
  readonly versions: Record<string, string>;
  readonly x: number[][];
  readonly cases: {
    readonly n_clusters: number;
    readonly start: number[][];
    readonly labels: number[];
    readonly inertia: number;
    readonly n_iter: number;
  }[];
}

describe('KMeans', () => {
  test('finds planted blobs from its own start', () => {
    const model = new KMeans({ nClusters: 4, nInits: 3, seed: 2 }, executor).fit(x);
    for (let i = 4; i < x.nRows; i++) expect(model.labels![i]).toBe(model.labels![i % 4]);
    expect(new Set(model.labels).size).toBe(4);
    expect(model.predict(x)).toEqual(model.labels);
  });

  test('agrees with scikit-learn from the same start: labels, passes, inertia', () => {
    const file = new URL('../fixtures/kmeans_sklearn.json', import.meta.url);
    const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
    const data = matrixFromRows(fixture.x);
    for (const expected of fixture.cases) {
      const startCentres = matrixFromRows(expected.start);
      const model = new KMeans({ nClusters: expected.n_clusters, startCentres }, executor).fit(data);
      expect([...model.labels!]).toEqual(expected.labels);
      expect(model.nIterations).toBe(expected.n_iter);
      // Both round centres and distances to float32; the sum itself is float64 on both sides.
      expect(Math.abs(model.inertia / expected.inertia - 1)).toBeLessThan(1e-6);
    }
  });

  test('agrees with ml-kmeans from the same start', () => {
    const startCentres = takeRows(x, [0, 1, 2, 3]);
    const ours = new KMeans({ startCentres, tolerance: 0 }, executor).fit(x);
    const theirs = new KMeans({ startCentres, tolerance: 0, engine: 'ml-kmeans' }, executor).fit(x);
    expect(theirs.labels).toEqual(ours.labels);
    expect(Math.abs(theirs.inertia / ours.inertia - 1)).toBeLessThan(1e-6);
  });

  test('an empty centre that moves last still gets its rows', () => {
    // The third centre never has a row until it is moved to 7, when no label changes any more.
    const rows = matrixFromRows([[1], [7], [5], [6], [1]]);
    const startCentres = matrixFromRows([[10], [-4], [14]]);
    const model = new KMeans({ nClusters: 3, startCentres, tolerance: 0 }, executor).fit(rows);
    expect([...model.labels!]).toEqual([1, 2, 0, 0, 1]);
    expect([...model.centres.values]).toEqual([5.5, 1, 7]);
    expect([model.inertia, model.hasConverged]).toEqual([0.5, true]);
  });

  test('labels and inertia belong to the centres, from any start', () => {
    const integers = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 12 });
    const starts = fc.array(fc.integer({ min: -9, max: 18 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(
        integers,
        starts,
        fc.constantFrom(0, 1e-4),
        fc.integer({ min: 1, max: 6 }),
        (values, start, tolerance, nIterationsMax) => {
          fc.pre(new Set(values).size >= start.length);
          const rows = matrixFromRows(values.map((value) => [value]));
          const startCentres = matrixFromRows(start.map((value) => [value]));
          const options = { nClusters: start.length, startCentres, tolerance, nIterationsMax };
          const model = new KMeans(options, executor).fit(rows);
          expect(model.labels).toEqual(model.predict(rows));
          const squares = values.map((value, row) => (value - model.centres.values[model.labels![row]]) ** 2);
          expect(model.inertia).toBeCloseTo(
            squares.reduce((a, b) => a + b, 0),
            9,
          );
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });

  test('more starts never give a higher inertia', () => {
    const hard = makeBlobs({ nRows: 500, nCols: 2, nBlobs: 12, spread: 1, seed: 3 });
    const inertias = [1, 4, 10].map((nInits) => new KMeans({ nClusters: 12, nInits }, executor).fit(hard).inertia);
    expect(inertias[1]).toBeLessThanOrEqual(inertias[0]);
    expect(inertias[2]).toBeLessThanOrEqual(inertias[1]);
  });

  test('scores are distances to the nearest centre, so a stranger row scores higher', () => {
    const model = new KMeans({ startCentres: matrixFromRows([[0, 0]]), nClusters: 1 }, executor).fit(
      matrixFromRows([
        [-1, 0],
        [1, 0],
      ]),
    );
    expect([...model.score(matrixFromRows([[3, 4], [0, 0]]))]).toEqual([5, 0]); // biome-ignore format: one line
  });

  test('a saved model predicts the same bits after JSON', () => {
    const model = new KMeans({ nClusters: 5, seed: 4 }, executor).fit(x, ['a', 'b', 'c']);
    const json = JSON.parse(JSON.stringify(model.toModel()));
    const loaded = KMeans.fromModel(json, executor);
    expect(loaded.predict(x)).toEqual(model.predict(x));
    expect(loaded.score(x)).toEqual(model.score(x));
    expect(loaded.toModel()).toEqual(model.toModel());
    expect(loaded.labels).toBeNull();
    expect(refusal(() => loaded.predict(x, ['a', 'c', 'b']))).toMatch(/^bad-schema: column 1 is "c"/);
  });

  test('mutated models are rejected as bad-model or still predict valid clusters', () => {
    const model = new KMeans({ nClusters: 3, seed: 4 }, executor).fit(x).toModel();
    const junk = fc.oneof(
      fc.constant(null),
      fc.constant(-1),
      fc.constant(1e300),
      fc.string(),
      fc.constant([]),
      fc.float(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(model), 'row', 'value', 'extra'), junk, (key, value) => {
        const mutated = structuredClone(model) as unknown as Record<string, unknown> & { centres: unknown[] };
        if (key === 'row') mutated.centres[1] = value;
        else if (key === 'value') (mutated.centres[0] as unknown[])[1] = value;
        else mutated[key] = value;
        try {
          const labels = KMeans.fromModel(mutated, executor).predict(x);
          return labels.every((label) => label >= 0 && label < 3);
        } catch (error) {
          return error instanceof InputError && error.tag === 'bad-model';
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('a model file cut short at any place is rejected', () => {
    const text = JSON.stringify(new KMeans({ nClusters: 2, seed: 4 }, executor).fit(x).toModel());
    const model = JSON.parse(text) as KMeansModel;
    for (const key of Object.keys(model)) {
      const { [key as keyof KMeansModel]: _, ...rest } = model;
      expect(refusal(() => KMeans.fromModel(rest, executor))).toMatch(/^bad-model/);
    }
    expect(refusal(() => KMeans.fromModel({ ...model, version: 2 }, executor))).toMatch(/^bad-model: .*version 2/);
  });

  test('bad input is rejected by column or option', () => {
    const learn = (rows: number[][], options = {}): string =>
      refusal(() => new KMeans({ nClusters: 2, ...options }, executor).fit(matrixFromRows(rows), ['a', 'b']));
    const fine = [[1, 2], [3, 4], [5, 7]]; // biome-ignore format: one line
    expect(learn(fine)).toBe('accepted');
    expect(learn([...fine, [1, Number.NaN]])).toBe('bad-value: column "b" holds NaN in row 3');
    expect(learn([...fine, [Number.POSITIVE_INFINITY, 1]])).toBe('bad-value: column "a" holds Infinity in row 3');
    expect(learn([...fine, [1, -1e20]])).toMatch(
      /^bad-value: column "b" holds -10*2004087730000 in row 3, beyond 1e17/,
    );
    expect(learn([[1, 2]])).toBe('bad-option: nClusters is 2, but there are only 1 rows');
    expect(learn([[1, 2], [1, 2]])).toBe('bad-option: nClusters is 2, but only 1 rows are distinct'); // biome-ignore format: one line
    expect(learn(fine, { nClusters: 0 })).toMatch(/^bad-option: nClusters/);
    expect(learn(fine, { nInits: 0 })).toMatch(/^bad-option: nInits/);
    expect(learn(fine, { tolerance: -1 })).toMatch(/^bad-option: tolerance/);
    expect(learn(fine, { engine: 'gpu' })).toMatch(/^bad-option: engine must be/);
    expect(learn(fine, { clusters: 3 })).toBe('bad-option: there is no option "clusters"');
    expect(learn(fine, { startCentres: matrixFromRows([[1, 2]]) })).toMatch(/^bad-option: startCentres is 1 x 2/);
    expect(refusal(() => new KMeans({}, executor).fit(createMatrix(new Float32Array(0), 0, 2)))).toMatch(
      /^empty-input/,
    );
    expect(refusal(() => new KMeans({}, executor).predict(x))).toMatch(/not fitted/);
  });

  test('a constant column changes nothing', () => {
    const widened = matrixFromRows(
      Array.from({ length: x.nRows }, (_, i) => [...x.values.subarray(i * 3, i * 3 + 3), 42]),
    );
    const without = new KMeans({ startCentres: takeRows(x, [0, 1, 2, 3]), tolerance: 0 }, executor).fit(x);
    const withIt = new KMeans({ startCentres: takeRows(widened, [0, 1, 2, 3]), tolerance: 0 }, executor).fit(widened);
    expect(withIt.labels).toEqual(without.labels);
    expect(withIt.inertia).toBe(without.inertia);
  });

  test('the mini-batch engine is reached by name', () => {
    const model = new KMeans({ nClusters: 4, engine: 'mini-batch', nRowsPerBatch: 200 }, executor).fit(x);
    const exact = new KMeans({ nClusters: 4, startCentres: model.centres }, executor).fit(x);
    expect(model.inertia).toBeLessThan(exact.inertia * 1.1);
  });
});
