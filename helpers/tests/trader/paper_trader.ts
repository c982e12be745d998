/** A trader on paper in this process, with a clock and books that a test sets; it can be killed and opened again. */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertRecord } from '../../alerts/record.ts';
import { realPorts } from '../../http/ports.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import { openTradeDatabase } from '../../trade/ledger/database.ts';
import { Ledger } from '../../trade/ledger/ledger.ts';
import { RISK_LIMITS, type RiskLimits } from '../../trade/risk/limits.ts';
import { SIZING_RULES } from '../../trade/sizing/size_bet.ts';
import { type OpenTrader, openTrader } from '../../trader/open_trader.ts';
import type { TraderSettings } from '../../trader/trader_options.ts';
import { type Told, writeForecasts, writeWatchList } from './market_place.ts';

export const START_MS = Date.parse('2026-12-01T12:00:00Z');
const USD = 1_000_000;

function settingsOf(limits: Partial<RiskLimits>): TraderSettings {
  return {
    mode: 'paper',
    understood: undefined,
    rules: {
      sizing: { ...SIZING_RULES, marketWeight: 0 },
      bankrollMicros: 50 * USD,
      isReinvested: false,
      reconcileMs: MINUTE_MS,
    },
    limits: { ...RISK_LIMITS, ...limits },
    forecastAgeMs: 24 * HOUR_MS,
    everyMs: 10_000,
    isOnce: false,
    replay: undefined,
    depositMicros: null,
    command: { halt: undefined, resume: undefined },
    feedUrl: '',
    kalshiUrl: 'http://127.0.0.1:1/trade-api/v2',
    tradingUrl: undefined,
  };
}

/** An empty ledger, made once: a new one takes seconds, a copy of it a moment. */
let template: Promise<string> | null = null;

async function emptyLedger(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-ledger-'));
  const database = await openTradeDatabase(undefined, folder);
  await Ledger.open(database);
  await database.close();
  return join(folder, 'pglite');
}

/** To be called after all tests of a file. */
export async function removeEmptyLedger(): Promise<void> {
  const made = template;
  template = null;
  if (made !== null) rmSync(join(await made, '..'), { recursive: true, force: true });
}

export async function paperTrader(markets: readonly Told[], limits: Partial<RiskLimits> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-paper-trader-'));
  const folder = join(root, 'live', 'trader', 'paper');
  template ??= emptyLedger();
  cpSync(await template, join(folder, 'pglite'), { recursive: true });
  let nowMs = START_MS;
  const told: AlertRecord[] = [];
  const warned: string[] = [];
  const payouts = new Map<string, number>();
  const ports = { ...realPorts(1), nowMs: () => nowMs };
  const level = ([cents, size]: readonly [number, number]): [string, string] => [
    (cents / 100).toFixed(4),
    size.toFixed(2),
  ];
  const tell = (all: readonly Told[]): void => {
    writeWatchList(
      root,
      all.map((one) => ({ closesMs: START_MS + 120 * HOUR_MS, ...one })),
    );
    writeForecasts(
      root,
      all.map((one) => ({ asOfMs: nowMs - MINUTE_MS, ...one })),
    );
  };
  const open = (): Promise<OpenTrader> =>
    openTrader({
      dataDir: root,
      folder,
      settings: settingsOf(limits),
      ports,
      real: null,
      heardMs: () => nowMs,
      newId: randomUUID,
      tell: (records) => told.push(...records),
      warn: (line) => warned.push(line),
      results: async (tickers) => new Map([...payouts].filter(([ticker]) => tickers.includes(ticker))),
    });
  tell(markets);
  let opened = await open();
  return {
    root,
    folder,
    told,
    warned,
    payouts,
    tell,
    get open(): OpenTrader {
      return opened;
    },
    now: () => nowMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** The book of a market: cents and contracts of the best bid and ask of YES. */
    book: (ticker: string, bid: readonly [number, number] | null, ask: readonly [number, number] | null) =>
      opened.exchange.view.onFrame('orderbook_snapshot', {
        market_ticker: ticker,
        yes_dollars_fp: bid === null ? [] : [level(bid)],
        no_dollars_fp: ask === null ? [] : [level([100 - ask[0], ask[1]])],
      }),
    /** Asks the exchange, and decides. */
    round: async () => {
      const asOfMs = await opened.desk.sync();
      await opened.desk.cancelStale();
      await opened.trader.round(asOfMs);
    },
    /** As after kill -9: nothing more is saved. */
    restart: async () => {
      await opened.close();
      opened = await open();
    },
    close: async () => {
      await opened.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
export type PaperTrader = Awaited<ReturnType<typeof paperTrader>>;
