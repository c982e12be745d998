/** What an analyzer keeps on disk so that the next one goes on: ids that it has seen, trades that wait for their turn, what is known of markets. */
import { DAY_MS } from '../run/clock.ts';
import { explained, openDatabase } from '../sqlite/database.ts';
import type { StreamAnalyzer } from './analyzer.ts';
import type { OrderState } from './event_order.ts';
import { type MarketEvent, parseEvent } from './events.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ids (n INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL, hashes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS waiting (one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS markets (market TEXT PRIMARY KEY, received_ms REAL NOT NULL, event TEXT NOT NULL) WITHOUT ROWID;`;
/** What nobody has said anything about for so long is asked for anew when it trades again. */
const MARKET_AGE_MS = 7 * DAY_MS;

export interface AnalyzerState {
  /** Order and markets as they were saved; the seen ids are put back into `seen`. */
  load(analyzer: StreamAnalyzer): { order: OrderState | null; markets: MarketEvent[] };
  /** Saves what has changed, all of it or nothing. @throws InputError 'disk-full', 'busy' */
  save(analyzer: StreamAnalyzer): void;
  close(): void;
}

/** @param path of the file, or IN_MEMORY */
export function openAnalyzerState(path: string): AnalyzerState {
  const db = openDatabase(path, SCHEMA);
  const addIds = db.prepare('INSERT INTO ids (generation, hashes) VALUES (?, ?)');
  const dropIds = db.prepare('DELETE FROM ids WHERE generation < ?');
  const keepOrder = db.prepare('INSERT OR REPLACE INTO waiting VALUES (1, ?)');
  const keepMarket = db.prepare('INSERT OR REPLACE INTO markets VALUES (?, ?, ?)');
  const dropMarkets = db.prepare('DELETE FROM markets WHERE received_ms < ?');
  const save = db.transaction((analyzer: StreamAnalyzer) => {
    const { seen } = analyzer;
    const hashes = seen.unkept();
    if (hashes.length > 0) addIds.run(seen.generation, Buffer.from(hashes.buffer));
    dropIds.run(seen.generation - 1);
    keepOrder.run(JSON.stringify(analyzer.orderState()));
    for (const [key, market] of analyzer.changedMarkets())
      keepMarket.run(key, market.received_ms, JSON.stringify(market));
  });
  return {
    load: ({ seen }) =>
      explained(path, () => {
        const rows = db.prepare('SELECT generation, hashes FROM ids ORDER BY n').raw(true).all() as [number, Buffer][];
        for (const [generation, bytes] of rows) seen.restore(generation, new Uint32Array(new Uint8Array(bytes).buffer));
        const [state] = db.prepare('SELECT state FROM waiting').raw(true).all() as [string][];
        const order = state === undefined ? null : (JSON.parse(state[0]) as OrderState);
        if (order?.clockMs != null) dropMarkets.run(order.clockMs - MARKET_AGE_MS);
        const markets = db.prepare('SELECT event FROM markets').raw(true).all() as [string][];
        return { order, markets: markets.map(([event]) => parseEvent(event) as MarketEvent) };
      }),
    save: (analyzer) => {
      explained(path, () => save.immediate(analyzer));
      analyzer.seen.kept();
      analyzer.marketsKept();
    },
    close: () => {
      db.close();
    },
  };
}
