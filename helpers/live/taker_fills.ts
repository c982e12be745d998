/**
 * What the wallets with large bets took from the offers of others. The Data API tells no role with a fill, but gives a wallet's fills as
 * taker when asked for them alone: one request a wallet, repeated once the wallet has traded again.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HttpPorts } from '../http/ports.ts';
import { type LazyDataFrame, pl } from '../polars/polars.ts';
import { SECOND_MS } from '../run/clock.ts';
import { readJsonAs, writeJsonAtomic } from '../run/files.ts';
import type { Run } from '../run/script.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts } from '../tables/read_parts.ts';
import { createDataApiClient } from '../venues/polymarket/api/data_api.ts';
import type { LiveSettings } from './live_options.ts';
import type { LiveTables } from './refresh.ts';

const FILE = 'taker_fills.json';
const TAKEN = z.object({
  /** Time of the last fill that was known when the service was asked, ms. */
  lastMs: z.number(),
  /** Share of all fills as maker, 0..100: of the newest page of fills as taker and of the fills since then. */
  makerSharePct: z.number(),
  /** USD bought as taker since the begin of the window, by token; null where one page does not reach back that far. */
  boughtUsd: z.record(z.string(), z.number()).nullable(),
});
export type TakerFills = Readonly<z.infer<typeof TAKEN>>;

/** Fills of some wallets whose role is not known, by wallet, in order of time: ms since 1970. */
async function fillTimes({ trades, window }: LiveTables, wallets: ReadonlySet<string>): Promise<Map<string, number[]>> {
  const wanted = pl.DataFrame({ wallet: [...wallets] }, { schema: { wallet: pl.Utf8 } });
  const fills = await collectParts(trades, {
    between: { untilMs: window.untilMs },
    where: pl.col('role').isNull(),
    query: (rows: LazyDataFrame) => rows.select('wallet', 'ts_ms').join(wanted.lazy(), { on: 'wallet', how: 'inner' }),
  });
  const times = new Map<string, number[]>();
  const ms = toNumbers(fills, 'ts_ms');
  (toTexts(fills, 'wallet') as string[]).forEach((wallet, row) => {
    const own = times.get(wallet);
    if (own === undefined) times.set(wallet, [ms[row]]);
    else own.push(ms[row]);
  });
  return times;
}

/** Of the wallets whose past is known and whose roles the tables do not tell: what they did as takers. */
export async function takerFills(
  run: Run,
  tables: LiveTables,
  { addresses }: LiveSettings,
  ports: HttpPorts,
): Promise<ReadonlyMap<string, TakerFills>> {
  const { dataDir, historyWallets, historyFromMs, window } = tables;
  const path = join(dataDir, FILE);
  const known = existsSync(path)
    ? readJsonAs(path, z.record(z.string(), TAKEN), 'fills of takers', `delete ${path}`)
    : {};
  const client = createDataApiClient({ baseUrl: addresses.dataApi, ports, onRetry: (line) => run.log.note(line) });
  const span = { startS: historyFromMs / SECOND_MS, endS: window.untilMs / SECOND_MS };
  const all: Record<string, TakerFills> = {};
  for (const [wallet, own] of await fillTimes(tables, historyWallets)) {
    const lastMs = Math.max(...own);
    if (known[wallet]?.lastMs === lastMs) {
      all[wallet] = known[wallet];
      continue;
    }
    for await (const { rows, next } of client.tradePages({ user: wallet, takerOnly: true, ...span })) {
      const told = rows.filter(({ timestamp }) => timestamp * SECOND_MS < window.untilMs);
      const firstMs = next === null ? historyFromMs : Math.min(...rows.map(({ timestamp }) => timestamp)) * SECOND_MS;
      const nAll = own.filter((ms) => ms >= firstMs).length;
      const boughtUsd: Record<string, number> = {};
      for (const { side, timestamp, token_id: token, size, price } of told)
        if (side === 'BUY' && timestamp * SECOND_MS >= window.sinceMs)
          boughtUsd[token] = (boughtUsd[token] ?? 0) + size * price;
      if (nAll > 0)
        all[wallet] = {
          lastMs,
          makerSharePct: 100 * Math.max(0, 1 - told.length / nAll),
          boughtUsd: firstMs <= window.sinceMs ? boughtUsd : null,
        };
      break;
    }
  }
  writeJsonAtomic(path, all);
  return new Map(Object.entries(all));
}
