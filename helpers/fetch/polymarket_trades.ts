/** Polymarket's trades: from the subgraph while it was right, then from the Data API, by feed, by market or by wallet. */
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import { CONDITIONS_PER_REQUEST, type DataApiClient } from '../venues/polymarket/api/data_api.ts';
import type { TradeV2 } from '../venues/polymarket/api/rows.ts';
import { positionBefore, type SubgraphClient } from '../venues/polymarket/api/subgraph.ts';
import { MARKETS_FILE, type Source, type SourceMaker, tradesFile, type Window } from './source.ts';

const MINUTE_S = 60;
const minutesOf = ({ sinceS, untilS }: Window): number => (untilS - sinceS) / MINUTE_S;

const SUBGRAPH_POSITION = z.object({ timestampS: z.number(), id: z.string() });

/** Every row of the chain, in order of time; the window must end before the subgraph's does. */
export function subgraphTrades(client: SubgraphClient, window: Window): Source {
  return {
    label: 'trades of the subgraph, minutes',
    total: minutesOf(window),
    batches: async function* (position) {
      const from = position === null ? positionBefore(window.sinceS) : SUBGRAPH_POSITION.parse(position);
      let at = from;
      for await (const { rows } of client.fillPages(from, window.untilS)) {
        const last = rows.at(-1);
        if (last === undefined) continue;
        at = { timestampS: Number(last.timestamp), id: last.id };
        yield {
          rows: rows.map((row) => ({ file: tradesFile(Number(row.timestamp)), row })),
          position: at,
          done: (at.timestampS - window.sinceS) / MINUTE_S,
        };
      }
    },
  };
}

const PAGE_POSITION = z.object({ cursor: z.string(), lastS: z.number() });
type PagePosition = z.infer<typeof PAGE_POSITION>;

interface TradesPage {
  readonly rows: readonly TradeV2[];
  /** Null at the end of the window or of the feed. */
  readonly next: PagePosition | null;
  /** Time of the oldest row so far. */
  readonly lastS: number;
}

/** Pages of a feed that runs from the newest row to the oldest, as far as they lie in the window. */
async function* pagesWithin(
  pages: ReturnType<DataApiClient['tradePages']>,
  { sinceS, untilS }: Window,
  lastS: number,
): AsyncGenerator<TradesPage> {
  let last = lastS;
  for await (const { rows, next } of pages) {
    for (const { timestamp } of rows) {
      if (timestamp > last)
        throw new InputError(
          'bad-answer',
          'Polymarket Data API /v2/trades: rows are not in order of time, newest first',
          'run the same command again later',
        );
      last = timestamp;
    }
    const isEnd = next === null || last < sinceS;
    yield {
      rows: rows.filter(({ timestamp }) => timestamp >= sinceS && timestamp < untilS),
      next: isEnd ? null : { cursor: next, lastS: last },
      lastS: last,
    };
    if (isEnd) return;
  }
}

function batchRows(rows: readonly TradeV2[]): { file: string; row: TradeV2 }[] {
  return rows.map((row) => ({ file: tradesFile(row.timestamp), row }));
}

/** One feed: of all markets (this month and the last), or of one wallet; the newest first. */
export function feedTrades(client: DataApiClient, window: Window, user: string | null): Source {
  const total = minutesOf(window);
  return {
    label: 'trades of the Data API, minutes',
    total,
    batches: async function* (position) {
      // Behind the last page there is a position too: nothing is to come.
      if (position === 'end') return;
      const at = position === null ? null : PAGE_POSITION.parse(position);
      const scope = user === null ? {} : { user, startS: window.sinceS, endS: window.untilS };
      const pages = client.tradePages({ takerOnly: false, ...scope }, at?.cursor ?? null);
      for await (const { rows, next, lastS } of pagesWithin(pages, window, at?.lastS ?? Number.POSITIVE_INFINITY))
        yield {
          rows: batchRows(rows),
          position: next ?? 'end',
          done: Math.min(total, (window.untilS - lastS) / MINUTE_S),
        };
    },
  };
}

const CONDITIONS_POSITION = z.object({ group: z.number(), page: PAGE_POSITION.nullable() });

/** The trades of these markets, a few markets at a time. */
export function tradesOfMarkets(client: DataApiClient, window: Window, conditions: readonly string[]): Source {
  return {
    label: 'trades of the Data API, markets',
    total: conditions.length,
    batches: async function* (position) {
      const from = position === null ? { group: 0, page: null } : CONDITIONS_POSITION.parse(position);
      let { page } = from;
      for (let group = from.group; group * CONDITIONS_PER_REQUEST < conditions.length; group++, page = null) {
        const some = conditions.slice(group * CONDITIONS_PER_REQUEST, (group + 1) * CONDITIONS_PER_REQUEST);
        const pages = client.tradePages({ takerOnly: false, conditions: some }, page?.cursor ?? null);
        const done = Math.min(conditions.length, (group + 1) * CONDITIONS_PER_REQUEST);
        for await (const { rows, next } of pagesWithin(pages, window, page?.lastS ?? Number.POSITIVE_INFINITY)) {
          const behind = next === null ? { group: group + 1, page: null } : { group, page: next };
          yield { rows: batchRows(rows), position: behind, done };
        }
      }
    },
  };
}

/** The trades of all markets that an earlier source has listed, in the order of the list. */
export function tradesOfListed(client: DataApiClient, window: Window): SourceMaker {
  return async (fetched) => {
    const found = new Set<string>();
    for await (const { conditionId } of fetched.rows(MARKETS_FILE))
      if (typeof conditionId === 'string' && conditionId !== '') found.add(conditionId);
    return tradesOfMarkets(client, window, [...found]);
  };
}
