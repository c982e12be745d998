/** A child process with its wall time, CPU time and peak memory as the operating system counts them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const POLL_MS = 20;
/** Kernel clock ticks a second on Linux (USER_HZ). */
const TICKS_PER_SECOND = 100;
const STDERR_CHARACTERS = 2000;
/** A child that grows beyond this is stopped before it takes the machine down with it. */
const PEAK_MIB_MAX = 12_288;

export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

interface Usage {
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

/** What /proc says of a process, or null when it has ended. */
function usageOf(pid: number): Usage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const peakKib = /^VmHWM:\s+(\d+) kB/m.exec(status);
    if (peakKib === null) return null;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      peakMib: Math.round(Number(peakKib[1]) / 1024),
    };
  } catch {
    return null;
  }
}

/**
 * Runs a command to its end. The peak is the kernel's high-water mark, read every 20 ms, so only what happens in the last
 * moments can be missed; it is that of the process itself, not of its children.
 * @throws Error when the command cannot start, does not exit with 0 (with the end of its error output) or takes too much memory
 */
export function measureProcess(
  command: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command[0], command.slice(1), {
      cwd,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let last: Usage = { cpuSeconds: 0, peakMib: 0 };
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString()).slice(-STDERR_CHARACTERS);
    });
    const timer = setInterval(() => {
      last = child.pid === undefined ? last : (usageOf(child.pid) ?? last);
      if (last.peakMib > PEAK_MIB_MAX) child.kill('SIGKILL');
    }, POLL_MS);
    child.on('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearInterval(timer);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ seconds, ...last });
      else if (last.peakMib > PEAK_MIB_MAX)
        reject(new Error(`${command.join(' ')} took more than ${PEAK_MIB_MAX} MiB and was stopped`));
      else reject(new Error(`${command.join(' ')} ended with ${code ?? signal}: ${stderr.trim().split('\n').at(-1)}`));
    });
  });
}
