/**
 * The account as an outsider would keep it, in dollars: what was paid, what is held, which orders may still be filled. It knows nothing of
 * reserves and bounds: what could be lost is found by trying, for both answers, every way in which the orders might be filled.
 */
import type { Action, Fill, Intent, Side } from '../../../trade/types.ts';

/** Takers' rate in hundredths; makers pay a quarter of it. */
const RATE = 7;
const USD = 1e6;
const CENT = 10_000;

/** rate · contracts · p(1 − p) up to a micro-dollar, from cents and hundredths. */
function modelFee(cents: number, hundredths: number, isTaker: boolean): number {
  return Math.ceil((RATE * hundredths * cents * (100 - cents)) / (isTaker ? 100 : 400));
}

/** Fee of one fill of a purchase as the venue's page says it, and what the order has paid too much then, micro-dollars. */
function feeOf(cents: number, hundredths: number, isTaker: boolean, collected: number): [number, number] {
  const revenue = -cents * hundredths * 100;
  const trade = modelFee(cents, hundredths, isTaker);
  const aligned = Math.floor((revenue - trade) / CENT) * CENT;
  const rounding = revenue - trade - aligned;
  let rebate = 0;
  while (rebate + CENT <= collected + rounding && rebate + CENT <= trade + rounding) rebate += CENT;
  return [trade + rounding - rebate, collected + rounding - rebate];
}

export interface OracleOrder {
  readonly intent: Intent;
  /** As a purchase. */
  readonly side: Side;
  readonly cents: number;
  left: number;
  collected: number;
}

interface Pool {
  hundredths: number;
  usd: number;
}

export interface OracleMarket {
  readonly ticker: string;
  readonly category: string;
  side: Side;
  carried: Pool;
  today: Pool;
  orders: OracleOrder[];
  bid: number;
  ask: number;
  isMarked: boolean;
}

export function bought(side: Side, action: Action): Side {
  if (action === 'buy') return side;
  return side === 'yes' ? 'no' : 'yes';
}

/** Cost of filling so much of an order in fills of a size, dollars. */
function costOf(order: OracleOrder, hundredths: number, piece: number): number {
  let collected = order.collected;
  let usd = 0;
  for (let left = hundredths; left > 0; left -= piece) {
    const [fee, next] = feeOf(order.cents, Math.min(piece, left), !order.intent.isPostOnly, collected);
    collected = next;
    usd += (order.cents * Math.min(piece, left)) / 1e4 + fee / USD;
  }
  return usd;
}

/** The worst of all ways: each order not at all, whole, or in the smallest pieces, and either answer. */
function worst(
  pools: readonly Pool[],
  side: Side,
  orders: readonly (readonly [OracleOrder, number])[],
  smallest: number,
): number {
  const cost = pools.reduce((sum, { usd }) => sum + usd, 0);
  const held = pools.reduce((sum, { hundredths }) => sum + hundredths, 0) / 100;
  const costs = orders.map(([order, hundredths]) => [
    costOf(order, hundredths, hundredths),
    costOf(order, hundredths, smallest),
  ]);
  let most = Number.NEGATIVE_INFINITY;
  for (const winner of ['yes', 'no'] as const) {
    for (let way = 0; way < 3 ** orders.length; way++) {
      let loss = cost - (side === winner ? held : 0);
      for (let i = 0, rest = way; i < orders.length; i++, rest = Math.floor(rest / 3)) {
        if (rest % 3 === 0) continue;
        const [order, hundredths] = orders[i];
        loss += costs[i][(rest % 3) - 1] - (order.side === winner ? hundredths / 100 : 0);
      }
      most = Math.max(most, loss);
    }
  }
  return most;
}

export class AccountOracle {
  readonly markets = new Map<string, OracleMarket>();
  realized = 0;
  realizedToday = 0;
  peak: number;

  constructor(
    private readonly bankroll: number,
    private readonly smallest: number,
  ) {
    this.peak = bankroll;
  }

  market(ticker: string, category: string): OracleMarket {
    const known = this.markets.get(ticker);
    if (known !== undefined) return known;
    const nothing = (): Pool => ({ hundredths: 0, usd: 0 });
    const fresh: OracleMarket = {
      ticker,
      category,
      side: 'yes',
      carried: nothing(),
      today: nothing(),
      orders: [],
      bid: 0,
      ask: 100,
      isMarked: false,
    };
    this.markets.set(ticker, fresh);
    return fresh;
  }

  held(market: OracleMarket): number {
    return market.carried.hundredths + market.today.hundredths;
  }

  order(intent: Intent, hundredths: number): void {
    const cents = Math.round(intent.limitPriceMicros / CENT);
    this.market(intent.market.ticker, intent.market.category).orders.push({
      intent,
      side: bought(intent.side, intent.action),
      cents: intent.action === 'buy' ? cents : 100 - cents,
      left: hundredths,
      collected: 0,
    });
  }

  /** Fills a part of an order at `cents` a contract of the side bought; returns the fee, micro-dollars. */
  fill(market: OracleMarket, order: OracleOrder, cents: number, hundredths: number): number {
    const [fee, collected] = feeOf(cents, hundredths, !order.intent.isPostOnly, order.collected);
    order.collected = collected;
    order.left -= hundredths;
    market.orders = market.orders.filter(({ left }) => left > 0);
    const each = cents / 1e4 + fee / USD / hundredths;
    let left = hundredths;
    for (const pool of market.side === order.side ? [] : [market.carried, market.today]) {
      const n = Math.min(left, pool.hundredths);
      if (n === 0) continue;
      const usd = (pool.usd * n) / pool.hundredths;
      this.realize(n / 100 - each * n - usd);
      pool.usd -= usd;
      pool.hundredths -= n;
      left -= n;
    }
    if (left > 0) {
      if (this.held(market) === 0) {
        market.side = order.side;
        market.isMarked = false;
      }
      market.today.hundredths += left;
      market.today.usd += each * left;
    }
    this.notePeak();
    return fee;
  }

  cancel(market: OracleMarket, order: OracleOrder, hundredths: number): void {
    order.left -= hundredths;
    market.orders = market.orders.filter(({ left }) => left > 0);
  }

  settle(market: OracleMarket, winner: Side): void {
    this.realize((market.side === winner ? this.held(market) / 100 : 0) - market.carried.usd - market.today.usd);
    this.markets.delete(market.ticker);
    this.notePeak();
  }

  quote(market: OracleMarket, bid: number, ask: number): void {
    if (this.held(market) === 0 && market.orders.length === 0) return;
    Object.assign(market, { bid, ask, isMarked: true });
    this.notePeak();
  }

  newDay(): void {
    this.realizedToday = 0;
    for (const market of this.markets.values()) {
      market.carried.hundredths += market.today.hundredths;
      market.carried.usd += market.today.usd;
      market.today = { hundredths: 0, usd: 0 };
    }
  }

  /** What positions and orders could lose in each market, dollars. */
  atRiskByMarket(): readonly (readonly [OracleMarket, number])[] {
    return [...this.markets.values()].map((market) => {
      const orders = market.orders.map((order) => [order, order.left] as const);
      return [market, worst([market.carried, market.today], market.side, orders, this.smallest)];
    });
  }

  get atRisk(): number {
    return this.atRiskByMarket().reduce((sum, [, usd]) => sum + usd, 0);
  }

  /** What was lost today, and what could still be lost of what was entered today. */
  dayAtRisk(): number {
    let sum = Math.max(0, -this.realizedToday);
    for (const market of this.markets.values()) {
      let closable = this.held(market);
      const opening: [OracleOrder, number][] = [];
      for (const order of market.orders) {
        const closes = order.side === market.side ? 0 : Math.min(closable, order.left);
        closable -= closes;
        if (order.left > closes) opening.push([order, order.left - closes]);
      }
      sum += worst([market.today], market.side, opening, this.smallest);
    }
    return sum;
  }

  get bookEquity(): number {
    return this.bankroll + this.realized;
  }

  get markedEquity(): number {
    let equity = this.bookEquity;
    for (const market of this.markets.values()) {
      if (!market.isMarked) continue;
      const cents = market.side === 'yes' ? market.bid : 100 - market.ask;
      equity += (cents * this.held(market)) / 1e4 - market.carried.usd - market.today.usd;
    }
    return equity;
  }

  private realize(usd: number): void {
    this.realized += usd;
    this.realizedToday += usd;
  }

  private notePeak(): void {
    this.peak = Math.max(this.peak, this.markedEquity);
  }
}

/** A fill in the words of the engine: the price is that of the side that the intent names. */
export function fillOf(
  { intent }: OracleOrder,
  fillId: string,
  cents: number,
  countHundredths: number,
  feeMicros: number,
  tsMs: number,
): Fill {
  const { market, side, action, clientOrderId } = intent;
  return {
    market,
    side,
    action,
    clientOrderId,
    orderId: `venue ${clientOrderId}`,
    fillId,
    priceMicros: CENT * (action === 'buy' ? cents : 100 - cents),
    countHundredths,
    feeMicros,
    tsMs,
  };
}
