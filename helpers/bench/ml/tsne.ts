/** t-SNE against scikit-learn (Barnes-Hut) and openTSNE (interpolation), 1,000 iterations each. */
import { Tsne } from '../../estimators/tsne.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { findNeighbours } from '../../kernels/neighbours/neighbours.ts';
import { type MlBenchmark, timed } from './benchmark.ts';
import { shareFound } from './neighbours.ts';
import { makeWalletLikeRows } from './wallet_like_data.ts';

const N_COLUMNS = 13;
const N_NEAREST = 10;

function tsneBenchmark(name: string, nRowsDefault: number, rival: string): MlBenchmark {
  return {
    name,
    nRowsDefault,
    work: (nRows) => `${nRows} x ${N_COLUMNS}, 1000 iterations, perplexity 30`,
    rival,
    rivalScript: 'tsne.py',
    qualityMetric: 'KL divergence',
    secondMetric: '10 nearest neighbours kept',
    makeData: (nRows) => ({ x: makeWalletLikeRows(nRows, N_COLUMNS, 5) }),
    ours: (data, executor) => {
      const x = createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
      const model = new Tsne({}, executor);
      const { seconds, result } = timed(() => model.fitTransform(x));
      const kept = shareFound(findNeighbours(executor, result, N_NEAREST), findNeighbours(executor, x, N_NEAREST));
      return { seconds, quality: model.divergence, secondQuality: kept };
    },
  };
}

export const benchmarks: readonly MlBenchmark[] = [
  tsneBenchmark('tsne-10k', 10_000, 'scikit-learn TSNE'),
  tsneBenchmark('tsne-50k', 50_000, 'openTSNE'),
];
