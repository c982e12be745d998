/**
 * How much of what the wallets with large bets do they do as makers. The Data API tells no role with a fill, but gives a wallet's fills
 * as taker when asked for them alone: one request a wallet, kept for the days that follow.
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

const FILE = 'maker_shares.json';
const SHARES = z.record(z.string(), z.number());

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

/**
 * Share of fills as maker, 0..100, of the wallets whose past is known and whose roles the tables do not tell. It is that of the
 * newest page of fills as taker and of the fills since then.
 */
export async function makerShares(
  run: Run,
  tables: LiveTables,
  { addresses }: LiveSettings,
  ports: HttpPorts,
): Promise<ReadonlyMap<string, number>> {
  const { dataDir, historyWallets, historyFromMs, window } = tables;
  const path = join(dataDir, FILE);
  const known = existsSync(path) ? readJsonAs(path, SHARES, 'shares of makers', `delete ${path}`) : {};
  const times = await fillTimes(tables, historyWallets);
  const client = createDataApiClient({ baseUrl: addresses.dataApi, ports, onRetry: (line) => run.log.note(line) });
  const fresh: Record<string, number> = {};
  for (const [wallet, own] of times) {
    if (wallet in known) continue;
    const span = { startS: historyFromMs / SECOND_MS, endS: window.untilMs / SECOND_MS };
    for await (const { rows, next } of client.tradePages({ user: wallet, takerOnly: true, ...span })) {
      const firstMs = next === null ? historyFromMs : Math.min(...rows.map(({ timestamp }) => timestamp)) * SECOND_MS;
      const nTaker = rows.filter(({ timestamp }) => timestamp * SECOND_MS < window.untilMs).length;
      const nAll = own.filter((ms) => ms >= firstMs).length;
      if (nAll > 0) fresh[wallet] = 100 * Math.max(0, 1 - nTaker / nAll);
      break;
    }
  }
  const all = Object.fromEntries(
    Object.entries({ ...known, ...fresh }).filter(([wallet]) => historyWallets.has(wallet)),
  );
  writeJsonAtomic(path, all);
  return new Map(Object.entries(all));
}
