/**
 * The ETL benchmark: raw simulated fills to canonical trades to wallet profiles, our two steps against pandas (with Arrow, and
 * with text as Python objects), Python Polars and DuckDB. Whole processes with 2 threads each, interleaved, medians; the
 * first round checks that all profiles agree.
 * Sizes where the rivals would not fit are measured by `npm run bench -- scale`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { median } from 'd3-array';
import { domainOf } from '../features/domain.ts';
import { formatTable } from '../run/console.ts';
import { option } from '../run/option_kinds.ts';
import { compareProfiles } from './etl/compare_profiles.ts';
import { measureProcess } from './etl/measured_process.ts';
import { buildProfiles, importTrades, NODE, REPOSITORY, simulate, THREADS } from './etl/steps.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

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
    name: 'pandas-plain',
    title: 'pandas, text as objects',
    command: ['python3', 'helpers/bench/rivals/etl_pandas.py', '--plain'],
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
  const options = suiteOptions(args, {
    rows: option.number(5_000_000, 'fills'),
    repeat: option.number(3, 'runs a side; medians are reported (pandas runs once)'),
    only: { type: 'string', describe: 'pandas, pandas-plain, polars or duckdb, comma-separated' },
    python: option.text('python3', 'interpreter of the Python rivals'),
    keep: option.flag('leave the temporary folder'),
  });
  const names = options.only?.split(',') ?? RIVALS.map(({ name }) => name);
  const unknown = names.find((name) => !RIVALS.some((rival) => rival.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`--only ${unknown}: there are ${RIVALS.map(({ name }) => name).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const rivals = RIVALS.filter(({ name }) => names.includes(name)).map((rival) => ({
    ...rival,
    command: rival.command.map((word) => (word === 'python3' ? options.python : word)),
  }));
  await inFolder('etl', (folder) => benchRivals(folder, options.rows, options.repeat, rivals), options.keep);
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
