import { describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { type Matrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { findNeighbours } from '../../../kernels/neighbours/neighbours.ts';
import { createRandom } from '../../../kernels/random.ts';
import { type Affinities, computeAffinities } from '../../../kernels/tsne/affinities.ts';
import { smoothSize, transformLanes } from '../../../kernels/tsne/fft_lanes.ts';
import { projectOnPlane } from '../../../kernels/tsne/principal_plane.ts';
import { buildQuadtree, countNodesMax } from '../../../kernels/tsne/quadtree.ts';
import { descendTsne, type TsneDescent, type TsneResult } from '../../../kernels/tsne/tsne.ts';
import { createRepulsion, type RepulsionKind } from '../../../kernels/tsne/tsne_repulsion.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import { makeBlobs } from '../../blobs.ts';

const wasm = createExecutor({ engine: 'wasm', nThreads: 2 });
const plain = createExecutor({ engine: 'typescript' });

function cloud(n: number, spread: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: 2 * n }, () => random.normal() * spread);
}

function repel(executor: Executor, kind: RepulsionKind, points: Float32Array, theta = 0.5) {
  return executor.scope(() => {
    const forces = executor.float32(points.length);
    const sum = createRepulsion(executor, kind, points.length / 2, theta)(executor.place(points), forces);
    return { sum, forces: forces.slice() };
  });
}

/** Length of the difference of two vectors over the length of the second. */
function relativeGap(a: Float32Array, b: Float32Array): number {
  let gap = 0;
  let norm = 0;
  for (let i = 0; i < a.length; i++) {
    gap += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(gap / norm);
}

function affinitiesOf(executor: Executor, x: Matrix, perplexity: number): Affinities {
  return computeAffinities(executor, findNeighbours(executor, x, Math.floor(3 * perplexity)), perplexity);
}

const DESCENT: TsneDescent = {
  nIterations: 200,
  nEarlyIterations: 60,
  exaggeration: 12,
  learningRate: 'auto',
  repulsion: 'exact',
  theta: 0.5,
  nIterationsPerDivergence: 50,
};

function descend(executor: Executor, x: Matrix, options: Partial<TsneDescent>): TsneResult {
  return descendTsne(executor, affinitiesOf(executor, x, 10), projectOnPlane(x, 1e-4), { ...DESCENT, ...options });
}

describe('t-SNE repulsion', () => {
  test('of two points is that of the formula', () => {
    const points = Float32Array.of(0, 0, 3, 4);
    for (const executor of [wasm, plain]) {
      for (const kind of ['exact', 'barnes-hut'] as const) {
        const { sum, forces } = repel(executor, kind, points);
        expect(sum).toBeCloseTo(2 / 26, 6);
        [-3, -4, 3, 4].forEach((d, at) => {
          expect(forces[at]).toBeCloseTo(d / 676, 8);
        });
      }
    }
  });

  test('the WebAssembly and the plain engine agree for every kind', () => {
    for (const spread of [1e-4, 1, 15]) {
      const points = cloud(300, spread, 4);
      for (const kind of ['exact', 'barnes-hut', 'fft'] as const) {
        const fast = repel(wasm, kind, points);
        const slow = repel(plain, kind, points);
        // Float32 transforms and sums on one side, float64 inside on the other.
        expect(relativeGap(fast.forces, slow.forces)).toBeLessThan(1e-4);
        expect(Math.abs(fast.sum / slow.sum - 1)).toBeLessThan(1e-5);
      }
    }
  }, 30_000);

  test('the tree converges to the exact forces as theta falls', () => {
    const points = cloud(1500, 8, 6);
    const exact = repel(wasm, 'exact', points);
    const gaps = [0.8, 0.4, 0.1].map((theta) =>
      relativeGap(repel(wasm, 'barnes-hut', points, theta).forces, exact.forces),
    );
    expect(gaps[0]).toBeLessThan(0.1);
    expect(gaps[1]).toBeLessThan(gaps[0]);
    expect(gaps[2]).toBeLessThan(0.001);
  });

  test('the interpolated forces are exact for a narrow map and near for a wide one', () => {
    // Nodes 0.4 apart leave the error of cubic interpolation of a kernel of width 1; the tree at theta 0.5 has 1-2 %.
    for (const [spread, forceGap, sumGap] of [
      [1e-3, 1e-4, 1e-5],
      [1, 1e-4, 1e-5],
      [10, 0.015, 0.001],
    ]) {
      const points = cloud(4000, spread, 7);
      const exact = repel(wasm, 'exact', points);
      const fft = repel(wasm, 'fft', points);
      expect(relativeGap(fft.forces, exact.forces)).toBeLessThan(forceGap);
      expect(Math.abs(fft.sum / exact.sum - 1)).toBeLessThan(sumGap);
    }
  });

  test('equal points, one far point and a line are no trouble', () => {
    const equal = new Float32Array(40).fill(2);
    const far = cloud(50, 0.01, 1);
    far[0] = 900;
    const line = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i : 0));
    for (const points of [equal, far, line]) {
      const exact = repel(wasm, 'exact', points);
      for (const kind of ['barnes-hut', 'fft'] as const) {
        const { sum, forces } = repel(wasm, kind, points);
        expect(forces.every(Number.isFinite)).toBe(true);
        expect(Math.abs(sum - exact.sum)).toBeLessThan(0.03 * points.length);
      }
    }
  });

  test('the quadtree holds every point once', () => {
    const points = cloud(700, 1, 2);
    points.copyWithin(100, 0, 40);
    const n = countNodesMax(700);
    const tree = buildQuadtree(points, new Float32Array(4 * n), new Uint32Array(n));
    expect(tree.nodes[2]).toBe(700);
    expect(tree.skips[0]).toBe(tree.nNodes);
    expect(tree.nNodes).toBeLessThanOrEqual(n);
    let inLeaves = 0;
    for (let node = 0; node < tree.nNodes; node++)
      if (tree.skips[node] === node + 1) inLeaves += tree.nodes[4 * node + 2];
    expect(inLeaves).toBe(700);
  });

  test('the transform of four lanes is the plain sum of the definition', () => {
    const n = 60;
    const [re, im] = [cloud(2 * n, 1, 3), cloud(2 * n, 1, 5)];
    const [gotRe, gotIm] = [re.slice(), im.slice()];
    transformLanes(gotRe, gotIm, n);
    for (const k of [0, 1, 31, 59]) {
      let sum = 0;
      for (let j = 0; j < n; j++) {
        const angle = (-2 * Math.PI * j * k) / n;
        sum += re[4 * j + 2] * Math.cos(angle) - im[4 * j + 2] * Math.sin(angle);
      }
      expect(gotRe[4 * k + 2]).toBeCloseTo(sum, 4);
    }
    expect([1, 16, 17, 97, 700].map(smoothSize)).toEqual([16, 16, 32, 128, 720]);
  });
});

describe('t-SNE affinities', () => {
  const x = makeBlobs({ nRows: 400, nCols: 5, nBlobs: 3, spread: 1, seed: 1 });

  test('are symmetric, sorted and add up to one', () => {
    const { starts, columns, values } = affinitiesOf(wasm, x, 20);
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    const entries = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        entries.set(`${i} ${columns[e]}`, values[e]);
        if (e > starts[i]) expect(columns[e]).toBeGreaterThan(columns[e - 1]);
      }
    }
    for (const [key, value] of entries) expect(entries.get(key.split(' ').reverse().join(' '))).toBe(value);
  });

  test('both engines agree but for the last bits of exp', () => {
    const fast = affinitiesOf(wasm, x, 20);
    const slow = affinitiesOf(plain, x, 20);
    expect(fast.columns).toEqual(slow.columns);
    expect(relativeGap(fast.values, slow.values)).toBeLessThan(1e-6);
  });

  test('equal rows and rows of any scale have uniform and unchanged affinities', () => {
    const equal = matrixFromRows(Array.from({ length: 30 }, () => [1, 1]));
    expect(new Set(affinitiesOf(wasm, equal, 5).values).size).toBeLessThanOrEqual(2);
    const scaled = { ...x, values: x.values.map((value) => value * 2 ** 40) };
    expect(relativeGap(affinitiesOf(wasm, scaled, 20).values, affinitiesOf(wasm, x, 20).values)).toBeLessThan(1e-6);
  });
});

describe('t-SNE descent', () => {
  const x = makeBlobs({ nRows: 600, nCols: 6, nBlobs: 5, spread: 0.5, seed: 3 });

  test('the three gradients reach the same divergence within 3 %', () => {
    const exact = descend(wasm, x, { repulsion: 'exact' }).divergence;
    for (const repulsion of ['barnes-hut', 'fft'] as const) {
      const { divergence, embedding } = descend(wasm, x, { repulsion });
      expect(Math.abs(divergence / exact - 1)).toBeLessThan(0.03);
      const measured = descendTsne(wasm, affinitiesOf(wasm, x, 10), embedding, {
        ...DESCENT,
        nIterations: 1,
        nEarlyIterations: 0,
        learningRate: 1e-9,
      });
      expect(Math.abs(divergence / measured.divergence - 1)).toBeLessThan(0.01);
    }
  });

  test('planted blobs stay together', () => {
    const { embedding } = descend(wasm, x, { repulsion: 'fft' });
    const map = { values: embedding, nRows: 600, nCols: 2 };
    const nearest = findNeighbours(wasm, map, 5).rows;
    let nSame = 0;
    for (let e = 0; e < nearest.length; e++) if (nearest[e] % 5 === Math.floor(e / 5) % 5) nSame++;
    expect(nSame / nearest.length).toBeGreaterThan(0.99);
  });

  test('progress is told after every iteration, the divergence every fifty, and it falls', () => {
    const divergences: number[] = [];
    let nCalls = 0;
    descend(wasm, x, {
      repulsion: 'fft',
      onProgress: ({ iteration, divergence }) => {
        expect(iteration).toBe(++nCalls);
        if (divergence !== null) divergences.push(divergence);
      },
    });
    expect(nCalls).toBe(200);
    expect(divergences.length).toBe(4);
    expect(divergences[3]).toBeLessThan(divergences[1]);
  });

  test('1, 2 and 4 threads give the same bits', () => {
    const maps = [1, 2, 4].map((nThreads) => {
      const executor = createExecutor({ engine: 'wasm', nThreads });
      const results = (['barnes-hut', 'fft'] as const).map((repulsion) =>
        descend(executor, x, { repulsion, nIterations: 60 }),
      );
      executor.close();
      return results;
    });
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).toEqual(maps[0]);
  });

  test('the plain engine makes a map as good', () => {
    const small = makeBlobs({ nRows: 150, nCols: 3, nBlobs: 3, spread: 0.5, seed: 8 });
    const slow = descend(plain, small, { repulsion: 'barnes-hut' }).divergence;
    const fast = descend(wasm, small, { repulsion: 'barnes-hut' }).divergence;
    // Descent amplifies the last bits, so two runs differ by local details only.
    expect(Math.abs(slow / fast - 1)).toBeLessThan(0.05);
  });
});

describe('the principal plane', () => {
  test('of a stretched cloud is spanned by its long axes', () => {
    const random = createRandom(2);
    const rows = Array.from({ length: 500 }, () => {
      const [a, b, c] = [9 * random.normal(), 3 * random.normal(), 0.1 * random.normal()];
      return [c + 7, 0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b];
    });
    const plane = projectOnPlane(matrixFromRows(rows), 1);
    rows.forEach(([, u, v], i) => {
      const a = 0.6 * u + 0.8 * v;
      expect(Math.abs(plane[2 * i] * 9 - a)).toBeLessThan(1.5);
    });
    const meanSquare = plane.reduce((sum, value, at) => sum + (at % 2 === 0 ? value * value : 0), 0) / 500;
    expect(meanSquare).toBeCloseTo(1, 4);
  });

  test('of equal rows is the origin, of one column a line', () => {
    expect([...projectOnPlane(matrixFromRows([[3, 1], [3, 1]]), 1)]).toEqual([0, 0, 0, 0]); // biome-ignore format: one line
    const line = projectOnPlane(matrixFromRows([[0], [2]]), 1);
    expect([line[1], line[3]]).toEqual([0, 0]);
    expect(Math.abs(line[0])).toBeCloseTo(1, 6);
  });
});
