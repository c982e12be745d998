/** Follows a run: its states now, or until it has ended. */
import { isoTime, nowMs } from '../run/clock.ts';
import type { Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { efficiencyTable } from './efficiency.ts';
import { commentOf } from './graph_jobs.ts';
import { type RunRecord, type TaskState, writeRecord } from './run_record.ts';
import { countVerdicts, failedLogs, statusTable, type TaskView, viewTasks } from './run_status.ts';
import { isLive, queryTasks } from './task_states.ts';

const POLL_FIRST_MS = 2000;
const POLL_MAX_MS = 30_000;
/** Answers that may fail to come, one after the other, before following is given up. */
const SILENCES_MAX = 20;
/** A month of polls. */
const POLLS_MAX = 100_000;

/** Asks for the states of a run and keeps those that are final, because the controller forgets them. */
export function refreshRun(runsFolder: string, record: RunRecord): { record: RunRecord; views: TaskView[] } {
  const states = queryTasks(
    record.jobs.map((job) => job.jobId),
    commentOf(record.id),
  );
  const ended = mergeEnded(record.ended, states);
  const next = { ...record, ended };
  if (ended.length !== record.ended.length) writeRecord(runsFolder, next);
  return { record: next, views: viewTasks(runsFolder, next, states) };
}

function mergeEnded(known: readonly TaskState[], now: readonly TaskState[]): TaskState[] {
  const isSame = (a: TaskState, b: TaskState): boolean => a.jobId === b.jobId && a.task === b.task;
  const kept = known.filter((old) => !now.some((state) => isSame(old, state)));
  return [...kept, ...now.filter((state) => !isLive(state))];
}

/** Whether nothing of a run can still change. */
function hasEnded(views: readonly TaskView[]): boolean {
  return views.every(({ verdict }) => verdict !== 'runs' && verdict !== 'waits');
}

/** Waits until a run has ended, with a line when something has changed. */
export async function waitForRun(
  runsFolder: string,
  submitted: RunRecord,
  log: Log,
): Promise<{ record: RunRecord; views: TaskView[] }> {
  let record = submitted;
  let last = '';
  let nSilent = 0;
  let pauseMs = POLL_FIRST_MS;
  for (let poll = 0; poll < POLLS_MAX; poll++) {
    try {
      const now = refreshRun(runsFolder, record);
      record = now.record;
      nSilent = 0;
      const counts = countVerdicts(now.views);
      pauseMs = counts === last ? Math.min(POLL_MAX_MS, pauseMs * 1.5) : POLL_FIRST_MS;
      if (counts !== last) log.note(`${isoTime(nowMs()).slice(11, 19)} ${counts}`);
      last = counts;
      if (hasEnded(now.views)) return now;
    } catch (error) {
      // A controller that is busy or restarting is no reason to lose sight of the run.
      if (!(error instanceof InputError) || error.tag !== 'busy' || ++nSilent > SILENCES_MAX) throw error;
    }
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  throw new InputError('busy', `run ${record.id} takes too long to be waited for`, 'submit.ts status tells how it is');
}

/** Lines that tell how a run stands; with an account of what it used when it has ended. */
export function formatRun(runsFolder: string, record: RunRecord, views: readonly TaskView[]): string[] {
  const lines = [
    `Run ${record.id} on ${record.dataDir}: ${countVerdicts(views)}`,
    ...(record.upToDate.length === 0 ? [] : [`Up to date before: ${record.upToDate.join(', ')}`]),
    '',
    statusTable(views),
  ];
  for (const log of failedLogs(runsFolder, record, views).slice(0, 5)) lines.push(`log: ${log}`);
  if (!hasEnded(views)) return lines;
  lines.push('', efficiencyTable(views));
  if (views.some(({ verdict }) => verdict !== 'done'))
    lines.push('', 'Submit again to do what is missing; what lacked memory or time is given twice as much.');
  return lines;
}
