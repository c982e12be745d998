/** What SLURM says, in its own words (copied from SLURM 22.05), and what that means. */
import { describe, expect, test } from 'vitest';
import { parseUse, suggestRequest } from '../../slurm/efficiency.ts';
import type { TaskState } from '../../slurm/run_record.ts';
import { countVerdicts, explainTask, raisedRequests, statusTable, type TaskView } from '../../slurm/run_status.ts';
import { isLive, parseSacct, parseSqueue } from '../../slurm/task_states.ts';

const REQUEST = { cpus: 2, memoryMib: 4096, minutes: 20 };
const COMMENT = 'spyhop 20261121-063303';

/** A line as `squeue -O` prints it: columns of fixed width, no space between long ones. */
function squeueLine(...words: string[]): string {
  const widths = [40, 24, 48, 16, 12, 20, 64, 64];
  return words.map((word, i) => word.padEnd(widths[i])).join('');
}

function stateOf(line: string): TaskState {
  return parseSqueue(line, COMMENT)[0];
}

const SACCT = `18|FAILED|3:0|00:00:00|n1|None
19|OUT_OF_MEMORY|0:125|00:00:01|n2|None
20|CANCELLED|0:0|00:00:00|None assigned|Dependency
21|CANCELLED by 0|0:0|00:00:04|n1|None
22_1|COMPLETED|0:0|00:00:01|n2|None
22_1.batch|COMPLETED|0:0|00:00:01|n2|None
`;

describe('squeue', () => {
  const lines = [
    squeueLine('22_1', 'COMPLETED', 'None', '0', '1', '0:03', 'n2', COMMENT),
    squeueLine('18', 'FAILED', 'NonZeroExitCode', '768', '0', '0:00', 'n1', COMMENT),
    squeueLine('7', 'RUNNING', 'None', '0', '0', '1:02', 'n1', 'somebody else'),
    '',
  ].join('\n');

  test('is read column by column; the status of wait(2) is an exit code or a signal', () => {
    expect(parseSqueue(lines, COMMENT)).toEqual([
      {
        jobId: '22',
        task: 1,
        state: 'COMPLETED',
        reason: 'None',
        exitCode: 0,
        signal: 0,
        nRestarts: 1,
        elapsed: '0:03',
        node: 'n2',
      },
      expect.objectContaining({ jobId: '18', task: null, exitCode: 3, signal: 0 }),
    ]);
    expect(stateOf(squeueLine('8', 'FAILED', 'JobLaunchFailure', '9', '0', '0:00', 'n2', COMMENT))).toMatchObject({
      exitCode: 0,
      signal: 9,
    });
  });

  test('does not lend another job of the same number to the run: ids start anew when a controller loses its state', () => {
    expect(parseSqueue(lines, COMMENT).map(({ jobId }) => jobId)).not.toContain('7');
  });
});

describe('sacct', () => {
  test('is read without the lines of steps and without the user behind CANCELLED', () => {
    expect(
      parseSacct(SACCT).map(({ jobId, task, state, exitCode, node }) => [jobId, task, state, exitCode, node]),
    ).toEqual([
      ['18', null, 'FAILED', 3, 'n1'],
      ['19', null, 'OUT_OF_MEMORY', 0, 'n2'],
      ['20', null, 'CANCELLED', 0, ''],
      ['21', null, 'CANCELLED', 0, 'n1'],
      ['22', 1, 'COMPLETED', 0, 'n2'],
    ]);
  });

  test('gives the use of a task from whichever of its lines has it', () => {
    const use = parseUse('1|00:00:03|00:00.911|\n1.batch|00:00:03|00:00.911|74952K\n22_2|1-02:00:00|03:04:05|2.5G\n');
    expect(use.get('1')).toEqual({ wallMs: 3000, cpuMs: 911, peakMemoryMib: 74952 / 1024 });
    expect(use.get('22_2')).toEqual({ wallMs: 26 * 3_600_000, cpuMs: 11_045_000, peakMemoryMib: 2560 });
  });
});

describe('a state means', () => {
  const report = (outcome: string, message = '') => ({ outcome, message, wallMs: 1, cpuMs: 1, peakMemoryMib: 1 });
  const failed = (status: number) =>
    stateOf(squeueLine('8', 'FAILED', 'NonZeroExitCode', String(status), '0', '0:01', 'n2', COMMENT));
  const inState = (state: string, reason = 'None', restarts = '0') =>
    stateOf(squeueLine('8', state, reason, '0', restarts, '0:01', 'n2', COMMENT));
  const words = (...args: [TaskState | null, ReturnType<typeof report> | null, string[]?]): string => {
    const { verdict, words: said, lacked } = explainTask(REQUEST, ...args);
    return `${verdict}: ${said}${lacked === null ? '' : ` [${lacked}]`}`;
  };

  test.each([
    ['done', inState('COMPLETED'), report('done'), 'done: done'],
    ['done, nothing to do', inState('COMPLETED'), report('up to date'), 'done: up to date'],
    ['done after a restart', inState('COMPLETED', 'None', '2'), report('done'), 'done: done, after 2 restarts'],
    ['bad input', failed(2 << 8), report('failed', 'table x is not there'), 'failed: table x is not there'],
    ['a failure without report', failed(3 << 8), null, 'failed: exit code 3'],
    [
      'the warning',
      failed(75 << 8),
      report('stopped', 'x'),
      'failed: ended cleanly at the warning before its time limit of 20 min [time]',
    ],
    ['a kill of the script', failed(9), null, 'failed: killed by signal 9'],
    ['a kill of the step', failed(137 << 8), report('failed', 'killed by signal 9'), 'failed: killed by signal 9'],
    ['a full heap', failed(134 << 8), null, 'failed: node ran out of heap in 4096 MiB [memory]'],
    [
      'no folder for the log',
      failed(4021),
      null,
      'failed: its log could not be opened: is the folder of the run there on the node?',
    ],
    ['over memory', inState('OUT_OF_MEMORY'), null, 'failed: went over its memory of 4096 MiB [memory]'],
    ['over time', inState('TIMEOUT'), null, 'failed: went over its time limit of 20 min [time]'],
    ['a dead node', inState('NODE_FAIL'), null, 'failed: its node n2 failed'],
    ['waiting', inState('PENDING', 'Resources'), null, 'waits: waits (Resources)'],
    ['waiting again', inState('PENDING', 'BeginTime', '1'), null, 'waits: waits (BeginTime), started anew 1 times'],
    ['running', inState('RUNNING'), null, 'runs: running'],
    ['cancelled', inState('CANCELLED'), null, 'failed: cancelled'],
    ['forgotten, but it said itself', null, report('done'), 'done: done'],
    ['forgotten, and it had nothing to do', null, report('skipped'), 'done: skipped'],
    ['forgotten', null, null, 'unknown: no trace: cancelled before it started, or long forgotten'],
  ])('%s', (_, state, said, expected) => {
    expect(words(state, said)).toBe(expected);
  });

  test('not run, when what it waits for failed; but a cancelled job is cancelled, whatever it waits for', () => {
    const cancelled = inState('CANCELLED', 'DependencyNeverSatisfied');
    expect(words(cancelled, null, ['a'])).toBe('not run: not run: a failed');
    expect(words(cancelled, null, ['a', 'b', 'c', 'd', 'e'])).toBe('not run: not run: a, b, c and 2 more failed');
    expect(words(cancelled, null, [])).toBe('failed: cancelled');
  });

  test('a requeued, preempted or completing job is not over', () => {
    expect(['PENDING', 'REQUEUED', 'COMPLETING', 'SUSPENDED'].map((state) => isLive(inState(state)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['COMPLETED', 'FAILED', 'PREEMPTED', 'NODE_FAIL'].map((state) => isLive(inState(state)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('a run', () => {
  const job = {
    name: 'a_chunk',
    stepId: 'a',
    jobId: '5',
    tasks: [1, 2, 3, 4],
    after: [],
    request: REQUEST,
    command: [],
  };
  const view = (task: number, line: string): TaskView => {
    const state = stateOf(line);
    return { job, task, state, report: null, ...explainTask(REQUEST, state, null) };
  };
  const views = [
    view(1, squeueLine('5_1', 'COMPLETED', 'None', '0', '0', '0:09', 'n1', COMMENT)),
    view(2, squeueLine('5_2', 'COMPLETED', 'None', '0', '0', '0:11', 'n2', COMMENT)),
    view(3, squeueLine('5_3', 'OUT_OF_MEMORY', 'OutOfMemory', '253', '0', '0:02', 'n1', COMMENT)),
    view(4, squeueLine('5_4', 'TIMEOUT', 'TimeLimit', '9', '0', '20:05', 'n1', COMMENT)),
  ];

  test('is shown with tasks that fared alike on one line', () => {
    expect(statusTable(views).split('\n').slice(2)).toEqual([
      'a_chunk   5  1-2    done    0:11   n1 n2  done',
      'a_chunk   5  3      failed  0:02   n1     went over its memory of 4096 MiB',
      'a_chunk   5  4      failed  20:05  n1     went over its time limit of 20 min',
    ]);
    expect(countVerdicts(views)).toBe('2 done, 2 failed');
  });

  test('asks the next time for twice what was not enough', () => {
    expect(raisedRequests(views)).toEqual(new Map([['a_chunk', { memoryMib: 8192, minutes: 40 }]]));
    expect(raisedRequests(views.slice(0, 2))).toEqual(new Map());
  });

  test('suggests what its largest task would have done with', () => {
    const used = [
      { wallMs: 60_000, cpuMs: 100_000, peakMemoryMib: 900 },
      { wallMs: 240_000, cpuMs: 240_000, peakMemoryMib: 2000 },
    ];
    expect(suggestRequest(used)).toEqual({ cpus: 2, memoryMib: 2816, minutes: 8 });
  });
});
