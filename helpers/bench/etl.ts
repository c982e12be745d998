/**
 * The ETL benchmark: raw simulated fills to canonical trades to wallet profiles, our two steps against pandas, Python Polars
 * and DuckDB. Whole processes with 2 threads each, interleaved, medians; the first round checks that all profiles agree.
 * `--only memory` measures our steps alone, for sizes where the rivals would not fit.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { domainOf } from '../features/domain.ts';
import { formatTable } from '../run/console.ts';
import { folderBytes } from '../run/files.ts';
import { compareProfiles } from './etl/compare_profiles.ts';
import { type Measured, measureProcess } from './etl/measured_process.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const THREADS = 2;
const NODE = [process.execPath, '--import', 'tsx'] as const;
const SCRIPTS = {
  simulate: '1_data_pipeline/00-1_simulate_market.ts',
  importTrades: '1_data_pipeline/00-3_import_trades.ts',
  profiles: '1_data_pipeline/01_build_features_polars.ts',
} as const;

interface Rival {
  readonly name: string;
  readonly title: string;
  readonly command: readonly string[];
  /** Repeats at most; a slow rival runs once. */
  readonly nRepeatsMax: number;
}

const RIVALS: readonly Rival[] = [
  {
    name: 'pandas',
    title: 'pandas (Python)',
    command: ['python3', 'helpers/bench/rivals/etl_pandas.py'],
    nRepeatsMax: 1,
  },
  {
    name: 'polars',
    title: 'Polars (Python)',
    command: ['python3', 'helpers/bench/rivals/etl_polars.py'],
    nRepeatsMax: Number.POSITIVE_INFINITY,
  },
  {
    name: 'duckdb',
    title: 'DuckDB (Node)',
    command: [...NODE, 'helpers/bench/rivals/etl_duckdb.ts'],
    nRepeatsMax: Number.POSITIVE_INFINITY,
  },
];

interface Side {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const options = yargs([...args])
    .option('rows', { type: 'number', default: 5_000_000, describe: 'fills' })
    .option('repeat', { type: 'number', default: 3, describe: 'runs a side; medians are reported (pandas runs once)' })
    .option('only', { type: 'string', describe: 'pandas, polars, duckdb or memory, comma-separated' })
    .option('keep', { type: 'boolean', default: false, describe: 'leave the temporary folder' })
    .strict()
    .parseSync();
  const names = options.only?.split(',') ?? RIVALS.map(({ name }) => name);
  const unknown = names.find((name) => name !== 'memory' && !RIVALS.some((rival) => rival.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`--only ${unknown}: there are ${RIVALS.map(({ name }) => name).join(', ')} and memory\n`);
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'spyhop-etl-'));
  try {
    if (names.includes('memory')) await benchMemory(folder, options.rows);
    else
      await benchRivals(
        folder,
        options.rows,
        options.repeat,
        RIVALS.filter(({ name }) => names.includes(name)),
      );
  } finally {
    if (options.keep) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function simulate(folder: string, nRows: number, format: 'csv' | 'parquet'): Promise<Measured> {
  const size = ['--trades', String(nRows), '--format', format, '--data-dir', folder, '--seed', '1', '--quiet'];
  return measureProcess([...NODE, SCRIPTS.simulate, ...size], REPOSITORY);
}

function importTrades(data: string, inputs: readonly string[]): Promise<Measured> {
  const common = ['--data-dir', data, '--threads', String(THREADS), '--quiet'];
  return measureProcess([...NODE, SCRIPTS.importTrades, '--input', ...inputs, ...common], REPOSITORY);
}

function buildProfiles(data: string): Promise<Measured> {
  const common = ['--data-dir', data, '--threads', String(THREADS), '--quiet'];
  return measureProcess([...NODE, SCRIPTS.profiles, ...common], REPOSITORY);
}

async function benchRivals(folder: string, nRows: number, nRepeats: number, rivals: readonly Rival[]): Promise<void> {
  await simulate(folder, nRows, 'csv');
  const raw = path.join(folder, '00_simulated', 'raw');
  const fills = path.join(raw, 'goldsky', 'orderFilled.csv');
  const gamma = path.join(raw, 'gamma_markets.jsonl');
  const domains = path.join(folder, 'domains.csv');
  writeFileSync(domains, domainTable(gamma));
  const ours: Side[] = [];
  const theirs = new Map<string, Side[]>(rivals.map(({ name }) => [name, []]));
  const absent = new Set<string>();
  for (let repeat = 0; repeat < nRepeats; repeat++) {
    const data = path.join(folder, 'ours');
    rmSync(data, { recursive: true, force: true });
    const imported = await importTrades(data, [gamma, fills]);
    const profiled = await buildProfiles(data);
    ours.push(sumOf(imported, profiled));
    say(`round ${repeat + 1}: ours ${describe(imported)} import + ${describe(profiled)} profiles`);
    for (const rival of rivals) {
      if (absent.has(rival.name) || repeat >= rival.nRepeatsMax) continue;
      const out = path.join(folder, rival.name);
      rmSync(out, { recursive: true, force: true });
      mkdirSync(out);
      const command = [...rival.command, fills, gamma, domains, out, String(THREADS)];
      try {
        const measured = await measureProcess(command, REPOSITORY, { POLARS_MAX_THREADS: String(THREADS) });
        theirs.get(rival.name)!.push(measured);
        say(`round ${repeat + 1}: ${rival.title} ${describe(measured)}`);
      } catch (error) {
        absent.add(rival.name);
        say(`${rival.title} could not run here: ${error instanceof Error ? error.message : String(error)}`);
        continue;
      }
      if (repeat === 0) say(`  ${compareProfiles(data, path.join(out, 'profiles.parquet'))}`);
      rmSync(out, { recursive: true, force: true });
    }
  }
  report(nRows, ours, rivals, theirs);
}

/** Seconds add up; the peak of two processes in turn is that of the larger. */
function sumOf(first: Side, second: Side): Side {
  return {
    seconds: first.seconds + second.seconds,
    cpuSeconds: first.cpuSeconds + second.cpuSeconds,
    peakMib: Math.max(first.peakMib, second.peakMib),
  };
}

function describe({ seconds, cpuSeconds, peakMib }: Side): string {
  return `${seconds.toFixed(2)} s (${cpuSeconds.toFixed(1)} s of CPU, ${peakMib} MiB)`;
}

/** Which domain a tag stands for, as a table for the rivals; they do not know our lists of words. */
function domainTable(gammaPath: string): string {
  const slugs = new Set<string>();
  for (const line of readFileSync(gammaPath, 'utf8').split('\n'))
    if (line !== '') for (const { slug } of (JSON.parse(line) as { tags: { slug: string }[] }).tags) slugs.add(slug);
  const lines = [...slugs].sort().map((slug) => `${slug},${domainOf([slug], null)?.domain ?? 'other'}`);
  return `slug,domain\n${lines.join('\n')}\n`;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function medianSide(sides: readonly Side[]): Side | null {
  if (sides.length === 0) return null;
  const of = (pick: (side: Side) => number): number => median(sides.map(pick))!;
  return {
    seconds: of((side) => side.seconds),
    cpuSeconds: of((side) => side.cpuSeconds),
    peakMib: of((side) => side.peakMib),
  };
}

function report(
  nRows: number,
  ours: readonly Side[],
  rivals: readonly Rival[],
  theirs: ReadonlyMap<string, readonly Side[]>,
): void {
  const own = medianSide(ours)!;
  const row = (title: string, side: Side | null): (string | number)[] =>
    side === null
      ? [title, '–', '–', '–', '–', '–']
      : [
          title,
          side.seconds.toFixed(2),
          side.cpuSeconds.toFixed(1),
          Math.round(nRows / side.seconds),
          Math.round(side.peakMib),
          (own.seconds / side.seconds).toFixed(3),
        ];
  const others = rivals.map((rival) => ({ rival, side: medianSide(theirs.get(rival.name)!) }));
  const header = ['side', 'wall s', 'cpu s', 'rows/s', 'peak MiB', 'ours / it'];
  say(formatTable(header, [row('Spyhop', own), ...others.map(({ rival, side }) => row(rival.title, side))]));
  const results = others.map(({ rival, side }) => ({
    name: `etl-${rival.name}`,
    work: `${nRows} raw fills to canonical trades to wallet profiles`,
    ours_s: round(own.seconds),
    rival: rival.title,
    rival_s: side === null ? null : round(side.seconds),
    ratio: side === null ? null : round(own.seconds / side.seconds),
    ours_peak_mib: Math.round(own.peakMib),
    rival_peak_mib: side === null ? null : Math.round(side.peakMib),
  }));
  say(JSON.stringify({ bench: 'etl', results }));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function benchMemory(folder: string, nRows: number): Promise<void> {
  const steps: { name: string; side: Side; disk: number }[] = [];
  const note = (name: string, side: Side, out: string): void => {
    steps.push({ name, side, disk: folderBytes(path.join(folder, out)) / 2 ** 20 });
    say(`${name}: ${describe(side)}`);
  };
  note('simulate', await simulate(folder, nRows, 'parquet'), '00_simulated');
  note('import', await importTrades(folder, [path.join(folder, '00_simulated', 'raw')]), '10_raw_trades');
  note('profiles', await buildProfiles(folder), '11_wallet_profiles');
  const header = ['step', 'peak MiB', 'wall s', 'cpu s', 'disk MiB'];
  say(
    formatTable(
      header,
      steps.map(({ name, side, disk }) => [
        name,
        side.peakMib,
        side.seconds.toFixed(1),
        side.cpuSeconds.toFixed(1),
        Math.round(disk),
      ]),
    ),
  );
  const results = steps.map(({ name, side }) => ({
    name: `memory-${name}`,
    work: `${nRows} fills`,
    ours_s: round(side.seconds),
    rival: null,
    rival_s: null,
    ratio: null,
    ours_peak_mib: side.peakMib,
    rival_peak_mib: null,
  }));
  say(JSON.stringify({ bench: 'etl', results }));
}
