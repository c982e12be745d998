/**
 * The order-book subgraph: every fill on the first exchange contracts, in order of time. From 2026-04-28 on, when the venue
 * moved to new contracts, it is incomplete, and is not asked.
 */
import { z } from 'zod';
import { slidingWindow } from '../../../http/budget.ts';
import { createHttpClient } from '../../../http/client.ts';
import { realPorts } from '../../../http/ports.ts';
import { assert, InputError } from '../../../run/errors.ts';
import type { ApiOptions } from '../../clients.ts';
import { ORDER_FILLED, type OrderFilledRow } from './rows.ts';

const SUBGRAPH_URL =
  'https://api.goldsky.com/api/public/project_cl6mb8i9h0003e201j6li0diw/subgraphs/orderbook-subgraph/0.0.1/gn';

/** No limit is published; this is slow enough not to be turned away. */
const LIMITS = [slidingWindow(50, 10)];

/** First moment of which the subgraph is not to be trusted, seconds since 1970: 2026-04-28T11:00:00Z. */
export const SUBGRAPH_END_S = 1_777_374_000;

const ROWS_PER_PAGE = 1000;
const GRAPHQL_ATTEMPTS_MAX = 6;
const GRAPHQL_WAIT_MS = 1000;

const ANSWER = z.object({
  data: z.object({ orderFilledEvents: z.array(ORDER_FILLED).nullish() }).nullish(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});

const QUERY = `query($from: BigInt!, $until: BigInt!, $id: ID!, $first: Int!) {
  orderFilledEvents(first: $first, orderBy: timestamp, orderDirection: asc,
    where: { or: [ { timestamp_gt: $from, timestamp_lt: $until }, { timestamp: $from, id_gt: $id } ] }) {
    id transactionHash timestamp orderHash maker taker makerAssetId makerAmountFilled takerAssetId takerAmountFilled fee
  }
}`;

/** Behind which row to go on: rows of one second are in order of id, and there may be thousands of them. */
export interface SubgraphPosition {
  readonly timestampS: number;
  readonly id: string;
}

/** The position in front of all rows of `sinceS` and later. */
export function positionBefore(sinceS: number): SubgraphPosition {
  return { timestampS: sinceS, id: '' };
}

export interface SubgraphClient {
  /** Pages of fills behind `from` and before `untilS`, in order of time and id, and the position behind each; null at the end. */
  fillPages(
    from: SubgraphPosition,
    untilS: number,
  ): AsyncGenerator<{ readonly rows: readonly OrderFilledRow[]; readonly next: SubgraphPosition | null }>;
}

/**
 * A client of the order-book subgraph.
 * @throws InputError from its pages when a row comes out of order, or an answer of status 200 holds errors again and again
 */
export function createSubgraphClient({
  ports = realPorts(),
  baseUrl = SUBGRAPH_URL,
  ...options
}: ApiOptions = {}): SubgraphClient {
  const name = 'Polymarket order-book subgraph';
  const http = createHttpClient({ name, baseUrl, limits: LIMITS, ...options }, ports);

  /** Errors come with status 200, perhaps beside a part of the data: such an answer counts as none. */
  const page = async (from: SubgraphPosition, untilS: number): Promise<readonly OrderFilledRow[]> => {
    const variables = { from: String(from.timestampS), until: String(untilS), id: from.id, first: ROWS_PER_PAGE };
    const body = { query: QUERY, variables };
    for (let attempt = 1; ; attempt++) {
      const { data, errors = [] } = await http.json({ method: 'POST', path: '', body, repeat: 'always' }, ANSWER);
      const rows = data?.orderFilledEvents;
      if (errors.length === 0 && rows !== null && rows !== undefined) return rows;
      const what = errors.map(({ message }) => message).join('; ') || 'no orderFilledEvents in the answer';
      if (attempt >= GRAPHQL_ATTEMPTS_MAX)
        throw new InputError('bad-answer', `${name}: ${what.slice(0, 200)}`, 'run the same command again later');
      await ports.sleep(GRAPHQL_WAIT_MS * attempt * (0.5 + ports.random.uniform()));
    }
  };

  return {
    fillPages: async function* (from, untilS) {
      assert(untilS <= SUBGRAPH_END_S, 'the subgraph is not to be trusted from 2026-04-28 on');
      for (let at: SubgraphPosition | null = from; at !== null; ) {
        const rows = await page(at, untilS);
        checkOrder(name, at, rows);
        const last = rows.at(-1);
        const isEnd = last === undefined || rows.length < ROWS_PER_PAGE;
        at = isEnd ? null : { timestampS: Number(last.timestamp), id: last.id };
        yield { rows, next: at };
      }
    },
  };
}

/** Each row must lie behind the one before it, or rows would be lost or counted twice. */
function checkOrder(name: string, from: SubgraphPosition, rows: readonly OrderFilledRow[]): void {
  let { timestampS, id } = from;
  for (const row of rows) {
    const rowS = Number(row.timestamp);
    if (rowS < timestampS || (rowS === timestampS && row.id <= id))
      throw new InputError('bad-answer', `${name}: row ${row.id} is out of order`, 'run the same command again later');
    timestampS = rowS;
    id = row.id;
  }
}
