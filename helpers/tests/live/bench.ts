/** A data folder for the live scripts, whose verbs are called here or whose scripts run as processes, against doubles. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { VenueDoubles } from '../../doubles/venues.ts';
import type { HttpPorts } from '../../http/ports.ts';
import type { LiveSettings } from '../../live/live_options.ts';
import { liveFolder } from '../../live/refresh.ts';
import { findStep } from '../../pipeline.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { namedCode } from '../../run/code.ts';
import type { Run } from '../../run/script.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { quickPorts } from '../http/faulty_server.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');

interface ScriptEnd {
  readonly code: number | null;
  readonly text: string;
  /** What the process was called, as `ps` shows it, from time to time. */
  readonly titles: readonly string[];
}

export interface LiveBox {
  readonly root: string;
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly liveDir: string;
  settings(doubles: VenueDoubles, more?: Partial<LiveSettings>): LiveSettings;
  /** Waits take no time; it is ten minutes after the end of the window. */
  ports(untilMs: number): HttpPorts;
  /**
   * Runs the script of a step with these words.
   * @param env variables beside those of this process
   * @param kill resolves when it is to be killed with SIGKILL
   */
  run(
    step: string,
    words: readonly string[],
    env?: Record<string, string>,
    kill?: Promise<unknown>,
  ): Promise<ScriptEnd>;
  remove(): void;
}

export function makeLiveBox(): LiveBox {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-live-'));
  const [dataDir, modelsDir] = [join(root, 'data'), join(root, 'models')];
  const liveDir = liveFolder(dataDir, 'polymarket');
  return {
    root,
    dataDir,
    modelsDir,
    liveDir,
    settings: ({ gamma, dataApi, subgraph, kalshi }, more = {}) => ({
      venue: 'polymarket',
      span: { hours: 24 },
      untilMs: null,
      lookbackDays: 30,
      nHistoryWallets: 500,
      keepDays: 8,
      addresses: {
        gamma: gamma.baseUrl,
        dataApi: dataApi.baseUrl,
        subgraph: subgraph.baseUrl,
        kalshi: kalshi.baseUrl,
      },
      ...more,
    }),
    ports: (untilMs) => quickPorts(untilMs + 600_000),
    run: (step, words, env = {}, kill = undefined) => {
      const where = ['--data-dir', dataDir, '--models-dir', modelsDir];
      const script = join(PROJECT, findStep(step).script);
      const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...where, ...words], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      });
      let text = '';
      const titles = new Set<string>();
      const watch = setInterval(() => titles.add(titleOf(child.pid)), 200);
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += String(piece)));
      void kill?.then(() => child.kill('SIGKILL'));
      return new Promise((done) =>
        child.on('close', (code) => {
          clearInterval(watch);
          done({ code, text, titles: [...titles] });
        }),
      );
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The words of a process; nothing where the system does not tell. */
function titleOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** A run in this process that says nothing. */
export function quietRun({ dataDir, modelsDir }: LiveBox): Run {
  const note = (): void => undefined;
  return {
    step: findStep('live_profiles'),
    log: { note, result: note, warn: note, progress: () => ({ update: note, done: note }) },
    dataDir,
    modelsDir,
    seed: 1,
    force: false,
    startedMs: 0,
    code: namedCode('code'),
  };
}

/** Variables that lead the scripts to the doubles. */
export function addressVariables({ gamma, dataApi, subgraph, kalshi }: VenueDoubles): Record<string, string> {
  return {
    GAMMA_URL: gamma.baseUrl,
    DATA_URL: dataApi.baseUrl,
    SUBGRAPH_URL: subgraph.baseUrl,
    KALSHI_URL: kalshi.baseUrl,
  };
}

/** The profiles of a data folder, a line of JSON a wallet. */
export function profileLines(dataDir: string): string[] {
  return frameLines(readTable(openTable(dataDir, WALLET_PROFILES)));
}

/** A line of JSON a row. */
export function frameLines(frame: DataFrame): string[] {
  const rows = frame.toRecords() as Record<string, unknown>[];
  return rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
}
