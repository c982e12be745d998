import { afterAll, describe, expect, it } from 'vitest';
import { isolationContributions } from '../../../kernels/isolation/isolation_contributions.ts';
import { packTrees, pathLengthSums } from '../../../kernels/isolation/isolation_paths.ts';
import {
  averagePathLength,
  depthLimit,
  drawSamples,
  growIsolationTrees,
  type IsolationTrees,
} from '../../../kernels/isolation/isolation_trees.ts';
import { createMatrix, type Matrix, matrixFromRows, takeRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { createExecutor } from '../../../parallel/executor.ts';

const plain = createExecutor({ engine: 'typescript' });
const wasm = [1, 2, 4].map((nThreads) => createExecutor({ engine: 'wasm', nThreads }));
afterAll(() => {
  for (const executor of wasm) executor.close();
});

function randomMatrix(nRows: number, nCols: number, seed: number, shareMissing = 0): Matrix {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: nRows * nCols }, () =>
    random.uniform() < shareMissing ? Number.NaN : random.normal(),
  );
  return createMatrix(values, nRows, nCols);
}

function grow(x: Matrix, nTrees: number, nSamples: number, seed = 1): IsolationTrees {
  return growIsolationTrees(x, drawSamples(x.nRows, nTrees, nSamples, seed), new Float32Array(x.nCols), seed);
}

/** The definition: walk each tree node by node; NaN counts as the fill. */
function pathLengthsByDefinition(trees: IsolationTrees, x: Matrix, fills: Float32Array): Float64Array {
  return Float64Array.from({ length: x.nRows }, (_, row) => {
    let sum = 0;
    for (let tree = 0; tree + 1 < trees.treeStarts.length; tree++) {
      let node = trees.treeStarts[tree];
      let depth = 0;
      for (; trees.features[node] >= 0; depth++) {
        const column = trees.features[node];
        const value = x.values[row * x.nCols + column];
        const isLeft = (Number.isNaN(value) ? fills[column] : value) < trees.thresholds[node];
        node = trees.leftChildren[node] + (isLeft ? 0 : 1);
      }
      sum += depth + averagePathLength(trees.nodeSamples[node]);
    }
    return sum;
  });
}

describe('averagePathLength', () => {
  it('has the values of the paper', () => {
    expect([0, 1, 2].map(averagePathLength)).toEqual([0, 0, 1]);
    // c(256) = 2·(ln 255 + γ) − 2·255/256
    expect(averagePathLength(256)).toBeCloseTo(10.2448, 4);
  });
});

describe('drawSamples', () => {
  it('draws distinct rows, evenly, and all of a small table', () => {
    const samples = drawSamples(50, 2000, 10, 3);
    const counts = new Float64Array(50);
    for (const rows of samples) {
      expect(new Set(rows).size).toBe(10);
      for (const row of rows) counts[row]++;
    }
    // Each row is drawn 2000 · 10/50 = 400 times, give or take 18; five standard deviations are 90.
    for (const n of counts) expect(Math.abs(n - 400)).toBeLessThan(90);
    expect([...drawSamples(4, 1, 256, 3)[0]].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('growIsolationTrees', () => {
  it('isolates two rows by one cut between them', () => {
    const trees = grow(matrixFromRows([[1], [5]]), 20, 256);
    expect(trees.features.length).toBe(60);
    for (let tree = 0; tree < 20; tree++) {
      const node = trees.treeStarts[tree];
      expect([...trees.features.subarray(node, node + 3)]).toEqual([0, -1, -1]);
      expect(trees.thresholds[node]).toBeGreaterThan(1);
      expect(trees.thresholds[node]).toBeLessThanOrEqual(5);
    }
  });

  it('sends every sampled row to a leaf that counts it, and keeps to the depth limit', () => {
    const x = randomMatrix(3000, 5, 2);
    const samples = drawSamples(3000, 12, 100, 7);
    const trees = growIsolationTrees(x, samples, new Float32Array(5), 7);
    const reached = new Float64Array(trees.features.length);
    samples.forEach((rows, tree) => {
      for (const row of rows) {
        let node = trees.treeStarts[tree];
        let depth = 0;
        for (; trees.features[node] >= 0; depth++) {
          reached[node]++;
          const isLeft = x.values[row * 5 + trees.features[node]] < trees.thresholds[node];
          node = trees.leftChildren[node] + (isLeft ? 0 : 1);
        }
        reached[node]++;
        expect(depth).toBeLessThanOrEqual(depthLimit(100));
      }
    });
    expect([...reached]).toEqual([...trees.nodeSamples]);
  });

  it('draws columns evenly and never cuts a constant one', () => {
    const x = randomMatrix(400, 4, 5);
    for (let row = 0; row < 400; row++) x.values[row * 4 + 2] = 7;
    const trees = grow(x, 200, 64);
    const counts = [0, 0, 0, 0];
    for (const feature of trees.features) if (feature >= 0) counts[feature]++;
    expect(counts[2]).toBe(0);
    const nSplits = counts[0] + counts[1] + counts[3];
    for (const column of [0, 1, 3]) expect(counts[column] / nSplits).toBeCloseTo(1 / 3, 1);
  });

  it('ends at once on one row, equal rows and neighbouring floats', () => {
    expect(grow(matrixFromRows([[1, 2]]), 3, 256).features).toEqual(Int32Array.of(-1, -1, -1));
    expect(grow(matrixFromRows([[4], [4], [4]]), 1, 256).features).toEqual(Int32Array.of(-1));
    const low = 1;
    const high = 1 + 2 ** -23;
    const trees = grow(matrixFromRows([[low], [high]]), 50, 256);
    expect([...new Set(trees.thresholds)].sort()).toEqual([0, high]);
  });

  it('survives the widest range of float32', () => {
    const trees = grow(matrixFromRows([[-3.4e38], [3.4e38], [0]]), 30, 256);
    expect(trees.thresholds.every(Number.isFinite)).toBe(true);
  });
});

describe('pathLengthSums', () => {
  for (const [nRows, nCols, nSamples, nTrees] of [
    [1000, 13, 256, 20],
    [129, 3, 5, 7],
    [7, 1, 2, 5],
    [300, 40, 1000, 3],
  ]) {
    it(`equals the definition on ${nRows} × ${nCols}, ψ ${nSamples}, for both engines and 1, 2 and 4 threads`, () => {
      const x = randomMatrix(nRows, nCols, nRows, 0.05);
      const fills = Float32Array.from({ length: nCols }, (_, column) => column / 10);
      const trees = growIsolationTrees(x, drawSamples(nRows, nTrees, nSamples, 9), fills, 9);
      const expected = pathLengthsByDefinition(trees, x, fills);
      for (const executor of [plain, ...wasm]) {
        const { sums, infinityFromRow } = pathLengthSums(executor, x, packTrees(trees), fills);
        expect(infinityFromRow).toBe(-1);
        expect(Buffer.from(sums.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
      }
    });
  }

  it('gives each row the same length whatever rows stand beside it', () => {
    const x = randomMatrix(300, 4, 8);
    const packed = packTrees(grow(x, 10, 64));
    const all = pathLengthSums(wasm[1], x, packed, new Float32Array(4)).sums;
    const some = pathLengthSums(wasm[1], takeRows(x, [250, 3, 77]), packed, new Float32Array(4)).sums;
    expect([...some]).toEqual([all[250], all[3], all[77]]);
  });

  it('sends a value equal to the threshold right', () => {
    const trees: IsolationTrees = {
      nSamplesPerTree: 2,
      treeStarts: Uint32Array.of(0, 3),
      features: Int32Array.of(0, -1, -1),
      thresholds: Float32Array.of(1.5, 0, 0),
      leftChildren: Uint32Array.of(1, 0, 0),
      nodeSamples: Uint32Array.of(6, 1, 5),
    };
    const x = matrixFromRows([[1.5], [1.4], [Number.NaN]]);
    for (const executor of [plain, wasm[0]]) {
      const { sums } = pathLengthSums(executor, x, packTrees(trees), Float32Array.of(9));
      expect([...sums]).toEqual([1 + averagePathLength(5), 1, 1 + averagePathLength(5)]);
    }
  });

  it('says near which row it met an infinity, across slabs', () => {
    const x = createMatrix(new Float32Array(300_000), 300_000, 1);
    const packed = packTrees(grow(randomMatrix(50, 1, 1), 1, 8));
    for (const [row, value] of [
      [299_999, Infinity],
      [5, -Infinity],
    ]) {
      x.values[row] = value;
      for (const executor of [plain, wasm[1]]) {
        const { infinityFromRow } = pathLengthSums(executor, x, packed, new Float32Array(1));
        expect(row - infinityFromRow).toBeGreaterThanOrEqual(0);
        expect(row - infinityFromRow).toBeLessThan(128);
      }
    }
  });

  it('answers nothing to no rows', () => {
    const packed = packTrees(grow(randomMatrix(50, 2, 1), 2, 8));
    const none = createMatrix(new Float32Array(0), 0, 2);
    expect(pathLengthSums(wasm[0], none, packed, new Float32Array(2)).sums.length).toBe(0);
  });
});

describe('isolationContributions', () => {
  it('adds up to the path length of every row', () => {
    const x = randomMatrix(60, 6, 12, 0.1);
    const fills = new Float32Array(6).fill(0.5);
    const trees = growIsolationTrees(x, drawSamples(60, 15, 32, 2), fills, 2);
    const { base, values } = isolationContributions(trees, x, fills);
    const sums = pathLengthsByDefinition(trees, x, fills);
    for (let row = 0; row < 60; row++) {
      const total = values.subarray(row * 6, row * 6 + 6).reduce((sum, value) => sum + value, base);
      expect(total).toBeCloseTo(-sums[row] / 15 / averagePathLength(32), 12);
    }
  });

  it('credits the column in which a row was planted far away', () => {
    const x = randomMatrix(500, 5, 13);
    x.values[499 * 5 + 3] = 40;
    const { values } = isolationContributions(grow(x, 100, 256), x, new Float32Array(5));
    const ofRow = [...values.subarray(499 * 5)];
    expect(ofRow.indexOf(Math.max(...ofRow))).toBe(3);
    expect(ofRow[3]).toBeGreaterThan(5 * Math.max(...ofRow.filter((_, column) => column !== 3)));
  });

  it('credits nobody in a forest of one row', () => {
    const x = matrixFromRows([[1, 2]]);
    const { base, values } = isolationContributions(grow(x, 3, 4), x, new Float32Array(2));
    expect([base, ...values]).toEqual([-1, 0, 0]);
  });
});
