/** The events and markets of the simulated venue: what is asked, when it opens, when news comes, how it is grouped. */
import type { Random } from '../kernels/random.ts';
import { MODEL } from './model.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';
import { DOMAINS } from './questions.ts';

/** Columns by event; `legStarts` and `newsStarts` have one entry more (where the next event begins). */
interface EventTable {
  readonly n: number;
  readonly domains: Uint8Array;
  readonly openAtS: Float64Array;
  /** When the last news resolves it. */
  readonly finalAtS: Float64Array;
  /** When trading stops, some time after the outcome is known. */
  readonly closedAtS: Float64Array;
  readonly isVoid: Uint8Array;
  /** First market of each event; its markets follow one another. */
  readonly marketStarts: Int32Array;
  readonly legStarts: Int32Array;
  readonly initialProbabilities: Float64Array;
  readonly volatilities: Float64Array;
}

/** News in order of time: it moves `event` by `strength` towards the leg that `draw` falls on. */
interface NewsTable {
  readonly n: number;
  readonly events: Int32Array;
  readonly timesS: Float64Array;
  readonly strengths: Float64Array;
  readonly draws: Float64Array;
}

interface MarketTable {
  readonly n: number;
  readonly events: Int32Array;
  /** Which leg of its event outcome 0 is. */
  readonly legs: Uint8Array;
  /** Relative activity, heavy-tailed. */
  readonly activity: Float64Array;
  readonly halfSpreadMilli: Float64Array;
}

export interface Catalogue {
  readonly events: EventTable;
  readonly markets: MarketTable;
  readonly news: NewsTable;
}

/** Per domain: share of events, median life and its spread, prior log-odds of outcome 0, gathered volatility, activity. */
const DOMAIN_MODEL = [
  { share: 0.38, lifeMedianDays: 4, lifeSigma: 0.7, priorMean: 0, priorSigma: 0.8, volatility: 1.3, activity: 1.2 },
  { share: 0.22, lifeMedianDays: 40, lifeSigma: 0.8, priorMean: -0.7, priorSigma: 1.4, volatility: 1.4, activity: 2.2 },
  { share: 0.22, lifeMedianDays: 3, lifeSigma: 1.0, priorMean: -0.2, priorSigma: 1.1, volatility: 1.7, activity: 1.0 },
  { share: 0.18, lifeMedianDays: 20, lifeSigma: 0.9, priorMean: -0.5, priorSigma: 1.3, volatility: 1.4, activity: 0.8 },
] as const;

interface DraftEvent {
  domain: number;
  nMarkets: number;
  openS: number;
  finalS: number;
  closedS: number;
  isVoid: boolean;
}

const DAY_S = 86_400;

/** Draws the catalogue; events are in order of opening, and so are the market numbers. */
export function createCatalogue(random: Random, options: SimulateOptions): Catalogue {
  const { startS, endS } = simulatedPeriod(options);
  const drafts: DraftEvent[] = [];
  for (let nMarkets = 0; nMarkets < options.nMarkets; ) {
    const draft = draftEvent(random, startS, endS, options.nMarkets - nMarkets);
    drafts.push(draft);
    nMarkets += draft.nMarkets;
  }
  drafts.sort((a, b) => a.openS - b.openS);
  const events = createEvents(random, drafts);
  return { events, markets: createMarkets(random, events, options.nMarkets), news: createNews(random, events) };
}

function draftEvent(random: Random, startS: number, endS: number, nMarketsLeft: number): DraftEvent {
  let domain = 0;
  for (let u = random.uniform(); domain < DOMAINS.length - 1; domain++) {
    u -= DOMAIN_MODEL[domain].share;
    if (u < 0) break;
  }
  // Groups are five and a half markets on average: this probability makes them negRiskShare of the markets.
  const groupProbability = MODEL.negRiskShare / (5.5 - 4.5 * MODEL.negRiskShare);
  const isGroup = random.uniform() < groupProbability && nMarketsLeft >= 3;
  const nMarkets = isGroup ? Math.min(nMarketsLeft, 3 + random.integer(6)) : 1;
  const periodDays = (endS - startS) / DAY_S;
  const model = DOMAIN_MODEL[domain];
  const drawnDays = model.lifeMedianDays * Math.exp(model.lifeSigma * random.normal());
  const lifeDays = Math.max(0.08, Math.min(drawnDays, 180) * Math.min(1, periodDays / 60));
  const openS = Math.round(
    startS - lifeDays * DAY_S * 0.8 + random.uniform() * (endS - startS + lifeDays * DAY_S * 0.75),
  );
  const finalS = Math.round(openS + lifeDays * DAY_S);
  const closedS = finalS + Math.round(600 + 3600 * 5 * random.uniform() ** 2);
  return { domain, nMarkets, openS, finalS, closedS, isVoid: !isGroup && random.uniform() < MODEL.voidShare };
}

function createEvents(random: Random, drafts: readonly DraftEvent[]): EventTable {
  const n = drafts.length;
  const marketStarts = new Int32Array(n + 1);
  const legStarts = new Int32Array(n + 1);
  drafts.forEach((draft, e) => {
    marketStarts[e + 1] = marketStarts[e] + draft.nMarkets;
    legStarts[e + 1] = legStarts[e] + Math.max(2, draft.nMarkets);
  });
  const initialProbabilities = new Float64Array(legStarts[n]);
  drafts.forEach((draft, e) => {
    const model = DOMAIN_MODEL[draft.domain];
    const legs = initialProbabilities.subarray(legStarts[e], legStarts[e + 1]);
    if (draft.nMarkets === 1) {
      legs[0] = 1 / (1 + Math.exp(-(model.priorMean + model.priorSigma * random.normal())));
      legs[1] = 1 - legs[0];
      return;
    }
    let sum = 0;
    for (let i = 0; i < legs.length; i++) sum += legs[i] = Math.exp(1.1 * random.normal());
    for (let i = 0; i < legs.length; i++) legs[i] /= sum;
  });
  return {
    n,
    domains: Uint8Array.from(drafts, (draft) => draft.domain),
    openAtS: Float64Array.from(drafts, (draft) => draft.openS),
    finalAtS: Float64Array.from(drafts, (draft) => draft.finalS),
    closedAtS: Float64Array.from(drafts, (draft) => draft.closedS),
    isVoid: Uint8Array.from(drafts, (draft) => (draft.isVoid ? 1 : 0)),
    marketStarts,
    legStarts,
    initialProbabilities,
    volatilities: Float64Array.from(drafts, (draft) => DOMAIN_MODEL[draft.domain].volatility),
  };
}

function createMarkets(random: Random, events: EventTable, nMarkets: number): MarketTable {
  const eventOf = new Int32Array(nMarkets);
  const legs = new Uint8Array(nMarkets);
  const activity = new Float64Array(nMarkets);
  const halfSpreadMilli = new Float64Array(nMarkets);
  for (let e = 0; e < events.n; e++) {
    const eventActivity = DOMAIN_MODEL[events.domains[e]].activity * Math.exp(0.9 * random.normal());
    for (let m = events.marketStarts[e]; m < events.marketStarts[e + 1]; m++) {
      eventOf[m] = e;
      legs[m] = m - events.marketStarts[e];
      activity[m] = eventActivity * Math.exp(1.1 * random.normal());
      // Busy markets trade at one cent, quiet ones at two or three.
      halfSpreadMilli[m] = Math.max(4, Math.min(24, 11 / Math.sqrt(activity[m])));
    }
  }
  return { n: nMarkets, events: eventOf, legs, activity, halfSpreadMilli };
}

function createNews(random: Random, events: EventTable): NewsTable {
  const items: { event: number; timeS: number; strength: number; draw: number }[] = [];
  for (let event = 0; event < events.n; event++) {
    const lifeS = events.finalAtS[event] - events.openAtS[event];
    const nNews = Math.min(3, Math.floor(-1.4 * Math.log(1 - random.uniform())));
    for (let k = 0; k < nNews; k++) {
      const timeS = Math.round(events.openAtS[event] + lifeS * (0.1 + 0.85 * Math.sqrt(random.uniform())));
      items.push({ event, timeS, strength: 0.2 + 0.5 * random.uniform(), draw: random.uniform() });
    }
    if (!events.isVoid[event])
      items.push({ event, timeS: events.finalAtS[event], strength: 1, draw: random.uniform() });
  }
  items.sort((a, b) => a.timeS - b.timeS || a.event - b.event);
  return {
    n: items.length,
    events: Int32Array.from(items, (item) => item.event),
    timesS: Float64Array.from(items, (item) => item.timeS),
    strengths: Float64Array.from(items, (item) => item.strength),
    draws: Float64Array.from(items, (item) => item.draw),
  };
}
