/** What happened to every task of a run, in words, and what a next try should be given more of. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { formatTable } from '../run/console.ts';
import { readJson } from '../run/files.ts';
import { STOPPED_EXIT_CODE } from '../run/script.ts';
import type { ResourceRequest } from './resources.ts';
import { type RecordedJob, type RunRecord, runFolder, type TaskState } from './run_record.ts';
import { taskRanges } from './slurm_cli.ts';
import { isLive } from './task_states.ts';

const reportSchema = z.object({
  outcome: z.string(),
  message: z.string(),
  wallMs: z.number(),
  cpuMs: z.number(),
  peakMemoryMib: z.number(),
});
type TaskReport = z.infer<typeof reportSchema>;

type Verdict = 'done' | 'runs' | 'waits' | 'failed' | 'not run' | 'unknown';

export interface TaskView {
  readonly job: RecordedJob;
  readonly task: number | null;
  readonly state: TaskState | null;
  /** What the step itself said; null while it runs, and when it was killed. */
  readonly report: TaskReport | null;
  readonly verdict: Verdict;
  /** What happened. */
  readonly words: string;
  /** What it had too little of. */
  readonly lacked: 'memory' | 'time' | null;
}

/** node's exit code when its heap is full: SIGABRT. */
const ABORTED = 134;
/** What slurmd gives a job whose log cannot be opened. */
const NO_LOG_SIGNAL = 53;
const NAMES_MAX = 3;

type Explained = Pick<TaskView, 'verdict' | 'words' | 'lacked'>;
const failed = (words: string, lacked: TaskView['lacked'] = null): Explained => ({ verdict: 'failed', words, lacked });

function explainReport(report: TaskReport): Explained {
  if (['done', 'up to date', 'skipped'].includes(report.outcome))
    return { verdict: 'done', words: report.outcome, lacked: null };
  return failed(report.message);
}

function explainLive({ state, reason, nRestarts }: TaskState): Explained {
  const again = nRestarts > 0 ? `, started anew ${nRestarts} times` : '';
  if (state === 'PENDING') return { verdict: 'waits', words: `waits (${reason})${again}`, lacked: null };
  return { verdict: 'runs', words: `${state.toLowerCase()}${again}`, lacked: null };
}

function explainFailure(state: TaskState, request: ResourceRequest, report: TaskReport | null): Explained {
  const { exitCode, signal } = state;
  const waitSignal = signal === 0 && exitCode > 128 ? exitCode - 128 : signal;
  if (exitCode === STOPPED_EXIT_CODE)
    return failed(`ended cleanly at the warning before its time limit of ${request.minutes} min`, 'time');
  if (exitCode === ABORTED) return failed(`node ran out of heap in ${request.memoryMib} MiB`, 'memory');
  if (signal === NO_LOG_SIGNAL)
    return failed('its log could not be opened: is the folder of the run there on the node?');
  if (waitSignal > 0) return failed(`killed by signal ${waitSignal}`);
  return failed(report?.message ?? `exit code ${exitCode}`);
}

function someOf(names: readonly string[]): string {
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return `${names.slice(0, NAMES_MAX).join(', ')}${more}`;
}

/** What a state means; `because` names the jobs that did not end well among those it waited for. */
export function explainTask(
  request: ResourceRequest,
  state: TaskState | null,
  report: TaskReport | null,
  because: readonly string[] = [],
): Explained {
  if (state === null) {
    if (report !== null) return explainReport(report);
    return { verdict: 'unknown', words: 'no trace: cancelled before it started, or long forgotten', lacked: null };
  }
  if (isLive(state)) return explainLive(state);
  switch (state.state) {
    case 'COMPLETED': {
      const again = state.nRestarts > 0 ? `, after ${state.nRestarts} restarts` : '';
      return { verdict: 'done', words: `${report?.outcome ?? 'done'}${again}`, lacked: null };
    }
    case 'OUT_OF_MEMORY':
      return failed(`went over its memory of ${request.memoryMib} MiB`, 'memory');
    case 'TIMEOUT':
      return failed(`went over its time limit of ${request.minutes} min`, 'time');
    case 'NODE_FAIL':
      return failed(`its node ${state.node} failed`);
    case 'CANCELLED':
      if (!/^Dependency/.test(state.reason) || because.length === 0) return failed('cancelled');
      return { verdict: 'not run', words: `not run: ${someOf(because)} failed`, lacked: null };
    case 'FAILED':
      return explainFailure(state, request, report);
    default:
      return failed(state.state.toLowerCase());
  }
}

function readReport(folder: string, job: RecordedJob, task: number | null): TaskReport | null {
  const path = join(folder, `${job.jobId}${task === null ? '' : `_${task}`}.json`);
  if (!existsSync(path)) return null;
  const parsed = reportSchema.safeParse(readJson(path));
  return parsed.success ? parsed.data : null;
}

/** Every task of a run with what became of it. */
export function viewTasks(runsFolder: string, record: RunRecord, states: readonly TaskState[]): TaskView[] {
  const key = (jobId: string, task: number | null): string => `${jobId} ${task}`;
  const byTask = new Map([...record.ended, ...states].map((state) => [key(state.jobId, state.task), state]));
  const views: TaskView[] = [];
  for (const job of record.jobs) {
    const because = job.after.filter((name) =>
      views.some((view) => view.job.name === name && (view.verdict === 'failed' || view.verdict === 'not run')),
    );
    for (const task of job.tasks ?? [null]) {
      const state = byTask.get(key(job.jobId, task)) ?? null;
      const report = readReport(runFolder(runsFolder, record.id), job, task);
      views.push({ job, task, state, report, ...explainTask(job.request, state, report, because) });
    }
  }
  return views;
}

/** Table of a run: tasks of one job that fared the same share a line. */
export function statusTable(views: readonly TaskView[]): string {
  const groups = new Map<string, TaskView[]>();
  for (const view of views) {
    const key = `${view.job.name}|${view.words}`;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  const rows = [...groups.values()].map((group) => {
    const [{ job, words, verdict }] = group;
    const tasks = group.flatMap(({ task }) => (task === null ? [] : [task]));
    const nodes = [...new Set(group.flatMap(({ state }) => (state?.node ? [state.node] : [])))].sort();
    const elapsed = group
      .map(({ state }) => state?.elapsed ?? '')
      .sort(byLength)
      .at(-1)!;
    return [job.name, job.jobId, taskRanges(tasks), verdict, elapsed, nodes.join(' '), words];
  });
  return formatTable(['job', 'id', 'tasks', 'state', 'time', 'node', 'what happened'], rows);
}

function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** `12 done, 1 failed`. */
export function countVerdicts(views: readonly TaskView[]): string {
  const order: Verdict[] = ['done', 'runs', 'waits', 'failed', 'not run', 'unknown'];
  return order
    .map((verdict) => ({ verdict, n: views.filter((view) => view.verdict === verdict).length }))
    .filter(({ n }) => n > 0)
    .map(({ verdict, n }) => `${n} ${verdict}`)
    .join(', ');
}

/** Log files of tasks that failed. */
export function failedLogs(runsFolder: string, record: RunRecord, views: readonly TaskView[]): string[] {
  return views
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ job, task }) =>
      join(runFolder(runsFolder, record.id), `${job.name}_${job.jobId}${task === null ? '' : `_${task}`}.log`),
    );
}

/** By job name, twice what it was given of what it lacked. */
export function raisedRequests(views: readonly TaskView[]): Map<string, Partial<ResourceRequest>> {
  const raised = new Map<string, Partial<ResourceRequest>>();
  for (const { job, lacked } of views) {
    const so = raised.get(job.name) ?? {};
    if (lacked === 'memory') raised.set(job.name, { ...so, memoryMib: job.request.memoryMib * 2 });
    if (lacked === 'time') raised.set(job.name, { ...so, minutes: job.request.minutes * 2 });
  }
  return raised;
}
