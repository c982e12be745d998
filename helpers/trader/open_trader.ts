/** Opens everything that a trader has: ledger, intent log, risk engine, an exchange; and begins the ledger with the money that is there. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AlertRecord } from '../alerts/record.ts';
import type { HttpPorts } from '../http/ports.ts';
import { envValue } from '../run/env.ts';
import { InputError } from '../run/errors.ts';
import type { Executor } from '../trade/execution/executor.ts';
import type { Permit } from '../trade/execution/gates.ts';
import { IntentLog } from '../trade/execution/intent_log.ts';
import { OrderDesk } from '../trade/execution/order_desk.ts';
import { reconcile } from '../trade/execution/reconcile.ts';
import { openTradeDatabase, type TradeDatabase } from '../trade/ledger/database.ts';
import { Ledger, type LedgerEvent } from '../trade/ledger/ledger.ts';
import { formatMicros } from '../trade/money.ts';
import { RiskEngine } from '../trade/risk/engine.ts';
import type { KalshiKey } from '../venues/kalshi/api/signing.ts';
import { type Exchange, type ExchangeParts, kalshiExchange, paperExchange } from './exchange.ts';
import { Forecasts } from './forecasts.ts';
import { MarketList, termsOf } from './markets.ts';
import type { Results } from './results.ts';
import { RiskRecord } from './risk_record.ts';
import { Trader } from './trader.ts';
import type { TraderSettings } from './trader_options.ts';
import { readTraderState, type TraderState } from './trader_state.ts';

export interface OpenOptions {
  readonly dataDir: string;
  readonly folder: string;
  readonly settings: TraderSettings;
  readonly ports: HttpPorts;
  /** Null for paper. */
  readonly real: { readonly permit: Permit; readonly key: KalshiKey } | null;
  /** When the feed last gave a sign of life, ms since 1970; null for never. */
  readonly heardMs: () => number | null;
  readonly newId: () => string;
  readonly tell: (records: readonly AlertRecord[]) => void;
  readonly warn: (line: string) => void;
  /** How paper markets ended; default: asked of Kalshi. */
  readonly results?: Results;
}

export interface OpenTrader {
  readonly trader: Trader;
  readonly desk: OrderDesk;
  readonly exchange: Exchange;
  readonly engine: RiskEngine;
  readonly ledger: Ledger;
  readonly log: IntentLog;
  readonly markets: MarketList;
  close(): Promise<void>;
}

const PAPER = 'paper';
const ID_DIGITS = 8;

/** Where a ledger is in a PostgreSQL that holds those of several accounts. */
function schemaOf(mode: string, accountId: string): string {
  return `spyhop_${mode}_${createHash('sha256').update(accountId).digest('hex').slice(0, ID_DIGITS)}`;
}

/** The ledger of a trader's folder. @throws InputError 'busy' when a trader has it */
export function openLedger(folder: string, mode: string, accountId: string): Promise<TradeDatabase> {
  return openTradeDatabase(envValue('DATABASE_URL'), folder, schemaOf(mode, accountId));
}

/** The account that a trader would have: the key's id, or `paper`. */
function accountOf(real: OpenOptions['real']): string {
  return real?.key.id ?? PAPER;
}

/** Opens a trader; what it needs of the world is asked at once. @throws InputError when the folder is taken, or what is in it cannot be read */
export async function openTrader(options: OpenOptions): Promise<OpenTrader> {
  const { dataDir, folder, settings, ports, real, heardMs, newId, tell, warn, results } = options;
  const statePath = join(folder, 'state.json');
  const log = IntentLog.open(folder);
  const undo: (() => void | Promise<void>)[] = [() => log.close()];
  const close = async (): Promise<void> => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  try {
    const accountId = accountOf(real);
    const state = readTraderState(statePath, accountId, ports.nowMs());
    const database = await openLedger(folder, settings.mode, accountId);
    undo.push(() => database.close());
    const ledger = await Ledger.open(database);
    await checkState(state, ledger, statePath);
    const markets = new MarketList(dataDir, state.markets);
    markets.refresh();
    const parts: ExchangeParts = { folder, markets, limits: settings.limits, heardMs, ports, onRetry: warn };
    if (real === null) await bookStart(ledger, new Map([[0, settings.rules.bankrollMicros]]), ports.nowMs());
    const exchange =
      real === null
        ? paperExchange(parts, await ledger.summary(), runOf(state, ports.nowMs()), results ?? null, settings.kalshiUrl)
        : await kalshiExchange(real.permit, real.key, parts);
    if (real !== null) await bookAccount(ledger, exchange.executor);
    const record = new RiskRecord(folder, ports.nowMs);
    undo.push(() => record.close());
    const engine = new RiskEngine(
      {
        limits: settings.limits,
        termsOf: ({ ticker }) => {
          const market = markets.get(ticker);
          return market === null ? null : termsOf(market);
        },
        record: (event) => record.add(event),
      },
      state.engine,
    );
    // The lists of the paper exchange do not lag.
    const limits = exchange.paper === null ? {} : { graceMs: 0 };
    const desk = new OrderDesk({ executor: exchange.executor, log, ledger, nowMs: ports.nowMs, limits });
    const trader = new Trader(
      {
        ...exchange,
        desk,
        log,
        ledger,
        engine,
        markets,
        forecasts: new Forecasts(dataDir, settings.forecastAgeMs),
        rules: settings.rules,
        heardMs,
        nowMs: ports.nowMs,
        newId,
        tell,
        warn,
        folder,
        statePath,
      },
      state,
    );
    if (settings.depositMicros !== null) await bookDeposit(ledger, exchange.executor, desk, settings.depositMicros);
    // A venue that was halted stays so; one of paper has forgotten it.
    if (state.isHaltedAtVenue) await exchange.executor.halt();
    return { trader, desk, exchange, engine, ledger, log, markets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Names a run of the paper exchange: ids of its orders must differ from those of earlier runs. */
function runOf({ ledgerId }: TraderState, nowMs: number): string {
  return `${ledgerId} ${nowMs}`;
}

/** A ledger that has traded and no state that knows of it: nobody may go on. */
async function checkState({ ledgerId }: TraderState, ledger: Ledger, path: string): Promise<void> {
  if (ledgerId > 0) return;
  const entries = await ledger.entriesAfter(0);
  if (entries.some(({ event }) => event.kind !== 'capital'))
    throw new InputError('corrupt-file', `${path} is gone, and the ledger has traded`, 'restore it from a copy');
}

/** Books the money that is there, once. */
async function bookStart(ledger: Ledger, cash: ReadonlyMap<number, number>, tsMs: number): Promise<void> {
  if ((await ledger.fillsSinceMs(0)) !== null) return;
  const events = [...cash].map(
    ([shard, amountMicros]): LedgerEvent => ({ kind: 'capital', id: `start ${shard}`, shard, amountMicros, tsMs }),
  );
  await ledger.book(events);
}

/** The same for an account at the venue, whose earlier trades are in its money. @throws InputError for one that holds something */
async function bookAccount(ledger: Ledger, executor: Executor): Promise<void> {
  if ((await ledger.fillsSinceMs(0)) !== null) return;
  // Asked before: what is filled later is later than this.
  const asOfMs = await executor.asOfMs();
  const { cash, positions } = await executor.account();
  if (positions.size > 0)
    throw new InputError(
      'bad-value',
      `the account holds positions that this ledger does not know (${[...positions.keys()].slice(0, 3).join(', ')}, …)`,
      'sell them first, or use an account of its own',
    );
  await bookStart(ledger, cash, asOfMs);
}

/** Books money that was brought in or taken out, where exactly that is what the cash differs by. @throws InputError 'bad-option' where it is not */
async function bookDeposit(ledger: Ledger, executor: Executor, desk: OrderDesk, amountMicros: number): Promise<void> {
  const tsMs = await desk.sync();
  const differences = (await reconcile(executor, ledger)).filter(({ what }) => what.startsWith('cash'));
  const [one] = differences;
  if (differences.length !== 1 || one.venue - one.ledger !== amountMicros)
    throw new InputError(
      'bad-option',
      `--deposit ${formatMicros(amountMicros)} is not what the cash differs by (${differences.map(({ line }) => line).join('; ') || 'it does not differ'})`,
      'give exactly the difference, or leave it out',
    );
  await ledger.book([
    { kind: 'capital', id: `deposit ${tsMs}`, shard: Number(/\d+$/.exec(one.what)?.[0] ?? 0), amountMicros, tsMs },
  ]);
}
