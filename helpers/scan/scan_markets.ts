/**
 * Looks at every open market once: page after page within the venue's limits, with a checkpoint after each page, so that a scan that was
 * stopped goes on where it was. What is watched is kept with its context; all others are counted by what stopped them.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HttpPorts } from '../http/ports.ts';
import { MINUTE_MS } from '../run/clock.ts';
import { formatCount, type Log } from '../run/console.ts';
import { readJsonAs, writeJsonAtomic } from '../run/files.ts';
import { withLock } from '../run/lock.ts';
import { createKalshiClient, type KalshiClient } from '../venues/kalshi/api/client.ts';
import type { ScanSettings } from './scan_options.ts';
import {
  SCAN_VERSION,
  type SeriesFacts,
  scanFolder,
  WATCHED_MARKET,
  type WatchedMarket,
  watchListPath,
  watchOrNot,
} from './watch_list.ts';

/** The last trades of a market, the newest first. */
interface MarketContext {
  readonly trades: readonly { readonly atMs: number; readonly yesPrice: number; readonly contracts: number }[];
}

export interface ScanFacts {
  readonly scannedMs: number;
  readonly nMarkets: number;
  readonly nPages: number;
  /** Where the scan went on from an earlier one. */
  readonly isResumed: boolean;
  /** By what stopped them. */
  readonly stopped: Readonly<Record<string, number>>;
  readonly watched: readonly WatchedMarket[];
  /** By ticker, of the first of them. */
  readonly context: Readonly<Record<string, MarketContext>>;
  readonly folder: string;
}

/** An interrupted scan that is older is begun anew: its prices are no longer those of now. */
const RESUME_MS = 10 * MINUTE_MS;
const TRADES_KEPT = 50;

const CHECKPOINT = z.object({
  version: z.literal(SCAN_VERSION),
  startedMs: z.number(),
  settings: z.string(),
  cursor: z.string(),
  nMarkets: z.number(),
  nPages: z.number(),
  stopped: z.record(z.string(), z.number()),
  watched: z.array(WATCHED_MARKET),
});
type Checkpoint = z.infer<typeof CHECKPOINT>;

/** Series by ticker, and the series of each open event; a market names its event alone. */
async function seriesOfEvents(client: KalshiClient): Promise<Map<string, SeriesFacts>> {
  const bySeries = new Map((await client.series()).map((series) => [series.ticker, series]));
  const byEvent = new Map<string, SeriesFacts>();
  for await (const { rows } of client.eventPages({ status: 'open' }))
    for (const { event_ticker, series_ticker, mutually_exclusive } of rows) {
      const found = bySeries.get(series_ticker);
      if (found === undefined) continue;
      const { ticker, category, fee_type, fee_multiplier } = found;
      const isExclusive = mutually_exclusive === true;
      byEvent.set(event_ticker, {
        series: ticker,
        category,
        feeType: fee_type,
        feeMultiplier: fee_multiplier,
        isExclusive,
      });
    }
  return byEvent;
}

/** The checkpoint of a scan of the same settings that was stopped a moment ago, or null. */
function openCheckpoint(path: string, settings: string, nowMs: number): Checkpoint | null {
  if (!existsSync(path)) return null;
  const found = readJsonAs(path, CHECKPOINT, 'the checkpoint of a scan', 'delete it');
  return found.settings === settings && nowMs - found.startedMs < RESUME_MS ? found : null;
}

async function contextOf(client: KalshiClient, ticker: string): Promise<MarketContext> {
  for await (const { rows } of client.tradePages('live', { ticker })) {
    const trades = rows.slice(0, TRADES_KEPT).map(({ created_time, yes_price_dollars, count_fp }) => ({
      atMs: Date.parse(created_time),
      yesPrice: Number(yes_price_dollars),
      contracts: Number(count_fp),
    }));
    return { trades };
  }
  return { trades: [] };
}

/**
 * Scans all open markets.
 * @throws InputError when the venue does not answer or another process scans
 */
export async function scanMarkets(
  run: { readonly dataDir: string; readonly log: Pick<Log, 'note' | 'warn'> },
  settings: ScanSettings,
  ports: HttpPorts,
): Promise<ScanFacts> {
  const { baseUrl, ...rules } = settings;
  const folder = scanFolder(run.dataDir);
  const onRetry = (line: string): void => run.log.warn(line);
  const client = createKalshiClient({ ports, onRetry, ...(baseUrl === undefined ? {} : { baseUrl }) });
  return await withLock(folder, 'scan', async () => {
    const path = join(folder, 'checkpoint.json');
    const key = JSON.stringify(rules);
    const begun = openCheckpoint(path, key, ports.nowMs());
    const startedMs = begun?.startedMs ?? ports.nowMs();
    const byEvent = await seriesOfEvents(client);
    let { nMarkets, nPages } = begun ?? { nMarkets: 0, nPages: 0 };
    const stopped = new Map(Object.entries(begun?.stopped ?? {}));
    const watched = new Map((begun?.watched ?? []).map((market) => [market.ticker, market]));
    const query = { status: 'open', mve_filter: 'exclude' };
    for await (const { rows, next } of client.marketPages('live', query, begun?.cursor ?? null)) {
      for (const market of rows) {
        const found = watchOrNot(market, byEvent.get(market.event_ticker) ?? null, settings, startedMs);
        if (typeof found === 'string') stopped.set(found, (stopped.get(found) ?? 0) + 1);
        else watched.set(found.ticker, found);
      }
      nMarkets += rows.length;
      nPages++;
      const soFar = { nMarkets, nPages, stopped: Object.fromEntries(stopped), watched: [...watched.values()] };
      if (next !== null)
        writeJsonAtomic(path, { version: SCAN_VERSION, startedMs, settings: key, cursor: next, ...soFar });
      run.log.note(`page ${nPages}: ${formatCount(nMarkets)} markets, ${formatCount(watched.size)} watched`);
    }
    const byTrading = [...watched.values()].sort((a, b) => b.volume24h - a.volume24h || (a.ticker < b.ticker ? -1 : 1));
    const context: Record<string, MarketContext> = {};
    for (const { ticker } of byTrading.slice(0, settings.nContext)) context[ticker] = await contextOf(client, ticker);
    const facts = {
      scannedMs: startedMs,
      nMarkets,
      nPages,
      isResumed: begun !== null,
      stopped: Object.fromEntries(stopped),
      watched: byTrading,
      context,
      folder,
    };
    writeJsonAtomic(watchListPath(run.dataDir), { version: SCAN_VERSION, ...facts });
    rmSync(path, { force: true });
    return facts;
  });
}
