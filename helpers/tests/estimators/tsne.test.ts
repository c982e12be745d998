import { describe, expect, test } from 'vitest';
import { Tsne } from '../../estimators/tsne.ts';
import { createMatrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { makeBlobs } from '../blobs.ts';
import { refusal } from '../refusal.ts';

const executor = createExecutor({ nThreads: 2 });
const x = makeBlobs({ nRows: 120, nCols: 4, nBlobs: 3, spread: 0.5, seed: 1 });
const QUICK = { perplexity: 8, nIterations: 120, nEarlyIterations: 40 };

describe('Tsne', () => {
  test('maps every row to a finite point, centred, with a divergence', () => {
    const model = new Tsne(QUICK, executor);
    const map = model.fitTransform(x);
    expect([map.nRows, map.nCols]).toEqual([120, 2]);
    expect(map.values.every(Number.isFinite)).toBe(true);
    expect(Math.abs(map.values.reduce((a, b) => a + b, 0) / 240)).toBeLessThan(1e-3);
    expect(model.divergence).toBeGreaterThan(0);
  });

  test('the same seed gives the same map, another start another', () => {
    const map = (options: object) => new Tsne({ ...QUICK, ...options }, executor).fitTransform(x).values;
    expect(map({ start: 'random', seed: 3 })).toEqual(map({ start: 'random', seed: 3 }));
    expect(map({ start: 'random', seed: 3 })).not.toEqual(map({ start: 'random', seed: 4 }));
    const start = createMatrix(
      Float32Array.from({ length: 240 }, (_, i) => Math.sin(i) * 1e-3),
      120,
      2,
    );
    expect(map({ start })).toEqual(map({ start }));
  });

  test('equal rows and a single column are mapped', () => {
    const equal = matrixFromRows(Array.from({ length: 40 }, () => [5, 5]));
    const line = matrixFromRows(Array.from({ length: 40 }, (_, i) => [i]));
    for (const data of [equal, line]) {
      for (const gradient of ['exact', 'barnes-hut', 'fft'] as const) {
        const map = new Tsne({ ...QUICK, gradient }, executor).fitTransform(data);
        expect(map.values.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('approximate neighbours lead to a map as good as exact ones', () => {
    const many = makeBlobs({ nRows: 1500, nCols: 6, nBlobs: 4, spread: 1, seed: 4 });
    const divergence = (neighbours: 'exact' | 'approximate'): number => {
      const model = new Tsne({ ...QUICK, nIterations: 300, neighbours }, executor);
      model.fitTransform(many);
      return model.divergence;
    };
    const exact = divergence('exact');
    // The few neighbours missed are far ones, with little weight.
    expect(Math.abs(divergence('approximate') / exact - 1)).toBeLessThan(0.03);
  });

  test('tsne-js is an engine for small samples', () => {
    const small = makeBlobs({ nRows: 40, nCols: 3, nBlobs: 2, spread: 0.2, seed: 2 });
    const map = new Tsne({ engine: 'tsne-js', perplexity: 5, nIterations: 60 }, executor).fitTransform(small);
    expect(map.nRows).toBe(40);
    expect(map.values.every(Number.isFinite)).toBe(true);
  });

  test('bad input is rejected by column or option', () => {
    const run = (options: object, data = x): string =>
      refusal(() => new Tsne({ ...QUICK, nIterations: 2, ...options }, executor).fitTransform(data));
    expect(run({})).toBe('accepted');
    expect(run({ perplexity: 40 })).toBe('bad-option: perplexity is 40, but 120 rows allow at most 39');
    expect(run({ perplexity: Number.NaN })).toMatch(/^bad-option: perplexity/);
    expect(run({ learningRate: 0 })).toMatch(/^bad-option: learningRate/);
    expect(run({ gradient: 'best' })).toMatch(/^bad-option: gradient must be auto or exact/);
    expect(run({ neighbours: 'some' })).toMatch(/^bad-option: neighbours must be auto or exact/);
    expect(run({ perplexty: 3 })).toBe('bad-option: there is no option "perplexty"');
    expect(run({ start: createMatrix(new Float32Array(2), 1, 2) })).toBe('bad-option: start is 1 x 2, not 120 x 2');
    expect(run({}, matrixFromRows([[1, 2]]))).toMatch(/^bad-option: perplexity is 8, but 1 rows/);
    expect(run({}, createMatrix(new Float32Array(0), 0, 4))).toMatch(/^empty-input/);
    const spoilt = { ...x, values: x.values.slice() };
    spoilt.values[5] = Number.NaN;
    expect(run({}, spoilt)).toBe('bad-value: column "column_1" holds NaN in row 1');
    const wide = makeBlobs({ nRows: 2001, nCols: 1, nBlobs: 1, spread: 1, seed: 1 });
    expect(run({ engine: 'tsne-js' }, wide)).toMatch(/^bad-option: engine tsne-js takes at most 2000 rows/);
  });
});
