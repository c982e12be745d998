/** The markets of the trades that were fetched, a few ids at a time. */
import { z } from 'zod';
import {
  type FetchedFiles,
  MARKETS_FILE,
  type RawRow,
  type Source,
  type SourceMaker,
  TRADES_PREFIX,
} from './source.ts';

export interface MarketsByIds {
  readonly label: string;
  readonly ids: (fetched: FetchedFiles) => Promise<readonly string[]>;
  /** Ids that one request names. */
  readonly atOnce: number;
  readonly fetchMarkets: (ids: readonly string[]) => Promise<readonly RawRow[]>;
  /** The field that tells markets apart. */
  readonly key: string;
}

const POSITION = z.number();

/** Distinct ids of the trades so far, sorted; null where a row has none. */
export async function idsOfTrades(fetched: FetchedFiles, idOf: (row: RawRow) => string | null): Promise<string[]> {
  const ids = new Set<string>();
  for (const name of fetched.names(TRADES_PREFIX))
    for await (const row of fetched.rows(name)) {
      const id = idOf(row);
      if (id !== null && id !== '') ids.add(id);
    }
  return [...ids].sort();
}

/** Each market once, although several ids may stand for it; the position is the number of ids that lie behind. */
export function marketsByIds({ label, ids, atOnce, fetchMarkets, key }: MarketsByIds): SourceMaker {
  return async (fetched) => {
    const all = await ids(fetched);
    const batches: Source['batches'] = async function* (position) {
      const known = new Set<unknown>();
      for await (const market of fetched.rows(MARKETS_FILE)) known.add(market[key]);
      for (let done = position === null ? 0 : POSITION.parse(position); done < all.length; ) {
        const group = all.slice(done, done + atOnce);
        done += group.length;
        const fresh = (await fetchMarkets(group)).filter((market) => !known.has(market[key]) && known.add(market[key]));
        yield { rows: fresh.map((row) => ({ file: MARKETS_FILE, row })), position: done, done };
      }
    };
    return { label, total: all.length, batches };
  };
}
