/** The map side of t-SNE: gradient descent from a start to an embedding in the plane. */
import { countChunks, type Executor } from '../executor.ts';
import type { Affinities } from './affinities.ts';
import { EDGE_COST, STEP } from './tsne_passes.ts';
import { createRepulsion, type RepulsionKind } from './tsne_repulsion.ts';

const N_POINTS_PER_CHUNK = 512;
const MOMENTUM = 0.8;
/** Longest step of a point in one iteration. */
const STEP_MAX = 5;

export interface TsneProgress {
  /** 1 for the first. */
  readonly iteration: number;
  /** Root of the summed squared gradients. */
  readonly gradientNorm: number;
  /** Kullback-Leibler divergence without exaggeration before this iteration; null between the iterations that ask. */
  readonly divergence: number | null;
}

export interface TsneDescent {
  readonly nIterations: number;
  /** Iterations with exaggerated attraction at the beginning. */
  readonly nEarlyIterations: number;
  readonly exaggeration: number;
  /** `auto`: nPoints / the current exaggeration (Belkina et al. 2019). */
  readonly learningRate: number | 'auto';
  readonly repulsion: RepulsionKind;
  /** Accuracy of `barnes-hut`: width / distance below which a node counts as one point. */
  readonly theta: number;
  readonly onProgress?: (progress: TsneProgress) => void;
  /** Iterations between two computations of the divergence for `onProgress`. */
  readonly nIterationsPerDivergence: number;
}

export interface TsneResult {
  /** x, y interleaved, centred. */
  readonly embedding: Float32Array;
  /** Kullback-Leibler divergence of the embedding (nats). */
  readonly divergence: number;
}

/**
 * Minimises the divergence between the affinities and the Student t similarities of the map (van der Maaten & Hinton 2008)
 * from `start` (x, y interleaved) by gradient descent with momentum .8, gains, and early exaggeration.
 */
export function descendTsne(
  executor: Executor,
  affinities: Affinities,
  start: Float32Array,
  descent: TsneDescent,
): TsneResult {
  return executor.scope(() => {
    const { nPoints } = affinities;
    const nChunks = countChunks(nPoints, N_POINTS_PER_CHUNK);
    let points = executor.place(start);
    let next = executor.float32(2 * nPoints);
    const forces = executor.float32(2 * nPoints);
    const velocity = executor.float32(2 * nPoints);
    const gains = executor.float32(2 * nPoints).fill(1);
    const partials = executor.float64(nChunks);
    const graph = [
      executor.place(affinities.starts),
      executor.place(affinities.columns),
      executor.place(affinities.values),
    ] as const;
    const selfEntropy = sumEntropy(affinities.values);
    const repel = createRepulsion(executor, descent.repulsion, nPoints, descent.theta);
    const size = [nPoints, N_POINTS_PER_CHUNK] as const;

    const divergenceFrom = (sumPairs: number): number => {
      executor.dispatch(EDGE_COST, nChunks, points, ...size, ...graph, partials);
      return selfEntropy + partials.reduce((a, b) => a + b, 0) + Math.log(sumPairs);
    };
    for (let iteration = 1; iteration <= descent.nIterations; iteration++) {
      const exaggeration = iteration <= descent.nEarlyIterations ? descent.exaggeration : 1;
      const rate = descent.learningRate === 'auto' ? nPoints / exaggeration : descent.learningRate;
      const sumPairs = repel(points, forces);
      const asks = descent.onProgress !== undefined && iteration % descent.nIterationsPerDivergence === 0;
      const divergence = asks ? divergenceFrom(sumPairs) : null;
      const settings = [1 / sumPairs, exaggeration, rate, MOMENTUM, STEP_MAX] as const;
      const state = [velocity, gains, next, partials] as const;
      executor.dispatch(STEP, nChunks, points, ...size, ...graph, forces, ...settings, ...state);
      [points, next] = [next, points];
      centre(points);
      const gradientNorm = Math.sqrt(partials.reduce((a, b) => a + b, 0));
      descent.onProgress?.({ iteration, gradientNorm, divergence });
    }
    const divergence = divergenceFrom(repel(points, forces));
    return { embedding: points.slice(), divergence };
  });
}

/** Sum of p log p. */
function sumEntropy(values: Float32Array): number {
  let sum = 0;
  for (const p of values) if (p > 0) sum += p * Math.log(p);
  return sum;
}

/** Moves the mean to the origin: the gradient does not, and float32 is finest there. */
function centre(points: Float32Array): void {
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < points.length; i += 2) {
    sumX += points[i];
    sumY += points[i + 1];
  }
  const meanX = (2 * sumX) / points.length;
  const meanY = (2 * sumY) / points.length;
  for (let i = 0; i < points.length; i += 2) {
    points[i] -= meanX;
    points[i + 1] -= meanY;
  }
}
