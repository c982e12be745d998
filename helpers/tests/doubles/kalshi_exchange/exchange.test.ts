import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KalshiExchange } from '../../../doubles/kalshi_exchange/exchange.ts';
import { charge, tradeFee } from '../../../doubles/kalshi_exchange/fees.ts';
import { body, quote, refusalOf, START_MS, smallExchange } from './small_exchange.ts';

const IOC = { time_in_force: 'immediate_or_cancel' };

function reasons(exchange: KalshiExchange): string[] {
  const told: string[] = [];
  exchange.matching.events = { order: ({ reason }) => told.push(String(reason)) };
  return told;
}

describe('fees', () => {
  it('are those of the page that defines them', () => {
    const part = { feeType: 'quadratic', isTaker: true, count: 100, price: 55_000 } as const;
    expect(tradeFee(part)).toBe(3_639);
    expect(charge(part, -55_000, 0, 10_000)).toEqual({ cashChange: -60_000, fee: 5_000, accumulator: 1_361 });
    const half = { ...part, price: 500_000 };
    const gathered = [1, 2, 3].reduce<number[]>((sums) => {
      const { accumulator } = charge(half, tradeFee(half) - 6_000, sums.at(-1) ?? 0, 10_000);
      return [...sums, accumulator];
    }, []);
    expect(gathered).toEqual([4_000, 8_000, 2_000]);
  });

  it('of 100 contracts at 50 cents are 1.75 for a taker, .4375 for a maker who pays, nothing for one who does not', () => {
    const part = { count: 10_000, price: 500_000 };
    expect(tradeFee({ ...part, feeType: 'quadratic', isTaker: true })).toBe(1_750_000);
    expect(tradeFee({ ...part, feeType: 'quadratic_with_maker_fees', isTaker: false })).toBe(437_500);
    expect(tradeFee({ ...part, feeType: 'quadratic', isTaker: false })).toBe(0);
  });
});

interface Plain {
  readonly id: number;
  readonly isBuy: boolean;
  readonly cents: number;
  left: number;
}

/** Price-time priority from its definition: look at all waiting orders, take the best price, of equal ones the oldest. */
function bruteForce(orders: readonly Omit<Plain, 'id'>[]): { trades: string[]; waiting: string[] } {
  const waiting: Plain[] = [];
  const trades: string[] = [];
  orders.forEach((order, id) => {
    const taker = { ...order, id };
    for (;;) {
      const crossing = waiting.filter(
        ({ isBuy, cents, left }) =>
          left > 0 && isBuy !== taker.isBuy && (taker.isBuy ? cents <= taker.cents : cents >= taker.cents),
      );
      const sign = taker.isBuy ? 1 : -1;
      const [best] = crossing.sort((a, b) => sign * (a.cents - b.cents) || a.id - b.id);
      if (best === undefined || taker.left === 0) break;
      const n = Math.min(best.left, taker.left);
      best.left -= n;
      taker.left -= n;
      trades.push(`${n} @ ${best.cents}`);
    }
    if (taker.left > 0) waiting.push(taker);
  });
  const text = ({ isBuy, cents, left }: Plain): string => `${isBuy ? 'bid' : 'ask'} ${left} @ ${cents}`;
  return {
    trades,
    waiting: waiting
      .filter(({ left }) => left > 0)
      .map(text)
      .sort(),
  };
}

const ORDER = fc.record({
  isBuy: fc.boolean(),
  cents: fc.integer({ min: 45, max: 55 }),
  left: fc.integer({ min: 1, max: 9 }),
});
const STEP = fc.record({
  isOurs: fc.boolean(),
  isBuy: fc.boolean(),
  cents: fc.integer({ min: 1, max: 99 }),
  left: fc.integer({ min: 1, max: 999 }),
});

describe('matching', () => {
  it('goes by price and then by time, as brute force does', () => {
    fc.assert(
      fc.property(fc.array(ORDER, { maxLength: 60 }), (orders) => {
        const exchange = smallExchange();
        const trades: string[] = [];
        exchange.matching.events = {
          trade: (row) => trades.push(`${Number(row.count_fp)} @ ${Math.round(Number(row.yes_price_dollars) * 100)}`),
        };
        for (const { isBuy, cents, left } of orders) quote(exchange, isBuy ? 'bid' : 'ask', left, cents);
        const waiting = [...exchange.market('KXA').book.orders()].map(
          ({ side, remaining, price }) => `${side} ${remaining / 100} @ ${price / 10_000}`,
        );
        expect({ trades, waiting: waiting.sort() }).toEqual(bruteForce(orders));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps cash, positions and fees in line with the fills, and cash never negative', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 80 }), fc.boolean(), (steps, yesWins) => {
        const exchange = smallExchange({ cash: { 0: 20_000_000 } });
        for (const { isOurs, isBuy, cents, left } of steps) {
          const side = isBuy ? 'bid' : 'ask';
          const count = (left / 100).toFixed(2);
          if (isOurs) refusalOf(() => exchange.create(body(side, count, (cents / 100).toFixed(2))));
          else exchange.other({ ticker: 'KXA', side, price: cents * 10_000, count: left, expiresMs: START_MS + 1e6 });
          expect(exchange.member.totalCash).toBeGreaterThanOrEqual(0);
        }
        // A contract of YES costs its price, one sold brings it; the pair of a YES and a NO is worth a dollar.
        let [cash, yes] = [20_000_000, 0];
        for (const { row } of exchange.matching.fills) {
          const [count, price, fee] = [row.count_fp, row.yes_price_dollars, row.fee_cost].map(Number);
          const sign = row.book_side === 'bid' ? 1 : -1;
          yes += sign * Math.round(count * 100);
          cash -= Math.round((sign * count * price + fee) * 1e6);
        }
        const held = exchange.member.countOf('KXA');
        expect(held).toBe(yes);
        // What is short has been paid for with a dollar a contract less its price.
        expect(exchange.member.totalCash).toBe(cash + 10_000 * Math.min(0, held));
        exchange.settle('KXA', yesWins ? 1_000_000 : 0);
        // Payouts are whole cents.
        const left = cash + (yesWins ? 10_000 * yes : 0) - exchange.member.totalCash;
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left).toBeLessThan(10_000);
      }),
      { numRuns: 200 },
    );
  });
});

describe('orders', () => {
  it('that take leave what they did not get, by their time in force', () => {
    const exchange = smallExchange();
    quote(exchange, 'ask', 4, 50);
    const told = reasons(exchange);
    expect(exchange.create(body('bid', '10', '0.50', { time_in_force: 'fill_or_kill' }))).toMatchObject({
      fill_count: '0.00',
      remaining_count: '0.00',
    });
    expect(exchange.create(body('bid', '3', '0.55', IOC))).toMatchObject({
      fill_count: '3.00',
      average_fill_price: '0.5000',
    });
    expect(exchange.create(body('bid', '3', '0.50'))).toMatchObject({ fill_count: '1.00', remaining_count: '2.00' });
    expect(told).toEqual(['ExpiryCancel', 'Trade', 'New']);
  });

  it('meet their own kind in the two ways of self-trade prevention', () => {
    const exchange = smallExchange();
    exchange.create(body('bid', '5', '0.50'));
    const told = reasons(exchange);
    exchange.create(body('ask', '5', '0.50'));
    expect(told).toEqual(['SelfTradeCancel']);
    exchange.create(body('ask', '5', '0.50', { self_trade_prevention_type: 'maker' }));
    expect(told).toEqual(['SelfTradeCancel', 'SelfTradeCancel', 'New']);
    expect(exchange.matching.fills).toEqual([]);
  });

  it('end when they would cross and may not, when there is nothing to reduce, and when their time is over', () => {
    const exchange = smallExchange();
    quote(exchange, 'ask', 4, 50);
    const told = reasons(exchange);
    exchange.create(body('bid', '1', '0.50', { post_only: true }));
    exchange.create(body('bid', '1', '0.50', { reduce_only: true, ...IOC }));
    exchange.create(body('bid', '1', '0.40', { expiration_time: START_MS / 1000 + 60 }));
    exchange.advanceTo(START_MS + 60_000);
    expect(told).toEqual(['PostOnlyCrossCancel', 'ReduceOnlyCancel', 'New', 'ExpiryCancel']);
  });

  it('that may only reduce shrink with the position', () => {
    const exchange = smallExchange();
    quote(exchange, 'ask', 5, 50);
    exchange.create(body('bid', '5', '0.50'));
    exchange.create(body('ask', '9', '0.60', { reduce_only: true }));
    quote(exchange, 'bid', 2, 60);
    expect([...exchange.matching.resting].map(({ remaining }) => remaining)).toEqual([300]);
    quote(exchange, 'bid', 20, 60);
    expect(exchange.member.countOf('KXA')).toBe(0);
    expect(exchange.matching.resting.size).toBe(0);
  });

  it('are refused twice, without money, off the grid, on the wrong shard and in a paused market', () => {
    const exchange = smallExchange();
    const twice = body('bid', '1', '0.10');
    exchange.create(twice);
    expect(refusalOf(() => exchange.create(twice))).toBe('409 order_already_exists');
    expect(refusalOf(() => exchange.create(body('bid', '5000', '0.50')))).toBe('400 insufficient_balance');
    expect(refusalOf(() => exchange.create(body('bid', '1', '0.505')))).toBe('400 invalid_price');
    expect(refusalOf(() => exchange.create(body('bid', '0', '0.50')))).toBe('400 invalid_order_size');
    const crypto = { ticker: 'KXC' };
    expect(refusalOf(() => exchange.create(body('bid', '1', '0.50', crypto)))).toBe('400 insufficient_balance');
    expect(refusalOf(() => exchange.create(body('bid', '1', '0.50', { ...crypto, exchange_index: 0 })))).toBe(
      '404 market_not_found',
    );
    exchange.pause(0, true);
    expect(refusalOf(() => exchange.create(body('bid', '1', '0.10')))).toBe('400 trading_is_paused');
  });

  it('keep their place when they become smaller, and lose it when their price changes', () => {
    const exchange = smallExchange();
    const id = String(exchange.create(body('bid', '5', '0.40')).order_id);
    const order = exchange.orders.get(id)!;
    const { book } = exchange.market('KXA');
    quote(exchange, 'bid', 7, 40);
    exchange.decrease(id, { reduce_by: '1' });
    exchange.amend(id, { ticker: 'KXA', side: 'bid', price: '0.40', count: '3' });
    expect([order.remaining, book.ahead(order)]).toEqual([300, 0]);
    exchange.amend(id, { ticker: 'KXA', side: 'bid', price: '0.39', count: '3' });
    exchange.amend(id, { ticker: 'KXA', side: 'bid', price: '0.40', count: '3' });
    expect(book.ahead(order)).toBe(700);
    quote(exchange, 'ask', 2, 45);
    expect(exchange.amend(id, { ticker: 'KXA', side: 'bid', price: '0.45', count: '3' })).toMatchObject({
      fill_count: '2.00',
      remaining_count: '1.00',
    });
  });

  it('cost no more than a dollar for a pair, and a short position is closed with what it is worth', () => {
    const exchange = smallExchange();
    quote(exchange, 'bid', 10, 40);
    exchange.create(body('ask', '10', '0.40', IOC));
    expect(exchange.member.totalCash).toBe(1_000_000_000 - 6_000_000 - 170_000);
    quote(exchange, 'ask', 10, 30);
    exchange.create(body('bid', '10', '0.30', IOC));
    expect(exchange.member.totalCash).toBe(1_000_000_000 + 1_000_000 - 170_000 - 150_000);
  });

  it('of a group are cancelled when more is filled in 15 seconds than its limit, and refused until it is reset', () => {
    const exchange = smallExchange();
    const { groups } = exchange.matching;
    const group = { order_group_id: groups.create(500) };
    for (const price of ['0.40', '0.39', '0.38']) exchange.create(body('bid', '4', price, group));
    quote(exchange, 'ask', 4, 40);
    exchange.advanceTo(START_MS + 15_001);
    quote(exchange, 'ask', 4, 39);
    expect(exchange.matching.resting.size).toBe(1);
    quote(exchange, 'ask', 2, 38);
    expect(exchange.matching.resting.size).toBe(0);
    expect(refusalOf(() => exchange.create(body('bid', '1', '0.10', group)))).toBe('400 order_group_triggered');
    groups.reset(group.order_group_id);
    expect(refusalOf(() => exchange.create(body('bid', '1', '0.10', group)))).toBe('accepted');
  });

  it('end with a pause where they asked for it, and with the market', () => {
    const exchange = smallExchange();
    exchange.create(body('bid', '1', '0.10', { cancel_order_on_pause: true }));
    exchange.create(body('bid', '1', '0.10'));
    const told = reasons(exchange);
    exchange.pause(0, true);
    exchange.settle('KXA', 1_000_000);
    expect(told).toEqual(['HaltCancel', 'CloseCancel']);
  });
});
