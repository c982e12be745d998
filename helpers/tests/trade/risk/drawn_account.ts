/**
 * Sequences of intents, fills, cancels, settlements, quotes, nights, restarts, stops and their ends, drawn at random. The engine sees them,
 * the oracle keeps its own account of them, and after each of them the limits are looked at through the oracle's eyes alone.
 */
import type { Random } from '../../../kernels/random.ts';
import { DAY_MS, MINUTE_MS } from '../../../run/clock.ts';
import { type CostTerms, wholeContracts } from '../../../trade/fees/order_cost.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { RiskEngine } from '../../../trade/risk/engine.ts';
import { RISK_LIMITS } from '../../../trade/risk/limits.ts';
import { newRiskState, parseRiskState } from '../../../trade/risk/state.ts';
import type { Intent, MarketRef } from '../../../trade/types.ts';
import { AccountOracle, bought, fillOf, type OracleMarket, type OracleOrder } from './oracle.ts';

const START_MS = Date.UTC(2026, 11, 1, 12);
const USD = 1e6;
/** Doubles of the oracle, and the engine's whole micro-dollars. */
const TOLERANCE = 2e-5;

function marketRef(ticker: string, category: string): MarketRef {
  return { venue: 'kalshi', ticker, event: ticker, series: ticker, category };
}
/** A and B are one bet; C shares their category; D stands alone. */
const MARKETS = [marketRef('A', 'w'), marketRef('B', 'w'), marketRef('C', 'w'), marketRef('D', 'x')];
const PAIRS = [
  { tickers: ['A', 'B'] as const, rho: -0.9 },
  { tickers: ['A', 'C'] as const, rho: 0.6 },
].map(({ tickers, rho }) => ({ tickers: [...tickers] as [string, string], rho }));

/** What happened in many sequences: that limits were really met, and how near. */
export interface Tally {
  nAllowed: number;
  nShrunk: number;
  nDenied: number;
  nFills: number;
  nExits: number;
  nReducing: number;
  nHalted: number;
  /** Largest part of each limit that was ever at risk. */
  readonly nearest: Record<string, number>;
}

export function newTally(): Tally {
  return { nAllowed: 0, nShrunk: 0, nDenied: 0, nFills: 0, nExits: 0, nReducing: 0, nHalted: 0, nearest: {} };
}

/** Throws, naming the step, where a limit is exceeded. */
export function playSequence(random: Random, isFractional: boolean, nSteps: number, tally: Tally): void {
  const smallest = isFractional ? 1 : 100;
  const terms: CostTerms = {
    ...wholeContracts(feeTerms({ feeType: 'quadratic_with_maker_fees', feeMultiplier: 1 })!),
    smallestFillHundredths: smallest,
  };
  // Each of the limits is the tightest in some sequences.
  const dollars = (max: number): number => USD * (1 + random.integer(max));
  const limits = {
    ...RISK_LIMITS,
    perPositionMicros: dollars(5),
    perCategoryMicros: dollars(8),
    totalMicros: dollars(10),
    perDayMicros: dollars(10),
    cooldownMs: MINUTE_MS,
    pauseMs: 5 * MINUTE_MS,
  };
  const options = { limits, termsOf: () => terms, record: () => undefined };
  const bankroll = 6 + random.integer(80);
  let nowMs = START_MS;
  let engine = new RiskEngine(options, newRiskState(bankroll * USD, nowMs));
  engine.correlate(PAIRS);
  const oracle = new AccountOracle(bankroll, smallest);
  let n = 0;
  let isHalted = false;
  let isReducing = false;

  const assertWithin = (name: string, risk: number, limit: number): void => {
    tally.nearest[name] = Math.max(tally.nearest[name] ?? 0, risk / Math.max(limit, 1e-9));
    if (risk > limit + TOLERANCE) throw new Error(`${name}: ${risk} at risk of ${limit}`);
  };
  const usd = (micros: number): number => micros / USD;
  const checkAlways = (): void => {
    const risks = oracle.atRiskByMarket();
    const sumOf = (of: (market: OracleMarket) => boolean): number =>
      risks.reduce((sum, [market, risk]) => (of(market) ? sum + risk : sum), 0);
    assertWithin(
      'total',
      sumOf(() => true),
      usd(limits.totalMicros),
    );
    for (const name of ['w', 'x'])
      assertWithin(
        'category',
        sumOf(({ category }) => category === name),
        usd(limits.perCategoryMicros),
      );
    for (const group of ['AB', 'C', 'D'])
      assertWithin(
        'position',
        sumOf(({ ticker }) => group.includes(ticker)),
        usd(limits.perPositionMicros),
      );
  };
  const checkEntry = (): void => {
    assertWithin('day', oracle.dayAtRisk(), usd(limits.perDayMicros));
    const { atRisk } = oracle;
    assertWithin('drawdown', oracle.peak - oracle.bookEquity + atRisk, limits.drawdownShare * oracle.peak);
    assertWithin('heat', atRisk, limits.heatShare * oracle.markedEquity);
  };

  const feed = (): void => engine.onFeed(nowMs);
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)];

  const ask = (): void => {
    const intent: Intent = {
      clientOrderId: `order ${n}`,
      market: pick(MARKETS),
      side: pick(['yes', 'no']),
      action: random.uniform() < 0.65 ? 'buy' : 'sell',
      limitPriceMicros: 10_000 * (1 + random.integer(99)),
      countHundredths: smallest * (1 + random.integer(isFractional ? 250 : 6)),
      timeInForce: 'gtc',
      isPostOnly: random.uniform() < 0.3,
      expiresMs: null,
      strategy: 'drawn',
      reason: 'drawn',
      asOfMs: nowMs,
    };
    const market = oracle.market(intent.market.ticker, intent.market.category);
    const held = oracle.held(market);
    const isExit = held > 0 && bought(intent.side, intent.action) !== market.side;
    const before = oracle.atRisk;
    const { verdict, countHundredths } = engine.admit(intent, nowMs);
    if (verdict === 'deny') {
      tally.nDenied++;
      if (countHundredths !== 0) throw new Error('denied, and some of it allowed');
      return;
    }
    if (isHalted) throw new Error('allowed while halted');
    if (countHundredths > intent.countHundredths) throw new Error('allowed more than was asked');
    if (verdict === 'allow') tally.nAllowed++;
    else tally.nShrunk++;
    oracle.order(intent, countHundredths);
    if (isExit) {
      tally.nExits++;
      const closing = market.orders.reduce((sum, { side, left }) => sum + (side === market.side ? 0 : left), 0);
      if (closing > held) throw new Error(`${closing} would be sold of ${held}`);
      if (oracle.atRisk > before + TOLERANCE) throw new Error('an exit has raised what is at risk');
      if (isReducing) tally.nReducing++;
    } else {
      if (isReducing) throw new Error('an entry while reducing');
      if (intent.action === 'sell') throw new Error('sold what is not held');
      checkEntry();
    }
  };

  const withOrder = (work: (market: OracleMarket, order: OracleOrder) => void): void => {
    const markets = [...oracle.markets.values()].filter(({ orders }) => orders.length > 0);
    if (markets.length === 0) return;
    const market = pick(markets);
    work(market, pick(market.orders));
  };
  /** A part of what is left, in whole smallest fills. */
  const part = (left: number): number => smallest * (1 + random.integer(left / smallest));

  const fill = (): void =>
    withOrder((market, order) => {
      const hundredths = part(order.left);
      const cents = 1 + random.integer(order.cents);
      const at = random.uniform() < 0.5 ? order.cents : cents;
      const fee = oracle.fill(market, order, at, hundredths);
      engine.onFill(fillOf(order, `fill ${n}`, at, hundredths, fee, nowMs), nowMs);
      if (random.uniform() < 0.1) engine.onFill(fillOf(order, `fill ${n}`, at, hundredths, fee, nowMs), nowMs);
      tally.nFills++;
    });
  const cancel = (): void =>
    withOrder((market, order) => {
      const hundredths = part(order.left);
      oracle.cancel(market, order, hundredths);
      engine.onCancelled(order.intent.clientOrderId, hundredths);
    });
  const settle = (): void => {
    const ref = pick(MARKETS);
    const winner = pick(['yes', 'no'] as const);
    oracle.settle(oracle.market(ref.ticker, ref.category), winner);
    engine.onSettled(ref, winner === 'yes' ? USD : 0, nowMs);
  };
  const quote = (): void => {
    const ref = pick(MARKETS);
    const bid = random.integer(99);
    const ask = bid + 1 + random.integer(100 - bid);
    oracle.quote(oracle.market(ref.ticker, ref.category), bid, ask);
    engine.onFeed(nowMs, ref, { bidMicros: bid * 10_000, askMicros: ask * 10_000 });
  };
  const wait = (): void => {
    const day = Math.floor(nowMs / DAY_MS);
    nowMs += random.uniform() < 0.15 ? DAY_MS : random.integer(20 * MINUTE_MS);
    if (Math.floor(nowMs / DAY_MS) !== day) oracle.newDay();
    feed();
  };
  const restart = (): void => {
    engine = new RiskEngine(options, parseRiskState(JSON.parse(JSON.stringify(engine.snapshot)), 'snapshot'));
    feed();
  };
  const stop = (): void => {
    if (random.uniform() < 0.5) {
      for (const { name } of engine.snapshot.stops) if (name !== 'drawdown') engine.clear(name, nowMs);
    } else engine.stop('command', random.uniform() < 0.6 ? 'REDUCING' : 'HALTED', 'drawn', nowMs);
  };

  const moves: readonly (readonly [number, () => void])[] = [
    [0.5, ask],
    [0.76, fill],
    [0.82, cancel],
    [0.85, settle],
    [0.91, quote],
    [0.95, wait],
    [0.97, restart],
    [1, stop],
  ];
  feed();
  for (; n < nSteps; n++) {
    const state = engine.stateAt(nowMs);
    isHalted = state === 'HALTED';
    isReducing = state === 'REDUCING';
    if (isHalted) tally.nHalted++;
    const u = random.uniform();
    const [, move] = moves.find(([until]) => u < until)!;
    try {
      move();
      checkAlways();
      const unexplained = engine.snapshot.stops.find(({ name }) => name !== 'command' && name !== 'drawdown');
      if (unexplained !== undefined) throw new Error(`stopped: ${unexplained.why}`);
    } catch (error) {
      throw new Error(`step ${n} (${move.name}): ${(error as Error).message}`, { cause: error });
    }
  }
}
