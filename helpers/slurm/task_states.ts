/** Asks the controller, and where there is one the accounting database, what became of jobs. */
import { InputError } from '../run/errors.ts';
import type { TaskState } from './run_record.ts';
import { type Answer, callSlurm, complaintOf } from './slurm_cli.ts';

/** Width of each of squeue's fields; it cuts what is longer. */
const FIELDS = [
  ['JobArrayID', 40],
  ['State', 24],
  ['Reason', 48],
  ['exit_code', 16],
  ['RestartCnt', 12],
  ['TimeUsed', 20],
  ['NodeList', 64],
  ['Comment', 64],
] as const;

const LIVE: ReadonlySet<string> = new Set([
  'PENDING',
  'RUNNING',
  'CONFIGURING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'RESIZING',
  'SIGNALING',
  'STAGE_OUT',
]);

/** Whether a task may still do something. */
export function isLive(state: TaskState): boolean {
  return LIVE.has(state.state);
}

function splitId(id: string): { jobId: string; task: number | null } | null {
  const match = /^(\d+)(?:_(\d+))?$/.exec(id);
  return match === null ? null : { jobId: match[1], task: match[2] === undefined ? null : Number(match[2]) };
}

/**
 * What squeue prints of the jobs with some comment, one line a task. A controller that has lost its state counts from 1 again, so
 * an id alone may be somebody else's job by now.
 */
export function parseSqueue(text: string, comment: string): TaskState[] {
  return text.split('\n').flatMap((line) => {
    let at = 0;
    const [id, state, reason, status, restarts, elapsed, node, marked] = FIELDS.map(([, width]) => {
      at += width;
      return line.slice(at - width, at).trim();
    });
    const ids = splitId(id);
    if (ids === null || marked !== comment) return [];
    // The status of wait(2): the signal in the low seven bits, the exit code above.
    const wait = Number(status);
    const nRestarts = Number(restarts);
    return [{ ...ids, state, reason, exitCode: wait >> 8, signal: wait & 127, nRestarts, elapsed, node }];
  });
}

/** What sacct prints (see SACCT_FIELDS), one line a task; its steps (`12.batch`) are left out. */
export function parseSacct(text: string): TaskState[] {
  return text.split('\n').flatMap((line) => {
    const [id, state, exit, elapsed, nodes, reason] = line.split('|');
    const ids = splitId(id);
    if (ids === null) return [];
    const [exitCode, signal] = exit.split(':').map(Number);
    const node = nodes === 'None assigned' ? '' : nodes;
    // `CANCELLED by 1000`
    return [{ ...ids, state: state.split(' ')[0], reason, exitCode, signal, nRestarts: 0, elapsed, node }];
  });
}
const SACCT_FIELDS = 'JobID,State,ExitCode,Elapsed,NodeList,Reason';

function refused(answer: Answer): InputError {
  return new InputError('busy', `squeue does not answer: ${complaintOf(answer)}`, 'ask again in a while');
}

/** What sacct answers, or null where there is no accounting. */
export function askAccounting(args: readonly string[]): string | null {
  try {
    const answer = callSlurm('sacct', ['-n', '-P', ...args]);
    return answer.status === 0 ? answer.out : null;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/**
 * The states of some jobs, task by task. A job that neither the controller nor the accounting knows any more is not in the
 * result, and neither is a task of an array that was cancelled before it started: no record is kept of those.
 * @throws InputError 'busy' when the controller does not answer
 */
export function queryTasks(jobIds: readonly string[], comment: string): TaskState[] {
  if (jobIds.length === 0) return [];
  const list = jobIds.join(',');
  const format = FIELDS.map(([name, width]) => `${name}:${width}`).join(',');
  const answer = callSlurm('squeue', ['-h', '-r', '-t', 'all', '-j', list, '-O', format]);
  if (answer.status !== 0 && !answer.err.includes('Invalid job id')) throw refused(answer);
  const states = parseSqueue(answer.out, comment);
  const known = new Set(states.map((state) => state.jobId));
  const forgotten = jobIds.filter((id) => !known.has(id));
  if (forgotten.length === 0) return states;
  // Without -j and a start, sacct looks back to midnight only.
  const past = askAccounting(['-X', '-j', forgotten.join(','), '-o', SACCT_FIELDS]);
  return past === null ? states : [...states, ...parseSacct(past)];
}
