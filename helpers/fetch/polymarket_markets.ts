/** Polymarket's markets: all that may have traded in a window, or those of the trades that were fetched. */
import { z } from 'zod';
import { SECOND_MS } from '../run/clock.ts';
import { type GammaClient, IDS_PER_REQUEST } from '../venues/polymarket/api/gamma.ts';
import type { GammaMarket } from '../venues/polymarket/api/rows.ts';
import { parseTime } from '../venues/values/time.ts';
import { idsOfTrades, marketsByIds } from './markets_by_ids.ts';
import { MARKETS_FILE, type RawRow, type Source, type SourceMaker, type Window } from './source.ts';

/** Trades may be told for a while after a market has closed. */
const AFTER_CLOSE_S = 86_400;

/** `cursor` is null at the beginning of the open or of the closed ones. */
const LIST_POSITION = z.union([z.object({ closed: z.boolean(), cursor: z.string().nullable() }), z.literal('end')]);

/** Whether a market may have traded in the window; what is not known speaks for it. */
function mayHaveTraded(market: GammaMarket, { sinceS, untilS }: Window): boolean {
  const created = parseTime(typeof market.createdAt === 'string' ? market.createdAt : null, null);
  const closed = market.closed === true ? parseTime(market.closedTime, null) : null;
  if (created !== null && created.ms >= untilS * SECOND_MS) return false;
  return closed === null || closed.ms >= (sinceS - AFTER_CLOSE_S) * SECOND_MS;
}

/** All markets that may have traded in the window: open ones, then closed ones. One that closes meanwhile may come twice. */
export function listedMarkets(client: GammaClient, window: Window): Source {
  return {
    label: 'markets of Gamma',
    total: null,
    batches: async function* (position) {
      const from = position === null ? { closed: false, cursor: null } : LIST_POSITION.parse(position);
      if (from === 'end') return;
      let done = 0;
      for (const closed of from.closed ? [true] : [false, true]) {
        const first = closed === from.closed ? from.cursor : null;
        for await (const { rows, next } of client.marketPages({ closed }, first)) {
          const wanted = rows.filter((market) => mayHaveTraded(market, window));
          done += rows.length;
          const isLastOpen = next === null && !closed;
          yield {
            rows: wanted.map((row) => ({ file: MARKETS_FILE, row })),
            position: isLastOpen ? { closed: true, cursor: null } : next === null ? 'end' : { closed, cursor: next },
            done,
          };
        }
      }
    },
  };
}

/** Half of what is allowed: tokens are long, and an address must not be. */
const IDS_AT_ONCE = IDS_PER_REQUEST / 2;

/** The token of a row of the chain. */
function tokenOf(row: RawRow): string | null {
  const token = row.makerAssetId === '0' ? row.takerAssetId : row.makerAssetId;
  return typeof token === 'string' ? token : null;
}

function conditionOf({ condition_id }: RawRow): string | null {
  return typeof condition_id === 'string' ? condition_id : null;
}

/**
 * The markets of the trades that were fetched.
 * @param key by what the trades name their market: rows of the chain by token, those of the Data API by condition
 */
export function marketsOfTrades(client: GammaClient, key: 'clob_token_ids' | 'condition_ids'): SourceMaker {
  return marketsByIds({
    label: 'markets of Gamma, ids',
    ids: (fetched) => idsOfTrades(fetched, key === 'clob_token_ids' ? tokenOf : conditionOf),
    atOnce: IDS_AT_ONCE,
    fetchMarkets: (ids) => client.marketsOf(key, ids),
    key: 'id',
  });
}

/** The markets of these condition ids. */
export function marketsOfConditions(client: GammaClient, conditions: readonly string[]): SourceMaker {
  return marketsByIds({
    label: 'markets of Gamma, ids',
    ids: async () => conditions,
    atOnce: IDS_AT_ONCE,
    fetchMarkets: (ids) => client.marketsOf('condition_ids', ids),
    key: 'id',
  });
}
