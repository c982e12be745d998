/** Where the orders of a mode go: the paper exchange, or Kalshi's demo and live ones behind their permits. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HttpPorts } from '../http/ports.ts';
import { readJsonAs, writeJsonAtomic } from '../run/files.ts';
import type { Executor } from '../trade/execution/executor.ts';
import { FeedBooks, type FeedView } from '../trade/execution/feed_books.ts';
import { type Permit, permitTrading } from '../trade/execution/gates.ts';
import { createKalshiExecutor, createOrderGroups } from '../trade/execution/kalshi_executor.ts';
import { PaperExecutor } from '../trade/execution/paper/paper_executor.ts';
import type { LedgerSummary } from '../trade/ledger/ledger.ts';
import { HUNDREDTHS, MICROS_PER_USD } from '../trade/money.ts';
import type { RiskLimits } from '../trade/risk/limits.ts';
import { createKalshiClient } from '../venues/kalshi/api/client.ts';
import type { KalshiKey } from '../venues/kalshi/api/signing.ts';
import { type MarketList, type TradedMarket, termsOf } from './markets.ts';
import { kalshiResults, type Results } from './results.ts';
import type { TraderSettings } from './trader_options.ts';

export interface Exchange {
  readonly executor: Executor;
  readonly view: FeedView;
  readonly paper: { readonly exchange: PaperExecutor; readonly results: Results } | null;
  /** Why nothing may be sent there: a kind of reason; null where it may. */
  readonly whyBarred: (market: TradedMarket) => string | null;
}

export interface ExchangeParts {
  readonly folder: string;
  readonly markets: MarketList;
  readonly limits: RiskLimits;
  readonly heardMs: () => number | null;
  readonly ports: HttpPorts;
  readonly onRetry: (line: string) => void;
}

/** From the decision until a paper order is at the exchange, ms. */
const PAPER_DELAY_MS = 250;
/** Contracts that may be filled within 15 seconds, for each USD that may be lost in all, before the exchange cancels everything: they cost a cent at least. */
const GROUP_CONTRACTS_PER_USD = 100;
const GROUPS = z.record(z.string(), z.string());

/** The paper exchange, with what the ledger says is there. @param run tells this run's orders from those of earlier ones */
export function paperExchange(
  { markets, ports, onRetry }: ExchangeParts,
  { cashMicros, holdings }: Pick<LedgerSummary, 'cashMicros' | 'holdings'>,
  run: string,
  results: Results | null,
  kalshiUrl: string | undefined,
): Exchange {
  const exchange = new PaperExecutor({
    nowMs: ports.nowMs,
    delayMs: PAPER_DELAY_MS,
    feesOf: (ticker) => {
      const market = markets.get(ticker);
      return market === null ? null : (termsOf(market)?.fees ?? null);
    },
    cashMicros,
    holdings,
    run,
  });
  const client = createKalshiClient({ ports, onRetry, ...(kalshiUrl === undefined ? {} : { baseUrl: kalshiUrl }) });
  const paper = { exchange, results: results ?? kalshiResults(client) };
  return { executor: exchange, view: exchange, paper, whyBarred: () => null };
}

/** The permit of the settings. @throws InputError 'bad-option' naming the first thing that is not as it must be */
export function permitOf(
  { mode, tradingUrl = '', understood, replay }: TraderSettings,
  accountId: string,
): Permit | null {
  if (mode === 'paper') return null;
  const source = replay === undefined ? 'live' : 'replay';
  return permitTrading({ mode, baseUrl: tradingUrl, accountId, understood, source });
}

/** One of Kalshi's exchanges. @throws InputError when it does not answer */
export async function kalshiExchange(permit: Permit, key: KalshiKey, parts: ExchangeParts): Promise<Exchange> {
  const { markets, limits, heardMs, ports, onRetry } = parts;
  const base = {
    key,
    ports,
    onRetry,
    nowMs: ports.nowMs,
    staleMs: limits.staleMs,
    // A book that is known is as of the feed's last sign of life.
    heardMs: (ticker: string) => (books.quote(ticker) === null ? null : heardMs()),
  };
  const books = new FeedBooks();
  const byShard = await orderGroups(permit, base, parts);
  const shardOf = (ticker: string): number => markets.get(ticker)?.shard ?? 0;
  const executor = createKalshiExecutor(permit, { ...base, groups: { byShard, shardOf } });
  const whyBarred = ({ shard }: TradedMarket): string | null =>
    byShard.has(shard) ? null : 'no order group could halt orders on its shard';
  return { executor, view: books, paper: null, whyBarred };
}

/** A group on each shard of the markets, kept over restarts: one that was triggered stays so until it is reset. */
async function orderGroups(
  permit: Permit,
  options: Parameters<typeof createOrderGroups>[1],
  { folder, markets, limits }: ExchangeParts,
): Promise<Map<number, string>> {
  const path = join(folder, 'order_groups.json');
  const kept = existsSync(path) ? readJsonAs(path, GROUPS, 'order groups', `delete ${path}`) : {};
  const byShard = new Map(Object.entries(kept).map(([shard, id]) => [Number(shard), id]));
  const missing = [...new Set([0, ...markets.all.map(({ shard }) => shard)])].filter((shard) => !byShard.has(shard));
  if (missing.length === 0) return byShard;
  const limitHundredths = GROUP_CONTRACTS_PER_USD * Math.ceil(limits.totalMicros / MICROS_PER_USD) * HUNDREDTHS;
  for (const [shard, id] of await createOrderGroups(permit, options, limitHundredths, missing)) byShard.set(shard, id);
  writeJsonAtomic(path, Object.fromEntries(byShard));
  return byShard;
}
