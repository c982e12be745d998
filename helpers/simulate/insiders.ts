/** Plans what insiders do: which news each knows beforehand, when it buys, how much, and how it hides. */
import type { Random } from '../kernels/random.ts';
import type { PlannedAction } from './agenda.ts';
import type { Catalogue } from './catalogue.ts';
import { drawOperation, INSIDER_STYLES, type InsiderStyle, planOperation, walletsOfStyle } from './insider_styles.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';
import { INSIDER, type Population, walletsOfType } from './population.ts';

const SPORTS = 0;
const NEWS_STRENGTH_MIN = 0.4;
/** Probability that an insider knows the same news as the one before: leaks reach more than one wallet. */
const SHARED_LEAK_PROBABILITY = 0.35;

/** What all insiders do, in no order, and how each of them goes about it. */
export interface InsiderPlan {
  readonly actions: readonly PlannedAction[];
  readonly roles: ReadonlyMap<number, InsiderRole>;
}

interface InsiderRole {
  readonly style: InsiderStyle | 'established';
  /** Number of the operation; wallets that split one share it. */
  readonly operation: number;
}

/** Plans the insiders of either population; in the active one this also sets the days on which they trade otherwise. */
export function planInsiders(
  random: Random,
  options: SimulateOptions,
  catalogue: Catalogue,
  population: Population,
): InsiderPlan {
  const candidates = knowableNews(options, catalogue);
  if (candidates.length === 0) return { actions: [], roles: new Map() };
  return options.population === 'whole'
    ? planOperations(random, options, catalogue, population, candidates)
    : planActiveInsiders(random, options, catalogue, population, candidates);
}

/** Insiders of the whole market: operations in all styles, as many as there are wallets for. */
function planOperations(
  random: Random,
  options: SimulateOptions,
  catalogue: Catalogue,
  population: Population,
  candidates: readonly number[],
): InsiderPlan {
  const wallets = walletsOfType(population, INSIDER);
  const actions: PlannedAction[] = [];
  const roles = new Map<number, InsiderRole>();
  for (let operation = 0, next = 0; next < wallets.length; operation++) {
    const style = INSIDER_STYLES[operation % INSIDER_STYLES.length];
    const own = wallets.slice(next, next + walletsOfStyle(random, style));
    next += own.length;
    actions.push(...planOperation(random, drawOperation(random, options, catalogue, candidates, style, own)));
    for (const wallet of own) roles.set(wallet, { style, operation });
  }
  return { actions, roles };
}

/**
 * The purchases of the active population's insiders, in no order. Also sets the days on which each insider trades of its own accord: a fresh
 * wallet none before its first purchase, a dormant one only long before, an established one throughout.
 *
 * Easy (0) to hard (1): $3,000 to $60 a purchase, 2-7 to 2-3 purchases a leak, hours to a day and a half ahead.
 */
function planActiveInsiders(
  random: Random,
  options: SimulateOptions,
  catalogue: Catalogue,
  population: Population,
  candidates: readonly number[],
): InsiderPlan {
  const { startS } = simulatedPeriod(options);
  const actions: PlannedAction[] = [];
  const roles = new Map<number, InsiderRole>();
  const d = options.difficulty;
  let leak = candidates[random.integer(candidates.length)];
  for (const wallet of walletsOfType(population, INSIDER)) {
    const medianUsd = Math.exp(mix(Math.log(3000), Math.log(60), d) + 0.3 * random.normal());
    const nLeaks = 1 + random.integer(3);
    let firstAtS = Number.POSITIVE_INFINITY;
    for (let k = 0; k < nLeaks; k++) {
      if (k > 0 || random.uniform() > SHARED_LEAK_PROBABILITY) leak = candidates[random.integer(candidates.length)];
      const newsAtS = catalogue.news.timesS[leak];
      const event = catalogue.news.events[leak];
      const leadS = 3600 * mix(3, 36, d) * Math.exp(0.4 * random.normal());
      const earliestS = Math.max(startS, catalogue.events.openAtS[event]) + 60;
      const nPurchases = 2 + random.integer(Math.round(mix(6, 2, d)));
      for (let trade = 0; trade < nPurchases; trade++) {
        const timeS = Math.floor(Math.max(earliestS, newsAtS - leadS * (0.02 + 0.98 * random.uniform())));
        if (timeS >= newsAtS) continue;
        const usd = medianUsd * Math.exp(0.4 * random.normal());
        actions.push({ timeS, kind: 'insider', actor: wallet, target: leak, outcome: 0, isBuy: true, usd });
        firstAtS = Math.min(firstAtS, timeS);
      }
    }
    if (firstAtS < Number.POSITIVE_INFINITY) {
      const style = hide(random, population, wallet, Math.floor((firstAtS - startS) / 86_400), options);
      roles.set(wallet, { style, operation: roles.size });
    }
  }
  return { actions, roles };
}

/** Strong news inside the period, outside sports when there is any: a leak is somebody's decision, not a ball. */
function knowableNews(options: SimulateOptions, { news, events }: Catalogue): number[] {
  const { startS, endS } = simulatedPeriod(options);
  const from = startS + 0.1 * (endS - startS);
  const strong = Array.from({ length: news.n }, (_, i) => i).filter(
    (i) => news.timesS[i] > from && news.timesS[i] < endS && news.strengths[i] >= NEWS_STRENGTH_MIN,
  );
  const decided = strong.filter((i) => events.domains[news.events[i]] !== SPORTS);
  return decided.length > 0 ? decided : strong;
}

function hide(
  random: Random,
  population: Population,
  wallet: number,
  firstDay: number,
  { difficulty, nDays }: SimulateOptions,
): InsiderRole['style'] {
  const u = random.uniform();
  const freshProbability = mix(0.65, 0.15, difficulty);
  if (u < freshProbability || firstDay < 10) {
    population.firstDays[wallet] = firstDay;
    population.lastDays[wallet] = Math.min(nDays - 1, firstDay + 3);
    return 'fresh';
  }
  if (u < freshProbability + 0.3) {
    population.firstDays[wallet] = random.integer(Math.ceil(firstDay / 4));
    population.lastDays[wallet] = population.firstDays[wallet] + 2;
    return 'dormant';
  }
  population.firstDays[wallet] = random.integer(Math.ceil(firstDay / 2));
  population.lastDays[wallet] = nDays - 1;
  return 'established';
}

function mix(easy: number, hard: number, difficulty: number): number {
  return easy + (hard - easy) * difficulty;
}
