/** What was submitted, kept as `<runs folder>/<id>.json`, and which run a data folder belongs to at the moment. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isoTime, nowMs } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { makeFolder, readJson, readJsonAs, writeJsonAtomic } from '../run/files.ts';

const RECORD_NAME = /^\d{8}-\d{6}(-\d+)?\.json$/;
const IDS_PER_SECOND_MAX = 1000;

const requestSchema = z.object({ cpus: z.number(), memoryMib: z.number(), minutes: z.number() });

const taskStateSchema = z.object({
  jobId: z.string(),
  task: z.number().nullable(),
  state: z.string(),
  reason: z.string(),
  exitCode: z.number(),
  signal: z.number(),
  nRestarts: z.number(),
  elapsed: z.string(),
  node: z.string(),
});
/** What the controller says of a job or a task of an array. */
export type TaskState = z.infer<typeof taskStateSchema>;

const jobSchema = z.object({
  name: z.string(),
  stepId: z.string(),
  jobId: z.string(),
  tasks: z.array(z.number()).nullable(),
  after: z.array(z.string()),
  request: requestSchema,
  /** The command that submitted it. */
  command: z.array(z.string()),
});
export type RecordedJob = z.infer<typeof jobSchema>;

const recordSchema = z.object({
  id: z.string(),
  submittedAt: z.string(),
  dataDir: z.string(),
  nRows: z.number(),
  upToDate: z.array(z.string()),
  jobs: z.array(jobSchema),
  /** Last known ends of tasks: the controller forgets them after minutes. */
  ended: z.array(taskStateSchema),
});
export type RunRecord = z.infer<typeof recordSchema>;

/** In the data folder: the run that was submitted last for it. */
const CURRENT_NAME = '.slurm_run.json';
const currentSchema = z.object({ record: z.string(), id: z.string() });

/** A run id that is not used yet: `20261121-062233`. */
export function newRunId(runsFolder: string): string {
  const stem = isoTime(nowMs()).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  for (let i = 1; i < IDS_PER_SECOND_MAX; i++) {
    const id = i === 1 ? stem : `${stem}-${i}`;
    if (!existsSync(join(runsFolder, id)) && !existsSync(recordPath(runsFolder, id))) return id;
  }
  throw new InputError('busy', `too many runs in ${runsFolder} in this second`, 'submit again');
}

/** `<runs folder>/<id>.json` */
function recordPath(runsFolder: string, id: string): string {
  return join(runsFolder, `${id}.json`);
}

/** Folder of the logs and reports of a run. */
export function runFolder(runsFolder: string, id: string): string {
  return join(runsFolder, id);
}

/** Keeps the record of a run, in place of an older one of the same id. */
export function writeRecord(runsFolder: string, record: RunRecord): void {
  makeFolder(runsFolder);
  writeJsonAtomic(recordPath(runsFolder, record.id), record);
}

function parseRecord(path: string): RunRecord {
  return readJsonAs(path, recordSchema, 'the record of a run', 'delete it; squeue --me shows what is running');
}

/**
 * The record of a run, or of the last one when no id is given.
 * @throws InputError 'missing-input' when there is none
 */
export function readRecord(runsFolder: string, id: string | null): RunRecord {
  const names = existsSync(runsFolder) ? readdirSync(runsFolder).filter((name) => RECORD_NAME.test(name)) : [];
  const wanted = id === null ? names.sort(byAge).at(-1) : names.find((name) => name === `${id}.json`);
  if (wanted === undefined)
    throw new InputError(
      'missing-input',
      id === null ? `nothing was submitted yet (no record in ${runsFolder})` : `there is no run ${id} in ${runsFolder}`,
      'npx tsx slurm/submit.ts submits the graph; --runs-dir names another folder of runs',
    );
  return parseRecord(join(runsFolder, wanted));
}

/** Orders `20261121-062233.json` before `20261121-062233-2.json`. */
function byAge(a: string, b: string): number {
  const key = (name: string): string => {
    const [day, time, n = '1'] = name.replace('.json', '').split('-');
    return `${day}${time}${n.padStart(4, '0')}`;
  };
  return key(a) < key(b) ? -1 : 1;
}

/** The run that was submitted last for a data folder, or null. */
export function currentRun(dataDir: string): RunRecord | null {
  const path = join(dataDir, CURRENT_NAME);
  if (!existsSync(path)) return null;
  const parsed = currentSchema.safeParse(readJson(path));
  return parsed.success && existsSync(parsed.data.record) ? parseRecord(parsed.data.record) : null;
}

/** Notes in the data folder which run it belongs to. */
export function claimDataFolder(runsFolder: string, record: RunRecord): void {
  writeJsonAtomic(join(record.dataDir, CURRENT_NAME), { id: record.id, record: recordPath(runsFolder, record.id) });
}
