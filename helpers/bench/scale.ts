/**
 * `npm run bench -- scale`: time, memory and disk of the ETL at sizes where no rival fits, import and profiles in chunks as on a cluster.
 * Each size is kept in etl_scale.json, and all of them are drawn as etl_scale.svg and .png; the last line is one JSON object.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { renderPng, renderSvg } from '../charts/render.ts';
import { formatTable } from '../run/console.ts';
import { folderBytes } from '../run/files.ts';
import { readManifest } from '../run/manifest.ts';
import { option } from '../run/option_kinds.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { type CostPanel, costCurvesSpec } from './curves/cost_curves.ts';
import type { Measured } from './etl/measured_process.ts';
import { buildProfiles, importTrades, simulate } from './etl/steps.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

const MIB = 2 ** 20;
const taskSchema = z.object({
  step: z.enum(['simulate', 'import', 'import chunk', 'import merge', 'chunk', 'merge']),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMib: z.number(),
});
const runSchema = z.object({
  fills: z.number(),
  tasks: z.array(taskSchema),
  diskMib: z.object({ raw: z.number(), canonical: z.number(), profiles: z.number() }),
});
type ScaleRun = z.infer<typeof runSchema>;
type Task = z.infer<typeof taskSchema>;

/** Runs the suite; returns when the picture is drawn and the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const options = suiteOptions(args, {
    rows: option.number(1_000_000, 'fills'),
    chunks: option.number(8, 'tasks of the import and of the profiles, one after the other'),
    out: option.text('models/bench', 'folder for figures and picture'),
    keep: option.flag('leave the temporary folder'),
  });
  const measure = async (folder: string): Promise<void> => {
    const run = await measureRun(folder, options.rows, options.chunks);
    mkdirSync(options.out, { recursive: true });
    const runs = [...readRuns(options.out).filter(({ fills }) => fills !== run.fills), run];
    runs.sort((a, b) => a.fills - b.fills);
    writeFileSync(path.join(options.out, 'etl_scale.json'), `${JSON.stringify(runs, null, 1)}\n`);
    const svg = await renderSvg(costCurvesSpec(panelsOf(runs)), 'scale');
    writeFileSync(path.join(options.out, 'etl_scale.svg'), svg);
    writeFileSync(path.join(options.out, 'etl_scale.png'), renderPng(svg));
    report(run);
  };
  await inFolder('scale', measure, options.keep);
}

function readRuns(folder: string): ScaleRun[] {
  const file = path.join(folder, 'etl_scale.json');
  return existsSync(file) ? z.array(runSchema).parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}

async function measureRun(folder: string, fills: number, nChunks: number): Promise<ScaleRun> {
  const tasks: Task[] = [];
  const note = (step: Task['step'], measured: Measured): void => {
    tasks.push({ step, ...measured });
    say(`${step}: ${measured.seconds.toFixed(1)} s, ${measured.peakMib} MiB`);
  };
  const disk = (name: string): number => Math.round(folderBytes(path.join(folder, name)) / MIB);
  note('simulate', await simulate(folder, fills, 'parquet'));
  const raw = [path.join(folder, '00_simulated', 'raw')];
  note('import', await importTrades(folder, raw));
  const cut = path.join(folder, 'cut');
  for (let i = 1; i <= nChunks; i++) note('import chunk', await importTrades(cut, raw, '--chunk', `${i}/${nChunks}`));
  note('import merge', await importTrades(cut, raw, '--merge'));
  checkSame(folder, cut);
  rmSync(cut, { recursive: true });
  for (let i = 1; i <= nChunks; i++) note('chunk', await buildProfiles(folder, '--chunk', `${i}/${nChunks}`));
  note('merge', await buildProfiles(folder, '--merge'));
  const diskMib = { raw: disk('00_simulated'), canonical: disk('10_raw_trades'), profiles: disk('11_wallet_profiles') };
  return { fills, tasks, diskMib };
}

/** @throws Error when the chunks of an import came to other bytes than one go */
function checkSame(folder: string, cut: string): void {
  for (const table of [RAW_TRADES.folder, MARKETS.folder]) {
    const [one, other] = [folder, cut].map((data) => readManifest(path.join(data, table))!.parts);
    if (JSON.stringify(one) !== JSON.stringify(other))
      throw new Error(`${table} differs when it is imported in chunks`);
  }
}

/** Seconds add up over the tasks of a step; the peak is that of the largest. */
function perStep(run: ScaleRun): { step: string; seconds: number; cpuSeconds: number; peakMib: number }[] {
  // A size that was measured by an earlier version lacks steps.
  const steps = taskSchema.shape.step.options.filter((step) => run.tasks.some((task) => task.step === step));
  return steps.map((step) => {
    const own = run.tasks.filter((task) => task.step === step);
    const sum = (pick: (task: Task) => number): number => own.reduce((total, task) => total + pick(task), 0);
    return {
      step: own.length > 1 ? `${step}s (${own.length})` : step,
      seconds: sum((task) => task.seconds),
      cpuSeconds: sum((task) => task.cpuSeconds),
      peakMib: Math.max(...own.map((task) => task.peakMib)),
    };
  });
}

/** Time and memory of every step against the number of fills; seconds of CPU, which a busy machine changes least. */
function panelsOf(runs: readonly ScaleRun[]): CostPanel[] {
  const points = (pick: (step: { cpuSeconds: number; peakMib: number }) => number) =>
    runs.flatMap((run) => perStep(run).map((step) => ({ series: step.step, x: run.fills, y: pick(step) })));
  return [
    { title: 'time', xTitle: 'fills', yTitle: 'seconds of CPU', points: points(({ cpuSeconds }) => cpuSeconds) },
    { title: 'peak memory of a task', xTitle: 'fills', yTitle: 'MiB', points: points(({ peakMib }) => peakMib) },
  ];
}

function report(run: ScaleRun): void {
  const rows = perStep(run).map(({ step, seconds, cpuSeconds, peakMib }) => [
    step,
    seconds.toFixed(1),
    cpuSeconds.toFixed(1),
    peakMib,
  ]);
  say(`${formatTable(['step', 'wall s', 'cpu s', 'peak MiB'], rows)}`);
  const { raw, canonical, profiles } = run.diskMib;
  say(`Disk: ${raw} MiB raw, ${canonical} canonical, ${profiles} profiles.`);
  say(JSON.stringify({ bench: 'scale', results: [run] }));
}
