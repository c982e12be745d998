/** 11_wallet_profiles of the live tables, by the code of 01, with a dated copy of each day's last one. */
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildProfiles } from '../features/wallets/build_profiles.ts';
import type { DataFrame } from '../polars/polars.ts';
import { DAY_MS, isoDay } from '../run/clock.ts';
import { hashValue, makeFolder, publishFile } from '../run/files.ts';
import { withScratch } from '../run/scratch.ts';
import type { Run } from '../run/script.ts';
import { countAnonymousFills } from '../tables/anonymous_fills.ts';
import { manifestInputs } from '../tables/made_from.ts';
import { WALLET_PROFILES } from '../tables/schemas.ts';
import { openTable, openTableIfThere, partPaths, readTable, TableWriter } from '../tables/table_store.ts';
import { type LiveTables, runOf } from './refresh.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Folder of the dated outputs of a UTC day. */
export function dayFolder(dataDir: string, ms: number): string {
  return join(dataDir, 'days', isoDay(ms));
}

/** Why there is nobody to profile, or null where some trade names a wallet. */
export function whyNoProfiles({ trades, markets }: LiveTables): string | null {
  const isAnonymous = countAnonymousFills(trades, readTable(markets)) === trades.manifest.rows;
  return isAnonymous ? 'no trade of the window names a wallet; trades and markets are in the live tables' : null;
}

/** Profiles as of a time, without a table. */
export async function profilesAsOf(
  run: Run,
  { trades, markets, dataDir }: LiveTables,
  asOfMs: number,
): Promise<DataFrame> {
  const { log, code } = await runOf(run, 'build_features', dataDir);
  const job = { trades, markets: readTable(markets), asOfMs, log, codeHash: code.hash };
  return await withScratch(dataDir, '.scratch_profiles', (scratch) => buildProfiles(job, scratch));
}

/** Brings the table up to the end of the window; it is left alone when it was made from the same by the same code. */
export async function renewProfiles(run: Run, tables: LiveTables, keepDays: number): Promise<DataFrame> {
  const { dataDir, trades, markets, window } = tables;
  const own = await runOf(run, 'build_features', dataDir);
  const asOfMs = window.untilMs;
  const inputs = manifestInputs([trades, markets]);
  const fingerprint = hashValue([inputs.map(({ path, sha256 }) => [path, sha256]), asOfMs, own.code.hash]);
  if (openTableIfThere(dataDir, WALLET_PROFILES)?.manifest.fingerprint !== fingerprint) {
    const writer = new TableWriter(dataDir, WALLET_PROFILES);
    try {
      writer.addPart(WALLET_PROFILES.name, await profilesAsOf(run, tables, asOfMs), null);
      writer.commit([], {
        step: own.step.id,
        fingerprint,
        options: { as_of_ms: asOfMs },
        seed: run.seed,
        inputs,
        rejects: {},
        metrics: {},
        codeHash: own.code.hash,
        codeFiles: own.code.files,
        startedMs: run.startedMs,
      });
    } finally {
      writer.abandon();
    }
  }
  keepDated(tables, keepDays);
  return readTable(openTable(dataDir, WALLET_PROFILES));
}

/** Copies the table into the folder of its day, and removes days that are too old. */
function keepDated({ dataDir, window: { untilMs } }: LiveTables, keepDays: number): void {
  const folder = dayFolder(dataDir, untilMs - 1);
  makeFolder(folder);
  const [path] = partPaths(openTable(dataDir, WALLET_PROFILES));
  publishFile(join(folder, `${WALLET_PROFILES.name}.parquet`), (temporary) => copyFileSync(path, temporary));
  const first = isoDay(untilMs - keepDays * DAY_MS);
  const days = join(dataDir, 'days');
  for (const day of existsSync(days) ? readdirSync(days) : [])
    if (DAY.test(day) && day < first) rmSync(join(days, day), { recursive: true, force: true });
}
