/**
 * `npm run bench -- curves`: time against rows (10k to 3 M) and columns (5 to 100) for boosting, isolation forest and
 * k-means, drawn as cost_curves.svg and .png, with the points as JSON in the last line.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { median } from 'simple-statistics';
import { renderPng, renderSvg } from '../charts/render.ts';
import { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { IsolationForest } from '../estimators/isolation_forest.ts';
import { KMeans } from '../estimators/kmeans.ts';
import type { Executor } from '../kernels/executor.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { createExecutor } from '../parallel/executor.ts';
import { option } from '../run/option_kinds.ts';
import { costCurvesSpec } from './curves/cost_curves.ts';
import { timed } from './ml/benchmark.ts';
import { say, suiteOptions } from './suite/suite.ts';

const ROWS = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000];
const COLUMNS = [5, 10, 20, 50, 100];
const N_COLUMNS = 13;
const N_ROWS_OF_COLUMN_SWEEP = 200_000;

interface CostPoint {
  readonly model: string;
  /** What varies along the axis. */
  readonly axis: 'rows' | 'columns';
  /** Rows or columns. */
  readonly n: number;
  readonly seconds: number;
}

const MODELS: Record<string, (executor: Executor, x: Matrix, labels: Uint8Array) => unknown> = {
  'boosting, 50 rounds, depth 6': (executor, x, labels) =>
    new GradientBoosting({ nRounds: 50 }, executor).fit(x, labels),
  'isolation forest, fit + score': (executor, x) => new IsolationForest({}, executor).fit(x).score(x),
  'k-means, k = 8, 20 passes': (executor, x) =>
    new KMeans({ nClusters: 8, nIterationsMax: 20, tolerance: 0, engine: 'lloyd' }, executor).fit(x),
};

/** Three blurred groups with noise columns, and a label that some columns tell. */
function makeData(nRows: number, nCols: number): { x: Matrix; labels: Uint8Array } {
  const random = createRandom(nRows + nCols);
  const values = new Float32Array(nRows * nCols);
  const labels = new Uint8Array(nRows);
  for (let row = 0; row < nRows; row++) {
    const group = random.integer(3);
    for (let column = 0; column < nCols; column++) {
      values[row * nCols + column] = (column % 3 === group ? 1.5 : 0) + random.normal();
    }
    labels[row] = values[row * nCols] + values[row * nCols + 1] * values[row * nCols + 2] + random.normal() > 1 ? 1 : 0;
  }
  return { x: createMatrix(values, nRows, nCols), labels };
}

/** Median time of `nRepeats` runs of every model. */
function measure(
  executor: Executor,
  nRepeats: number,
  axis: CostPoint['axis'],
  n: number,
  nRows: number,
  nCols: number,
): CostPoint[] {
  const { x, labels } = makeData(nRows, nCols);
  return Object.entries(MODELS).map(([model, run]) => {
    const seconds = median(Array.from({ length: nRepeats }, () => timed(() => run(executor, x, labels)).seconds));
    say(`${model}: ${nRows} x ${nCols}: ${seconds.toFixed(3)} s`);
    return { model, axis, n, seconds };
  });
}

/** Runs the suite; returns when the pictures are written and the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const options = suiteOptions(args, {
    'rows-max': option.number(3_000_000, 'longest table of the sweep'),
    threads: option.number(2, 'threads'),
    repeat: option.number(3, 'runs a point; medians are drawn'),
    out: option.text('models/bench', 'folder for the pictures'),
  });
  const executor = createExecutor({ nThreads: options.threads });
  // Twice the smallest table first: what the just-in-time compiler does is no cost of the kernels.
  measure(executor, 2, 'rows', 0, ROWS[0], N_COLUMNS);
  const points = [
    ...ROWS.filter((n) => n <= options.rowsMax).flatMap((n) =>
      measure(executor, options.repeat, 'rows', n, n, N_COLUMNS),
    ),
    ...COLUMNS.flatMap((n) =>
      measure(executor, options.repeat, 'columns', n, Math.min(N_ROWS_OF_COLUMN_SWEEP, options.rowsMax), n),
    ),
  ];
  const titles = {
    rows: `${N_COLUMNS} columns, ${options.threads} threads`,
    columns: `${N_ROWS_OF_COLUMN_SWEEP.toLocaleString('en')} rows, ${options.threads} threads`,
  };
  const panels = (['rows', 'columns'] as const).map((axis) => ({
    title: titles[axis],
    xTitle: axis,
    yTitle: 'seconds',
    points: points.filter((p) => p.axis === axis).map(({ model, n, seconds }) => ({ series: model, x: n, y: seconds })),
  }));
  const svg = await renderSvg(costCurvesSpec(panels), 'cost');
  mkdirSync(options.out, { recursive: true });
  writeFileSync(path.join(options.out, 'cost_curves.svg'), svg);
  writeFileSync(path.join(options.out, 'cost_curves.png'), renderPng(svg));
  say(JSON.stringify({ bench: 'curves', results: points }));
}
