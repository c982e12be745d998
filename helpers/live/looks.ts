/**
 * What each look at the last hours was: of which time, how far back, and what the services say only once. With the files that were
 * fetched it can be taken again.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DAY_MS, isoTime } from '../run/clock.ts';
import { makeFolder, readJsonAs, writeJsonAtomic } from '../run/files.ts';
import { TAKEN, type TakerFills } from './taker_fills.ts';

const FOLDER = 'looks';
const SUFFIX = '.json';

const LOOK = z.object({
  sinceMs: z.number(),
  untilMs: z.number(),
  lookbackDays: z.number(),
  nHistoryWallets: z.number(),
  /** When its decisions were made; null where none were kept. */
  decidedMs: z.number().nullable(),
  /** By wallet, what the service said in this look of its fills as taker. */
  takers: z.record(z.string(), TAKEN),
});
export type Look = Readonly<z.infer<typeof LOOK>>;

function nameOf(untilMs: number): string {
  return `${isoTime(untilMs).slice(0, 16).replaceAll(/[-:]/g, '')}Z${SUFFIX}`;
}

function read(path: string): Look {
  return readJsonAs(path, LOOK, 'a look of this version', `delete ${path}: that look cannot be taken again`);
}

/** All looks of a live folder, in order of time. */
export function readLooks(dataDir: string): Look[] {
  const folder = join(dataDir, FOLDER);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(SUFFIX)) : [];
  return names.sort().map((name) => read(join(folder, name)));
}

/** Notes that a look begins; another one at the same time is the same look. */
export function beginLook(dataDir: string, look: Omit<Look, 'decidedMs' | 'takers'>, keepDays: number): void {
  const folder = join(dataDir, FOLDER);
  makeFolder(folder);
  const first = nameOf(look.untilMs - keepDays * DAY_MS);
  for (const name of readdirSync(folder)) if (name < first) rmSync(join(folder, name));
  const path = join(folder, nameOf(look.untilMs));
  const before = existsSync(path) ? read(path) : { decidedMs: null, takers: {} };
  writeJsonAtomic(path, { ...before, ...look });
}

/** Adds to a look that has begun. */
export function addToLook(
  dataDir: string,
  untilMs: number,
  added: { readonly takers?: Readonly<Record<string, TakerFills>>; readonly decidedMs?: number },
): void {
  const path = join(dataDir, FOLDER, nameOf(untilMs));
  const before = read(path);
  writeJsonAtomic(path, { ...before, ...added, takers: { ...before.takers, ...added.takers } });
}

/** Forgets all looks: the files that they were made of are gone. */
export function forgetLooks(dataDir: string): void {
  rmSync(join(dataDir, FOLDER), { recursive: true, force: true });
}
