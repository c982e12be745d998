/** The anomaly detectors behind one interface: fit on points, score (higher is more anomalous), save, load. */
import { Autoencoder } from '../estimators/autoencoder.ts';
import { IsolationForest } from '../estimators/isolation_forest.ts';
import { KMeans } from '../estimators/kmeans.ts';
import { modelOnnx } from '../estimators/onnx/model_onnx.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';

export const DETECTORS = ['kmeans', 'isolation_forest', 'autoencoder'] as const;
export type DetectorName = (typeof DETECTORS)[number];

/** Clusters of the production model. */
export const N_CLUSTERS = 4;
const N_INITS = 5;

export interface Detector {
  readonly name: DetectorName;
  /** One score per row: distance to the nearest centre, isolation score, or reconstruction error. */
  score(points: Matrix): Float64Array;
  toModel(): unknown;
  /** Bytes of an .onnx file; null for a detector that has no such form here. */
  toOnnx(): Uint8Array | null;
}

function wrap(name: DetectorName, fitted: { score(points: Matrix): ArrayLike<number>; toModel(): unknown }): Detector {
  return {
    name,
    score: (points) => Float64Array.from(fitted.score(points)),
    toModel: () => fitted.toModel(),
    toOnnx: () => (fitted instanceof IsolationForest ? modelOnnx(fitted) : null),
  };
}

/**
 * Learns a detector from points of a feature space.
 * @throws InputError 'bad-option' when K-Means gets fewer different rows than clusters
 */
export async function fitDetector(
  name: DetectorName,
  points: Matrix,
  columns: readonly string[],
  seed: number,
  executor: Executor,
): Promise<Detector> {
  if (name === 'kmeans')
    return wrap(name, new KMeans({ nClusters: N_CLUSTERS, nInits: N_INITS, seed }, executor).fit(points, columns));
  if (name === 'isolation_forest') return wrap(name, new IsolationForest({ seed }, executor).fit(points, columns));
  return wrap(name, await new Autoencoder({ seed }).fit(points, columns));
}

/** The detector saved by `toModel`. @throws InputError 'bad-model' */
export async function loadDetector(name: DetectorName, json: unknown, executor: Executor): Promise<Detector> {
  if (name === 'kmeans') return wrap(name, KMeans.fromModel(json, executor));
  if (name === 'isolation_forest') return wrap(name, IsolationForest.fromModel(json, executor));
  return wrap(name, await Autoencoder.fromModel(json));
}
