/** The processes of the stream as a demonstration or a benchmark runs them, and what they have said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStep } from '../pipeline.ts';
import { PROJECT_ROOT } from '../run/code.ts';

/** Of Linux' clock of processor time. */
const TICKS_PER_SECOND = 100;

export interface RunningPart {
  readonly pid: number;
  /** All that it has printed. */
  text(): string;
  /** Resolves when it has ended by itself or was ended. */
  readonly ended: Promise<unknown>;
  /** Ends it in order; @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts the script of a step. @param show where its lines go besides; undefined for nowhere */
export function startPart(
  stepId: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  show?: (line: string) => void,
): RunningPart {
  const args = ['--import', import.meta.resolve('tsx'), join(PROJECT_ROOT, findStep(stepId).script), ...words];
  const child: ChildProcess = spawn(process.execPath, args, {
    // With the channel it ends when this process does.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece) => {
      text += String(piece);
      show?.(String(piece));
    });
  return {
    pid: child.pid as number,
    text: () => text,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        if (child.connected) child.disconnect();
        else child.kill();
        await ended;
      }
      return child.exitCode;
    },
  };
}

/** Resident memory of a process, MiB; null where the system does not tell. */
export function residentMib(pid: number): number | null {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? null : Math.round(Number(kib) / 1024);
  } catch {
    return null;
  }
}

/** Processor time of a process so far, seconds; null where the system does not tell. */
export function cpuSeconds(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
