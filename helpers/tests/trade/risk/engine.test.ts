import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../run/clock.ts';
import { wholeContracts } from '../../../trade/fees/order_cost.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { RiskEngine, type RiskEvent, type RiskOptions } from '../../../trade/risk/engine.ts';
import { watchHaltFile } from '../../../trade/risk/halt_file.ts';
import { RISK_LIMITS } from '../../../trade/risk/limits.ts';
import { newRiskState, parseRiskState } from '../../../trade/risk/state.ts';
import type { Fill, Intent, MarketRef } from '../../../trade/types.ts';
import { refusal } from '../../refusal.ts';

const T0 = Date.UTC(2026, 11, 1, 12);
const USD = 1_000_000;
const TERMS = wholeContracts(feeTerms({ feeType: 'quadratic', feeMultiplier: 1 })!);

const market = (ticker: string, category = 'Economics'): MarketRef => ({
  venue: 'kalshi',
  ticker,
  event: `${ticker} event`,
  series: `${ticker} series`,
  category,
});
const A = market('A');

let nIds = 0;
function intent(changes: Partial<Intent> = {}): Intent {
  return {
    clientOrderId: `order ${nIds++}`,
    market: A,
    side: 'yes',
    action: 'buy',
    limitPriceMicros: 400_000,
    countHundredths: 100,
    timeInForce: 'gtc',
    isPostOnly: false,
    expiresMs: null,
    strategy: 'test',
    reason: 'because',
    asOfMs: T0,
    ...changes,
  };
}

/** The whole of an order at its limit, with the fee of one fill: 1.68 cents a contract at 40 and 60 cents, rounded up. */
function wholeFill(order: Intent, changes: Partial<Fill> = {}): Fill {
  const { market: of, side, action, clientOrderId, countHundredths, limitPriceMicros } = order;
  return {
    market: of,
    side,
    action,
    clientOrderId,
    orderId: `v ${clientOrderId}`,
    fillId: `fill ${nIds++}`,
    priceMicros: limitPriceMicros,
    countHundredths,
    feeMicros:
      Math.ceil((0.07 * countHundredths * limitPriceMicros * (USD - limitPriceMicros)) / 1e8 / 10_000 - 1e-9) * 10_000,
    tsMs: T0,
    ...changes,
  };
}

function begin(changes: Partial<RiskOptions> = {}, bankrollUsd = 50) {
  const events: RiskEvent[] = [];
  const options = {
    limits: RISK_LIMITS,
    termsOf: () => TERMS,
    record: (event: RiskEvent) => void events.push(event),
    ...changes,
  };
  const engine = new RiskEngine(options, newRiskState(bankrollUsd * USD, T0));
  engine.onFeed(T0);
  return { engine, events, options };
}

/** Admits and fills an order. */
function hold(engine: RiskEngine, order: Intent, nowMs = T0): void {
  expect(engine.admit(order, nowMs).verdict).not.toBe('deny');
  engine.onFill(wholeFill(order), nowMs);
}

/** Why an intent is denied: the checks that it failed. */
function failed(engine: RiskEngine, order: Intent, nowMs = T0): string[] {
  const { verdict, checks } = engine.admit(order, nowMs);
  return verdict === 'deny' ? checks.filter(({ isPassed }) => !isPassed).map(({ name, why }) => `${name}: ${why}`) : [];
}

describe('an intent', () => {
  it('is allowed within all limits, with every check that was made', () => {
    const { engine } = begin();
    const decision = engine.admit(intent(), T0);
    expect(decision).toMatchObject({ verdict: 'allow', countHundredths: 100, state: 'ACTIVE' });
    expect(decision.checks.map(({ name }) => name)).toEqual([
      ...['form', 'state', 'stale', 'duplicate', 'holding', 'lock', 'fees', 'hour', '24 hours', 'positions'],
      ...['position', 'category', 'total', 'day', 'drawdown', 'heat'],
    ]);
  });

  it('is made smaller where it would lose more than a dollar, fees included: 2 contracts of 42 cents, not 3', () => {
    const { engine } = begin();
    const { verdict, countHundredths, checks } = engine.admit(intent({ countHundredths: 300 }), T0);
    expect([verdict, countHundredths]).toEqual(['shrink', 200]);
    expect(checks.find(({ name }) => name === 'position')?.why).toBe('at worst $1.26 would be lost, above $1.00');
  });

  it('counts while it rests: a second order finds only what the first leaves', () => {
    const { engine } = begin();
    engine.admit(intent({ countHundredths: 200 }), T0);
    expect(failed(engine, intent())).toEqual(['position: at worst $1.26 would be lost, above $1.00']);
  });

  it('gives back what is cancelled, and no more', () => {
    const { engine } = begin();
    const first = intent({ countHundredths: 200 });
    engine.admit(first, T0);
    engine.onCancelled(first.clientOrderId, 100);
    expect(engine.admit(intent({ countHundredths: 200 }), T0).countHundredths).toBe(100);
  });

  it('on both answers costs only what the worse answer loses', () => {
    const { engine } = begin();
    engine.admit(intent({ countHundredths: 200 }), T0);
    // 2 NO at 40 cents: whichever wins, one of the two orders is lost, and the other gains only if it is filled.
    expect(engine.admit(intent({ side: 'no', countHundredths: 200 }), T0).countHundredths).toBe(200);
    expect(engine.figures.atRiskMicros).toBe(840_000);
  });

  it('is recorded with its decision, denied or not', () => {
    const { engine, events } = begin();
    engine.admit(intent(), T0);
    engine.admit(intent({ limitPriceMicros: 405_000 }), T0);
    expect(events.map((event) => event.kind === 'decision' && event.decision.verdict)).toEqual(['allow', 'deny']);
  });

  it.each([
    [{ limitPriceMicros: 0 }, 'form: 0 micro-dollars is no price'],
    [{ limitPriceMicros: USD }, 'form: 1000000 micro-dollars is no price'],
    [{ limitPriceMicros: 405_000 }, 'form: 405000 is off the price grid of 10000'],
    [{ countHundredths: 0 }, 'form: 0 hundredths is no size'],
    [{ countHundredths: 150 }, 'form: 150 hundredths is no whole number of contracts'],
    [{ asOfMs: T0 - 2 * MINUTE_MS }, 'stale: decided on what was known 2m 00s ago'],
    [{ asOfMs: T0 + MINUTE_MS }, 'stale: decided 1m 00s from now: a clock is wrong'],
    [{ action: 'sell' as const }, 'holding: no yes is held that could be sold'],
  ])('%j is denied: %s', (changes, why) => {
    expect(failed(begin().engine, intent(changes))).toEqual([why]);
  });

  it('is denied where the fees of the market are not known, but what is held can be sold', () => {
    const { engine, options } = begin();
    const order = intent({ countHundredths: 200 });
    hold(engine, order);
    const blind = new RiskEngine({ ...options, termsOf: () => null }, engine.snapshot);
    blind.onFeed(T0);
    expect(failed(blind, intent({ market: market('B') }))).toEqual(['fees: the fees of this market are not known']);
    expect(blind.admit(intent({ action: 'sell', countHundredths: 200 }), T0).verdict).toBe('allow');
  });

  it('is denied under an id that was used before, also after a restart and a cancel', () => {
    const { engine, options } = begin();
    const order = intent();
    engine.admit(order, T0);
    engine.onCancelled(order.clientOrderId, 100);
    const again = new RiskEngine(options, parseRiskState(JSON.parse(JSON.stringify(engine.snapshot)), 'state'));
    again.onFeed(T0);
    expect(failed(again, order)).toEqual([`duplicate: ${order.clientOrderId} was admitted before`]);
  });
});

describe('limits', () => {
  it('are $10 in all and $6 a category', () => {
    const { engine } = begin({}, 500);
    const loose = { perPositionMicros: 100 * USD, perDayMicros: 100 * USD };
    const wide = begin({ limits: { ...RISK_LIMITS, ...loose } }, 500).engine;
    // A contract at 40 cents costs 42 at most.
    expect(wide.admit(intent({ countHundredths: 10_000 }), T0).countHundredths).toBe(1400);
    expect(wide.admit(intent({ countHundredths: 10_000, market: market('B', 'Sports') }), T0).countHundredths).toBe(
      900,
    );
    expect(engine.admit(intent({ countHundredths: 10_000 }), T0).countHundredths).toBe(200);
  });

  it('count what is lost today and what was entered today against $5, and yesterday is over', () => {
    const { engine } = begin(
      { limits: { ...RISK_LIMITS, perPositionMicros: 4 * USD, cooldownMs: 0, nLossesInRow: 9 } },
      500,
    );
    const order = intent({ countHundredths: 900 });
    hold(engine, order);
    engine.onSettled(A, 0, T0);
    // $3.76 of fee and price are lost: the rest of $5 is 2 contracts of 42 cents.
    expect(engine.admit(intent({ market: market('B'), countHundredths: 900 }), T0).countHundredths).toBe(200);
    const tomorrow = T0 + DAY_MS;
    engine.onFeed(tomorrow);
    const next = intent({ market: market('C'), countHundredths: 900, asOfMs: tomorrow });
    // What rests since yesterday may still be filled today.
    expect(engine.admit(next, tomorrow).countHundredths).toBe(900);
  });

  it('keep the account from ending a fifth below its highest, whatever happens', () => {
    const { engine } = begin({ limits: { ...RISK_LIMITS, perPositionMicros: 9 * USD, heatShare: 1 } }, 10);
    expect(engine.admit(intent({ countHundredths: 1000 }), T0).countHundredths).toBe(400);
  });

  it('let no more than a fifth of the equity be at risk at once', () => {
    const { engine } = begin({ limits: { ...RISK_LIMITS, perPositionMicros: 9 * USD, drawdownShare: 1 } }, 10);
    expect(engine.admit(intent({ countHundredths: 1000 }), T0).countHundredths).toBe(400);
  });

  it('take markets with a correlation above .7, of either sign, as one position, also through others', () => {
    const { engine } = begin();
    engine.correlate([
      { tickers: ['A', 'B'], rho: 0.8 },
      { tickers: ['B', 'C'], rho: -0.71 },
      { tickers: ['C', 'D'], rho: 0.7 },
    ]);
    hold(engine, intent({ countHundredths: 200 }));
    expect(failed(engine, intent({ market: market('C') }))).toEqual([
      'position: at worst $1.26 would be lost, above $1.00',
    ]);
    expect(engine.admit(intent({ market: market('D') }), T0).verdict).toBe('allow');
  });

  it('are ten positions, those that are one bet counted once', () => {
    const { engine } = begin({ limits: { ...RISK_LIMITS, nPositionsMax: 2 } });
    engine.correlate([{ tickers: ['A', 'B'], rho: 0.9 }]);
    for (const ticker of ['A', 'B', 'C'])
      expect(engine.admit(intent({ market: market(ticker) }), T0).verdict).toBe('allow');
    expect(failed(engine, intent({ market: market('D') }))).toEqual(['positions: it would be position 3 of at most 2']);
  });

  it('are so many entries an hour and in 24 hours, and exits do not count', () => {
    const { engine } = begin({ limits: { ...RISK_LIMITS, nEntriesPerHour: 2, nEntriesPerDay: 3 } });
    const enter = (ticker: string, nowMs: number): string[] => {
      engine.onFeed(nowMs);
      return failed(engine, intent({ market: market(ticker), asOfMs: nowMs }), nowMs);
    };
    expect(enter('A', T0)).toEqual([]);
    expect(enter('B', T0 + 1)).toEqual([]);
    expect(enter('C', T0 + 2)).toEqual(['hour: 2 entries within an hour']);
    expect(enter('C', T0 + HOUR_MS)).toEqual([]);
    expect(enter('D', T0 + 3 * HOUR_MS)).toEqual(['24 hours: 3 entries within 24 hours']);
    expect(enter('D', T0 + DAY_MS)).toEqual([]);
  });
});

describe('exits', () => {
  const sell = (changes: Partial<Intent> = {}) => intent({ action: 'sell', limitPriceMicros: 300_000, ...changes });

  it('are not blocked by locks, pauses, counts or limits that are exceeded', () => {
    const { engine, options } = begin();
    hold(engine, intent({ countHundredths: 200 }));
    engine.lock({ scope: 'all', name: null, why: 'a person', sinceMs: T0, untilMs: null }, T0);
    const tight = {
      ...RISK_LIMITS,
      perPositionMicros: 1,
      totalMicros: 1,
      perDayMicros: 1,
      nEntriesPerHour: 0,
      nPositionsMax: 0,
    };
    const strict = new RiskEngine({ ...options, limits: tight }, engine.snapshot);
    strict.onFeed(T0);
    expect(strict.admit(sell({ countHundredths: 200 }), T0)).toMatchObject({ verdict: 'allow', countHundredths: 200 });
  });

  it('sell no more than is held and not sold already, so that nothing is flipped', () => {
    const { engine } = begin();
    hold(engine, intent({ countHundredths: 200 }));
    expect(engine.admit(sell({ countHundredths: 500 }), T0)).toMatchObject({ verdict: 'shrink', countHundredths: 200 });
    expect(failed(engine, sell())).toEqual(['holding: other orders close the whole position already']);
  });

  it('are also purchases of the other side, which are no hedge but an end', () => {
    const { engine } = begin();
    hold(engine, intent({ countHundredths: 200 }));
    expect(
      engine.admit(intent({ side: 'no', limitPriceMicros: 700_000, countHundredths: 500 }), T0).countHundredths,
    ).toBe(200);
  });

  it('are all that REDUCING admits, and HALTED admits nothing', () => {
    const { engine } = begin();
    hold(engine, intent({ countHundredths: 200 }));
    engine.stop('command', 'REDUCING', 'a person', T0);
    expect(failed(engine, intent({ market: market('B') }))).toEqual([
      'state: trading is REDUCING: REDUCING by command since 2026-12-01 12:00 UTC: a person',
    ]);
    expect(engine.admit(sell(), T0).verdict).toBe('allow');
    engine.stop('command', 'HALTED', 'a person again', T0);
    expect(failed(engine, sell())[0]).toMatch(/^state: trading is HALTED/);
    engine.clear('command', T0);
    expect(engine.stateAt(T0)).toBe('ACTIVE');
  });
});

describe('losses', () => {
  /** Buys a contract and sells it for less or more. */
  function roundTrip(engine: RiskEngine, ticker: string, exitCents: number, nowMs: number): void {
    const entry = intent({ market: market(ticker), asOfMs: nowMs });
    hold(engine, entry, nowMs);
    const exit = intent({
      market: market(ticker),
      action: 'sell',
      limitPriceMicros: 10_000 * exitCents,
      asOfMs: nowMs,
    });
    hold(engine, exit, nowMs);
  }

  it('cool down for five minutes each, pause for an hour after three in a row, and then count anew', () => {
    const { engine, events } = begin();
    let nowMs = T0;
    for (const ticker of ['A', 'B', 'C']) {
      engine.onFeed(nowMs);
      roundTrip(engine, ticker, 30, nowMs);
      nowMs += 5 * MINUTE_MS;
    }
    expect(events.flatMap((event) => (event.kind === 'lock' ? [event.lock.why] : []))).toEqual([
      'cool-down of 5m 00s after a loss',
      'cool-down of 5m 00s after a loss',
      '3 losses in a row',
    ]);
    engine.onFeed(nowMs);
    expect(failed(engine, intent({ market: market('D'), asOfMs: nowMs }), nowMs)).toEqual([
      'lock: entries paused until 2026-12-01 13:10 UTC: 3 losses in a row',
    ]);
    nowMs = T0 + 70 * MINUTE_MS;
    engine.onFeed(nowMs);
    roundTrip(engine, 'D', 30, nowMs);
    expect(engine.locksAgainst(A, nowMs)[0]).toMatch(/cool-down/);
  });

  it('in a row end with a gain', () => {
    const { engine } = begin();
    [30, 30, 60, 30].forEach((cents, i) => {
      const nowMs = T0 + 5 * i * MINUTE_MS;
      engine.onFeed(nowMs);
      roundTrip(engine, `M${i}`, cents, nowMs);
    });
    expect(engine.snapshot.nLosses).toBe(1);
  });

  it('on paper count as well: a fifth below the highest equity only lets positions shrink, until somebody says so', () => {
    const { engine } = begin({ limits: { ...RISK_LIMITS, perPositionMicros: 9 * USD, heatShare: 1 } }, 10);
    hold(engine, intent({ countHundredths: 400 }));
    engine.onFeed(T0, A, { bidMicros: 900_000, askMicros: 910_000 });
    expect(engine.figures).toMatchObject({ equityMicros: 11_930_000, peakMicros: 11_930_000 });
    engine.onFeed(T0, A, { bidMicros: 310_000, askMicros: 320_000 });
    expect(engine.stateAt(T0)).toBe('ACTIVE');
    engine.onFeed(T0, A, { bidMicros: 200_000, askMicros: 260_000 });
    expect(engine.reasonsAt(T0)).toEqual([
      'REDUCING by drawdown since 2026-12-01 12:00 UTC: marked equity of $9.13 is 23.5 % below its highest, $11.93',
    ]);
    engine.clear('drawdown', T0);
    expect([engine.stateAt(T0), engine.figures.peakMicros]).toEqual(['ACTIVE', 9_130_000]);
  });
});

describe('it fails closed', () => {
  it('halts when a check throws, and denies', () => {
    const gates = [
      {
        name: 'odd',
        isForEntries: true,
        whyNot: () => {
          throw new Error('no such thing');
        },
      },
    ];
    const { engine } = begin({ gates });
    expect(failed(engine, intent())).toEqual(['failed check: no such thing']);
    expect(engine.reasonsAt(T0)).toEqual(['HALTED by failed check since 2026-12-01 12:00 UTC: no such thing']);
  });

  it('allows nothing that cannot be recorded', () => {
    const { engine } = begin({
      record: () => {
        throw new Error('disk full');
      },
    });
    expect(() => engine.admit(intent(), T0)).toThrow('disk full');
    expect([engine.stateAt(T0), engine.figures.atRiskMicros]).toEqual(['HALTED', 0]);
  });

  it('halts on a fill of no order, on more than was left, and on one that cost more than it could', () => {
    const order = intent();
    const cases: readonly (readonly [Partial<Fill>, RegExp])[] = [
      [{ clientOrderId: 'nobody' }, /unexplained fill .* unknown order$/],
      [{ countHundredths: 200 }, /unexplained fill .* more than was left$/],
      [{ feeMicros: 50_000 }, /fees .* cost more than it could$/],
      [{ side: 'no' }, /unexplained fill .* unknown order$/],
    ];
    for (const [changes, why] of cases) {
      const { engine } = begin();
      engine.admit(order, T0);
      engine.onFill(wholeFill(order, changes), T0);
      expect(engine.stateAt(T0)).toBe('HALTED');
      expect(engine.reasonsAt(T0)[0]).toMatch(why);
    }
  });

  it('counts a fill that is told twice once', () => {
    const { engine } = begin();
    const order = intent();
    engine.admit(order, T0);
    const fill = wholeFill(order);
    engine.onFill(fill, T0);
    engine.onFill(fill, T0);
    expect(engine.positions).toMatchObject([{ yesHundredths: 100, costMicros: 420_000, feesMicros: 20_000 }]);
    expect(engine.stateAt(T0)).toBe('ACTIVE');
  });

  it('halts without a feed: at the start, after a restart, and when it has been silent for a minute', () => {
    const { engine, options } = begin();
    expect(engine.stateAt(T0 + MINUTE_MS)).toBe('ACTIVE');
    expect(engine.stateAt(T0 + MINUTE_MS + 1)).toBe('HALTED');
    const again = new RiskEngine(options, engine.snapshot);
    expect(again.reasonsAt(T0)).toEqual(['HALTED: the feed has said nothing yet']);
  });

  it('halts while a file is there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'halt-'));
    const path = join(folder, 'HALT');
    const { engine } = begin();
    writeFileSync(path, '');
    watchHaltFile(engine, path, T0);
    expect(engine.stateAt(T0)).toBe('HALTED');
    rmSync(folder, { recursive: true });
    watchHaltFile(engine, path, T0);
    expect(engine.stateAt(T0)).toBe('ACTIVE');
  });
});

describe('over a restart', () => {
  it('positions, orders, locks, stops and counts go on', () => {
    const { engine, options } = begin();
    const order = intent({ countHundredths: 200 });
    engine.admit(order, T0);
    engine.onFill(wholeFill(order, { countHundredths: 100, feeMicros: 20_000 }), T0);
    engine.lock({ scope: 'category', name: 'Sports', why: 'playoffs', sinceMs: T0, untilMs: T0 + DAY_MS }, T0);
    engine.stop('reconciliation', 'HALTED', 'a contract too many', T0);
    const text = JSON.stringify(engine.snapshot);
    const again = new RiskEngine(options, parseRiskState(JSON.parse(text), 'risk.json'));
    expect(again.snapshot).toEqual(engine.snapshot);
    again.onFeed(T0);
    expect(again.locksAgainst(market('X', 'Sports'), T0)).toEqual([
      'entries in category Sports paused until 2026-12-02 12:00 UTC: playoffs',
    ]);
    expect(again.figures).toEqual(engine.figures);
    expect(again.stateAt(T0)).toBe('HALTED');
    again.unlock('category', 'Sports');
    expect(again.locksAgainst(market('X', 'Sports'), T0)).toEqual([]);
  });

  it('is refused with a state that is damaged: nobody knows what is locked', () => {
    const good = JSON.parse(JSON.stringify(begin().engine.snapshot));
    expect(refusal(() => parseRiskState({ ...good, nLosses: -1 }, 'risk.json'))).toMatch(
      /^corrupt-file: risk.json: nLosses: /,
    );
    expect(refusal(() => parseRiskState(good, 'risk.json'))).toBe('accepted');
  });
});
