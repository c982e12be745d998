/**
 * The machine-learning benchmarks: every kernel against its rival, the two interleaved in one run, medians of
 * `--repeat` runs, each run in its own process. Prints a table, then one JSON object as the last line.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from 'd3-array';
import { option } from '../run/option_kinds.ts';
import { loadBenchmarks, type MlBenchmark, writeData } from './ml/benchmark.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url));
const CHILD_TIME_MS_MAX = 1_800_000;

interface SideResult {
  readonly seconds: number;
  readonly quality: number | null;
  readonly secondQuality?: number;
  readonly peak_mib: number | null;
}

interface ResultRow {
  readonly name: string;
  readonly work: string;
  readonly ours_s: number | null;
  readonly rival: string;
  readonly rival_s: number | null;
  readonly ratio: number | null;
  readonly ours_quality: number | null;
  readonly rival_quality: number | null;
  readonly quality_metric: string | null;
  readonly ours_second_quality?: number | null;
  readonly rival_second_quality?: number | null;
  readonly second_metric?: string;
  readonly ours_peak_mib: number | null;
  readonly rival_peak_mib: number | null;
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const options = suiteOptions(args, {
    only: { type: 'string', describe: 'names or beginnings of names, comma-separated' },
    rows: { type: 'number', describe: 'rows instead of each default' },
    repeat: option.number(3, 'runs a side; medians are reported'),
    threads: option.number(2, 'threads a side'),
  });
  const beginnings = options.only?.split(',');
  const all = await loadBenchmarks();
  const chosen = all.filter(({ name }) => beginnings?.some((beginning) => name.startsWith(beginning)) ?? true);
  if (chosen.length === 0) {
    process.stderr.write(`no benchmark of that name; there are: ${all.map(({ name }) => name).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const results: ResultRow[] = [];
  for (const benchmark of chosen) {
    const row = await runBenchmark(benchmark, options.rows ?? benchmark.nRowsDefault, options.repeat, options.threads);
    results.push(row);
    say(`${formatRow(row)}`);
  }
  say(JSON.stringify({ bench: 'ml', results }));
}

async function runBenchmark(
  benchmark: MlBenchmark,
  nRows: number,
  nRepeats: number,
  nThreads: number,
): Promise<ResultRow> {
  return await inFolder('bench', async (folder) => {
    writeData(folder, benchmark.makeData(nRows));
    const ours: SideResult[] = [];
    const rival: SideResult[] = [];
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      const own = runNode(benchmark.name, 'ours', folder, nThreads);
      if (own !== null) ours.push(own);
      const other =
        benchmark.rivalScript === null
          ? runNode(benchmark.name, 'rival', folder, nThreads)
          : runPython(benchmark.rivalScript, folder, nThreads, benchmark.name);
      if (other === null) say(`${benchmark.name}: the rival (${benchmark.rival}) could not run here`);
      else rival.push(other);
    }
    const ours_s = medianOf(ours.map(({ seconds }) => seconds));
    const rival_s = medianOf(rival.map(({ seconds }) => seconds));
    return {
      name: benchmark.name,
      work: benchmark.work(nRows),
      ours_s,
      rival: benchmark.rival,
      rival_s,
      ratio: ours_s === null || rival_s === null ? null : ours_s / rival_s,
      ours_quality: medianOf(ours.map(({ quality }) => quality)),
      rival_quality: medianOf(rival.map(({ quality }) => quality)),
      quality_metric: benchmark.qualityMetric,
      ...(benchmark.secondMetric === undefined
        ? {}
        : {
            ours_second_quality: medianOf(ours.map(({ secondQuality }) => secondQuality ?? null)),
            rival_second_quality: medianOf(rival.map(({ secondQuality }) => secondQuality ?? null)),
            second_metric: benchmark.secondMetric,
          }),
      ours_peak_mib: medianOf(ours.map(({ peak_mib }) => peak_mib)),
      rival_peak_mib: medianOf(rival.map(({ peak_mib }) => peak_mib)),
    };
  });
}

function runNode(name: string, side: string, folder: string, nThreads: number): SideResult | null {
  const child = path.join(BENCH_FOLDER, 'ml', 'child.ts');
  return runChild(process.execPath, ['--import', 'tsx', child, name, side, folder, String(nThreads)], nThreads);
}

function runPython(script: string, folder: string, nThreads: number, name: string): SideResult | null {
  return runChild('python3', [path.join(BENCH_FOLDER, 'rivals', script), folder, String(nThreads), name], nThreads);
}

function runChild(command: string, args: readonly string[], nThreads: number): SideResult | null {
  const threads = String(nThreads);
  const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, LOKY_MAX_CPU_COUNT: threads };
  const run = spawnSync(command, args, { encoding: 'utf8', timeout: CHILD_TIME_MS_MAX, env });
  if (run.status !== 0) {
    process.stderr.write(
      `${command} ${path.basename(args[0])}: ${run.stderr?.trim().split('\n').at(-1) ?? 'not found'}\n`,
    );
    return null;
  }
  return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as SideResult;
}

/** Nulls are left out; null when nothing is left. */
function medianOf(values: readonly (number | null)[]): number | null {
  return median(values) ?? null;
}

function formatRow(row: ResultRow): string {
  const show = (value: number | null, digits: number): string => (value === null ? '-' : value.toFixed(digits));
  const quality =
    row.quality_metric === null
      ? ''
      : ` | ${row.quality_metric} ${show(row.ours_quality, 5)} vs ${show(row.rival_quality, 5)}`;
  const second =
    row.second_metric === undefined
      ? ''
      : ` | ${row.second_metric} ${show(row.ours_second_quality ?? null, 5)} vs ${show(row.rival_second_quality ?? null, 5)}`;
  const time = `ours ${show(row.ours_s, 3)} s | ${row.rival} ${show(row.rival_s, 3)} s | ratio ${show(row.ratio, 2)}`;
  return `${row.name} (${row.work}): ${time}${quality}${second} | peak ${show(row.ours_peak_mib, 0)} vs ${show(row.rival_peak_mib, 0)} MiB`;
}
