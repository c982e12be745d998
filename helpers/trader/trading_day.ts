/** What happened on a UTC day: from the ledger what was gained and paid, from the intent log what was ordered, from the risk engine what it said. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DAY_MS } from '../run/clock.ts';
import { readJsonAs, writeJsonAtomic } from '../run/files.ts';
import type { Mode } from '../trade/execution/executor.ts';
import type { IntentLog } from '../trade/execution/intent_log.ts';
import { CAPITAL, CASH, FEES, GAINS, POSITION } from '../trade/ledger/entries.ts';
import type { Ledger } from '../trade/ledger/ledger.ts';
import { formatLock } from '../trade/risk/locks.ts';
import { formatStop } from '../trade/risk/stops.ts';
import { type RiskLine, readRiskLines } from './risk_record.ts';

const COUNTS = z.record(z.string(), z.number());

const TRADING_DAY = z.object({
  version: z.literal(1),
  mode: z.enum(['paper', 'demo', 'live']),
  /** 2026-12-01 */
  day: z.string(),
  /** Micro-dollars, positions at cost. */
  equityBeforeMicros: z.number(),
  equityAfterMicros: z.number(),
  capitalMicros: z.number(),
  /** Gained by what is no longer held, before fees. */
  gainedMicros: z.number(),
  feesMicros: z.number(),
  nFills: z.number(),
  contracts: z.number(),
  settled: z.array(z.object({ ticker: z.string(), payoutMicros: z.number() })),
  /** Orders by how they stand now. */
  orders: COUNTS,
  /** Denials, those that repeated one within the hour once, by the checks that failed. */
  denied: COUNTS,
  /** Stops and pauses, a sentence each. */
  stops: z.array(z.string()),
  /** Null where nobody counted. */
  funnel: z.array(z.string()).nullable(),
});
export type TradingDay = Readonly<z.infer<typeof TRADING_DAY>>;

const pathOf = (folder: string, day: string): string => join(folder, 'days', `${day}.json`);

/** A day as its trader left it; null where it did not. @throws InputError 'corrupt-file' */
export function keptDay(folder: string, day: string): TradingDay | null {
  const path = pathOf(folder, day);
  return existsSync(path) ? readJsonAs(path, TRADING_DAY, 'a day of trading', 'delete it: 27 makes it again') : null;
}

export function keepDay(folder: string, day: TradingDay): void {
  writeJsonAtomic(pathOf(folder, day.day), day);
}

export interface DayParts {
  readonly mode: Mode;
  readonly folder: string;
  readonly ledger: Ledger;
  readonly log: IntentLog;
}

/** @param day in UTC, 2026-12-01 @param funnel lines of why nothing was traded; null where nobody counted */
export async function tradingDay(
  { mode, folder, ledger, log }: DayParts,
  day: string,
  funnel: readonly string[] | null,
): Promise<TradingDay> {
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  const untilMs = fromMs + DAY_MS;
  const entries = await ledger.entriesBetween(fromMs, untilMs);
  const before = await ledger.balancesAt(fromMs);
  const after = await ledger.balancesAt(untilMs);
  const change = (account: string): number => (after.get(account) ?? 0) - (before.get(account) ?? 0);
  const fills = entries.flatMap(({ event }) => (event.kind === 'fill' ? [event.fill] : []));
  const settled = entries.flatMap(({ event }) => (event.kind === 'settlement' ? [event.settlement] : []));
  const orders = log.writtenBetween(fromMs, untilMs);
  const lines = readRiskLines(folder, day);
  return {
    version: 1,
    mode,
    day,
    equityBeforeMicros: equityOf(before),
    equityAfterMicros: equityOf(after),
    capitalMicros: 0 - change(CAPITAL),
    gainedMicros: 0 - change(GAINS),
    feesMicros: change(FEES),
    nFills: fills.length,
    contracts: fills.reduce((sum, { countHundredths }) => sum + countHundredths, 0) / 100,
    settled: settled.map(({ ticker, payoutMicros }) => ({ ticker, payoutMicros })),
    orders: countOf(orders.map(({ state }) => state)),
    denied: countOf(lines.flatMap(deniedBy)),
    stops: lines.flatMap(({ event }) =>
      event.kind === 'stop' ? [formatStop(event.stop)] : event.kind === 'lock' ? [formatLock(event.lock)] : [],
    ),
    funnel: funnel === null ? null : [...funnel],
  };
}

function equityOf(balances: ReadonlyMap<string, number>): number {
  const assets = [...balances].filter(([account]) => account.startsWith(CASH) || account.startsWith(POSITION));
  return assets.reduce((sum, [, micros]) => sum + micros, 0);
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function deniedBy({ event }: RiskLine): string[] {
  if (event.kind !== 'decision' || event.decision.verdict !== 'deny') return [];
  const failed = event.decision.checks.filter(({ isPassed }) => !isPassed).map(({ name }) => name);
  return [failed.join(' and ')];
}
