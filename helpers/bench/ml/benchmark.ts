/**
 * What one machine-learning benchmark is, and how its data travel: raw little-endian files in a folder, so that our
 * child process and the Python rival read the same bytes.
 *
 * A file helpers/bench/ml/<name>.ts exports `benchmarks: MlBenchmark[]` and is picked up by itself. The rival, a script
 * in helpers/bench/rivals/, is called as `python3 <script> <folder> <threads> <benchmark name>`, reads the same arrays
 * (`read_array` in rivals/rival.py) and prints `{"seconds","quality","peak_mib"}` and, where there is a second metric, `"secondQuality"`; both sides time fit/predict only.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Executor } from '../../kernels/executor.ts';

export type BenchData = Record<string, Float32Array>;

interface Measurement {
  /** Time of the work itself, without reading data or starting up. */
  readonly seconds: number;
  /** Figure of merit named by `qualityMetric`, null where there is none. */
  readonly quality: number | null;
  /** A second figure of merit, named by `secondMetric`. */
  readonly secondQuality?: number;
}

export interface MlBenchmark {
  /** Unique name, e.g. `boosting-binary`; `--only boosting` runs all that start so. */
  readonly name: string;
  /** Rows when `--rows` is not given. */
  readonly nRowsDefault: number;
  /** What is done, in a few words with the sizes. */
  readonly work: (nRows: number) => string;
  /** Library and function of the rival. */
  readonly rival: string;
  /** File in helpers/bench/rivals, or null when the rival is an npm package run by `rivalHere`. */
  readonly rivalScript: string | null;
  readonly qualityMetric: string | null;
  readonly secondMetric?: string;
  /** Seeded arrays by name; each becomes the file `<name>.f32`. */
  readonly makeData: (nRows: number) => BenchData;
  /** Runs in a child process with an executor of `threads` threads. */
  readonly ours: (data: BenchData, executor: Executor) => Measurement | Promise<Measurement>;
  /** The rival as an npm package, also in a child process. */
  readonly rivalHere?: (data: BenchData) => Measurement | Promise<Measurement>;
}

/** Seconds that `work` takes, and what it returns. */
export function timed<T>(work: () => T): { seconds: number; result: T } {
  const start = performance.now();
  const result = work();
  return { seconds: (performance.now() - start) / 1000, result };
}

/** Writes every array as `<name>.f32` (little-endian float32) into a folder that is there. */
export function writeData(folder: string, data: BenchData): void {
  for (const [name, values] of Object.entries(data)) {
    writeFileSync(
      path.join(folder, `${name}.f32`),
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  }
}

/** The arrays of a folder that writeData has filled, by name. */
export function readData(folder: string): BenchData {
  const data: BenchData = {};
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(path.join(folder, file));
    data[path.basename(file, '.f32')] = new Float32Array(new Uint8Array(bytes).buffer);
  }
  return data;
}

/** All benchmarks of the folder helpers/bench/ml, by file name. */
export async function loadBenchmarks(): Promise<MlBenchmark[]> {
  const benchmarks: MlBenchmark[] = [];
  for (const file of readdirSync(new URL('.', import.meta.url)).sort()) {
    if (!file.endsWith('.ts') || file === 'benchmark.ts' || file === 'child.ts') continue;
    const module = (await import(new URL(file, import.meta.url).href)) as { benchmarks?: readonly MlBenchmark[] };
    benchmarks.push(...(module.benchmarks ?? []));
  }
  return benchmarks;
}
