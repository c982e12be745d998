/**
 * Matches one incoming order with resting ones and writes the rows of the match: one per resting order, and an aggregate
 * row of the incoming order against the exchange contract. A resting order may hold the same token (direct match) or the
 * other one, at the complementary price: two buyers mint a pair of shares, two sellers merge one.
 */
import type { Random } from '../kernels/random.ts';
import { assert } from '../run/errors.ts';
import type { Beliefs } from './beliefs.ts';
import type { Catalogue } from './catalogue.ts';
import { type FillSink, USDC } from './fill_sink.ts';
import { type Holdings, SLOTS_PER_WALLET } from './holdings.ts';
import { MODEL } from './model.ts';
import { LONG, type RestingOrders, SHORT } from './resting_orders.ts';

/** An order that wants to trade now. */
export interface IncomingOrder {
  readonly timeS: number;
  readonly wallet: number;
  readonly market: number;
  readonly outcome: number;
  readonly isBuy: boolean;
  readonly usd: number;
  /** The most it may sell, hundredths of a share; Infinity for a purchase. */
  readonly sharesMax: number;
}

/** What an exchange works with; shared with the simulation that it is part of. */
interface ExchangeParts {
  readonly catalogue: Catalogue;
  readonly beliefs: Beliefs;
  readonly holdings: Holdings;
  readonly resting: RestingOrders;
  /** The grinder that takes the other side where no order waits; never `exceptWallet`. */
  readonly drawGrinder: (market: number, exceptWallet: number) => number;
  readonly nWallets: number;
  /** Rows of the whole run. */
  readonly nRowsMax: number;
  readonly random: Random;
  readonly sink: FillSink;
}

/** One resting order's part in a match. */
interface Part {
  wallet: number;
  isOtherToken: boolean;
  shares: number;
  priceMilli: number;
}

/** Least size of an order and of one resting order's part, hundredths of a share. */
export const SHARES_MIN = 100;
const PART_SHARES_MIN = 20;
const PARTS_MAX = 40;
/** A grinder that minted pairs sells what it holds rather more often than it mints anew. */
const GRINDER_DIRECT_PROBABILITY = 0.6;

/**
 * Prices and volumes of all markets. `match` finds the other sides of an order, `matchPair` is told one; both hand
 * rows to the sink.
 */
export class Exchange {
  /** Volume by market, millionths of a USD, counted once a match. */
  readonly volumeMicroUsd: Float64Array;
  /** Last price of outcome 0 by market, in thousandths; NaN before the first trade. */
  readonly lastPriceMilli: Float64Array;
  nRows = 0;
  /** What the last match moved of the incoming order, USD. */
  matchedUsd = 0;
  private readonly impact: Float64Array;
  private readonly impactAtS: Float64Array;
  private readonly parts: Part[] = Array.from({ length: PARTS_MAX }, () => ({
    wallet: 0,
    isOtherToken: false,
    shares: 0,
    priceMilli: 0,
  }));

  constructor(private readonly world: ExchangeParts) {
    const nMarkets = world.catalogue.markets.n;
    this.volumeMicroUsd = new Float64Array(nMarkets);
    this.lastPriceMilli = new Float64Array(nMarkets).fill(Number.NaN);
    this.impact = new Float64Array(nMarkets);
    this.impactAtS = new Float64Array(nMarkets);
  }

  /** The middle of the quotes for outcome 0: what is believed, plus what recent flow has pushed. */
  middle(market: number, timeS: number): number {
    const event = this.world.catalogue.markets.events[market];
    const leg = this.world.catalogue.markets.legs[market];
    this.world.beliefs.diffuse(this.world.random, event, leg, timeS);
    const belief = this.world.beliefs.probability(event, leg);
    const impact = this.impact[market] * Math.exp((this.impactAtS[market] - timeS) / MODEL.impactDecayS);
    this.impact[market] = impact;
    this.impactAtS[market] = timeS;
    return Math.max(0.0005, Math.min(0.9995, belief + impact * 4 * belief * (1 - belief)));
  }

  /** Matches the order; false (and nothing written) when there is too little to sell or no row left. */
  match(order: IncomingOrder): boolean {
    const nRowsLeft = this.world.nRowsMax - this.nRows;
    if (nRowsLeft < 2 || order.sharesMax < SHARES_MIN) return false;
    const middle = this.middle(order.market, order.timeS);
    const price = order.outcome === 0 ? middle : 1 - middle;
    const halfSpread = this.world.catalogue.markets.halfSpreadMilli[order.market];
    const quoteMilli = quote(price * 1000, halfSpread, order.isBuy);
    const wanted = Math.min(1e9, Math.max(SHARES_MIN, Math.round((order.usd * 1e5) / quoteMilli)));
    const shares = Math.min(wanted, order.sharesMax);
    const nParts = this.meetResting(order, shares, quoteMilli, this.drawPartCount(nRowsLeft, shares));
    this.write(order, nParts);
    return true;
  }

  /**
   * A match of exactly two wallets at a given price (thousandths, of the incoming order's outcome) of `order.sharesMax`.
   * False, and nothing written, when it would leave no row or a single one for the rest of the run.
   */
  matchPair(order: IncomingOrder, counterparty: number, isOtherToken: boolean, priceMilli: number): boolean {
    const nRowsLeft = this.world.nRowsMax - this.nRows;
    if (nRowsLeft < 2 || nRowsLeft === 3) return false;
    const part = this.parts[0];
    part.wallet = counterparty;
    part.isOtherToken = isOtherToken;
    part.shares = order.sharesMax;
    part.priceMilli = priceMilli;
    this.write(order, 1);
    return true;
  }

  /** The bid for outcome 0 now, thousandths. */
  bidMilli(market: number, timeS: number): number {
    return quote(this.middle(market, timeS) * 1000, this.world.catalogue.markets.halfSpreadMilli[market], false);
  }

  /** The ask for outcome 0 now, thousandths. */
  askMilli(market: number, timeS: number): number {
    return quote(this.middle(market, timeS) * 1000, this.world.catalogue.markets.halfSpreadMilli[market], true);
  }

  /** The middle of the quotes for an outcome, on the tick grid, thousandths. */
  middleMilli(market: number, outcome: number, timeS: number): number {
    const middle = this.middle(market, timeS);
    return quote((outcome === 0 ? middle : 1 - middle) * 1000, 0, true);
  }

  /** How many resting orders the match meets; a single row must never be left for the end. */
  private drawPartCount(nRowsLeft: number, shares: number): number {
    const u = this.world.random.uniform();
    let n = 1;
    if (u >= MODEL.makersAtMost10) n = 11 + this.world.random.integer(20);
    else if (u >= MODEL.makersAtMost2)
      n = Math.min(10, 3 + Math.floor(-1.1 * Math.log(1 - this.world.random.uniform())));
    else if (u >= MODEL.makersAtMost1) n = 2;
    n = Math.min(n, nRowsLeft - 1, Math.floor(shares / PART_SHARES_MIN));
    if (nRowsLeft - (n + 1) === 1) n += n === 1 ? 1 : -1;
    return n;
  }

  private meetResting(order: IncomingOrder, shares: number, quoteMilli: number, nParts: number): number {
    const { market, isBuy, outcome } = order;
    const opposite = isBuy === (outcome === 0) ? SHORT : LONG;
    let left = shares;
    let priceMilli = quoteMilli;
    for (let k = 0; k < nParts; k++) {
      const part = this.parts[k];
      const nAfter = nParts - 1 - k;
      const wanted =
        nAfter === 0
          ? left
          : Math.max(1, Math.floor((left - nAfter * PART_SHARES_MIN) * (0.2 + 0.6 * this.world.random.uniform())));
      if (k > 0 && this.world.random.uniform() < 0.35) priceMilli = nextLevel(priceMilli, isBuy);
      part.priceMilli = priceMilli;
      part.shares = wanted;
      // Orders meet their like: a far smaller one would shrink the match, a far larger one would be eaten in crumbs.
      const otherMilli = 1000 - priceMilli;
      const sellMilli = isBuy ? priceMilli : otherMilli;
      const buyMilli = isBuy ? otherMilli : priceMilli;
      const wantedShares = wanted / 1e5;
      const waiting = this.world.resting.take(
        market,
        opposite,
        order.wallet,
        wantedShares * sellMilli,
        wantedShares * buyMilli,
      );
      if (waiting === null) {
        part.wallet = this.world.drawGrinder(market, order.wallet);
        part.isOtherToken = this.world.random.uniform() > GRINDER_DIRECT_PROBABILITY;
      } else {
        // To be met before the grinders it had to offer a tick more than they do.
        part.priceMilli = nextLevel(priceMilli, !isBuy);
        const own = Math.max(1, Math.round((waiting.usd * 1e5) / (waiting.isSell ? sellMilli : buyMilli)));
        part.shares = Math.min(wanted, own);
        part.wallet = waiting.wallet;
        // Selling needs shares; without them the same exposure is had by buying the other outcome.
        const soldOutcome = isBuy ? outcome : 1 - outcome;
        const canSell = waiting.isSell && this.world.holdings.held(waiting.wallet, market, soldOutcome) >= part.shares;
        part.isOtherToken = canSell ? !isBuy : isBuy;
      }
      left -= part.shares;
    }
    return nParts;
  }

  private write(order: IncomingOrder, nParts: number): void {
    const { market, outcome, isBuy, wallet, timeS } = order;
    const own = market * 2 + outcome;
    const other = market * 2 + 1 - outcome;
    let shares = 0;
    let usd = 0;
    this.world.sink.beginMatch(timeS);
    for (let k = 0; k < nParts; k++) {
      const part = this.parts[k];
      assert(part.wallet !== wallet, 'no wallet meets its own order');
      const partShares = part.shares * 10_000;
      const partUsd = part.shares * part.priceMilli * 10;
      const makerUsd = part.isOtherToken ? partShares - partUsd : partUsd;
      const token = part.isOtherToken ? other : own;
      const makerBuys = part.isOtherToken === isBuy;
      if (makerBuys) this.world.sink.fill(part.wallet, USDC, makerUsd, wallet, token, partShares);
      else this.world.sink.fill(part.wallet, token, partShares, wallet, USDC, makerUsd);
      this.remember(part.wallet, market, token & 1, makerBuys, part.shares);
      shares += partShares;
      usd += partUsd;
    }
    const event = this.world.catalogue.markets.events[market];
    const isNegRisk =
      this.world.catalogue.events.marketStarts[event + 1] - this.world.catalogue.events.marketStarts[event] > 1;
    const contract = this.world.nWallets + (isNegRisk ? 1 : 0);
    if (isBuy) this.world.sink.fill(wallet, USDC, usd, contract, own, shares);
    else this.world.sink.fill(wallet, own, shares, contract, USDC, usd);
    this.remember(wallet, market, outcome, isBuy, shares / 10_000);
    this.nRows += nParts + 1;
    this.matchedUsd = usd / 1e6;
    this.volumeMicroUsd[market] += usd;
    const priceMilli = this.parts[nParts - 1].priceMilli;
    this.lastPriceMilli[market] = outcome === 0 ? priceMilli : 1000 - priceMilli;
    const direction = isBuy === (outcome === 0) ? 1 : -1;
    const push = direction * MODEL.impactPerLogUsd * Math.log1p(this.matchedUsd / 50);
    this.impact[market] = Math.max(-MODEL.impactMax, Math.min(MODEL.impactMax, this.impact[market] + push));
  }

  private remember(wallet: number, market: number, outcome: number, isBuy: boolean, shares: number): void {
    if (isBuy) this.world.holdings.add(wallet, market, outcome, shares, this.world.random.uint32() % SLOTS_PER_WALLET);
    else this.world.holdings.remove(wallet, market, outcome, shares);
  }
}

/** Prices are whole cents from .04 to .96 and whole tenths of a cent outside, all in thousandths here. */
const FINE_BELOW_MILLI = 40;
const FINE_ABOVE_MILLI = 960;

function isFine(priceMilli: number): boolean {
  return priceMilli < FINE_BELOW_MILLI || priceMilli > FINE_ABOVE_MILLI;
}

/** The ask (for a buyer) or bid around a price, on the grid, within 1..999 thousandths. */
function quote(priceMilli: number, halfSpreadMilli: number, isBuy: boolean): number {
  // Near 0 and 1 the spread narrows with the tick.
  const half = isFine(priceMilli) ? halfSpreadMilli / 5 : halfSpreadMilli;
  const target = isBuy ? priceMilli + half : priceMilli - half;
  const tick = isFine(target) ? 1 : 10;
  return Math.max(1, Math.min(999, Math.round(target / tick) * tick));
}

/** The next price on the grid: up or down. */
function nextLevel(priceMilli: number, isUp: boolean): number {
  const fineStep = isUp ? 1 : -1;
  const step = isFine(priceMilli) || isFine(priceMilli + fineStep) ? fineStep : 10 * fineStep;
  return Math.max(1, Math.min(999, priceMilli + step));
}
