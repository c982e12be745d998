/**
 * How busy each market is, step by step: a heavy-tailed base, a rush after opening, a rise towards the end, and a surge
 * after news that fades with a time constant of three hours.
 */
import { bisectRight } from 'd3-array';
import type { Random } from '../kernels/random.ts';
import type { Catalogue } from './catalogue.ts';
import { MODEL } from './model.ts';
import { DOMAINS } from './questions.ts';

const NEWS_FADE_S = 3 * 3600;

/** The markets open in the current step with their weights, from which the market of the next trade is drawn. */
export class MarketActivity {
  /** Markets open in the current step, domain after domain. */
  private readonly open: Int32Array;
  private readonly openByDomain: number[][] = DOMAINS.map(() => []);
  private readonly domainStarts = new Int32Array(DOMAINS.length + 1);
  /** Running sums of the weights of `open`. */
  private readonly sums: Float64Array;
  private readonly lastNewsAtS: Float64Array;
  private nextEvent = 0;
  private nextNews = 0;

  constructor(private readonly catalogue: Catalogue) {
    this.open = new Int32Array(catalogue.markets.n);
    this.sums = new Float64Array(catalogue.markets.n);
    this.lastNewsAtS = new Float64Array(catalogue.events.n).fill(Number.NEGATIVE_INFINITY);
  }

  get nOpen(): number {
    return this.domainStarts[DOMAINS.length];
  }

  /** Moves to the step starting at `timeS` (steps must come in order); returns the total weight of the open markets. */
  advance(timeS: number): number {
    const { events, news } = this.catalogue;
    while (this.nextEvent < events.n && events.openAtS[this.nextEvent] <= timeS) {
      const e = this.nextEvent++;
      for (let m = events.marketStarts[e]; m < events.marketStarts[e + 1]; m++)
        this.openByDomain[events.domains[e]].push(m);
    }
    while (this.nextNews < news.n && news.timesS[this.nextNews] <= timeS) {
      this.lastNewsAtS[news.events[this.nextNews]] = news.timesS[this.nextNews];
      this.nextNews++;
    }
    let n = 0;
    let sum = 0;
    for (let d = 0; d < DOMAINS.length; d++) {
      this.domainStarts[d] = n;
      const list = this.openByDomain[d];
      let nKept = 0;
      for (const market of list) {
        // Only steps that lie inside the trading time count, so that no fill comes after the close.
        if (events.closedAtS[this.catalogue.markets.events[market]] < timeS + MODEL.binS) continue;
        list[nKept++] = market;
        sum += this.weight(market, timeS);
        this.open[n] = market;
        this.sums[n++] = sum;
      }
      list.length = nKept;
    }
    this.domainStarts[DOMAINS.length] = n;
    const hour = (timeS / 3600) % 24;
    return sum * (1 + 0.4 * Math.sin((2 * Math.PI * (hour - 9)) / 24));
  }

  /** An open market of the domain (any domain for -1, and when that one has none), by weight; -1 when none is open. */
  draw(random: Random, domain: number): number {
    let low = domain < 0 ? 0 : this.domainStarts[domain];
    let high = domain < 0 ? this.nOpen : this.domainStarts[domain + 1];
    if (low === high) {
      if (this.nOpen === 0) return -1;
      low = 0;
      high = this.nOpen;
    }
    const before = low === 0 ? 0 : this.sums[low - 1];
    const u = before + random.uniform() * (this.sums[high - 1] - before);
    return this.open[bisectRight(this.sums, u, low, high - 1)];
  }

  /** An open market with no regard to weight; -1 when none is open. */
  drawAny(random: Random): number {
    return this.nOpen === 0 ? -1 : this.open[random.integer(this.nOpen)];
  }

  private weight(market: number, timeS: number): number {
    const { events, markets } = this.catalogue;
    const e = markets.events[market];
    const base = markets.activity[market];
    const toFinalS = events.finalAtS[e] - timeS;
    if (toFinalS <= 0) return 0.4 * base;
    const lifeS = events.finalAtS[e] - events.openAtS[e];
    const left = toFinalS / lifeS;
    const sinceNewsS = timeS - this.lastNewsAtS[e];
    const ending = left < 0.4 ? 4 * Math.exp(-left * 12) : 0;
    const opening = left > 0.7 ? Math.exp((left - 1) * 15) : 0;
    const surge = sinceNewsS < 5 * NEWS_FADE_S ? 6 * Math.exp(-sinceNewsS / NEWS_FADE_S) : 0;
    return base * (1 + ending + opening + surge);
  }
}
