/** A data folder to fetch into, from doubles over a small simulated market, in this process or by the script. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { VenueDoubles } from '../../doubles/venues.ts';
import { type FetchedFolder, fetchHistory } from '../../fetch/fetch_history.ts';
import type { FetchWords, fetchSettings } from '../../fetch/request.ts';
import type { HttpPorts } from '../../http/ports.ts';
import { findStep } from '../../pipeline.ts';
import { namedCode } from '../../run/code.ts';
import type { Run } from '../../run/script.ts';
import { quickPorts } from '../http/faulty_server.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');

export interface FetchBox {
  readonly dataDir: string;
  readonly notes: string[];
  /** What was told of the progress of each source, the last word on it. */
  readonly progress: { readonly label: string; readonly total: number | null; done: number }[];
  /** Fetches in this process; waits take no time. */
  fetch(doubles: VenueDoubles, words?: Partial<FetchWords>, ports?: HttpPorts): Promise<FetchedFolder>;
  /** Files of the fetched folders with their text, the checkpoint left out. */
  files(): Record<string, string>;
  remove(): void;
}

export const DAY = { since: '2026-01-08', until: '2026-01-10' } as const;

export function makeFetchBox(): FetchBox {
  const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-fetch-'));
  const notes: string[] = [];
  const progress: FetchBox['progress'] = [];
  const note = (line: string): void => {
    notes.push(line);
  };
  const run: Run = {
    step: findStep('fetch_history'),
    log: {
      note,
      result: note,
      warn: note,
      progress: (label, total) => {
        const told = { label, total, done: 0 };
        progress.push(told);
        return {
          update: (done) => {
            told.done = done;
          },
          done: () => undefined,
        };
      },
    },
    dataDir,
    modelsDir: join(dataDir, 'models'),
    seed: 1,
    force: false,
    startedMs: 0,
    code: namedCode('code'),
  };
  return {
    dataDir,
    notes,
    progress,
    fetch: (doubles, words = {}, ports = quickPorts(Date.now())) => {
      const { venue = 'polymarket', markets = [], wallets = [], since = DAY.since, until = DAY.until } = words;
      const settings = {
        words: { venue, since, until, markets, wallets },
        addresses: addressesOf(doubles),
      } satisfies ReturnType<typeof fetchSettings>;
      return fetchHistory(run, settings, { ports });
    },
    files: () => filesBelow(join(dataDir, '00_fetched/raw')),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

function addressesOf({ gamma, dataApi, subgraph, kalshi }: VenueDoubles) {
  return { gamma: gamma.baseUrl, dataApi: dataApi.baseUrl, subgraph: subgraph.baseUrl, kalshi: kalshi.baseUrl };
}

function filesBelow(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const fetched of readdirSync(folder).filter((name) => !name.startsWith('.')))
    for (const name of readdirSync(join(folder, fetched)).filter((file) => !file.startsWith('.')))
      files[`${fetched}/${name}`] = readFileSync(join(folder, fetched, name), 'utf8');
  return files;
}

export interface ScriptEnd {
  readonly code: number | null;
  readonly text: string;
}

/**
 * Runs the script against the doubles.
 * @param kill resolves when it is to be killed with SIGKILL
 */
export function runFetchScript(
  { dataDir }: FetchBox,
  doubles: VenueDoubles,
  words: readonly string[],
  kill?: Promise<unknown>,
): Promise<ScriptEnd> {
  const script = join(PROJECT, '1_data_pipeline/00-2_fetch_history.ts');
  const { gamma, dataApi, subgraph, kalshi } = addressesOf(doubles);
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), script, '--data-dir', dataDir, ...words],
    {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GAMMA_URL: gamma, DATA_URL: dataApi, SUBGRAPH_URL: subgraph, KALSHI_URL: kalshi },
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += String(piece)));
  void kill?.then(() => child.kill('SIGKILL'));
  return new Promise((done) => child.on('close', (code) => done({ code, text })));
}
