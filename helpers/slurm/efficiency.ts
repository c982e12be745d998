/** What jobs used of what they asked for, and what to ask for next time. */
import { formatTable } from '../run/console.ts';
import type { ResourceRequest } from './resources.ts';
import type { TaskView } from './run_status.ts';
import { askAccounting } from './task_states.ts';

/** Head room of the suggestions. */
const MEMORY_MARGIN = 1.3;
const TIME_MARGIN = 2;
const MEMORY_GRAIN_MIB = 256;
const MINUTES_MIN = 5;
/** Below this, start-up is all there is to see, and nothing is suggested (SLURM and node both look only now and then). */
const JUDGED_FROM_MS = 10_000;

interface Used {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMib: number;
}

/** `1-02:03:04.5`, `02:03` or `03:04.567` in ms. */
function parseSlurmTime(text: string): number {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) return 0;
  const [days, hours, minutes, seconds] = match.slice(1).map((word) => Number(word ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}

const BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** `190312K` in MiB. */
function parseSlurmBytes(text: string): number {
  const match = /^([\d.]+)([KMGT]?)$/.exec(text);
  return match === null ? 0 : (Number(match[1]) * BYTES[match[2]]) / 2 ** 20;
}

/** Use by task (`12` or `12_3`) from sacct, whose lines are of jobs and of their steps (`12.batch`). */
export function parseUse(text: string): Map<string, Used> {
  const use = new Map<string, Used>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [id, elapsed, cpu, memory] = line.split('|');
    const task = id.split('.')[0];
    const so = use.get(task) ?? { wallMs: 0, cpuMs: 0, peakMemoryMib: 0 };
    use.set(task, {
      wallMs: Math.max(so.wallMs, parseSlurmTime(elapsed)),
      cpuMs: Math.max(so.cpuMs, parseSlurmTime(cpu)),
      peakMemoryMib: Math.max(so.peakMemoryMib, parseSlurmBytes(memory)),
    });
  }
  return use;
}

function usedBy(view: TaskView, accounted: ReadonlyMap<string, Used>): Used | null {
  const known = accounted.get(`${view.job.jobId}${view.task === null ? '' : `_${view.task}`}`);
  if (view.report === null) return known ?? null;
  if (known === undefined) return view.report;
  // The accounting samples memory now and then; the step knows its own peak.
  return { ...known, peakMemoryMib: Math.max(known.peakMemoryMib, view.report.peakMemoryMib) };
}

/** What to ask for, given what the tasks of a job used. */
export function suggestRequest(used: readonly Used[]): ResourceRequest {
  const wallMs = Math.max(...used.map((each) => each.wallMs));
  const peakMib = Math.max(...used.map((each) => each.peakMemoryMib));
  const cores = Math.max(...used.map((each) => each.cpuMs / Math.max(each.wallMs, 1)));
  return {
    cpus: Math.max(1, Math.round(cores)),
    memoryMib: Math.ceil((peakMib * MEMORY_MARGIN) / MEMORY_GRAIN_MIB) * MEMORY_GRAIN_MIB,
    minutes: Math.max(MINUTES_MIN, Math.ceil((wallMs * TIME_MARGIN) / 60_000)),
  };
}

/** Table of processor time, memory and time used against asked for, by job; the figures are sacct's where it exists, else the steps' own. */
export function efficiencyTable(views: readonly TaskView[]): string {
  const ids = [...new Set(views.map((view) => view.job.jobId))];
  const accounted = parseUse(askAccounting(['-j', ids.join(','), '-o', 'JobID,Elapsed,TotalCPU,MaxRSS']) ?? '');
  const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(whole, 1))}%`;
  const rows = ids.flatMap((id) => {
    const own = views.filter((view) => view.job.jobId === id && view.verdict === 'done');
    const used = own.flatMap((view) => usedBy(view, accounted) ?? []);
    if (used.length === 0) return [];
    const { name, request } = own[0].job;
    const sum = (of: (each: Used) => number): number => used.reduce((total, each) => total + of(each), 0);
    const wallMs = sum((each) => each.wallMs);
    const longestMs = Math.max(...used.map((each) => each.wallMs));
    const peakMib = Math.max(...used.map((each) => each.peakMemoryMib));
    const next = suggestRequest(used);
    return [
      [
        name,
        used.length,
        `${(wallMs / 1000).toFixed(1)}`,
        percent(
          sum((each) => each.cpuMs),
          wallMs * request.cpus,
        ),
        Math.round(peakMib),
        percent(peakMib, request.memoryMib),
        percent(longestMs, request.minutes * 60_000),
        longestMs < JUDGED_FROM_MS
          ? ''
          : `--cpus ${name}=${next.cpus} --mem ${name}=${next.memoryMib} --time ${name}=${next.minutes}`,
      ],
    ];
  });
  return formatTable(
    ['job', 'tasks', 'seconds', 'of cpus', 'peak MiB', 'of memory', 'of time', 'would do (where longer than 10 s)'],
    rows,
  );
}
