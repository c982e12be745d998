/** SLURM's commands, called without a shell, with their refusals turned into the user's line. */
import { spawnSync } from 'node:child_process';
import { InputError } from '../run/errors.ts';

const TIMEOUT_MS = 120_000;
const OUTPUT_BYTES_MAX = 256 << 20;
const ATTEMPTS_MAX = 4;
/** What a busy or restarting controller says; the request may be made again. */
const PASSING =
  /Unable to contact slurm controller|Socket timed out|Connection refused|Resource temporarily unavailable/;

export interface Answer {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Runs one of SLURM's commands; waits and tries again, a few times, while the controller does not answer.
 * @throws InputError 'missing-dependency' when the command is not installed
 */
export function callSlurm(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Answer {
  for (let attempt = 1; ; attempt++) {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
      ...options,
    });
    if (error !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new InputError(
        'missing-dependency',
        `${command} is not on this machine`,
        'run this on a login node of the cluster; submit.ts --dry-run works everywhere, and npm start needs no cluster',
      );
    const answer = { status: status ?? 1, out: stdout ?? '', err: `${stderr ?? ''}${error?.message ?? ''}` };
    if (answer.status === 0 || attempt === ATTEMPTS_MAX || !PASSING.test(answer.err)) return answer;
    pause(500 * 2 ** attempt);
  }
}

/** The last line of what a command complained about, without its own name. */
export function complaintOf({ err }: Answer): string {
  const lines = err.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.replace(/^\w+: (error: )?/, '')).join('; ');
}

/** Largest number of an array's task that the cluster takes, or null when there is no cluster to ask. */
export function largestTask(): number | null {
  try {
    const match = /^MaxArraySize\s*=\s*(\d+)/m.exec(callSlurm('scontrol', ['show', 'config']).out);
    return match === null ? null : Number(match[1]) - 1;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** A path as sbatch's --output takes it: a per cent sign would be the start of a pattern. */
export function outputPattern(folder: string, pattern: string): string {
  return `${folder.replaceAll('%', '%%')}/${pattern}`;
}

/** `1-3,7` for [1, 2, 3, 7]. */
export function taskRanges(tasks: readonly number[]): string {
  const ranges: string[] = [];
  for (let i = 0; i < tasks.length; ) {
    let j = i;
    while (tasks[j + 1] === tasks[j] + 1) j++;
    ranges.push(i === j ? `${tasks[i]}` : `${tasks[i]}-${tasks[j]}`);
    i = j + 1;
  }
  return ranges.join(',');
}
