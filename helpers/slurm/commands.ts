/** The commands of slurm/submit.ts with their options. */
import { resolve } from 'node:path';
import { IMPORT_OPTIONS, importOptionsOf } from '../import/import_options.ts';
import { PROJECT_ROOT } from '../run/code.ts';
import { createLog, type Log } from '../run/console.ts';
import { checkFolder } from '../run/files.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import { type CommonName, type OptionSpecs, type OptionValues, parseOptions, wordsFor } from '../run/options.ts';
import { GRAPH_OPTIONS, GRAPH_WHAT, wordsForSteps } from '../run/plan_graph.ts';
import { integerMin } from '../run/ranges.ts';
import { runCommand } from '../run/script.ts';
import { WORLD_OPTIONS } from '../simulate/world_options.ts';
import { formatRun, refreshRun, waitForRun } from './follow_run.ts';
import { jobNames } from './graph_jobs.ts';
import { parseOverrides } from './resources.ts';
import { type RunRecord, readRecord } from './run_record.ts';
import { RUNS_FOLDER } from './sbatch_files.ts';
import {
  cancelJobs,
  formatSubmission,
  planSubmission,
  requestsFromEnvironment,
  type SubmitOptions,
  submitGraph,
} from './submission.ts';
import { isLive } from './task_states.ts';

const SIZE = 'How much to ask for';
const SITE = 'Where to run it';
const WATCH = 'How to follow it';

const RUNS_DIR = {
  type: 'string',
  default: resolve(PROJECT_ROOT, RUNS_FOLDER),
  defaultDescription: RUNS_FOLDER,
  describe: 'folder of records and logs of runs; shared by all nodes',
  group: WATCH,
} as const;
const list = (describe: string) =>
  ({ type: 'array', string: true, default: [] as string[], describe, group: SIZE }) as const;

const SUBMIT = {
  ...GRAPH_OPTIONS,
  ...WORLD_OPTIONS,
  ...IMPORT_OPTIONS,
  ...inGroup(GRAPH_WHAT, { 'dry-run': option.flag('print the jobs and commands and do nothing') }),
  ...inGroup(SIZE, {
    chunks: {
      type: 'number',
      defaultDescription: 'one per 10 M fills',
      describe: 'chunks of the import, and of the profiles',
    },
    throttle: { type: 'number', describe: 'tasks of an array that may run at once', range: integerMin(1) },
  }),
  cpus: list('cpus of all jobs (4) or of one (build_features=4)'),
  mem: list('memory of all jobs (8G) or of one (build_features=8G), MiB or with G'),
  time: list('time limit of all jobs (60) or of one (build_features=60), minutes'),
  ...inGroup(SITE, {
    partition: { type: 'string', defaultDescription: "SBATCH_PARTITION or the site's", describe: 'partition' },
    account: { type: 'string', defaultDescription: "SBATCH_ACCOUNT or the site's", describe: 'account' },
    qos: { type: 'string', defaultDescription: "SBATCH_QOS or the site's", describe: 'quality of service' },
  }),
  ...inGroup(WATCH, { wait: option.flag('wait for the end; exit code 1 when not all is done') }),
  'runs-dir': RUNS_DIR,
} as const satisfies OptionSpecs;

const FOLLOW = {
  ...inGroup(WATCH, { run: { type: 'string', defaultDescription: 'the last one', describe: 'id of the run' } }),
  'runs-dir': RUNS_DIR,
} as const satisfies OptionSpecs;

/** The common options that `submit` heeds: threads are --cpus here, and --dry-run finds out what is up to date. */
const SUBMIT_COMMON = ['data-dir', 'models-dir', 'seed', 'force', 'quiet'] as const satisfies readonly CommonName[];
type SubmitValues = OptionValues<typeof SUBMIT, (typeof SUBMIT_COMMON)[number]>;

function submitOptions(options: SubmitValues, log: Log): SubmitOptions {
  checkFolder('data-dir', options['data-dir'], false);
  checkFolder('models-dir', options['models-dir'], false);
  const folders = { 'data-dir': resolve(options['data-dir']), 'models-dir': resolve(options['models-dir']) };
  const names = jobNames();
  return {
    graph: {
      dataDir: folders['data-dir'],
      nSimulatedTrades: options.trades,
      rawFolder: options.data === 'simulated' ? null : resolve(options.data),
      imports: wordsFor(IMPORT_OPTIONS, options),
      world: wordsFor(WORLD_OPTIONS, options),
      asOf: options['as-of'] ?? null,
      from: options.from ?? null,
      only: options.only ?? null,
      // Threads are left to the job: SLURM_CPUS_PER_TASK.
      common: wordsForSteps({ ...options, ...folders }),
      log,
    },
    imports: importOptionsOf(options),
    runsFolder: resolve(options['runs-dir']),
    nChunks: options.chunks ?? null,
    overrides: [
      ...parseOverrides('cpus', 'cpus', options.cpus as string[], names),
      ...parseOverrides('mem', 'memoryMib', options.mem as string[], names),
      ...parseOverrides('time', 'minutes', options.time as string[], names),
    ],
    site: {
      partition: options.partition ?? null,
      account: options.account ?? null,
      qos: options.qos ?? null,
      throttle: options.throttle ?? null,
      fromEnvironment: requestsFromEnvironment(),
    },
    force: options.force,
    log,
  };
}

async function submit(options: SubmitValues, log: Log): Promise<void> {
  const request = submitOptions(options, log);
  if (options['dry-run']) {
    const plan = await planSubmission(request, new Map());
    for (const id of plan.upToDate) log.result(`${id}: up to date`);
    for (const line of plan.jobs.length === 0 ? [] : formatSubmission(plan, request)) log.result(line);
    return;
  }
  const record = await submitGraph(request);
  if (record === null) {
    log.result('Everything is up to date: nothing was submitted.');
    return;
  }
  log.result(`Run ${record.id}: ${record.jobs.length} jobs submitted. How it goes: npx tsx slurm/submit.ts status`);
  if (!options.wait) return;
  const end = await waitForRun(request.runsFolder, record, log);
  for (const line of formatRun(request.runsFolder, end.record, end.views)) log.result(line);
  if (end.views.some(({ verdict }) => verdict !== 'done')) process.exitCode = 1;
}

function status(runsFolder: string, record: RunRecord, log: Log): void {
  const now = refreshRun(runsFolder, record);
  for (const line of formatRun(runsFolder, now.record, now.views)) log.result(line);
}

function cancel(runsFolder: string, record: RunRecord, log: Log): void {
  const { views } = refreshRun(runsFolder, record);
  const live = new Set(views.flatMap(({ job, state }) => (state !== null && isLive(state) ? [job.jobId] : [])));
  cancelJobs([...live]);
  log.result(
    live.size === 0
      ? `Run ${record.id} has ended already.`
      : `Run ${record.id}: ${live.size} jobs cancelled. What was made before is whole; submit again to go on.`,
  );
}

/** Runs `submit` (also without a word), `status` or `cancel`. */
export async function clusterCommand(argv: readonly string[]): Promise<void> {
  const usage = (word: string, what: string): string => `npx tsx slurm/submit.ts ${word}[options]\n\n${what}`;
  await runCommand(async () => {
    const [word, ...rest] = argv;
    if (word === 'status' || word === 'cancel') {
      const what = word === 'status' ? 'What became of every job of a run, and what it used.' : 'Ends a run.';
      const options = await parseOptions(rest, usage(`${word} `, what), FOLLOW, []);
      const runsFolder = resolve(options['runs-dir']);
      const record = readRecord(runsFolder, options.run ?? null);
      const log = createLog({ quiet: false });
      (word === 'status' ? status : cancel)(runsFolder, record, log);
    } else {
      const what = 'Submits the steps that are not up to date to SLURM. Also: submit.ts status, submit.ts cancel.';
      const options = await parseOptions(word === 'submit' ? rest : argv, usage('', what), SUBMIT, SUBMIT_COMMON);
      await submit(options, createLog({ quiet: options.quiet }));
    }
    return 'done';
  });
}
