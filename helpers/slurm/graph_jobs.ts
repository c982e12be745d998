/** The graph of pipeline.ts as jobs: what runs after what, which steps are arrays, and the exact sbatch command of each. */
import { type ChunkNeeds, findStep, STEPS, type Step } from '../pipeline.ts';
import { isUpstreamOf, type Planned } from '../run/plan_graph.ts';
import { checkRange, integerMin } from '../run/ranges.ts';
import {
  atLeast,
  CHUNK_ROWS,
  chunkRequestFor,
  type Override,
  type ResourceRequest,
  requestFor,
  withOverrides,
} from './resources.ts';
import { sbatchPath } from './sbatch_files.ts';
import { outputPattern, taskRanges } from './slurm_cli.ts';

const CHUNKS_MAX = 999;
/** What the closing job needs at 100 M fills: the report's section of figures about the data, not the whole graph. */
const REPORT_NEEDS = { cpus: 1, memoryMib: 4096, memoryScalesWith: 'wallets', minutes: 30 } as const;

export interface Job {
  /** Name of the job: the step's id, with `_chunk` for the tasks of a step that is cut. */
  readonly name: string;
  readonly step: Step;
  readonly args: readonly string[];
  readonly request: ResourceRequest;
  /** Tasks of an array, or null for a plain job. */
  readonly tasks: readonly number[] | null;
  /** Names of jobs that must end before this one starts. */
  readonly after: readonly string[];
  /** Whether it runs even if they fail. */
  readonly afterAny: boolean;
}

/** Chunks that need not be done again. */
export interface FinishedChunks {
  readonly nChunks: number;
  readonly finished: readonly number[];
}

export interface JobOptions {
  readonly nRows: number;
  /** Number of chunks asked for, or null to go by the data. */
  readonly nChunks: number | null;
  /** By step, the chunks of this very data that are there already. */
  readonly finished: ReadonlyMap<string, FinishedChunks>;
  /** Highest task number that the cluster takes, or null when it is not known. */
  readonly largestTask: number | null;
  readonly overrides: readonly Override[];
  /** By job name, what it must be given at least because less was not enough the last time. */
  readonly raised: ReadonlyMap<string, Partial<ResourceRequest>>;
  /** Arguments of the closing job. */
  readonly common: readonly string[];
}

/** Number of chunks for so many fills; 1 means that the step is not cut. */
export function chunkCount(
  { nRows, nChunks, largestTask }: Pick<JobOptions, 'nRows' | 'nChunks' | 'largestTask'>,
  finished?: FinishedChunks,
): number {
  const most = Math.min(CHUNKS_MAX, largestTask ?? CHUNKS_MAX);
  if (nChunks !== null) checkRange('chunks', nChunks, integerMin(1, most), Math.min(8, most));
  return nChunks ?? finished?.nChunks ?? Math.min(most, Math.max(1, Math.ceil(nRows / CHUNK_ROWS)));
}

/** Tasks of an array that are still to be done. */
function missingTasks(nChunks: number, finished: FinishedChunks | undefined): number[] {
  const done = finished?.nChunks === nChunks ? finished.finished : [];
  return Array.from({ length: nChunks }, (_, i) => i + 1).filter((task) => !done.includes(task));
}

/** Name of the array of a step that is cut, and of the closing job. */
const chunkJob = (step: Step): string => `${step.id}_chunk`;
const REPORT_JOB = 'report';

/** Names that --cpus, --mem and --time may be said for. */
export function jobNames(): string[] {
  const steps = STEPS.filter((step) => step.inGraph);
  return [...steps.flatMap((step) => (step.chunks === 'none' ? [step.id] : [step.id, chunkJob(step)])), REPORT_JOB];
}

/** A job with what it is given: what it asks for, at least what an earlier try showed to be needed, or what the user says. */
function withGrant(job: Job, { raised, overrides }: JobOptions): Job {
  const enough = atLeast(job.request, raised.get(job.name) ?? {});
  return { ...job, request: withOverrides(enough, job.step.id, job.name, overrides) };
}

/** A step that can be cut: an array over the chunks that are missing and a job that merges them, or the whole step as one. */
function inChunks(whole: Job, needs: ChunkNeeds, options: JobOptions): Job[] {
  const { step, args } = whole;
  const finished = options.finished.get(step.id);
  const nChunks = chunkCount(options, finished);
  const request = chunkRequestFor(step.cpus, needs, options.nRows, nChunks);
  // Uncut, it does the work of a chunk too.
  if (nChunks === 1) return [{ ...whole, request: atLeast(whole.request, request) }];
  const tasks = missingTasks(nChunks, finished);
  const array = { ...whole, name: chunkJob(step), args: [...args, '--chunk', `{task}/${nChunks}`], request, tasks };
  const merge = { ...whole, args: [...args, '--merge'] };
  return tasks.length === 0 ? [merge] : [array, { ...merge, after: [array.name] }];
}

/** The job that brings the report's first section up to date, whatever has failed. */
function reportJob(after: readonly string[], { nRows, common }: JobOptions): Job {
  const step: Step = { ...findStep('master_pipeline'), ...REPORT_NEEDS };
  const request = requestFor(step, nRows);
  return { name: REPORT_JOB, step, args: [...common, '--report'], request, tasks: null, after, afterAny: true };
}

/** The jobs of some steps, in an order in which each comes after those it waits for; the report's is the last. */
export function jobsOf(planned: readonly Planned[], options: JobOptions): Job[] {
  const jobs = planned.flatMap(({ step, args }): Job[] => {
    const after = planned.filter((other) => isUpstreamOf(other.step, step)).map((other) => other.step.id);
    const request = requestFor(step, options.nRows);
    const whole: Job = { name: step.id, step, args, request, tasks: null, after, afterAny: false };
    return step.chunks === 'none' ? [whole] : inChunks(whole, step.chunks, options);
  });
  const names = jobs.map(({ name }) => name);
  const all = jobs.length === 0 ? [] : [...jobs, reportJob(names, options)];
  return all.map((job) => withGrant(job, options));
}

export interface SiteOptions {
  readonly partition: string | null;
  readonly account: string | null;
  readonly qos: string | null;
  /** Tasks of one array that may run at once, or null for all. */
  readonly throttle: number | null;
  /** What SBATCH_… variables decide; an option would win over them, so it is left out. */
  readonly fromEnvironment: ReadonlySet<'mem' | 'time'>;
}

export interface RunPlace {
  readonly id: string;
  /** Where its logs go. */
  readonly folder: string;
}

/** What marks the jobs of a run in the queue. */
export function commentOf(runId: string): string {
  return `spyhop ${runId}`;
}

/**
 * The words after `sbatch` that submit a job.
 * @param idOf job id by job name, for the dependencies
 */
export function sbatchArgs(job: Job, site: SiteOptions, run: RunPlace, idOf: (name: string) => string): string[] {
  const { request, tasks, after, afterAny } = job;
  const throttle = site.throttle === null ? '' : `%${site.throttle}`;
  const kind = afterAny ? 'afterany' : 'afterok';
  return [
    '--parsable',
    '--export=ALL',
    `--job-name=${job.name}`,
    `--comment=${commentOf(run.id)}`,
    `--cpus-per-task=${request.cpus}`,
    ...(site.fromEnvironment.has('mem') ? [] : [`--mem=${request.memoryMib}M`]),
    ...(site.fromEnvironment.has('time') ? [] : [`--time=${request.minutes}`]),
    `--output=${outputPattern(run.folder, tasks === null ? '%x_%j.log' : '%x_%A_%a.log')}`,
    ...(tasks === null ? [] : [`--array=${taskRanges(tasks)}${throttle}`]),
    ...(after.length === 0 ? [] : [`--dependency=${kind}:${after.map(idOf).join(':')}`, '--kill-on-invalid-dep=yes']),
    ...(site.partition === null ? [] : [`--partition=${site.partition}`]),
    ...(site.account === null ? [] : [`--account=${site.account}`]),
    ...(site.qos === null ? [] : [`--qos=${site.qos}`]),
    sbatchPath(job.step),
    ...job.args,
  ];
}
