/**
 * The tables of the last days: what is missing is fetched, then imported by the code of 00-3, into a folder of their own. A
 * process that is killed anywhere is taken up again at its checkpoint; the same window gives the same tables.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FetchWords } from '../fetch/request.ts';
import type { Window } from '../fetch/source.ts';
import type { ImportOptions } from '../import/import_options.ts';
import { importTrades } from '../import/import_trades.ts';
import { listInputs } from '../import/inputs.ts';
import { findStep } from '../pipeline.ts';
import { DAY_MS, isoTime, SECOND_MS } from '../run/clock.ts';
import { readStepCode } from '../run/code.ts';
import { formatCount } from '../run/console.ts';
import { withLock } from '../run/lock.ts';
import type { Run } from '../run/script.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../tables/schemas.ts';
import { openTable, type Table } from '../tables/table_store.ts';
import { gapsOf, isOfAll, type KnownFetch, knownFetches } from './coverage.ts';
import { largestBettors } from './largest_bettors.ts';
import type { LiveSettings, LiveWindow } from './live_options.ts';
import type { LiveSource } from './live_source.ts';
import { beginLook, forgetLooks } from './looks.ts';

/** Text held in memory at once by the import. */
const BLOCK_BYTES = 64 << 20;
export const FETCHED = '00_fetched';

export interface LiveTables {
  /** Data folder of the live tables. */
  readonly dataDir: string;
  readonly window: LiveWindow;
  /** From here on the trades of all markets are there. */
  readonly coveredFromMs: number;
  /** Wallets whose earlier trades are there too, back to `historyFromMs`. */
  readonly historyWallets: ReadonlySet<string>;
  readonly historyFromMs: number;
  /** Wallets with large bets whose earlier trades were not asked for, as there were too many. */
  readonly nWithoutHistory: number;
  readonly trades: Table;
  readonly markets: Table;
}

/** Where the live tables of a venue are. */
export function liveFolder(dataDir: string, venue: string): string {
  return join(dataDir, 'live', venue);
}

/** Lets one process at a time work on the live tables of a venue. @throws InputError 'busy' when another one does */
export function withLiveFolder<T>(run: Run, { venue }: LiveSettings, work: () => Promise<T>): Promise<T> {
  return withLock(liveFolder(run.dataDir, venue), 'live', work);
}

/** The run of another step, in another data folder, by that step's own code. */
export async function runOf(run: Run, stepId: string, dataDir: string): Promise<Run> {
  const step = findStep(stepId);
  return { ...run, step, dataDir, force: false, isCheck: false, code: await readStepCode(step.script) };
}

/** As 00-3 has them by default. */
export function importOptions(): ImportOptions {
  return {
    format: null,
    columns: null,
    context: { dataApiRole: null, timeZone: null },
    dropDuplicateRows: false,
    isStrict: false,
    blockBytes: BLOCK_BYTES,
  };
}

const timeText = (seconds: number): string => isoTime(seconds * SECOND_MS);

/** Fetches into one data folder and imports what has come. */
class Fetches {
  readonly rawFolder: string;

  constructor(
    private readonly run: Run,
    private readonly dataDir: string,
    private readonly venue: LiveSettings['venue'],
    private readonly source: LiveSource,
  ) {
    this.rawFolder = join(dataDir, FETCHED, 'raw');
  }

  known(): KnownFetch[] {
    return knownFetches(this.rawFolder).filter(({ words }) => words.venue === this.venue);
  }

  async fetchWords(words: FetchWords): Promise<void> {
    await this.source.fetch(await runOf(this.run, 'fetch_history', this.dataDir), words);
  }

  fetchWindow({ sinceS, untilS }: Window, wallets: readonly string[] = []): Promise<void> {
    return this.fetchWords({
      venue: this.venue,
      since: timeText(sinceS),
      until: timeText(untilS),
      markets: [],
      wallets,
    });
  }

  /** Fetches that were stopped go on with the dates that they began with. */
  async finishStopped(): Promise<void> {
    for (const { words, isFinished } of this.known()) if (!isFinished) await this.fetchWords(words);
  }

  async import(): Promise<{ trades: Table; markets: Table }> {
    const run = await runOf(this.run, 'import_trades', this.dataDir);
    await importTrades(run, listInputs([this.rawFolder]), importOptions());
    return { trades: openTable(this.dataDir, RAW_TRADES), markets: openTable(this.dataDir, MARKETS) };
  }

  /** Removes fetched files and tables: what they hold is too old, or does not reach up to the window. */
  beginAnew(): void {
    for (const folder of [FETCHED, RAW_TRADES.folder, MARKETS.folder, WALLET_PROFILES.folder])
      rmSync(join(this.dataDir, folder), { recursive: true, force: true });
    forgetLooks(this.dataDir);
  }
}

/** Whether what was fetched before can stay beside the window. */
function isOfUse(known: readonly KnownFetch[], window: LiveWindow, keepDays: number): boolean {
  const spans = known.filter(isOfAll).map((fetch) => fetch.window);
  if (spans.length === 0) return known.length === 0;
  const fromMs = Math.min(...spans.map(({ sinceS }) => sinceS)) * SECOND_MS;
  const untilMs = Math.max(...spans.map(({ untilS }) => untilS)) * SECOND_MS;
  return untilMs >= window.sinceMs && fromMs <= window.sinceMs && fromMs >= window.untilMs - keepDays * DAY_MS;
}

/**
 * Brings the live tables up to the end of a window.
 * @throws InputError when a service cannot be reached or an answer cannot be read; what was fetched is kept
 */
export async function refreshLive(
  run: Run,
  settings: Omit<LiveSettings, 'addresses'>,
  window: LiveWindow,
  from: LiveSource,
): Promise<LiveTables> {
  const dataDir = liveFolder(run.dataDir, settings.venue);
  const fetches = new Fetches(run, dataDir, settings.venue, from);
  const { lookbackDays, nHistoryWallets, keepDays } = settings;
  if (!isOfUse(fetches.known(), window, keepDays)) fetches.beginAnew();
  beginLook(dataDir, { ...window, lookbackDays, nHistoryWallets }, keepDays);
  await fetches.finishStopped();
  const wanted = { sinceS: window.sinceMs / SECOND_MS, untilS: window.untilMs / SECOND_MS };
  const windows = (): Window[] => fetches.known().flatMap((fetch) => (isOfAll(fetch) ? [fetch.window] : []));
  for (const gap of gapsOf(windows(), wanted)) await fetches.fetchWindow(gap);
  let tables = await fetches.import();
  const coveredFromS = Math.min(...windows().map(({ sinceS }) => sinceS));
  const history = { sinceS: coveredFromS - (lookbackDays * DAY_MS) / SECOND_MS, untilS: coveredFromS };
  const wallets = (): string[] =>
    fetches.known().flatMap((fetch) => (fetch.window.untilS === coveredFromS ? fetch.words.wallets : []));
  const had = new Set(wallets());
  const bettors = history.sinceS < history.untilS ? await largestBettors(tables.trades, window) : [];
  const unknown = bettors.filter((wallet) => !had.has(wallet));
  const asked = unknown.slice(0, Math.max(0, nHistoryWallets - had.size));
  if (asked.length > 0) {
    run.log.note(`Fetching the earlier trades of ${formatCount(asked.length)} wallets with large bets.`);
    await fetches.fetchWindow(history, asked.sort());
    tables = await fetches.import();
  }
  return {
    dataDir,
    window,
    coveredFromMs: coveredFromS * SECOND_MS,
    historyWallets: new Set(wallets()),
    historyFromMs: history.sinceS * SECOND_MS,
    nWithoutHistory: unknown.length - asked.length,
    ...tables,
  };
}
