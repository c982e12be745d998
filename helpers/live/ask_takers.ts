/**
 * What the wallets with large bets took from the offers of others. The Data API tells no role with a fill, but gives a wallet's fills as
 * taker when asked for them alone: one request a wallet, repeated once the wallet has traded again.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type LazyDataFrame, pl } from '../polars/polars.ts';
import { readJsonAs, writeJsonAtomic } from '../run/files.ts';
import type { Run } from '../run/script.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts } from '../tables/read_parts.ts';
import type { LiveSource } from './live_source.ts';
import { addToLook } from './looks.ts';
import type { LiveTables } from './refresh.ts';
import { TAKEN, type TakerFills } from './taker_fills.ts';

const FILE = 'taker_fills.json';

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
  source: LiveSource,
): Promise<ReadonlyMap<string, TakerFills>> {
  const { dataDir, historyWallets, historyFromMs: fromMs, window } = tables;
  const path = join(dataDir, FILE);
  const known = existsSync(path)
    ? readJsonAs(path, z.record(z.string(), TAKEN), 'fills of takers', `delete ${path}`)
    : {};
  const all: Record<string, TakerFills> = {};
  const asked: Record<string, TakerFills> = {};
  for (const [wallet, timesMs] of await fillTimes(tables, historyWallets)) {
    if (known[wallet]?.lastMs === Math.max(...timesMs)) {
      all[wallet] = known[wallet];
      continue;
    }
    const told = await source.takerFills(run, { wallet, timesMs, fromMs, window });
    if (told !== null) all[wallet] = asked[wallet] = told;
  }
  addToLook(dataDir, window.untilMs, { takers: asked });
  writeJsonAtomic(path, all);
  return new Map(Object.entries(all));
}
