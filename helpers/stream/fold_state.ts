/**
 * What a fold over the log keeps on disk so that the next process goes on: ids that it has seen, trades that wait for their turn, what is known
 * of markets, and figures of its own about them.
 */
import { basename, dirname } from 'node:path';
import { DAY_MS, HOUR_MS } from '../run/clock.ts';
import { takeLock } from '../run/lock.ts';
import { explained, IN_MEMORY, openDatabase } from '../sqlite/database.ts';
import type { OrderState } from './event_order.ts';
import { type MarketEvent, parseEvent } from './events.ts';
import { N_MARKETS_MAX } from './known_markets.ts';
import type { SeenIds } from './seen_ids.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ids (n INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL, hashes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS waiting (one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS markets (market TEXT PRIMARY KEY, received_ms REAL NOT NULL, event TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS figures (market TEXT PRIMARY KEY, last_ms REAL NOT NULL, numbers BLOB NOT NULL) WITHOUT ROWID;`;
/** What nobody has said anything about for so long is asked for anew when it trades again. */
const MARKET_AGE_MS = 7 * DAY_MS;

/** Figures of a market as of its last trade. */
export interface MarketFigures {
  readonly lastMs: number;
  readonly numbers: Float64Array;
}

/** A fold as it is saved: what has changed since `kept` was called. */
export interface KeptFold {
  readonly seen: SeenIds;
  orderState(): OrderState;
  changedMarkets(): ReadonlyMap<string, MarketEvent>;
  /** By market; none of a fold whose figures are kept elsewhere. */
  changedFigures?(): ReadonlyMap<string, MarketFigures>;
  /** What else it needs to go on, as JSON. */
  notes?(): unknown;
  kept(): void;
}

/** What an earlier process has left. */
export interface FoldBefore {
  readonly order: OrderState | null;
  readonly markets: readonly MarketEvent[];
  /** Those whose market was idle for longest first. */
  readonly figures: ReadonlyMap<string, MarketFigures>;
  readonly notes: unknown;
}

export interface FoldState {
  /** Puts the seen ids back into the fold; @returns the rest as it was saved */
  load(fold: Pick<KeptFold, 'seen'>): FoldBefore;
  /** Saves what has changed, all of it or nothing. @throws InputError 'disk-full', 'busy' */
  save(fold: KeptFold): void;
  close(): void;
}

/**
 * @param path of the file, or IN_MEMORY
 * @throws InputError 'busy' when another process goes on from it
 */
export function openFoldState(path: string): FoldState {
  const unlock = path === IN_MEMORY ? () => undefined : takeLock(dirname(path), basename(path));
  const db = openDatabase(path, SCHEMA);
  const addIds = db.prepare('INSERT INTO ids (generation, hashes) VALUES (?, ?)');
  const dropIds = db.prepare('DELETE FROM ids WHERE generation < ?');
  const keepOrder = db.prepare('INSERT OR REPLACE INTO waiting VALUES (1, ?)');
  const keepMarket = db.prepare('INSERT OR REPLACE INTO markets VALUES (?, ?, ?)');
  const dropMarkets = db.prepare('DELETE FROM markets WHERE received_ms < ?');
  const keepFigures = db.prepare('INSERT OR REPLACE INTO figures VALUES (?, ?, ?)');
  const dropFigures = db.prepare('DELETE FROM figures WHERE last_ms < ?');
  let droppedMs = Number.NEGATIVE_INFINITY;
  /** The newest, those heard of last at the end. */
  const newest = <T>(table: string, timeColumn: string): T[] =>
    db
      .prepare(
        `SELECT * FROM (SELECT * FROM ${table} ORDER BY ${timeColumn} DESC LIMIT ${N_MARKETS_MAX}) ORDER BY ${timeColumn}`,
      )
      .raw(true)
      .all() as T[];
  const dropOld = (clockMs: number | null): void => {
    if (clockMs === null || clockMs - droppedMs < HOUR_MS) return;
    for (const drop of [dropMarkets, dropFigures]) drop.run(clockMs - MARKET_AGE_MS);
    droppedMs = clockMs;
  };
  const save = db.transaction((fold: KeptFold) => {
    const { seen } = fold;
    const order = fold.orderState();
    const hashes = seen.unkept();
    if (hashes.length > 0) addIds.run(seen.generation, Buffer.from(hashes.buffer));
    dropIds.run(seen.generation - 1);
    keepOrder.run(JSON.stringify({ ...order, notes: fold.notes?.() ?? null }));
    for (const [key, market] of fold.changedMarkets()) keepMarket.run(key, market.received_ms, JSON.stringify(market));
    for (const [key, { lastMs, numbers }] of fold.changedFigures?.() ?? [])
      keepFigures.run(key, lastMs, Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    dropOld(order.clockMs);
  });
  return {
    load: ({ seen }) =>
      explained(path, () => {
        const rows = db.prepare('SELECT generation, hashes FROM ids ORDER BY n').raw(true).all() as [number, Buffer][];
        for (const [generation, bytes] of rows) seen.restore(generation, new Uint32Array(new Uint8Array(bytes).buffer));
        const [state] = db.prepare('SELECT state FROM waiting').raw(true).all() as [string][];
        const order = state === undefined ? null : (JSON.parse(state[0]) as OrderState & { readonly notes?: unknown });
        dropOld(order?.clockMs ?? null);
        const markets = newest<[string, number, string]>('markets', 'received_ms');
        const figures = newest<[string, number, Buffer]>('figures', 'last_ms');
        return {
          order,
          markets: markets.map(([, , event]) => parseEvent(event) as MarketEvent),
          figures: new Map(
            figures.map(([key, lastMs, bytes]) => [
              key,
              { lastMs, numbers: new Float64Array(new Uint8Array(bytes).buffer) },
            ]),
          ),
          notes: order?.notes ?? null,
        };
      }),
    save: (fold) => {
      explained(path, () => save.immediate(fold));
      fold.seen.kept();
      fold.kept();
    },
    close: () => {
      db.close();
      unlock();
    },
  };
}
