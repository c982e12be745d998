/** What a process knows of the SLURM job it runs in, and what can be asked of another one. */
import { spawnSync } from 'node:child_process';
import { envValue } from './env.ts';

const ASK_TIMEOUT_MS = 20_000;

export interface SlurmJob {
  /** Raw id: every task of an array has its own. */
  readonly id: string;
  readonly cluster: string;
  /** How often the job was started anew, with the same id. */
  readonly nRestarts: number;
}

/** The job this process is part of, or null. */
export function currentJob(): SlurmJob | null {
  const id = envValue('SLURM_JOB_ID');
  if (id === undefined) return null;
  const nRestarts = Number(envValue('SLURM_RESTART_COUNT') ?? 0);
  return { id, cluster: envValue('SLURM_CLUSTER_NAME') ?? '', nRestarts };
}

/** `17@cluster#0`, or `-` for no job. */
export function jobToken(job: SlurmJob | null): string {
  return job === null ? '-' : `${job.id}@${job.cluster}#${job.nRestarts}`;
}

/** The job behind a token, or null when it names none. */
export function parseJobToken(token: string | undefined): SlurmJob | null {
  const match = /^(\d+)@([^#]*)#(\d+)$/.exec(token ?? '');
  return match === null ? null : { id: match[1], cluster: match[2], nRestarts: Number(match[3]) };
}

/**
 * Whether that start of a job is certainly over: it was started anew since, or the controller says that it does not run.
 * A controller that does not answer, or that of another cluster, proves nothing.
 */
export function isJobOver(job: SlurmJob): boolean {
  const own = currentJob();
  if (own !== null && own.cluster !== job.cluster) return false;
  if (own?.id === job.id) return job.nRestarts < own.nRestarts;
  const asked = spawnSync('squeue', ['-h', '-j', job.id, '-o', '%T'], { encoding: 'utf8', timeout: ASK_TIMEOUT_MS });
  if (asked.error !== undefined) return false;
  if (asked.status !== 0) return asked.stderr.includes('Invalid job id');
  const states = asked.stdout.split('\n').filter((line) => line !== '');
  return states.every((state) => state === 'PENDING');
}
