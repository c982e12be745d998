/**
 * 00_fetched: a folder of raw files for each window that was fetched. It is made under a hidden name, where a fetch that was
 * stopped goes on, and takes its own name when it is whole.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HttpPorts, realPorts } from '../http/ports.ts';
import { hashFile, hashValue, makeFolder, syncPath, withSystemErrors } from '../run/files.ts';
import { withLock } from '../run/lock.ts';
import { type ManifestPart, readManifest, writeManifest } from '../run/manifest.ts';
import type { Run } from '../run/script.ts';
import { type FetchPlan, planSources } from './plan.ts';
import { type FetchSettings, nameOfFetch, nameOfWords, resolveWindow } from './request.ts';
import type { FetchedFiles, Source, Window } from './source.ts';
import { type Checkpoint, readCheckpoint, Workspace } from './workspace.ts';

/** Folder of the raw files of all fetches, below that of the step. */
const RAW_FOLDER = 'raw';

export interface FetchedFolder {
  readonly folder: string;
  /** Folder of all fetches, for the import. */
  readonly rawFolder: string;
  readonly window: Window;
  readonly files: readonly { readonly file: string; readonly rows: number }[];
  /** Whether it was whole already. */
  readonly isUpToDate: boolean;
}

interface Resolved {
  readonly window: Window;
  /** When the dates were resolved: a fetch that goes on later takes the same ways. */
  readonly resolvedMs: number;
}

function requestOf(settings: FetchSettings, { window, resolvedMs }: Resolved): Checkpoint['request'] {
  return { ...settings.words, ...window, resolvedMs };
}

/** What the dates meant when the fetch was begun. */
function resolve(settings: FetchSettings, unfinished: string, nowMs: number): Resolved {
  const before = readCheckpoint(unfinished)?.request;
  if (before === undefined) return { window: resolveWindow(settings.words, nowMs), resolvedMs: nowMs };
  const { sinceS, untilS, resolvedMs } = before as unknown as Window & { resolvedMs: number };
  return { window: { sinceS, untilS }, resolvedMs };
}

export interface FetchBy {
  /** Called before anything is asked of a service. */
  readonly startWork?: () => void;
  readonly ports?: HttpPorts;
  /** Where the rows come from; default the services. */
  readonly plan?: FetchPlan;
}

/**
 * Fetches what the settings ask for, or goes on where an earlier process was stopped.
 * @throws InputError when a service cannot be reached, or its answers are not what they were; what was fetched is kept
 */
export async function fetchHistory(
  run: Run,
  settings: FetchSettings,
  { startWork = () => {}, ports = realPorts(), plan = planSources }: FetchBy = {},
): Promise<FetchedFolder> {
  const home = join(run.dataDir, run.step.writes[0]);
  const rawFolder = join(home, RAW_FOLDER);
  return withLock(dirname(home), run.step.writes[0], async () => {
    const unfinished = join(rawFolder, `.unfinished-${nameOfWords(settings.words)}`);
    const resolved = resolve(settings, unfinished, ports.nowMs());
    const folder = join(rawFolder, nameOfFetch(settings.words, resolved.window));
    const isThere = existsSync(folder) && !run.force;
    if (!isThere) {
      startWork();
      await fill(run, settings, resolved, unfinished, { ports, plan });
      withSystemErrors(folder, () => {
        rmSync(folder, { recursive: true, force: true });
        renameSync(unfinished, folder);
        syncPath(rawFolder);
      });
    }
    renewManifest(run, home);
    const { files } = readCheckpoint(folder)!;
    return {
      folder,
      rawFolder,
      window: resolved.window,
      files: Object.entries(files).map(([file, { rows }]) => ({ file, rows })),
      isUpToDate: isThere,
    };
  });
}

/** Reads the sources one after the other into the unfinished folder. */
async function fill(
  run: Run,
  settings: FetchSettings,
  resolved: Resolved,
  folder: string,
  { ports, plan }: Required<Omit<FetchBy, 'startWork'>>,
): Promise<void> {
  const onRetry = (line: string): void => run.log.note(line);
  const { words, addresses } = settings;
  const makers = plan(words, resolved.window, resolved.resolvedMs, { addresses, ports, onRetry });
  makeFolder(dirname(folder));
  const space = Workspace.open(folder, requestOf(settings, resolved), ports.nowMs);
  if (space.nRows > 0) run.log.note(`Going on behind ${space.nRows} rows that were fetched before.`);
  for (const maker of makers.slice(space.source)) await readSource(run, await maker(space), space);
}

/** Reads a source to its end. The time left is told from what this process has done itself. */
async function readSource(run: Run, { label, total, batches }: Source, space: Workspace & FetchedFiles): Promise<void> {
  let doneBefore = space.position === null ? 0 : null;
  let progress: ReturnType<Run['log']['progress']> | null = null;
  for await (const batch of batches(space.position)) {
    space.add(batch);
    doneBefore ??= batch.done;
    progress ??= run.log.progress(`fetching ${label}`, total === null ? null : total - doneBefore);
    progress.update(batch.done - doneBefore);
  }
  space.nextSource();
  progress?.done();
}

/** Writes what all finished fetches hold, where that has changed. */
function renewManifest(run: Run, home: string): void {
  const raw = join(home, RAW_FOLDER);
  const fetches = readdirSync(raw)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => ({ name, ...readCheckpoint(join(raw, name))! }));
  const fingerprint = hashValue(fetches.map(({ name, request, files }) => ({ name, request, files })));
  if (readManifest(home)?.fingerprint === fingerprint) return;
  const parts = fetches.flatMap(({ name, files }) =>
    Object.entries(files).map(([file, { rows }]) => partOf(home, join(RAW_FOLDER, name, file), rows)),
  );
  writeManifest(home, {
    step: run.step.id,
    fingerprint,
    options: Object.fromEntries(fetches.map(({ name, request }) => [name, request])),
    seed: run.seed,
    schemaHash: hashValue('raw'),
    inputs: [],
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    parts,
    rejects: {},
    metrics: {},
    codeHash: run.code.hash,
    codeFiles: run.code.files,
    startedMs: run.startedMs,
  });
}

function partOf(home: string, file: string, rows: number): ManifestPart {
  const path = join(home, file);
  return { file, rows, bytes: statSync(path).size, sha256: hashFile(path), minTsMs: null, maxTsMs: null };
}
