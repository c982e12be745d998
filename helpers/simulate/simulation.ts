/** The simulated market itself: time goes on step by step, wallets come, place and match orders, news arrives. */
import { createRandom, type Random } from '../kernels/random.ts';
import { assert } from '../run/errors.ts';
import { MarketActivity } from './activity.ts';
import { Agenda, type PlannedAction } from './agenda.ts';
import { Beliefs } from './beliefs.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import { type Follower, planCopyTraders } from './copy_traders.ts';
import { Exchange, SHARES_MIN } from './exchange.ts';
import type { FillSink } from './fill_sink.ts';
import { Holdings, SLOTS_PER_WALLET } from './holdings.ts';
import { type InsiderPlan, planInsiders } from './insiders.ts';
import { MODEL } from './model.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';
import { createPopulation, GRINDER, type Population, WASH } from './population.ts';
import { LONG, RestingOrders, SHORT } from './resting_orders.ts';
import { Visitors } from './visitors.ts';
import { drawTurn, planWashRings, type WashRing } from './wash_rings.ts';
import { WeightedDraw } from './weighted_draw.ts';

/** Told what only the simulator knows, as it happens. */
export interface TruthObserver {
  /** An insider has just bought (its rows are the last written); `news` is what it knew. */
  insiderBought(wallet: number, market: number, outcome: number, timeS: number, usd: number, news: number): void;
  /** News has arrived and favoured a leg. */
  newsArrived(news: number, leg: number): void;
  /** The belief in outcome 0 of an open market at the start of a day. */
  beliefAt(market: number, timeS: number, probability: number): void;
  /** A ring has begun to trade in a market. */
  ringMoved(ring: number, market: number, timeS: number): void;
}

const DAY_S = 86_400;
/** News that is out makes nearly everybody buy what has won. */
const SETTLED_PROBABILITY = 0.97;

/** Waiting orders that may be picked off when news moves a market by more than that (thousandths), and the probability of each. */
const STALE_ORDERS_MAX = 8;
const STALE_MOVE_MILLI = 30;
const STALE_PROBABILITY = 0.7;

/** More than any holding is worth. */
const SALE_OF_ALL_USD = 1e9;

interface Intent {
  market: number;
  outcome: number;
  isBuy: boolean;
  usd: number;
  sharesMax: number;
}

/** One simulated market, from options and a seed to the last fill; equal options and seeds give equal fills. */
export class MarketSimulation {
  readonly catalogue: Catalogue;
  readonly population: Population;
  readonly rings: readonly WashRing[];
  readonly followers: ReadonlyMap<number, readonly Follower[]>;
  readonly insiderRoles: InsiderPlan['roles'];
  readonly exchange: Exchange;
  /** The leg each event resolved to; -1 while open or void. */
  readonly winners: Int32Array;
  private readonly beliefs: Beliefs;
  private readonly activity: MarketActivity;
  private readonly holdings: Holdings;
  private readonly resting: RestingOrders;
  private readonly agenda = new Agenda();
  private readonly visitors: Visitors;
  private readonly flow: Random;
  private readonly incomingDraw: WeightedDraw;
  private readonly restingDraw: WeightedDraw;
  private readonly grinderDraw: WeightedDraw;
  private readonly dailyWeights: { incoming: Float64Array; resting: Float64Array; grinder: Float64Array };
  private readonly cumulativeActivity: Float64Array;
  private readonly startS: number;
  private readonly intent: Intent = { market: 0, outcome: 0, isBuy: true, usd: 0, sharesMax: 0 };
  private bin = 0;
  private nextNews = 0;
  private placementDebt = 0;
  private clockS = 0;

  constructor(
    private readonly options: SimulateOptions,
    sink: FillSink,
    private readonly observer: TruthObserver,
  ) {
    const random = createRandom(options.seed);
    this.catalogue = createCatalogue(random.fork(1), options);
    this.population = createPopulation(random.fork(2), options);
    const plans = random.fork(3);
    this.flow = random.fork(4);
    const { events, markets } = this.catalogue;
    const { n } = this.population;
    this.startS = simulatedPeriod(options).startS;
    const livesS = Float64Array.from(events.finalAtS, (finalS, e) => finalS - events.openAtS[e]);
    const knownFromS = Float64Array.from(events.openAtS, (openS) => Math.max(openS, this.startS));
    this.beliefs = new Beliefs(events.legStarts, events.initialProbabilities, knownFromS, livesS, events.volatilities);
    this.activity = new MarketActivity(this.catalogue);
    this.holdings = new Holdings(n);
    this.resting = new RestingOrders(markets.n);
    this.winners = new Int32Array(events.n).fill(-1);
    this.exchange = new Exchange({
      catalogue: this.catalogue,
      beliefs: this.beliefs,
      holdings: this.holdings,
      resting: this.resting,
      drawGrinder: (market, except) => this.drawGrinder(market, except),
      nWallets: n,
      nRowsMax: options.nTrades,
      random: random.fork(5),
      sink,
    });
    const insiders = planInsiders(plans, options, this.catalogue, this.population);
    for (const action of insiders.actions) this.agenda.push(action);
    this.insiderRoles = insiders.roles;
    this.followers = planCopyTraders(plans, this.population);
    this.rings = planWashRings(plans, options, this.population);
    this.rings.forEach((ring, r) => {
      this.scheduleRing(r, ring.fromS);
    });
    this.cumulativeActivity = cumulativeActivity(this.catalogue, this.startS, options.nDays);
    const activityBefore = activityBeforeDays(this.cumulativeActivity, options.nDays);
    this.dailyWeights = dailyWeights(this.population, activityBefore);
    this.visitors = new Visitors(random.fork(6), this.population, options, activityBefore);
    this.incomingDraw = new WeightedDraw(n);
    this.restingDraw = new WeightedDraw(n);
    this.grinderDraw = new WeightedDraw(n);
  }

  get nRows(): number {
    return this.exchange.nRows;
  }

  /** What a share of outcome 0 paid: 1 or 0, NaN while the market is open or when it is void. */
  payoff(market: number): number {
    const { events, markets } = this.catalogue;
    const event = markets.events[market];
    const isClosed = events.closedAtS[event] <= this.startS + this.options.nDays * DAY_S;
    if (!isClosed || this.winners[event] < 0) return Number.NaN;
    return this.winners[event] === markets.legs[market] ? 1 : 0;
  }

  /** Simulates the next half hour; false when the period is over, and then exactly nTrades rows have been written. */
  step(): boolean {
    const nBins = this.cumulativeActivity.length;
    if (this.bin >= nBins) return false;
    const b = this.bin++;
    const fromS = this.startS + b * MODEL.binS;
    if ((b * MODEL.binS) % DAY_S === 0) this.beginDay(Math.floor((b * MODEL.binS) / DAY_S), fromS);
    this.activity.advance(fromS);
    const nRowsTarget = Math.round(
      (this.options.nTrades * this.cumulativeActivity[b]) / this.cumulativeActivity[nBins - 1],
    );
    const nRowsBefore = this.exchange.nRows;
    const secondsPerRow = MODEL.binS / (nRowsTarget - nRowsBefore);
    for (let attempt = 0; this.exchange.nRows < nRowsTarget; attempt++) {
      assert(attempt < 4 * (nRowsTarget - nRowsBefore) + 100_000, 'wallets find something to trade');
      // A moment in the row's share of the step; an order that came to nothing must not turn the clock back.
      const drawnS = fromS + (this.exchange.nRows - nRowsBefore + this.flow.uniform()) * secondsPerRow;
      const timeS = Math.max(this.clockS, Math.floor(drawnS));
      this.advanceTo(timeS);
      if (this.exchange.nRows < this.options.nTrades) this.ordinaryOrder(timeS);
    }
    this.advanceTo(fromS + MODEL.binS - 1);
    return this.bin < nBins;
  }

  private beginDay(day: number, timeS: number): void {
    const { firstDays, lastDays } = this.population;
    const isHere = (i: number): boolean => firstDays[i] <= day && day <= lastDays[i];
    this.incomingDraw.rebuild(this.dailyWeights.incoming, isHere);
    this.restingDraw.rebuild(this.dailyWeights.resting, isHere);
    this.grinderDraw.rebuild(this.dailyWeights.grinder, isHere);
    for (const action of this.visitors.arrivals(day, timeS)) this.agenda.push(action);
    const { events, markets } = this.catalogue;
    for (let m = 0; m < markets.n; m++) {
      const e = markets.events[m];
      if (events.openAtS[e] <= timeS && timeS < events.finalAtS[e]) {
        this.observer.beliefAt(m, timeS, this.beliefs.probability(e, markets.legs[m]));
      }
    }
  }

  private arriveNews(timeS: number): void {
    const { news, events } = this.catalogue;
    while (this.nextNews < news.n && news.timesS[this.nextNews] <= timeS) {
      const i = this.nextNews++;
      // What happened before the period is in the initial probabilities already.
      if (news.timesS[i] < this.startS) continue;
      const event = news.events[i];
      const leg = this.beliefs.favouredLeg(event, news.draws[i]);
      const fromMarket = events.marketStarts[event];
      const quotesMilli: number[] = [];
      for (let m = fromMarket; m < events.marketStarts[event + 1]; m++) {
        const falls = leg !== this.catalogue.markets.legs[m];
        quotesMilli.push(falls ? this.exchange.bidMilli(m, news.timesS[i]) : this.exchange.askMilli(m, news.timesS[i]));
      }
      this.beliefs.moveTowards(event, leg, news.strengths[i]);
      quotesMilli.forEach((quoteMilli, k) => {
        this.pickOffStale(
          fromMarket + k,
          leg !== this.catalogue.markets.legs[fromMarket + k],
          quoteMilli,
          news.timesS[i],
        );
      });
      if (news.strengths[i] === 1) this.winners[event] = leg;
      this.observer.newsArrived(i, leg);
    }
  }

  /**
   * Fast grinders take the waiting orders that news has made too generous, at the price from before the news: what
   * patience costs those who do not watch.
   */
  private pickOffStale(market: number, falls: boolean, quoteMilli: number, timeS: number): void {
    const { exchange, flow, holdings } = this;
    const moved = Math.abs(this.believed(market, 0) * 1000 - quoteMilli);
    for (let k = 0; k < STALE_ORDERS_MAX && moved > STALE_MOVE_MILLI; k++) {
      const waiting = this.resting.takeOldest(market, falls ? LONG : SHORT);
      if (waiting === null) return;
      const outcome = falls ? 1 : 0;
      const priceMilli = falls ? 1000 - quoteMilli : quoteMilli;
      const wallet = this.drawGrinder(market, waiting.wallet);
      const isSale = waiting.isSell && holdings.held(waiting.wallet, market, outcome) >= SHARES_MIN;
      const most = isSale ? holdings.held(waiting.wallet, market, outcome) : 1e9;
      const wanted = Math.round((waiting.usd * 1e5) / (isSale ? priceMilli : 1000 - priceMilli));
      const sharesMax = Math.max(SHARES_MIN, Math.min(most, wanted));
      const order = { timeS, wallet, market, outcome, isBuy: true, usd: 0, sharesMax };
      if (flow.uniform() < STALE_PROBABILITY) exchange.matchPair(order, waiting.wallet, !isSale, priceMilli);
    }
  }

  /** Lets everything planned up to the moment happen. */
  private advanceTo(timeS: number): void {
    this.runAgenda(timeS);
    this.arriveNews(timeS);
    this.clockS = timeS;
  }

  private runAgenda(timeS: number): void {
    while (this.agenda.nextTimeS() <= timeS && this.exchange.nRows < this.options.nTrades) {
      const action = this.agenda.pop();
      const atS = Math.floor(action.timeS);
      this.arriveNews(atS);
      if (action.kind === 'insider' || action.kind === 'hedge') this.insiderOrder(action, atS);
      else if (action.kind === 'copy') this.copiedOrder(action, atS);
      else if (action.kind === 'visit') this.visitOrder(action, atS);
      else this.washOrder(action.actor, atS);
    }
  }

  /** Somebody comes with an order of their own; before, waiting orders are placed so that there is something to meet. */
  private ordinaryOrder(timeS: number): void {
    this.placementDebt += MODEL.placementsPerMatch;
    while (this.placementDebt >= 1) {
      this.placementDebt--;
      const waiting = this.restingDraw.draw(this.flow);
      if (waiting < 0 || !this.decide(waiting, timeS)) continue;
      const { market, outcome, isBuy, usd } = this.intent;
      this.resting.push(market, isBuy === (outcome === 0) ? LONG : SHORT, waiting, !isBuy, usd);
    }
    const wallet = this.incomingDraw.draw(this.flow);
    if (wallet < 0 || !this.decide(wallet, timeS)) return;
    this.incomingOrder(wallet, timeS);
  }

  private incomingOrder(wallet: number, timeS: number): boolean {
    const { market, outcome, isBuy, usd, sharesMax } = this.intent;
    if (!this.exchange.match({ timeS, wallet, market, outcome, isBuy, usd, sharesMax })) return false;
    this.splitOrder(wallet, timeS);
    for (const follower of this.followers.get(wallet) ?? []) {
      if (this.flow.uniform() > follower.diligence) continue;
      const delayS = 2 - follower.delayMeanS * Math.log(1 - this.flow.uniform());
      const { meanUsd } = this.population;
      const copiedUsd = meanUsd[follower.wallet] * Math.exp(0.3 * this.flow.normal());
      this.agenda.push({
        timeS: timeS + delayS,
        kind: 'copy',
        actor: follower.wallet,
        target: market,
        outcome,
        isBuy,
        usd: copiedUsd,
      });
    }
    return true;
  }

  /** Plans the other parts of an order that has just been matched, for a wallet that splits its orders. */
  private splitOrder(wallet: number, timeS: number): void {
    const again = this.population.splitProbabilities[wallet];
    const { market, outcome, isBuy, usd } = this.intent;
    let atS = timeS;
    for (let k = 0; k < MODEL.splitters.partsMax && again > 0 && this.flow.uniform() < again; k++) {
      atS += 1 + this.flow.integer(MODEL.splitters.gapMaxS);
      this.agenda.push({ timeS: atS, kind: 'copy', actor: wallet, target: market, outcome, isBuy, usd });
    }
  }

  /** Fills `intent` with what the wallet wants: to come back to a market it holds, or to enter one. */
  private decide(wallet: number, timeS: number): boolean {
    const { population, flow, intent } = this;
    intent.usd = population.meanUsd[wallet] * Math.exp(MODEL.sizeSigmaWithinWallet * flow.normal() - 0.32);
    intent.sharesMax = Number.POSITIVE_INFINITY;
    intent.isBuy = true;
    if (population.types[wallet] === GRINDER) return this.decideAsGrinder(wallet);
    if (flow.uniform() >= population.newMarketProbabilities[wallet] && this.decideAgain(wallet, timeS)) return true;
    intent.market = this.activity.draw(
      flow,
      flow.uniform() < population.domainFocus[wallet] ? population.domains[wallet] : -1,
    );
    if (intent.market < 0) return false;
    intent.outcome = this.drawOutcome(intent.market, wallet);
    return true;
  }

  private decideAsGrinder(wallet: number): boolean {
    const { flow, intent } = this;
    intent.market = -1;
    for (let attempt = 0; attempt < 6; attempt++) {
      intent.market = this.activity.draw(flow, -1);
      if (intent.market < 0 || this.covers(wallet, intent.market)) break;
    }
    if (intent.market < 0) return false;
    intent.outcome = flow.integer(2);
    intent.isBuy = flow.uniform() < 0.6;
    return true;
  }

  /** Comes back to one of the wallet's open positions, the busier of two; false when it has none. */
  private decideAgain(wallet: number, timeS: number): boolean {
    const { flow, intent, holdings, population } = this;
    let k = -1;
    const offset = flow.uint32() % SLOTS_PER_WALLET;
    for (let i = 0; i < SLOTS_PER_WALLET; i++) {
      const slot = (offset + i) % SLOTS_PER_WALLET;
      const market = holdings.market(wallet, slot);
      if (market < 0) continue;
      if (!this.isOpen(market, timeS)) holdings.free(wallet, slot);
      else if (k < 0) k = slot;
    }
    if (k < 0) return false;
    intent.market = holdings.market(wallet, k);
    intent.outcome = holdings.outcome(wallet, k);
    const held = holdings.held(wallet, intent.market, intent.outcome);
    const believed = this.believed(intent.market, intent.outcome);
    // Winners are sold sooner than losers (the disposition effect), and nobody sells what has won.
    const eagerness = believed > SETTLED_PROBABILITY ? 0.1 : 0.7 + 1.3 * believed;
    if (held >= SHARES_MIN && flow.uniform() < population.exitProbabilities[wallet] * eagerness) {
      intent.isBuy = false;
      intent.sharesMax = held;
      // Mostly everything, sometimes half.
      intent.usd = ((flow.uniform() < 0.8 ? 1.2 : 0.5) * believed * held) / 100;
      return true;
    }
    if (believed < 1 - SETTLED_PROBABILITY && flow.uniform() < 0.8) intent.outcome = 1 - intent.outcome;
    return true;
  }

  /** One of the outcomes by the wallet's taste, see MODEL.cheap. */
  private drawOutcome(market: number, wallet: number): number {
    const { probability, untilFavourite, atSure, settled, favouriteFactor, longShotFactor } = MODEL.cheap;
    const first = this.believed(market, 0);
    const favourite = Math.max(first, 1 - first);
    const surer = Math.max(0, favourite - untilFavourite) / (SETTLED_PROBABILITY - untilFavourite);
    const usual = favourite > SETTLED_PROBABILITY ? settled : probability + (atSure - probability) * surer;
    const taste = this.population.likesLongShots[wallet] === 1 ? longShotFactor : favouriteFactor;
    const isCheap = this.flow.uniform() < usual * taste;
    return isCheap === first < 0.5 ? 0 : 1;
  }

  private insiderOrder(action: PlannedAction, timeS: number): void {
    const { events, news } = this.catalogue;
    const event = news.events[action.target];
    const leg = this.beliefs.favouredLeg(event, news.draws[action.target]);
    const isGroup = events.marketStarts[event + 1] - events.marketStarts[event] > 1;
    const market = events.marketStarts[event] + (isGroup ? leg : 0);
    const outcome = isGroup ? 0 : leg;
    if (timeS >= news.timesS[action.target] || this.believed(market, outcome) > 0.94) return;
    const { actor: wallet, usd } = action;
    const isHedge = action.kind === 'hedge';
    const bought = isHedge ? 1 - outcome : outcome;
    const order = { timeS, wallet, market, outcome: bought, isBuy: true, usd, sharesMax: Number.POSITIVE_INFINITY };
    if (!this.exchange.match(order) || isHedge) return;
    const { matchedUsd } = this.exchange;
    // Informed flow moves the belief for good, unlike the passing impact of everyone else.
    this.beliefs.moveTowards(event, leg, Math.min(0.12, 0.01 * Math.log1p(matchedUsd / 100)));
    this.observer.insiderBought(wallet, market, outcome, timeS, matchedUsd, action.target);
  }

  private copiedOrder(action: PlannedAction, timeS: number): void {
    const { actor: wallet, target: market, outcome, isBuy, usd } = action;
    if (!this.isOpen(market, timeS)) return;
    const sharesMax = isBuy ? Number.POSITIVE_INFINITY : this.holdings.held(wallet, market, outcome);
    if (sharesMax < SHARES_MIN) return;
    this.exchange.match({ timeS, wallet, market, outcome, isBuy, usd: isBuy ? usd : SALE_OF_ALL_USD, sharesMax });
  }

  private visitOrder(action: PlannedAction, timeS: number): void {
    const { actor: wallet, isBuy } = action;
    const market = action.target < 0 ? this.activity.draw(this.flow, -1) : action.target;
    if (market < 0 || !this.isOpen(market, timeS)) return;
    const outcome = action.target < 0 ? this.drawOutcome(market, wallet) : action.outcome;
    const sharesMax = isBuy ? MODEL.visitors.betSharesMax : this.holdings.held(wallet, market, outcome);
    const usd = isBuy ? action.usd : SALE_OF_ALL_USD;
    if (!this.exchange.match({ timeS, wallet, market, outcome, isBuy, usd, sharesMax })) return;
    const { events, markets } = this.catalogue;
    const held = this.holdings.held(wallet, market, outcome);
    const next = this.visitors.next(action, market, outcome, events.closedAtS[markets.events[market]], held);
    if (next !== null) this.agenda.push(next);
  }

  /** One match of the ring's turn; see wash_rings.ts for the three phases. */
  private washOrder(r: number, timeS: number): void {
    const ring = this.rings[r];
    if (ring.phase === 0) this.beginTurn(r, timeS);
    if (ring.market >= 0 && this.isOpen(ring.market, timeS)) {
      const [a, b, c] = ring.turn;
      const order = { timeS, market: ring.market, outcome: 0, usd: 0, sharesMax: ring.shares };
      const priceMilli = this.exchange.middleMilli(ring.market, 0, timeS);
      if (ring.phase === 0) this.exchange.matchPair({ ...order, wallet: a, isBuy: true }, b, true, priceMilli);
      else if (ring.phase === 1) this.exchange.matchPair({ ...order, wallet: c, isBuy: true }, a, false, priceMilli);
      else this.exchange.matchPair({ ...order, wallet: c, isBuy: false }, b, true, priceMilli);
      ring.phase = (ring.phase + 1) % 3;
    } else {
      ring.phase = 0;
    }
    // A turn that has begun is finished even after the ring's time.
    const nextS = timeS + 1 - ring.meanGapS * Math.log(1 - this.flow.uniform());
    if (nextS < ring.untilS || ring.phase !== 0) this.scheduleRing(r, nextS);
  }

  private beginTurn(r: number, timeS: number): void {
    const ring = this.rings[r];
    const { activity } = this.catalogue.markets;
    const stays = ring.market >= 0 && this.isOpen(ring.market, timeS) && this.flow.uniform() < 0.97;
    if (!stays) {
      // Quiet markets suit a ring: nobody steps in between.
      ring.market = this.activity.drawAny(this.flow);
      for (let attempt = 0; attempt < 3; attempt++) {
        const other = this.activity.drawAny(this.flow);
        if (other >= 0 && activity[other] < activity[ring.market]) ring.market = other;
      }
      if (ring.market >= 0) this.observer.ringMoved(r, ring.market, timeS);
    }
    ring.turn = drawTurn(this.flow, ring.members);
    ring.shares = Math.max(SHARES_MIN, Math.round(15_000 * Math.exp(0.8 * this.flow.normal())));
  }

  private scheduleRing(ring: number, timeS: number): void {
    this.agenda.push({ timeS, kind: 'wash', actor: ring, target: -1, outcome: 0, isBuy: true, usd: 0 });
  }

  /** A grinder for the other side, preferably one that covers the market. */
  private drawGrinder(market: number, except: number): number {
    let wallet = -1;
    for (let attempt = 0; attempt < 12; attempt++) {
      const drawn = this.grinderDraw.draw(this.flow);
      if (drawn === except) continue;
      wallet = drawn;
      if (this.covers(drawn, market)) return drawn;
    }
    if (wallet >= 0) return wallet;
    // With very few grinders all draws may have hit the one who asks: take any other.
    return this.population.types.findIndex((type, i) => type === GRINDER && i !== except);
  }

  /** Whether the grinder quotes in the market: a fixed pseudo-random set whose share is its newMarketProbability in fills. */
  private covers(wallet: number, market: number): boolean {
    const mixed = Math.imul(wallet + 1, 0x9e3779b1) ^ Math.imul(market + 1, 0x85ebca6b);
    const u = (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0) / 4294967296;
    return u < 0.1 + 0.8 * this.population.domainFocus[wallet];
  }

  private believed(market: number, outcome: number): number {
    const { events, legs } = this.catalogue.markets;
    const probability = this.beliefs.probability(events[market], legs[market]);
    return outcome === 0 ? probability : 1 - probability;
  }

  private isOpen(market: number, timeS: number): boolean {
    const { events, markets } = this.catalogue;
    const e = markets.events[market];
    return events.openAtS[e] <= timeS && timeS < events.closedAtS[e];
  }
}

/** Running sum of the venue's activity over the steps of the period. */
function cumulativeActivity(catalogue: Catalogue, startS: number, nDays: number): Float64Array {
  const activity = new MarketActivity(catalogue);
  const sums = new Float64Array((nDays * DAY_S) / MODEL.binS);
  let sum = 0;
  for (let b = 0; b < sums.length; b++) {
    sum += activity.advance(startS + b * MODEL.binS);
    sums[b] = sum;
  }
  return sums;
}

/** The venue's activity before each day: `nDays` + 1 values, the last one that of the whole period. */
function activityBeforeDays(cumulative: Float64Array, nDays: number): Float64Array {
  const nBinsPerDay = DAY_S / MODEL.binS;
  return Float64Array.from({ length: nDays + 1 }, (_, day) => (day === 0 ? 0 : cumulative[day * nBinsPerDay - 1]));
}

/** Each wallet's weight on a day it is there, so that its fills over its days are in proportion to its activity. */
function dailyWeights(population: Population, before: Float64Array) {
  const weights = {
    incoming: new Float64Array(population.n),
    resting: new Float64Array(population.n),
    grinder: new Float64Array(population.n),
  };
  for (let i = 0; i < population.n; i++) {
    const share = (before[population.lastDays[i] + 1] - before[population.firstDays[i]]) / before[before.length - 1];
    const rate = share > 0 ? population.activity[i] / share : 0;
    const isGrinder = population.types[i] === GRINDER;
    weights.incoming[i] = rate * (1 - population.makerShares[i]);
    weights.resting[i] = isGrinder || population.types[i] === WASH ? 0 : rate * population.makerShares[i];
    weights.grinder[i] = isGrinder ? rate : 0;
  }
  return weights;
}
