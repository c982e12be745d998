import { describe, expect, it } from 'vitest';
import { clusterImportance } from '../../discovery/importance.ts';
import { KMeans } from '../../estimators/kmeans.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { executor } from './chapter_2.ts';

describe('clusterImportance', () => {
  it('names the one column that makes the clusters, and gives a constant column nothing', () => {
    const random = createRandom(1);
    const values = new Float32Array(300 * 3);
    for (let row = 0; row < 300; row++) {
      values[row * 3] = random.normal() * 0.3;
      values[row * 3 + 1] = (row % 2) * 10 + random.normal() * 0.3;
      values[row * 3 + 2] = 5;
    }
    const points = createMatrix(values, 300, 3);
    const model = new KMeans({ nClusters: 2, seed: 1 }, executor).fit(points);
    const [first, ...others] = clusterImportance(model, points, ['noise', 'told', 'constant'], createRandom(2));
    expect(first.feature).toBe('told');
    expect(first.betweenShare).toBeGreaterThan(0.98);
    // Half of the shuffled rows come from the other cluster.
    expect(first.movedShare).toBeGreaterThan(0.35);
    expect(others.find(({ feature }) => feature === 'constant')).toEqual({
      feature: 'constant',
      betweenShare: 0,
      movedShare: 0,
    });
    expect(others.every(({ movedShare }) => movedShare < 0.02)).toBe(true);
  });
});
