import { describe, expect, it } from 'vitest';
import { KalshiExchange } from '../../../doubles/kalshi_exchange/exchange.ts';
import { OtherTraders } from '../../../doubles/kalshi_exchange/traders.ts';
import { countText, dollarsText, MICROS } from '../../../doubles/kalshi_exchange/wire.ts';
import { createRandom } from '../../../kernels/random.ts';
import { PaperExecutor } from '../../../trade/execution/paper/paper_executor.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { toBook } from '../../../trade/money.ts';
import type { Intent } from '../../../trade/types.ts';
import { market, START_MS } from '../../doubles/kalshi_exchange/small_exchange.ts';
import { intentOf } from './intents.ts';

const TERMS = feeTerms({ feeType: 'quadratic', feeMultiplier: 1 });

/** A paper exchange with one market, a clock, and verbs in cents and contracts. */
function onPaper(delayMs = 0) {
  let nowMs = START_MS;
  const paper = new PaperExecutor({ nowMs: () => nowMs, delayMs, feesOf: () => TERMS, cashMicros: 1e9, run: 'test' });
  const level = ([cents, size]: [number, number]): [string, string] => [(cents / 100).toFixed(4), size.toFixed(2)];
  return {
    paper,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** Bids, and asks in YES cents. */
    book: (bids: [number, number][], asks: [number, number][]) =>
      paper.onFrame('orderbook_snapshot', {
        market_ticker: 'KXA',
        yes_dollars_fp: bids.map(level),
        no_dollars_fp: asks.map(([cents, size]) => level([100 - cents, size])),
      }),
    change: (side: 'bid' | 'ask', cents: number, delta: number) =>
      paper.onFrame('orderbook_delta', {
        market_ticker: 'KXA',
        side: side === 'bid' ? 'yes' : 'no',
        price_dollars: ((side === 'bid' ? cents : 100 - cents) / 100).toFixed(4),
        delta_fp: delta.toFixed(2),
      }),
    trade: (cents: number, count: number, taker: 'yes' | 'no') =>
      paper.onFrame('trade', {
        market_ticker: 'KXA',
        yes_price_dollars: (cents / 100).toFixed(4),
        count_fp: count.toFixed(2),
        taker_outcome_side: taker,
      }),
    buy: (contracts: number, cents: number, more: Partial<Intent> = {}) =>
      paper.place(intentOf({ countHundredths: contracts * 100, limitPriceMicros: cents * 10_000, ...more })),
    filled: async () =>
      (await paper.fills(0)).map(
        ({ countHundredths, yesPriceMicros, isTaker }) =>
          `${countHundredths / 100} @ ${yesPriceMicros / 10_000} ${isTaker ? 'taken' : 'made'}`,
      ),
  };
}

describe('orders on paper', () => {
  it('take what is displayed, the best first, and use it up', async () => {
    const { book, buy, filled, change } = onPaper();
    book([], [[50, 3], [51, 4]]); // biome-ignore format: a book
    await buy(5, 51, { timeInForce: 'ioc' });
    await buy(5, 51, { timeInForce: 'ioc' });
    expect(await filled()).toEqual(['3 @ 50 taken', '2 @ 51 taken', '2 @ 51 taken']);
    change('ask', 50, 1);
    await buy(5, 50, { timeInForce: 'ioc' });
    expect((await filled()).slice(3)).toEqual(['1 @ 50 taken']);
    change('ask', 50, -4);
    change('ask', 50, 6);
    await buy(9, 50, { timeInForce: 'fok' });
    await buy(6, 50, { timeInForce: 'fok' });
    expect((await filled()).slice(4)).toEqual(['6 @ 50 taken']);
  });

  it('wait behind what was displayed, and advance by opposite trades alone', async () => {
    const { book, buy, filled, change, trade } = onPaper();
    book([[40, 10]], [[50, 10]]); // biome-ignore format: a book
    await buy(4, 40);
    change('bid', 40, -9);
    trade(40, 5, 'yes');
    expect(await filled()).toEqual([]);
    trade(40, 8, 'no');
    expect(await filled()).toEqual([]);
    trade(40, 3, 'no');
    expect(await filled()).toEqual(['1 @ 40 made']);
    trade(39, 2, 'no');
    expect(await filled()).toEqual(['1 @ 40 made', '2 @ 40 made']);
  });

  it('of the same price share a trade by their time', async () => {
    const { book, buy, filled, change, trade } = onPaper();
    book([[40, 10]], []); // biome-ignore format: a book
    await buy(3, 40);
    change('bid', 40, 5);
    await buy(3, 40);
    trade(40, 20, 'no');
    expect(await filled()).toEqual(['3 @ 40 made', '2 @ 40 made']);
  });

  it('meet the book as it is when they arrive', async () => {
    const { book, buy, filled, change, pass, paper } = onPaper(250);
    book([], [[50, 10]]); // biome-ignore format: a book
    await buy(2, 50, { timeInForce: 'ioc' });
    pass(200);
    change('ask', 50, -10);
    change('ask', 49, 10);
    pass(50);
    await paper.asOfMs();
    expect(await filled()).toEqual(['2 @ 49 taken']);
  });

  it('are refused where no book is known, after a gap too, and without money', async () => {
    const { book, buy, paper } = onPaper();
    expect(await buy(1, 50)).toMatchObject({ kind: 'refused', why: /no order book/ });
    book([], [[50, 10]]); // biome-ignore format: a book
    expect(await buy(100_000, 50)).toMatchObject({ kind: 'refused', why: 'insufficient_balance' });
    paper.onMissed();
    expect(await buy(1, 50)).toMatchObject({ kind: 'refused', why: /no order book/ });
  });

  it('that may not take end when they would', async () => {
    const { book, buy, paper } = onPaper();
    book([], [[50, 10]]); // biome-ignore format: a book
    expect(await buy(1, 50, { isPostOnly: true })).toMatchObject({ kind: 'accepted', remainingHundredths: 0 });
    expect(await paper.fills(0)).toEqual([]);
  });
});

interface Planned {
  readonly atMs: number;
  readonly intent: Intent;
}

/** Small orders of takers and makers, far apart, so that they hardly move the market. */
function plan(seed: number, tickers: readonly string[], valueAt: (ticker: string) => number): (n: number) => Planned {
  const random = createRandom(seed);
  return (n) => {
    const ticker = tickers[random.integer(tickers.length)];
    const isTaker = random.uniform() < 0.5;
    const isBid = random.uniform() < 0.5;
    const away = isTaker ? random.integer(6) - 1 : -(1 + random.integer(4));
    const price = Math.round(valueAt(ticker) / 10_000 + (isBid ? away : -away)) * 10_000;
    const limitPriceMicros = Math.min(990_000, Math.max(10_000, price));
    const side = isBid ? 'yes' : 'no';
    return {
      atMs: START_MS + 5_000 + n * 700,
      intent: intentOf({
        ticker,
        side,
        limitPriceMicros: side === 'yes' ? limitPriceMicros : MICROS - limitPriceMicros,
        countHundredths: 50 + random.integer(100),
        timeInForce: isTaker ? 'ioc' : 'gtc',
        isPostOnly: !isTaker,
        expiresMs: isTaker ? null : START_MS + 5_000 + n * 700 + 30_000,
      }),
    };
  };
}

const DELAY_MS = 150;
const TICKERS = Array.from({ length: 8 }, (_, i) => `KX${i}`);

function simulated(seed: number) {
  const exchange = new KalshiExchange({
    markets: TICKERS.map((ticker) => market(ticker)),
    cash: { 0: 1e12 },
    startMs: START_MS,
  });
  const traders = new OtherTraders(exchange, { random: createRandom(seed), stepMs: 100, takers: 0.5 });
  return { exchange, traders };
}

interface Outcome {
  readonly isTaker: boolean;
  readonly wanted: number;
  readonly filled: number;
  /** Sum of hundredths × YES price, signed so that more is worse. */
  readonly paid: number;
  /** Of the first fill, ms after the order; NaN without one. */
  readonly afterMs: number;
}

const OUTCOMES = 300;

/** What the exchange makes of the orders when they arrive there. */
function truth(seed: number): Outcome[] {
  const { exchange, traders } = simulated(seed);
  const next = plan(seed, TICKERS, (ticker) => traders.valueOf(ticker));
  const sent: { id: string; intent: Intent }[] = [];
  for (let n = 0; n < OUTCOMES; n++) {
    traders.advanceTo(START_MS + 5_000 + n * 700);
    const { intent, atMs } = next(n);
    traders.advanceTo(atMs + DELAY_MS);
    const { bookSide, yesPriceMicros } = toBook(intent.side, intent.action, intent.limitPriceMicros);
    const { order_id } = exchange.create({
      ticker: intent.market.ticker,
      side: bookSide,
      count: countText(intent.countHundredths),
      price: dollarsText(yesPriceMicros),
      time_in_force: intent.timeInForce === 'ioc' ? 'immediate_or_cancel' : 'good_till_canceled',
      self_trade_prevention_type: 'maker',
      ...(intent.isPostOnly ? { post_only: true } : {}),
      ...(intent.expiresMs === null ? {} : { expiration_time: Math.ceil(intent.expiresMs / 1000) }),
    });
    sent.push({ id: String(order_id), intent });
  }
  traders.advanceTo(START_MS + 60_000 + OUTCOMES * 700);
  return sent.map(({ id, intent }) => {
    const order = exchange.orders.get(id)!;
    const sign = order.side === 'bid' ? 1 : -1;
    const { filled, yesValue, createdMs } = order;
    const afterMs = (exchange.matching.fills.find(({ row }) => row.order_id === id)?.atMs ?? Number.NaN) - createdMs;
    return {
      isTaker: intent.timeInForce === 'ioc',
      wanted: intent.countHundredths,
      filled,
      paid: sign * yesValue * 100,
      afterMs,
    };
  });
}

/** What paper makes of the same orders, from what the feed of the same exchange told of the others. */
async function onPaperOf(seed: number): Promise<Outcome[]> {
  const { exchange, traders } = simulated(seed);
  const paper = new PaperExecutor({
    nowMs: () => exchange.nowMs,
    delayMs: DELAY_MS,
    feesOf: () => TERMS,
    cashMicros: 1e12,
    run: `seed ${seed}`,
  });
  for (const ticker of TICKERS) paper.onFrame('orderbook_snapshot', { market_ticker: ticker });
  exchange.matching.events = {
    trade: (row) => paper.onFrame('trade', row),
    level: (ticker, side, price, delta) =>
      paper.onFrame('orderbook_delta', {
        market_ticker: ticker,
        side: side === 'bid' ? 'yes' : 'no',
        price_dollars: dollarsText(side === 'bid' ? price : MICROS - price),
        delta_fp: countText(delta),
      }),
  };
  const next = plan(seed, TICKERS, (ticker) => traders.valueOf(ticker));
  const placed: { id: string; intent: Intent; atMs: number }[] = [];
  for (let n = 0; n < OUTCOMES; n++) {
    traders.advanceTo(START_MS + 5_000 + n * 700);
    const { intent, atMs } = next(n);
    traders.advanceTo(atMs);
    const answer = await paper.place(intent);
    placed.push({ id: answer.kind === 'accepted' ? answer.orderId : '', intent, atMs });
  }
  traders.advanceTo(START_MS + 60_000 + OUTCOMES * 700);
  await paper.asOfMs();
  const fills = await paper.fills(0);
  return placed.map(({ id, intent, atMs }) => {
    const own = fills.filter(({ orderId }) => orderId === id);
    const { bookSide } = toBook(intent.side, intent.action, intent.limitPriceMicros);
    const sign = bookSide === 'bid' ? 1 : -1;
    return {
      isTaker: intent.timeInForce === 'ioc',
      wanted: intent.countHundredths,
      filled: own.reduce((sum, { countHundredths }) => sum + countHundredths, 0),
      paid: sign * own.reduce((sum, { countHundredths, yesPriceMicros }) => sum + countHundredths * yesPriceMicros, 0),
      afterMs: (own[0]?.tsMs ?? Number.NaN) - atMs - DELAY_MS,
    };
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const rate = (outcomes: readonly Outcome[]): number =>
  sum(outcomes.map(({ filled }) => filled)) / sum(outcomes.map(({ wanted }) => wanted));

describe('paper beside the truth of the exchange, for the same orders', () => {
  it('fills takers as often within 2 points and at the same price within .2 cents, makers never more often nor sooner, over 3 seeds', async () => {
    const real: Outcome[] = [];
    const paper: Outcome[] = [];
    for (const seed of [1, 2, 3]) {
      real.push(...truth(seed));
      paper.push(...(await onPaperOf(seed)));
    }
    const part = (isTaker: boolean) => ({
      real: real.filter((one) => one.isTaker === isTaker),
      paper: paper.filter((one) => one.isTaker === isTaker),
    });
    const [takers, makers] = [part(true), part(false)];
    const both = takers.real.map((one, i) => [one, takers.paper[i]]).filter(([a, b]) => a.filled > 0 && b.filled > 0);
    const worse = sum(both.map(([a, b]) => b.paid / b.filled - a.paid / a.filled)) / both.length;
    const later = makers.real.map((one, i) => makers.paper[i].afterMs - one.afterMs).filter((ms) => !Number.isNaN(ms));
    const told = {
      laterMs: sum(later) / later.length,
      takers: [rate(takers.real), rate(takers.paper)],
      makers: [rate(makers.real), rate(makers.paper)],
      worseCents: worse / 10_000,
    };
    expect(Math.abs(told.takers[0] - told.takers[1])).toBeLessThan(0.02);
    expect(Math.abs(told.worseCents)).toBeLessThan(0.2);
    expect(told.takers[0]).toBeLessThan(0.95);
    expect(told.laterMs).toBeGreaterThanOrEqual(0);
    expect(told.makers[1]).toBeLessThanOrEqual(told.makers[0]);
    expect(told.makers[1]).toBeGreaterThan(told.makers[0] - 0.15);
  });
});
