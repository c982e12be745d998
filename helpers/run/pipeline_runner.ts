/** Runs the graph of pipeline.ts, each step a process of its own, and sums up what happened. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findStep, type Step } from '../pipeline.ts';
import { formatDuration } from './clock.ts';
import { PROJECT_ROOT } from './code.ts';
import { formatCount, formatTable } from './console.ts';
import { readManifest } from './manifest.ts';
import { asOfArgs, type GraphOptions, IMPORT_ID, isUpstreamOf, type Planned, planGraph } from './plan_graph.ts';
import { failWith, type StepReport } from './script.ts';
import { doSideBySide, HeldOutput, type Turn } from './side_by_side.ts';
import { endAtSignal, onExit } from './stop.ts';
import { shellWord } from './whole_commands.ts';

const RAW_TRADES_FOLDER = findStep(IMPORT_ID).writes[0];
/** With more fills than this each step has the machine for itself: two would need the memory of two. */
const ROWS_SIDE_BY_SIDE_MAX = 5_000_000;

interface Ran {
  readonly step: Step;
  readonly report: StepReport;
}

interface Ended {
  readonly code: number;
  readonly report: StepReport | null;
}

async function runStep(
  { step, args }: Planned,
  output: 'inherit' | 'ignore' | 'pipe' = 'inherit',
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(PROJECT_ROOT, step.script), ...args],
    {
      stdio: ['ignore', output, output, 'ipc'],
    },
  );
  onStart(child);
  let report: StepReport | null = null;
  child.on('message', (message) => {
    report = message as StepReport;
  });
  const ended = new Promise<number>((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode, signal) => done(exitCode ?? (signal === null ? 1 : 128)));
  });
  const forgets = [
    endAtSignal(async () => {
      child.kill('SIGTERM');
      await ended;
      // Whoever waits for the step says first how to go on.
      await new Promise((turn) => setImmediate(turn));
    }),
    onExit(() => child.kill('SIGKILL')),
  ];
  const code = await ended;
  for (const dispose of forgets) dispose();
  return { code, report };
}

/**
 * The steps that have work to do. A step whose tables are there, and do not wait for another step, is asked itself (with
 * --check), so that the answer is the one it would find when run.
 */
export async function staleSteps(planned: readonly Planned[], dataDir: string): Promise<Planned[]> {
  const stale: Planned[] = [];
  for (const plan of planned) {
    const { writes } = plan.step;
    const isMade = writes.every((folder) => readManifest(join(dataDir, folder)) !== null);
    const isFed = stale.some(({ step }) => isUpstreamOf(step, plan.step));
    if (!isMade || isFed || !(await isCurrent(plan))) stale.push(plan);
  }
  return stale;
}

/** Has a step say why it is up to date or stale; `all` asks every step. Nothing is computed. */
export async function explainSteps(options: GraphOptions, word: string): Promise<void> {
  const planned = planGraph({ ...options, from: null, only: word === 'all' ? null : word });
  for (const plan of planned) {
    const { code } = await runStep({ ...plan, args: [...plan.args, '--explain'] });
    // A table that a later step needs may be missing: that step has said so.
    if (code !== 0 && word !== 'all') failWith(code, `step ${plan.step.id} cannot be explained`);
  }
}

async function isCurrent(plan: Planned): Promise<boolean> {
  const { report } = await runStep({ ...plan, args: [...plan.args, '--check'] }, 'ignore');
  return report?.outcome === 'up to date';
}

/** Runs a step in its turn: one that begins beside another prints once those before it have ended. */
async function runInTurn(plan: Planned, title: string, { log }: GraphOptions, turn: Turn): Promise<Ended> {
  if (turn.isFirst) {
    log.note(title);
    return await runStep(plan);
  }
  const output = new HeldOutput();
  turn.onTurn(() => {
    log.note(title);
    output.open();
  });
  return await runStep(plan, 'pipe', ({ stdout, stderr }) => {
    if (stdout !== null) output.take(stdout, (chunk) => process.stdout.write(chunk));
    if (stderr !== null) output.take(stderr, (chunk) => process.stderr.write(chunk));
  });
}

/**
 * Runs the steps, at most two at a time while the tables are small, each once what it reads is there. After one that fails no other begins,
 * and the command ends with its exit code.
 */
export async function runGraph(planned: readonly Planned[], options: GraphOptions): Promise<void> {
  const startedMs = performance.now();
  const reports = new Map<Planned, StepReport>();
  const failed = new Map<Planned, Ended>();
  const trades = join(options.dataDir, RAW_TRADES_FOLDER);
  const left = await doSideBySide(planned, {
    nMax: () => ((readManifest(trades)?.rows ?? 0) > ROWS_SIDE_BY_SIDE_MAX ? 1 : 2),
    needs: (later, earlier) => isUpstreamOf(earlier.step, later.step),
    work: async (plan, turn) => {
      const title = `\n[${planned.indexOf(plan) + 1}/${planned.length}] ${plan.step.script}: ${plan.step.question}`;
      const ended = await runInTurn(plan, title, options, turn);
      if (ended.code !== 0 || ended.report === null) failed.set(plan, ended);
      else reports.set(plan, ended.report);
      return !failed.has(plan);
    },
  });
  for (const [{ step }, { code }] of failed) options.log.warn(`step ${step.id} ended with exit code ${code}`);
  for (const [{ step }, { code, report }] of failed) {
    const goOn = code === 2 ? 'Once that is mended, go on with' : 'Go on with';
    options.log.warn(`what was made before is whole. ${goOn}: ${resumption(left[0].step, options)}`);
    const what = `step ${step.id} ended with exit code ${code}`;
    failWith(code === 0 ? 1 : code, report === null ? what : `${what}: ${report.message}`);
  }
  const ran = planned.flatMap((plan): Ran[] => {
    const report = reports.get(plan);
    return report === undefined ? [] : [{ step: plan.step, report }];
  });
  options.log.result(`\n${formatRun(ran, options.dataDir, performance.now() - startedMs)}`);
}

/** The command that goes on with the same data at a step. */
function resumption(step: Step, options: GraphOptions): string {
  const { rawFolder, fetch, imports = [], world = [], nSimulatedTrades, common } = options;
  const simulatedOrLive = fetch === undefined ? ['--trades', String(nSimulatedTrades)] : ['--data', 'live', ...fetch];
  const data = rawFolder === null ? simulatedOrLive : ['--data', rawFolder];
  const words = ['--from', step.id, ...data, ...world, ...imports, ...asOfArgs(options), ...common];
  return ['npm start --', ...words.map(shellWord)].join(' ');
}

/** Rows of what there is of a step's tables, and where. */
function productOf(step: Step, { outcome }: StepReport, dataDir: string): [string, string] {
  if (step.writes.length === 0) return ['–', outcome === 'skipped' ? '–' : 'a model'];
  const made = step.writes.flatMap((name) => {
    const folder = join(dataDir, name);
    const manifest = readManifest(folder);
    return manifest === null ? [] : [{ folder, rows: formatCount(manifest.rows) }];
  });
  if (made.length === 0) return ['–', '–'];
  return [made.map(({ rows }) => rows).join(' + '), made.map(({ folder }) => folder).join(', ')];
}

function formatRun(ran: readonly Ran[], dataDir: string, totalMs: number): string {
  const rows = ran.map(({ step, report }) => [
    step.id,
    report.outcome,
    formatDuration(report.wallMs),
    report.peakMemoryMib,
    ...productOf(step, report, dataDir),
  ]);
  return [
    formatTable(['step', 'outcome', 'time', 'peak MiB', 'rows', 'where'], rows),
    `All done in ${formatDuration(totalMs)}.`,
  ].join('\n');
}
