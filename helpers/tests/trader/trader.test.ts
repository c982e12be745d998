import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import { leaveCommand } from '../../trader/kill_switches.ts';
import { readRiskLines } from '../../trader/risk_record.ts';
import { keptDay } from '../../trader/trading_day.ts';
import type { Told } from './market_place.ts';
import { type PaperTrader, paperTrader, removeEmptyLedger, START_MS } from './paper_trader.ts';

let place: PaperTrader | null = null;
afterAll(removeEmptyLedger);
afterEach(async () => {
  await place?.close();
  place = null;
});

const GOOD: Told = { ticker: 'KXGOOD', p: 0.7, bid: 48, ask: 50 };

/** Opens a trader with books as they are told, and lets it buy. */
async function bought(markets: readonly Told[] = [GOOD]): Promise<PaperTrader> {
  place = await paperTrader(markets);
  for (const { ticker, bid, ask } of markets)
    place.book(ticker, bid === null ? null : [bid, 50], ask === null ? null : [ask, 50]);
  await place.round();
  place.pass(MINUTE_MS);
  await place.round();
  return place;
}

const held = ({ open }: PaperTrader) =>
  open.engine.positions.map(({ market, yesHundredths }) => [market.ticker, yesHundredths]);
const rules = ({ told }: PaperTrader) => told.map(({ rule }) => rule).filter((rule) => !rule.startsWith('risk'));

describe('a round', () => {
  it('buys the side that is worth more than it costs, and tells of it once it is filled', async () => {
    const one = await bought([GOOD, { ticker: 'KXNO', p: 0.2, bid: 48, ask: 50 }]);
    expect(held(one).sort()).toEqual([['KXGOOD', 100], ['KXNO', -100]]); // biome-ignore format: pairs
    expect(rules(one)).toEqual(['trade', 'trade']);
    expect(one.told.map(({ title }) => title)).toContain('paper, bought: 1 NO of KXNO at 52.0 ¢');
  });

  it('buys nothing on a forecast that is too old, not known yet, or about nothing', async () => {
    place = await paperTrader([
      { ...GOOD, ticker: 'KXOLD', asOfMs: START_MS - 2 * DAY_MS },
      { ...GOOD, ticker: 'KXFUTURE', asOfMs: START_MS + HOUR_MS },
      { ...GOOD, ticker: 'KXNONE', p: null },
    ]);
    for (const ticker of ['KXOLD', 'KXFUTURE', 'KXNONE']) place.book(ticker, [48, 50], [50, 50]);
    await place.round();
    expect(place.open.trader.funnelState.stopped.forecast).toEqual({
      'its forecast is older than 24h 00m': 1,
      'its forecast was not known yet': 1,
      'no forecast': 1,
    });
    expect(place.open.log.counts()).toEqual({});
  });

  it('reads forecasts and watch list again when they are made anew', async () => {
    place = await paperTrader([{ ...GOOD, p: 0.5 }]);
    place.book('KXGOOD', [48, 50], [50, 50]);
    await place.round();
    expect(place.open.log.counts()).toEqual({});
    place.pass(MINUTE_MS);
    place.tell([GOOD, { ...GOOD, ticker: 'KXNEW' }]);
    place.book('KXNEW', [48, 50], [50, 50]);
    await place.round();
    expect(
      place.open.log
        .openOrders()
        .map(({ intent }) => intent.market.ticker)
        .sort(),
    ).toEqual(['KXGOOD', 'KXNEW']);
  });

  it('buys nothing where no book is known: before the first snapshot, and after a gap', async () => {
    place = await paperTrader([GOOD]);
    await place.round();
    place.book('KXGOOD', [48, 50], [50, 50]);
    place.open.exchange.view.onMissed();
    await place.round();
    expect(place.open.trader.funnelState.stopped.edge).toEqual({ 'its order book is not known': 2 });
  });

  it('buys nothing that the exit rules would give up at once: 5 cents are bid for what costs 8', async () => {
    const one = await bought([{ ticker: 'KXWIDE', p: 0.3, bid: 5, ask: 7 }]);
    expect(one.open.trader.funnelState.stopped.edge).toEqual({ 'the exit rules would give it up at once': 2 });
    expect(held(one)).toEqual([]);
  });

  it('takes markets of one event for one position', async () => {
    const event = 'ONE';
    const one = await bought([
      { ...GOOD, event },
      { ...GOOD, ticker: 'KXSAME', event },
    ]);
    expect(held(one)).toHaveLength(1);
  });

  it('holds no more in an event than in one position, also where its second market becomes good later', async () => {
    const event = 'ONE';
    const one = await bought([
      { ...GOOD, event },
      { ...GOOD, ticker: 'KXLATER', event, bid: 68, ask: 70 },
    ]);
    expect(held(one)).toEqual([['KXGOOD', 100]]);
    one.book('KXLATER', [48, 50], [50, 50]);
    await one.round();
    one.pass(MINUTE_MS);
    await one.round();
    expect(held(one)).toEqual([['KXGOOD', 100]]);
    expect(Object.keys(one.open.trader.funnelState.stopped.allowed).join()).toContain('position');
  });
});

describe('exits', () => {
  it('take the gain at 90 cents, give up a loss and leave that market alone for a day', async () => {
    const one = await bought();
    one.book('KXGOOD', [30, 50], [32, 50]);
    await one.round();
    one.pass(MINUTE_MS);
    await one.round();
    expect(held(one)).toEqual([]);
    const closed = one.told.find(({ rule }) => rule === 'trade_closed')!;
    // Bought at 50 cents with 2 of fee, sold at 30 with 2 of fee: 24 cents are lost.
    expect(closed.title).toBe('paper, sold: lost $0.24 in KXGOOD');
    one.pass(2 * HOUR_MS);
    one.tell([GOOD]);
    await one.round();
    expect(one.open.engine.locksAgainst({ ...MARKET, ticker: 'KXGOOD' }, one.now()).join()).toContain(
      'given up at a loss',
    );
    expect(held(one)).toEqual([]);
  });

  it('are made while entries are stopped', async () => {
    const one = await bought();
    one.open.engine.stop('drawdown', 'REDUCING', 'a test', one.now());
    one.book('KXGOOD', [95, 50], [97, 50]);
    await one.round();
    one.pass(MINUTE_MS);
    await one.round();
    expect(held(one)).toEqual([]);
    expect(one.told.map(({ title }) => title)).toContain('paper, sold: gained $0.42 in KXGOOD');
  });

  it('end with the market: it is asked what it paid, and the position is no more', async () => {
    const one = await bought();
    one.pass(121 * HOUR_MS);
    one.payouts.set('KXGOOD', 1_000_000);
    for (let n = 0; n < 3; n++) {
      await one.round();
      one.pass(MINUTE_MS);
    }
    expect(held(one)).toEqual([]);
    expect(one.told.map(({ title }) => title)).toContain('paper, settled: gained $0.48 in KXGOOD');
    const { cashMicros } = await one.open.ledger.summary();
    expect([cashMicros, one.open.engine.figures.cashMicros]).toEqual([50_480_000, 50_480_000]);
  });
});

const MARKET = { venue: 'kalshi', ticker: '', event: '', series: '', category: 'Economics' } as const;

describe('what stops it', () => {
  it('is a file, while it is there', async () => {
    place = await paperTrader([GOOD]);
    place.book('KXGOOD', [48, 50], [50, 50]);
    writeFileSync(join(place.folder, 'HALT'), '');
    await place.round();
    expect(place.open.trader.funnelState.stopped.allowed).toEqual({ 'risk: state': 1 });
    expect(place.told.map(({ rule }) => rule)).toContain('risk_breach');
    expect(place.open.log.counts()).toEqual({});
  });

  it('is a command, which is obeyed once and holds over a restart', async () => {
    place = await paperTrader([GOOD]);
    leaveCommand(place.folder, { kind: 'halt', why: 'lunch', atMs: 1 });
    await place.round();
    expect(place.open.engine.reasonsAt(place.now()).join()).toContain('lunch');
    await place.restart();
    place.book('KXGOOD', [48, 50], [50, 50]);
    await place.round();
    expect(place.open.engine.stateAt(place.now())).toBe('HALTED');
    leaveCommand(place.folder, { kind: 'resume', name: 'command', atMs: 2 });
    await place.round();
    expect(place.open.engine.stateAt(place.now())).toBe('ACTIVE');
    await place.round();
    expect(place.open.log.counts()).not.toEqual({});
  });

  it('is a pause after losses, until a command ends it', async () => {
    place = await paperTrader([GOOD]);
    place.book('KXGOOD', [48, 50], [50, 50]);
    const sinceMs = place.now();
    place.open.engine.lock({ scope: 'all', name: null, why: 'losses', sinceMs, untilMs: sinceMs + HOUR_MS }, sinceMs);
    await place.round();
    expect(place.open.trader.funnelState.stopped.allowed).toEqual({ 'risk: lock': 1 });
    expect(place.told.map(({ rule }) => rule)).toEqual(['risk_breaker']);
    leaveCommand(place.folder, { kind: 'resume', name: 'pauses', atMs: 1 });
    await place.round();
    expect(place.open.log.openOrders()).toHaveLength(1);
  });

  it('is a difference that is found twice, not one that is gone the next time', async () => {
    const one = await bought();
    const extra = {
      fillId: 'x',
      orderId: 'x',
      ticker: 'KXGOOD',
      shard: 0,
      bookSide: 'bid',
      yesPriceMicros: 500_000,
    } as const;
    // Money that only the ledger knows of: brought in, and taken out again.
    const capital = (id: string, amountMicros: number) =>
      one.open.ledger.book([{ kind: 'capital', id, shard: 0, amountMicros, tsMs: one.now() }]);
    await capital('in', 1_000_000);
    one.pass(MINUTE_MS);
    await one.round();
    await capital('out', -1_000_000);
    one.pass(MINUTE_MS);
    await one.round();
    expect(one.open.engine.stateAt(one.now())).toBe('ACTIVE');
    await one.open.ledger.book([
      { kind: 'fill', fill: { ...extra, countHundredths: 100, feeMicros: 0, tsMs: one.now() } },
    ]);
    await one.round();
    expect(one.open.engine.reasonsAt(one.now()).join()).toContain('unexplained fill');
    for (let n = 0; n < 3; n++) {
      one.pass(MINUTE_MS);
      await one.round();
    }
    expect(one.open.engine.reasonsAt(one.now()).join()).toContain(
      'position in KXGOOD: 2 contracts of YES by the ledger, 1 contracts',
    );
    expect(one.warned.join()).toContain('cash of shard 0');
  });
});

describe('a day that is over', () => {
  it('is told and kept, with what the ledger says of it and why nothing was traded', async () => {
    const one = await bought();
    one.pass(DAY_MS);
    await one.round();
    const day = keptDay(one.folder, '2026-12-01')!;
    expect(day).toMatchObject({
      equityBeforeMicros: 0,
      equityAfterMicros: 49_980_000,
      capitalMicros: 50_000_000,
      gainedMicros: 0,
      feesMicros: 20_000,
      nFills: 1,
      contracts: 1,
      orders: { done: 1 },
    });
    expect(day.funnel?.join()).toMatch(/filled +1/);
    expect(one.told.filter(({ rule }) => rule === 'trading_day')).toHaveLength(1);
    expect(one.open.trader.funnelState.reached.filled).toBe(0);
  });

  it('keeps a denial that repeats itself once an hour', async () => {
    place = await paperTrader([GOOD]);
    place.book('KXGOOD', [48, 50], [50, 50]);
    place.open.engine.stop('command', 'REDUCING', 'a test', place.now());
    for (let n = 0; n < 6; n++) {
      await place.round();
      place.pass(15 * MINUTE_MS);
    }
    const denials = readRiskLines(place.folder, '2026-12-01').filter(({ event }) => event.kind === 'decision');
    expect(denials).toHaveLength(2);
    expect(place.open.trader.funnelState.stopped.allowed).toEqual({ 'risk: state': 6 });
  });
});
