/** Submits the graph: plans it by what there is, refuses what would collide, and leaves nothing behind when it cannot be done. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { resolveAsOf } from '../features/wallets/as_of.ts';
import { chunksFolder, profileChunks } from '../features/wallets/profile_chunks.ts';
import { importChunks, importChunksFolder } from '../import/import_chunks.ts';
import type { ImportOptions } from '../import/import_options.ts';
import { listInputs } from '../import/inputs.ts';
import { planImport } from '../import/plan_import.ts';
import { findStep } from '../pipeline.ts';
import { isoTime, nowMs } from '../run/clock.ts';
import { PROJECT_ROOT, readStepCode } from '../run/code.ts';
import { formatTable, type Log } from '../run/console.ts';
import { envValue } from '../run/env.ts';
import { InputError } from '../run/errors.ts';
import { makeFolder } from '../run/files.ts';
import { withLock } from '../run/lock.ts';
import { staleSteps } from '../run/pipeline_runner.ts';
import { type GraphOptions, isUpstreamOf, type Planned, planGraph } from '../run/plan_graph.ts';
import { shellWord } from '../run/whole_commands.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { openTable, openTableIfThere, readTable } from '../tables/table_store.ts';
import { expectedRows } from './data_size.ts';
import {
  commentOf,
  type FinishedChunks,
  type Job,
  jobsOf,
  type RunPlace,
  type SiteOptions,
  sbatchArgs,
} from './graph_jobs.ts';
import type { Override, ResourceRequest } from './resources.ts';
import {
  claimDataFolder,
  currentRun,
  newRunId,
  type RecordedJob,
  type RunRecord,
  runFolder,
  writeRecord,
} from './run_record.ts';
import { raisedRequests, viewTasks } from './run_status.ts';
import { callSlurm, complaintOf, largestTask } from './slurm_cli.ts';
import { isLive, queryTasks } from './task_states.ts';

export interface SubmitOptions {
  readonly graph: GraphOptions;
  /** What the import is told of raw files. */
  readonly imports: ImportOptions;
  readonly runsFolder: string;
  readonly nChunks: number | null;
  readonly overrides: readonly Override[];
  readonly site: SiteOptions;
  readonly force: boolean;
  readonly log: Log;
}

export interface Plan {
  readonly jobs: readonly Job[];
  readonly upToDate: readonly string[];
  readonly nRows: number;
}

/** Chunks of the profiles that are finished for the trades there are. */
async function profileChunksThere({ dataDir, asOf, log }: GraphOptions): Promise<FinishedChunks | null> {
  const trades = openTableIfThere(dataDir, RAW_TRADES);
  if (trades === null || trades.manifest.parts.length === 0) return null;
  const { hash: codeHash } = await readStepCode(findStep('build_features').script);
  const markets = readTable(openTable(dataDir, MARKETS));
  const job = { trades, markets, asOfMs: resolveAsOf(trades, asOf ?? undefined, log), codeHash };
  return profileChunks(job, chunksFolder(dataDir)).finished();
}

/** Chunks of the import that are finished for the raw files there are. */
async function importChunksThere(
  { args, step }: Planned,
  { graph: { dataDir }, imports }: SubmitOptions,
): Promise<FinishedChunks | null> {
  const folder = importChunksFolder(dataDir);
  const input = args[args.indexOf('--input') + 1];
  if (!existsSync(folder) || !existsSync(input)) return null;
  const run = { dataDir, force: false, code: await readStepCode(step.script) };
  const plan = await planImport(run, listInputs([input]), imports);
  return plan.isNew ? importChunks(run, plan, imports, folder).finished() : null;
}

/** By step, the finished chunks of what is to be done; none of a step whose input is yet to be made. */
async function chunksThere(
  stale: readonly Planned[],
  options: SubmitOptions,
): Promise<ReadonlyMap<string, FinishedChunks>> {
  const there = new Map<string, FinishedChunks>();
  for (const plan of stale) {
    const { step } = plan;
    if (step.chunks === 'none' || stale.some((other) => isUpstreamOf(other.step, step))) continue;
    const isImport = step.id === 'import_trades';
    const finished = await (isImport ? importChunksThere(plan, options) : profileChunksThere(options.graph));
    if (finished !== null) there.set(step.id, finished);
  }
  return there;
}

/** What is to be submitted: the steps that have work to do, as jobs sized by the data. */
export async function planSubmission(
  options: SubmitOptions,
  raised: ReadonlyMap<string, Partial<ResourceRequest>>,
): Promise<Plan> {
  const { graph, force } = options;
  const planned = planGraph(graph);
  const stale = force ? planned : await staleSteps(planned, graph.dataDir);
  const nRows = expectedRows({ ...graph, importsTrades: stale.some(({ step }) => step.id === 'import_trades') });
  const jobs = jobsOf(stale, {
    nRows,
    nChunks: options.nChunks,
    finished: force ? new Map() : await chunksThere(stale, options),
    largestTask: largestTask(),
    overrides: options.overrides,
    raised,
    common: graph.common,
  });
  const upToDate = planned.filter((plan) => !stale.includes(plan)).map(({ step }) => step.id);
  return { jobs, upToDate, nRows };
}

/** The plan as a table, and the exact commands; `<name>` stands for the id that a job will get. */
export function formatSubmission(plan: Plan, options: SubmitOptions): string[] {
  const rows = plan.jobs.map(({ name, after, tasks, request }) => [
    name,
    after.length === plan.jobs.length - 1 && after.length > 1 ? 'all' : after.join(' '),
    tasks?.length ?? 1,
    request.cpus,
    request.memoryMib,
    request.minutes,
  ]);
  const table = formatTable(['job', 'after', 'tasks', 'cpus', 'MiB', 'minutes'], rows);
  const folder = runFolder(options.runsFolder, '<run>');
  const commands = plan.jobs.map((job) =>
    ['sbatch', ...sbatchArgs(job, options.site, { id: '<run>', folder }, (name) => `<${name}>`)]
      .map(shellWord)
      .join(' '),
  );
  return [table, '', `# in ${PROJECT_ROOT}`, ...commands];
}

/** Refuses while jobs of an earlier submission may still write into the data folder, and learns from how they ended. */
function settleEarlierRun(options: SubmitOptions): ReadonlyMap<string, Partial<ResourceRequest>> {
  const record = currentRun(options.graph.dataDir);
  if (record === null) return new Map();
  const states = queryTasks(
    record.jobs.map((job) => job.jobId),
    commentOf(record.id),
  );
  const nLive = states.filter(isLive).length;
  if (nLive > 0)
    throw new InputError(
      'busy',
      `run ${record.id} is still at work on ${record.dataDir} (${nLive} jobs and tasks)`,
      'wait for it, or end it: npx tsx slurm/submit.ts cancel',
    );
  return raisedRequests(viewTasks(options.runsFolder, record, states));
}

function submitJob(job: Job, options: SubmitOptions, run: RunPlace, idOf: (name: string) => string): RecordedJob {
  const args = sbatchArgs(job, options.site, run, idOf);
  const answer = callSlurm('sbatch', args, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, SPYHOP_REPORT_DIR: run.folder, SPYHOP_ROOT: PROJECT_ROOT },
  });
  // With several clusters the id is followed by `;cluster`.
  const jobId = /^(\d+)(;\S+)?$/m.exec(answer.out)?.[1];
  if (answer.status !== 0 || jobId === undefined)
    throw new InputError(
      'bad-option',
      `sbatch refused ${job.name}: ${complaintOf(answer)}`,
      'nothing was left in the queue; sinfo shows partitions and limits, --partition, --mem, --time and --cpus change the request',
    );
  const { name, step, tasks, after, request } = job;
  return {
    name,
    stepId: step.id,
    jobId,
    tasks: tasks === null ? null : [...tasks],
    after: [...after],
    request,
    command: ['sbatch', ...args],
  };
}

/**
 * Submits the graph; only one run at a time may belong to a data folder.
 * @returns the record of the run, or null when everything is up to date
 * @throws InputError 'busy' when another run is at work on the folder, 'bad-option' when the cluster refuses a job; then no job
 * is left
 */
export async function submitGraph(options: SubmitOptions): Promise<RunRecord | null> {
  const { graph, runsFolder, log } = options;
  // A missing sbatch is told before anything else is looked into.
  callSlurm('sbatch', ['--version']);
  return withLock(graph.dataDir, 'slurm_submission', async () => {
    const raised = settleEarlierRun(options);
    const plan = await planSubmission(options, raised);
    for (const id of plan.upToDate) log.note(`${id}: up to date`);
    if (plan.jobs.length === 0) return null;
    const id = newRunId(runsFolder);
    const folder = runFolder(runsFolder, id);
    makeFolder(folder);
    const jobs: RecordedJob[] = [];
    const record = (): RunRecord => ({
      id,
      submittedAt: isoTime(nowMs()),
      dataDir: resolve(graph.dataDir),
      nRows: plan.nRows,
      upToDate: [...plan.upToDate],
      jobs,
      ended: [],
    });
    // Claimed before the first job is there: should this process be killed now, the jobs are found all the same.
    claimDataFolder(runsFolder, record());
    try {
      for (const job of plan.jobs) {
        jobs.push(submitJob(job, options, { id, folder }, (name) => jobs.find((other) => other.name === name)!.jobId));
        writeRecord(runsFolder, record());
        log.note(`${job.name}: job ${jobs[jobs.length - 1].jobId}`);
      }
    } catch (error) {
      cancelJobs(jobs.map((job) => job.jobId));
      throw error;
    }
    return record();
  });
}

/** Cancels jobs, those that wait and those that run. */
export function cancelJobs(ids: readonly string[]): void {
  if (ids.length === 0) return;
  const answer = callSlurm('scancel', [...ids]);
  if (answer.status !== 0 && !/Invalid job id/.test(answer.err))
    throw new InputError('busy', `scancel failed: ${complaintOf(answer)}`, `run it by hand: scancel ${ids.join(' ')}`);
}

/** Which requests SBATCH_… variables decide. */
export function requestsFromEnvironment(): ReadonlySet<'mem' | 'time'> {
  const set = new Set<'mem' | 'time'>();
  if (['SBATCH_MEM_PER_NODE', 'SBATCH_MEM_PER_CPU'].some((name) => envValue(name) !== undefined)) set.add('mem');
  if (envValue('SBATCH_TIMELIMIT') !== undefined) set.add('time');
  return set;
}
