/** Small tables for the tests of profiles: canonical rows written with the real writer, and raw CSV through the real import. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProfiles, type ProfileJob } from '../../features/wallets/build_profiles.ts';
import { readFills } from '../../features/wallets/legacy_fills.ts';
import { legacyProfiles } from '../../features/wallets/legacy_profiles.ts';
import { buildChunk, mergeChunks } from '../../features/wallets/profile_chunks.ts';
import { importTrades } from '../../import/import_trades.ts';
import { findStep } from '../../pipeline.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { isoDay } from '../../run/clock.ts';
import { namedCode } from '../../run/code.ts';
import { createLog } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';
import { conform, type TableSchema } from '../../tables/schema.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../../tables/schemas.ts';
import { openTable, readTable, TableWriter } from '../../tables/table_store.ts';

/** The day that hand-made fills begin on. */
export const START_MS = Date.UTC(2026, 0, 5);

/** One canonical fill; what is left out is a taker's BUY of 10 shares at .50 in market `m`, outcome 0, at START_MS. */
export interface FillSpec {
  readonly at?: number;
  readonly market?: string;
  readonly outcome?: 0 | 1;
  readonly wallet?: string | null;
  readonly role?: 'maker' | 'taker' | null;
  readonly side?: 'BUY' | 'SELL';
  readonly price?: number;
  readonly shares?: number;
  readonly usd?: number;
  readonly tx?: string;
  readonly venue?: 'polymarket' | 'kalshi';
}

/** One market; what is left out is null. */
export interface MarketSpec {
  readonly id: string;
  readonly domain?: string;
  readonly createdMs?: number;
  readonly eventId?: string;
  readonly resolvedMs?: number;
  readonly winner?: 0 | 1;
  readonly isVoid?: boolean;
  readonly settlementValue?: number;
  readonly venue?: 'polymarket' | 'kalshi';
  /** Scheduled end. */
  readonly closeMs?: number;
  readonly feeRate?: number;
  readonly feeExponent?: number;
}

export type Profile = Record<string, number | string | boolean | null>;

const folders: string[] = [];

/** A new empty folder, gone after `removeFolders()`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-profiles-'));
  folders.push(folder);
  return folder;
}

/** Removes every folder made so far. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A frame with the schema's columns from records; absent values are null. */
export function frameOf(schema: TableSchema, rows: readonly Record<string, unknown>[]): DataFrame {
  const columns = schema.columns.map(({ name, type }) => {
    const values = rows.map((row) => row[name] ?? null);
    return pl.Series(name, values, type === 'string' ? pl.Utf8 : type === 'bool' ? pl.Bool : pl.Float64);
  });
  return conform(pl.DataFrame(columns), schema);
}

/** Puts what was added in force, with a manifest that tells the given options. */
export function commit(writer: TableWriter, options: Readonly<Record<string, unknown>> = {}): void {
  writer.commit([], {
    step: 'test',
    fingerprint: 'test',
    options: { ...options },
    seed: 1,
    inputs: [],
    rejects: {},
    metrics: {},
    codeHash: 'test',
    startedMs: START_MS,
  });
}

/** Writes both canonical tables, trades in one part per UTC day, and returns their data folder. */
export function writeTables(fills: readonly FillSpec[], markets: readonly MarketSpec[] = []): string {
  const dataDir = newFolder();
  const rows = fills
    .map((fill, i) => {
      const { price = 0.5, shares = 10 } = fill;
      return {
        ts_ms: fill.at ?? START_MS,
        venue: fill.venue ?? 'polymarket',
        market_id: fill.market ?? 'm',
        outcome_index: fill.outcome ?? 0,
        wallet: fill.wallet === undefined ? 'a' : fill.wallet,
        role: fill.role === undefined ? 'taker' : fill.role,
        side: fill.side ?? 'BUY',
        price,
        shares,
        amount_usd: fill.usd ?? Math.round(price * shares * 1e6) / 1e6,
        tx: fill.tx,
        fill_id: i,
      };
    })
    .sort((a, b) => a.ts_ms - b.ts_ms);
  const trades = new TableWriter(dataDir, RAW_TRADES);
  for (const day of new Set(rows.map((row) => isoDay(row.ts_ms)))) {
    const ofDay = rows.filter((row) => isoDay(row.ts_ms) === day);
    trades.addPart(`month=${day.slice(0, 7)}/${day}`, frameOf(RAW_TRADES, ofDay), 'ts_ms');
  }
  commit(trades);
  const known = new Set(markets.map((market) => market.id));
  const others = [...new Set(rows.map((row) => row.market_id))].filter((id) => !known.has(id)).map((id) => ({ id }));
  const marketRows = [...markets, ...others].map((market: MarketSpec) => ({
    market_id: market.id,
    venue: market.venue ?? 'polymarket',
    event_id: market.eventId,
    domain: market.domain,
    outcome_order: 'venue',
    created_ms: market.createdMs,
    resolved_ms: market.resolvedMs,
    winner_index: market.winner,
    is_void: market.isVoid,
    settlement_value: market.settlementValue,
    close_ms: market.closeMs,
    fee_rate: market.feeRate,
    fee_exponent: market.feeExponent,
    source: 'gamma',
  }));
  const table = new TableWriter(dataDir, MARKETS);
  table.addPart(MARKETS.name, frameOf(MARKETS, marketRows), null);
  commit(table);
  return dataDir;
}

/** Writes files into a new folder and imports them there with the real import; returns the data folder. */
export async function importTexts(files: Readonly<Record<string, string>>): Promise<string> {
  const dataDir = newFolder();
  const paths = Object.entries(files).map(([name, text]) => {
    const path = join(dataDir, name);
    writeFileSync(path, text);
    return path;
  });
  await importPaths(dataDir, paths);
  return dataDir;
}

/** Imports raw files into `dataDir`. */
export async function importPaths(dataDir: string, paths: readonly string[]): Promise<void> {
  const run: Run = {
    step: findStep('import_trades'),
    log: createLog({ quiet: true }),
    dataDir,
    modelsDir: dataDir,
    seed: 1,
    force: false,
    startedMs: START_MS,
    code: namedCode('test'),
  };
  await importTrades(run, paths, {
    format: null,
    columns: null,
    isStrict: false,
    context: { dataApiRole: null, timeZone: null },
    dropDuplicateRows: false,
    blockBytes: 2 ** 24,
  });
}

/** The job of a data folder. */
export function jobOf(dataDir: string, asOfMs: number, rowsAtOnce?: number): ProfileJob {
  const trades = openTable(dataDir, RAW_TRADES);
  const markets = readTable(openTable(dataDir, MARKETS));
  const limits = { batchRows: rowsAtOnce, positionsMax: rowsAtOnce, shardRows: rowsAtOnce };
  return { trades, markets, asOfMs, log: createLog({ quiet: true }), codeHash: 'test', ...limits };
}

/** The streaming build of a data folder. */
export function streamed(dataDir: string, asOfMs: number, batchRows?: number): Promise<DataFrame> {
  return buildProfiles(jobOf(dataDir, asOfMs, batchRows), join(dataDir, 'scratch'));
}

/** The streaming build cut into chunks; those in `skipped` are not run. */
export async function chunked(
  dataDir: string,
  asOfMs: number,
  nChunks: number,
  options: { batchRows?: number; skipped?: readonly number[] } = {},
): Promise<DataFrame> {
  const job = jobOf(dataDir, asOfMs, options.batchRows);
  const folder = newFolder();
  for (let chunk = 1; chunk <= nChunks; chunk++)
    if (!(options.skipped ?? []).includes(chunk)) await buildChunk(job, folder, chunk, nChunks);
  return mergeChunks(job, folder);
}

/** The in-memory build of a data folder. */
export async function inMemory(dataDir: string, asOfMs: number): Promise<DataFrame> {
  const job = jobOf(dataDir, asOfMs);
  return conform(legacyProfiles(await readFills(job.trades, asOfMs, 1e6), job.markets, asOfMs), WALLET_PROFILES);
}

/** SHA-256 of the Parquet file that the real writer makes of some profiles. */
export function bytesOf(profiles: DataFrame): string {
  return new TableWriter(newFolder(), WALLET_PROFILES).addPart('profiles', profiles, null).sha256;
}

/** Profiles by wallet, numbers as numbers. */
export function byWallet(profiles: DataFrame): Record<string, Profile> {
  const rows = profiles.toRecords() as Record<string, number | bigint | string | boolean | null>[];
  return Object.fromEntries(
    rows.map((row) => [
      String(row.wallet),
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
      ),
    ]),
  );
}
