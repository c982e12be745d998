/** A map of wallets: all of them up to a limit, else a sample in which every archetype keeps a share, placed by t-SNE. */
import { Tsne } from '../estimators/tsne.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../features/wallets/feature_space.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import type { DataFrame } from '../polars/polars.ts';

const N_WALLETS_MIN = 20;
const PERPLEXITY = 30;

/** Rows of a stratified sample, rising: every label keeps its share of `nMax`, and at least a tenth of an equal share. */
export function stratifiedSample(labels: readonly string[], nMax: number, seed: number): number[] {
  if (labels.length <= nMax) return labels.map((_, row) => row);
  const groups = new Map<string, number[]>();
  labels.forEach((label, row) => {
    const rows = groups.get(label);
    if (rows === undefined) groups.set(label, [row]);
    else rows.push(row);
  });
  const floor = Math.floor(nMax / groups.size / 10);
  const random = createRandom(seed);
  // Floors come first; what is left is distributed in proportion to what each group still has.
  const kept = [...groups.values()].map((rows) => Math.min(rows.length, floor));
  const nLeft = nMax - kept.reduce((a, b) => a + b, 0);
  const nOpen = labels.length - kept.reduce((a, b) => a + b, 0);
  return [...groups.values()]
    .flatMap((rows, g) => {
      const n = kept[g] + Math.floor(((rows.length - kept[g]) * nLeft) / nOpen);
      return random.sample(rows, n);
    })
    .sort((a, b) => a - b);
}

/**
 * The map: rows × 2, or why there is none. Perplexity 30, or less where the wallets are few.
 * @throws InputError 'bad-option' when tsne-js is asked for more than it can take
 */
export function mapWallets(
  profiles: DataFrame,
  engine: 'spyhop' | 'tsne-js',
  seed: number,
  executor: Executor,
  onProgress?: (nDone: number) => void,
): Matrix | { readonly skippedReason: string } {
  if (profiles.height < N_WALLETS_MIN) return { skippedReason: `${profiles.height} wallets are too few for a map` };
  const points = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log').transform(profiles);
  if (points.values.every((value) => value === 0)) return { skippedReason: 'all wallets are alike' };
  const perplexity = Math.min(PERPLEXITY, Math.floor((profiles.height - 1) / 3));
  return new Tsne(
    {
      perplexity,
      engine,
      seed,
      ...(onProgress === undefined ? {} : { onProgress: ({ iteration }) => onProgress(iteration) }),
    },
    executor,
  ).fitTransform(points, ANOMALY_FEATURES);
}
