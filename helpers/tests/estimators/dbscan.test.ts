import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Dbscan } from '../../estimators/dbscan.ts';
import { createMatrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { makeBlobs } from '../blobs.ts';
import { refusal } from '../refusal.ts';

const executor = createExecutor({ nThreads: 2 });

interface Fixture {
  readonly x: number[][];
  readonly cases: { readonly eps: number; readonly min_samples: number; readonly labels: number[] }[];
}

describe('Dbscan', () => {
  test('gives exactly the labels of scikit-learn, border rows and numbering included', () => {
    const file = new URL('../fixtures/dbscan_sklearn.json', import.meta.url);
    const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
    const data = matrixFromRows(fixture.x);
    for (const { eps, min_samples: minSamples, labels } of fixture.cases) {
      expect([...new Dbscan({ eps, minSamples }, executor).fit(data).labels]).toEqual(labels);
    }
  });

  test('a sweep gives what single runs give', () => {
    const x = makeBlobs({ nRows: 500, nCols: 3, nBlobs: 4, spread: 1, seed: 4 });
    const results = new Dbscan({}, executor).sweep(x, [0.5, 1, 2], [3, 10]);
    expect(results.map(({ eps, nMin }) => [eps, nMin])).toEqual([[0.5, 3], [0.5, 10], [1, 3], [1, 10], [2, 3], [2, 10]]); // biome-ignore format: one line
    for (const result of results) {
      expect(new Dbscan({ eps: result.eps, minSamples: result.nMin }, executor).fit(x)).toEqual(result);
    }
  });

  test('bad input is rejected by column or option', () => {
    const run = (options: object, rows = [[0, 1], [1, 1]]): string =>
      refusal(() => new Dbscan(options, executor).fit(matrixFromRows(rows))); // biome-ignore format: short
    expect(run({})).toBe('accepted');
    expect(run({ eps: 0 })).toMatch(/^bad-option: eps/);
    expect(run({ eps: Number.NaN })).toMatch(/^bad-option: eps/);
    expect(run({ minSamples: 0 })).toMatch(/^bad-option: minSamples/);
    expect(run({ epsilon: 1 })).toBe('bad-option: there is no option "epsilon"');
    expect(run({}, [[0, Number.NaN]])).toBe('bad-value: column "column_1" holds NaN in row 0');
    expect(run({}, [[Number.NEGATIVE_INFINITY, 0]])).toMatch(/^bad-value: column "column_0" holds -Infinity/);
    expect(refusal(() => new Dbscan({}, executor).fit(createMatrix(new Float32Array(0), 0, 1)))).toMatch(
      /^empty-input/,
    );
  });
});
