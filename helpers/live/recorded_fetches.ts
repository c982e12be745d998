/** Fetched files told once more: the rows of a window, or of some wallets within it, out of what earlier fetches have left. */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { FetchPlan } from '../fetch/plan.ts';
import { type Batch, MARKETS_FILE, type RawRow, type Source, tradesFile, type Window } from '../fetch/source.ts';
import { SECOND_MS } from '../run/clock.ts';
import { isOfAll, type KnownFetch, knownFetches } from './coverage.ts';

const ROWS_PER_BATCH = 10_000;
const POSITION = z.object({ file: z.number(), row: z.number() });

/** Second of a row of any of the services; NaN of a market. */
function secondsOf({ timestamp, created_time: created }: RawRow): number {
  return timestamp === undefined ? Date.parse(String(created)) / SECOND_MS : Number(timestamp);
}

/** Whether a fetch may hold rows of a window, about these wallets or (none) about all. */
function isOfUse(known: KnownFetch, wanted: Window, wallets: ReadonlySet<string>): boolean {
  const { window, isFinished, words } = known;
  if (!isFinished || window.sinceS >= wanted.untilS || window.untilS <= wanted.sinceS) return false;
  return isOfAll(known) || words.wallets.some((wallet) => wallets.has(wallet));
}

interface RecordedFile {
  readonly path: string;
  readonly file: string;
}

/** Files of trades of the days of a window, and all lists of markets, of the fetches that are of use. */
function filesFor(rawFolder: string, wanted: Window, wallets: ReadonlySet<string>): RecordedFile[] {
  const [first, last] = [tradesFile(wanted.sinceS), tradesFile(wanted.untilS - 1)];
  return knownFetches(rawFolder)
    .filter((known) => isOfUse(known, wanted, wallets))
    .flatMap(({ name }) =>
      readdirSync(join(rawFolder, name))
        .filter((file) => file === MARKETS_FILE || (file >= first && file <= last))
        .sort()
        .map((file) => ({ path: join(rawFolder, name, file), file })),
    );
}

/** Rows of a file that are wanted, in batches; the position counts all its rows. */
async function* batchesOf(
  { path, file }: RecordedFile,
  skipped: number,
  isWanted: (row: RawRow) => boolean,
): AsyncGenerator<{ rows: Batch['rows']; row: number }> {
  let row = 0;
  let rows: { file: string; row: RawRow }[] = [];
  const input = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (row++ < skipped) continue;
    const parsed = JSON.parse(line) as RawRow;
    if (file === MARKETS_FILE || isWanted(parsed)) rows.push({ file, row: parsed });
    if (rows.length < ROWS_PER_BATCH) continue;
    yield { rows, row };
    rows = [];
  }
  yield { rows, row };
}

/** A plan that reads the files of finished fetches below a folder instead of asking the services. */
export function recordedPlan(rawFolder: string): FetchPlan {
  return (words, window) => {
    const wallets = new Set(words.wallets);
    const files = filesFor(rawFolder, window, wallets);
    const isWanted = (row: RawRow): boolean => {
      const atS = secondsOf(row);
      if (!(atS >= window.sinceS && atS < window.untilS)) return false;
      return wallets.size === 0 || wallets.has(String(row.proxy_wallet));
    };
    const source: Source = {
      label: 'recorded files',
      total: files.length,
      batches: async function* (position) {
        const from = position === null ? { file: 0, row: 0 } : POSITION.parse(position);
        for (let at = from.file; at < files.length; at++)
          for await (const { rows, row } of batchesOf(files[at], at === from.file ? from.row : 0, isWanted))
            yield { rows, position: { file: at, row }, done: at };
      },
    };
    return [() => source];
  };
}
