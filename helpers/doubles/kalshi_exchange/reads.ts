/** What the exchange double answers to reads: all but queue places as it was a while ago (facts 1.1, 1.2). */
import { isoTime } from '../../run/clock.ts';
import { cursorOf, limitOf, positionOf } from '../cursors.ts';
import { type Answered, ok } from '../server.ts';
import type { KalshiExchange } from './exchange.ts';
import type { Dated, Row } from './matching.ts';
import { countText, dollarsText, Refusal } from './wire.ts';

/** A page, newest first; the cursor is the number of the next row. */
function page(rows: readonly Dated[], query: URLSearchParams, key: string, isWanted: (row: Row) => boolean): Answered {
  const cursor = query.get('cursor') ?? '';
  const start = cursor === '' ? rows.length - 1 : positionOf(cursor);
  if (typeof start !== 'number') throw new Refusal(400, 'invalid_cursor');
  const limit = limitOf(query.get('limit'), 100, 1000);
  const minMs = Number(query.get('min_ts') ?? Number.NEGATIVE_INFINITY) * 1000;
  const maxMs = Number(query.get('max_ts') ?? Number.POSITIVE_INFINITY) * 1000 + 999;
  const found: Row[] = [];
  for (let i = start; i >= 0; i--) {
    const { atMs, row } = rows[i];
    if (atMs < minMs || atMs > maxMs || !isWanted(row)) continue;
    if (found.length === limit) return ok({ [key]: found, cursor: cursorOf(i) });
    found.push(row);
  }
  return ok({ [key]: found, cursor: '' });
}

function matches(query: URLSearchParams, names: Readonly<Record<string, string>>): (row: Row) => boolean {
  const wanted = Object.entries(names).flatMap(([name, column]) => {
    const value = query.get(name);
    return value === null ? [] : [[column, new Set(value.split(','))] as const];
  });
  return (row) => wanted.every(([column, values]) => values.has(String(row[column])));
}

const ORDER_FILTERS = { ticker: 'ticker', status: 'status', exchange_index: 'exchange_index' };
const FILL_FILTERS = { ticker: 'ticker', order_id: 'order_id', exchange_index: 'exchange_index' };

/** The answer to a GET of a path below the root; null where there is nothing. */
export function portfolioReads(
  exchange: KalshiExchange,
  lagMs: number,
): (path: string, query: URLSearchParams) => Answered | null {
  const { matching, member } = exchange;
  const asOf = (): number => exchange.nowMs - lagMs;
  const orders = (): Dated[] =>
    [...exchange.orders.values()].flatMap(({ id, createdMs }) => {
      const row = matching.orderRows.get(id)?.asOf(asOf());
      return row === undefined ? [] : [{ atMs: createdMs, row }];
    });
  const known = (rows: readonly Dated[]): Dated[] => rows.filter(({ atMs }) => atMs <= asOf());
  const queuePlace = (id: string): string => {
    const order = exchange.orders.get(id);
    if (order?.status !== 'resting') throw new Refusal(404, 'not_found', 'order not found');
    return countText(order.market.book.ahead(order));
  };
  const balance = (query: URLSearchParams): Row => {
    const cash = member.balances.asOf(asOf()) ?? new Map<number, number>();
    const shard = query.get('exchange_index');
    const micros = shard === null ? [...cash.values()].reduce((a, b) => a + b, 0) : (cash.get(Number(shard)) ?? 0);
    return {
      balance: Math.floor(micros / 10_000),
      balance_dollars: dollarsText(micros),
      portfolio_value: 0,
      updated_ts: Math.floor(asOf() / 1000),
      balance_breakdown: [...cash].map(([exchange_index, one]) => ({ exchange_index, balance: dollarsText(one) })),
    };
  };
  return (path, query) => {
    const [, , list, id, detail] = path.split('/');
    if (path === '/exchange/user_data_timestamp') return ok({ as_of_time: isoTime(asOf()) });
    switch (list) {
      case 'balance':
        return ok(balance(query));
      case 'orders': {
        if (id === undefined) return page(orders(), query, 'orders', matches(query, ORDER_FILTERS));
        if (id === 'queue_positions') {
          const isWanted = matches(query, { market_tickers: 'ticker' });
          const waiting = [...matching.resting].map((order) => ({ id: order.id, ticker: order.market.ticker }));
          const rows = waiting.filter(isWanted).map((order) => ({
            order_id: order.id,
            market_ticker: order.ticker,
            queue_position_fp: queuePlace(order.id),
          }));
          return ok({ queue_positions: rows });
        }
        if (detail === 'queue_position') return ok({ queue_position_fp: queuePlace(id) });
        const row = matching.orderRows.get(id)?.asOf(asOf());
        return row === undefined ? null : ok({ order: row });
      }
      case 'fills':
        return page(known(matching.fills), query, 'fills', matches(query, FILL_FILTERS));
      case 'settlements':
        return page(known(exchange.settlements), query, 'settlements', matches(query, { ticker: 'ticker' }));
      case 'positions': {
        const rows = [...member.positionRows.values()].flatMap((versions) => {
          const row = versions.asOf(asOf());
          return row === undefined ? [] : [{ atMs: 0, row }];
        });
        return page(rows, query, 'market_positions', matches(query, { ticker: 'ticker' }));
      }
      case 'order_groups': {
        if (id === undefined) return ok({ order_groups: matching.groups.rows() });
        const waiting = [...matching.resting].filter(({ groupId }) => groupId === id);
        return ok({ ...matching.groups.row(id), orders: waiting.map((order) => order.id) });
      }
    }
    return null;
  };
}
