/** Benchmark of the column summary, mostly a check of the harness: it is bound by memory on both sides. */
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { summarizeColumns } from '../../kernels/statistics/column_summary.ts';
import { type MlBenchmark, timed } from './benchmark.ts';

const N_COLUMNS = 13;

export const benchmarks: readonly MlBenchmark[] = [
  {
    name: 'column-summary',
    nRowsDefault: 1_000_000,
    work: (nRows) => `${nRows} x ${N_COLUMNS}, min, max, sum skipping NaN`,
    rival: 'numpy nanmin, nanmax, nansum',
    rivalScript: 'column_summary.py',
    qualityMetric: 'sum of column 0',
    makeData: (nRows) => {
      const random = createRandom(1);
      return { x: Float32Array.from({ length: nRows * N_COLUMNS }, () => random.uniform()) };
    },
    ours: (data, executor) => {
      const matrix = createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
      const { seconds, result } = timed(() => summarizeColumns(executor, matrix));
      return { seconds, quality: result[0].sum };
    },
  },
];
