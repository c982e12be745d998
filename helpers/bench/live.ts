/**
 * The live benchmark: what one look of 16 costs once its trades are there, at the size of a day of Polymarket. A simulated day is
 * imported, its roles forgotten as by the Data API, and one process makes profiles, scores and decisions of it and puts the alerts into
 * an outbox.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import yargs from 'yargs';
import { pl } from '../polars/polars.ts';
import { formatTable } from '../run/console.ts';
import { readParts } from '../tables/read_parts.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { openTable, TableWriter } from '../tables/table_store.ts';
import { measureProcess } from './etl/measured_process.ts';
import { importTrades, NODE, REPOSITORY, simulate, THREADS } from './etl/steps.ts';
import type { LookCosts } from './live/look.ts';

const SECONDS_MAX = 60;
const MIB_MAX = 3 * 1024;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const options = yargs([...args])
    .option('rows', { type: 'number', default: 3_000_000, describe: 'fills of the day' })
    .option('wallets', { type: 'number', default: 60_000, describe: 'wallets' })
    .option('markets', { type: 'number', default: 30_000, describe: 'markets' })
    .option('folder', { type: 'string', describe: 'folder to leave the day in, or to take it from' })
    .strict()
    .parseSync();
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'spyhop-live-'));
  try {
    const data = path.join(folder, `day_${options.rows}`);
    if (!isThere(data)) await makeDay(data, options);
    const report = path.join(folder, 'look.json');
    const look = [...NODE, 'helpers/bench/live/look.ts', data, report];
    const whole = await measureProcess(look, REPOSITORY, { POLARS_MAX_THREADS: String(THREADS) });
    const { stages, ...facts } = JSON.parse(readFileSync(report, 'utf8')) as LookCosts;
    say(
      formatTable(
        ['stage', 'wall s', 'cpu s', 'peak MiB so far'],
        stages.map(({ name, seconds, cpuSeconds, peakMib }) => [
          name,
          seconds.toFixed(1),
          cpuSeconds.toFixed(1),
          peakMib,
        ]),
      ),
    );
    const figures = {
      wall_s: Number(whole.seconds.toFixed(1)),
      cpu_s: Number(whole.cpuSeconds.toFixed(1)),
      peak_mib: Math.max(whole.peakMib, ...stages.map(({ peakMib }) => peakMib)),
    };
    const load = { load_1m: Number(loadavg()[0].toFixed(1)), cores: availableParallelism() };
    const isWithin = figures.wall_s <= SECONDS_MAX && figures.peak_mib <= MIB_MAX;
    say(JSON.stringify({ bench: 'live', ...facts, ...figures, ...load, is_within: isWithin, stages }));
  } finally {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function isThere(data: string): boolean {
  try {
    readFileSync(path.join(data, 'live', '10_raw_trades', 'manifest.json'));
    return true;
  } catch {
    return false;
  }
}

async function makeDay(
  data: string,
  { rows, wallets, markets }: { readonly rows: number; readonly wallets: number; readonly markets: number },
): Promise<void> {
  const counts = ['--wallets', String(wallets), '--markets', String(markets), '--days', '1'];
  const simulated = await simulate(data, rows, 'parquet', ...counts);
  const imported = await importTrades(data, [path.join(data, '00_simulated', 'raw')]);
  await forgetRoles(data);
  const words = [simulated, imported].map(
    ({ seconds, cpuSeconds }) => `${seconds.toFixed(0)} s (${cpuSeconds.toFixed(0)} s of CPU)`,
  );
  say(`simulated in ${words[0]}, imported in ${words[1]}`);
}

/** The trades as the Data API tells them, in a folder of their own. */
async function forgetRoles(data: string): Promise<void> {
  const trades = openTable(data, RAW_TRADES);
  const writer = new TableWriter(path.join(data, 'live'), RAW_TRADES);
  const untold = pl.lit(null).cast(pl.Utf8).alias('role');
  let nParts = 0;
  for await (const rows of readParts(trades)) writer.addPart(`part_${nParts++}`, rows.withColumn(untold), 'ts_ms');
  writer.commit([], { ...trades.manifest, codeHash: trades.manifest.code.hash, startedMs: 0 });
}
