/** Polymarket's order books and prices, and the winner that the exchange itself names. Public reads only. */
import { z } from 'zod';
import { slidingWindow } from '../../../http/budget.ts';
import { createHttpClient } from '../../../http/client.ts';
import { HttpError } from '../../../http/http_error.ts';
import { realPorts } from '../../../http/ports.ts';
import type { ApiOptions } from '../../clients.ts';
import { CLOB_BOOK, CLOB_MARKET, CLOB_PRICE } from './rows.ts';

const CLOB_URL = 'https://clob.polymarket.com';

/** Published per address of the caller and ten seconds. */
const LIMITS = [
  slidingWindow(9000, 10),
  slidingWindow(500, 10, '/books'),
  slidingWindow(1500, 10, '/book'),
  slidingWindow(1500, 10, '/price'),
  slidingWindow(1500, 10, '/midpoint'),
  slidingWindow(1000, 10, '/prices-history'),
];

const MID = z.object({ mid: CLOB_PRICE });
const HISTORY = z.object({ history: z.array(z.object({ t: z.number(), p: z.number() })) });

interface BookLevel {
  readonly price: number;
  readonly shares: number;
}

interface Book {
  readonly token: string;
  readonly condition: string;
  readonly atMs: number;
  /** Best first. */
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface ClobClient {
  /** Null while there is no book: a new market, or one that is over. */
  book(token: string): Promise<Book | null>;
  books(tokens: readonly string[]): Promise<Book[]>;
  midpoint(token: string): Promise<number | null>;
  /** Prices of a token, `t` in seconds since 1970. */
  priceHistory(token: string, startS: number, endS: number, minutes: number): Promise<{ t: number; p: number }[]>;
  market(condition: string): Promise<z.infer<typeof CLOB_MARKET> | null>;
}

/** Lists come in either order: the best is found, not taken from an end. */
function bookOf(raw: z.infer<typeof CLOB_BOOK>): Book {
  const levels = (list: typeof raw.bids): BookLevel[] =>
    list.map(({ price, size }) => ({ price: Number(price), shares: Number(size) })).filter(({ shares }) => shares > 0);
  return {
    token: raw.asset_id,
    condition: raw.market,
    atMs: Number(raw.timestamp),
    bids: levels(raw.bids).sort((a, b) => b.price - a.price),
    asks: levels(raw.asks).sort((a, b) => a.price - b.price),
  };
}

/** What `work` finds, or null where the service knows of no such thing. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return null;
    throw error;
  }
}

/** A client of the exchange's public reads. */
export function createClobClient({ ports = realPorts(), baseUrl = CLOB_URL, ...options }: ApiOptions = {}): ClobClient {
  const http = createHttpClient({ name: 'Polymarket CLOB', baseUrl, limits: LIMITS, ...options }, ports);
  return {
    book: async (token) => {
      const raw = await orNull(http.json({ path: '/book', query: { token_id: token } }, CLOB_BOOK));
      return raw === null ? null : bookOf(raw);
    },
    books: async (tokens) => {
      const body = tokens.map((token) => ({ token_id: token }));
      const raw = await http.json({ method: 'POST', path: '/books', body, repeat: 'always' }, z.array(CLOB_BOOK));
      return raw.map(bookOf);
    },
    midpoint: async (token) => {
      const found = await orNull(http.json({ path: '/midpoint', query: { token_id: token } }, MID));
      return found === null || found.mid === '' ? null : Number(found.mid);
    },
    priceHistory: async (token, startS, endS, minutes) => {
      const query = { market: token, startTs: startS, endTs: endS, fidelity: minutes };
      return (await http.json({ path: '/prices-history', query }, HISTORY)).history;
    },
    market: (condition) => orNull(http.json({ path: `/markets/${encodeURIComponent(condition)}` }, CLOB_MARKET)),
  };
}
