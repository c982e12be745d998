/** A throw-away data folder and folder of runs, with submit.ts and SLURM's commands at hand. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { type Cluster, slurm } from './cluster.ts';

export const PROJECT = resolve(import.meta.dirname, '../../..');
export const cluster = inject('cluster');
const UNTIL_MS = 200_000;
const LOOK_EVERY_MS = 200;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Sandbox {
  readonly root: string;
  readonly dataDir: string;
  readonly runsDir: string;
  /** Runs slurm/submit.ts for this sandbox; `env` is added to the environment. */
  submit(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** `submit.ts status` or `submit.ts cancel`. */
  tell(word: 'status' | 'cancel'): Promise<string>;
  remove(): void;
}

/** Runs a command to its end. */
export function run(words: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const child = spawn(words[0], words.slice(1), { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let out = '';
  let err = '';
  child.stdout.on('data', (piece) => (out += String(piece)));
  child.stderr.on('data', (piece) => (err += String(piece)));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, out, err }));
  });
}

/** The environment of somebody who uses the cluster. */
export function clusterEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, SLURM_CONF: cluster!.conf, ...extra };
}

/** @param name of the folder below a fresh one; may hold any character */
export function makeSandbox(name = 'run'): Sandbox {
  const root = join(mkdtempSync(join(tmpdir(), 'spyhop-slurm-run-')), name);
  const [dataDir, runsDir] = [join(root, 'data'), join(root, 'runs')];
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), join(PROJECT, 'slurm/submit.ts')];
  return {
    root,
    dataDir,
    runsDir,
    submit: (words, env = {}) =>
      run([...node, '--data-dir', dataDir, '--models-dir', join(root, 'models'), '--runs-dir', runsDir, ...words], {
        env: clusterEnv(env),
      }),
    tell: async (word) => (await run([...node, word, '--runs-dir', runsDir], { env: clusterEnv() })).out,
    remove: () => rmSync(join(root, '..'), { recursive: true, force: true }),
  };
}

/** Gives a sandbox the simulated and imported tables of the local run. */
export function copyTables(sandbox: Sandbox): void {
  for (const folder of ['00_simulated', '10_raw_trades', '10_markets'])
    cpSync(join(inject('localDir'), folder), join(sandbox.dataDir, folder), { recursive: true });
}

/**
 * A module command as a site might have: it notes who called it and waits as long as a file for that task is there. This holds
 * a task at a known place until its accident.
 */
export function gateModule(folder: string): Record<string, string> {
  const body = `() {  local gate="${folder}/$SLURM_JOB_NAME.\${SLURM_ARRAY_TASK_ID:-0}"
    echo "$$" >"$gate.pid"
    [[ ! -e $gate.deaf ]] || trap '' USR1 TERM
    while [[ -e $gate ]]; do sleep 0.2; done
  }`;
  return { SPYHOP_MODULES: 'gate', 'BASH_FUNC_module%%': body };
}

/** Content hashes of every table of a data folder, by its name. */
export function tableHashes(dataDir: string): Record<string, unknown> {
  const tables = readdirSync(dataDir).filter((name) => existsSync(join(dataDir, name, 'manifest.json')));
  return Object.fromEntries(
    tables.map((name) => {
      const { rows, parts } = JSON.parse(readFileSync(join(dataDir, name, 'manifest.json'), 'utf8'));
      return [name, { rows, parts: parts.map((part: { file: string; sha256: string }) => [part.file, part.sha256]) }];
    }),
  );
}

/** One of SLURM's commands. */
export function call(command: string, ...args: string[]): string {
  return slurm(cluster as Cluster, command, ...args).out;
}

/** State and restarts of a job or task. */
export function stateOf(id: string): string {
  return call('squeue', '-h', '-r', '-t', 'all', '-j', id, '-O', 'State:20,RestartCnt:4')
    .replace(/ +/g, ' ')
    .replace(/ $/gm, '')
    .trim();
}

/** Waits until `look` gives something that is not null, false or empty. */
export async function until<T>(what: string, look: () => T | null | false | ''): Promise<T> {
  const deadline = Date.now() + UNTIL_MS;
  for (;;) {
    const seen = look();
    if (seen !== null && seen !== false && seen !== '') return seen;
    if (Date.now() > deadline) throw new Error(`waited too long until ${what}\n${call('squeue', '-a', '-t', 'all')}`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

/** The record of the last run of a sandbox. */
export function lastRecord({ runsDir }: Sandbox): {
  id: string;
  jobs: { name: string; jobId: string; tasks: number[] | null; request: { memoryMib: number; minutes: number } }[];
} {
  const name = readdirSync(runsDir)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .at(-1)!;
  return JSON.parse(readFileSync(join(runsDir, name), 'utf8'));
}
