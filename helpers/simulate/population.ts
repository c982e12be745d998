/** The wallets: which type each is planted as, how often it trades, how big, in what, when it is there. */
import { range } from 'd3-array';
import type { Random } from '../kernels/random.ts';
import { MODEL } from './model.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';
import { normalQuantile } from './quantile.ts';
import { DOMAINS } from './questions.ts';
import { expectedVisits } from './visit_counts.ts';

export const WALLET_TYPES = ['casual', 'insider', 'whale', 'grinder', 'copy_trader', 'wash'] as const;
export const CASUAL = 0;
export const INSIDER = 1;
export const WHALE = 2;
export const GRINDER = 3;
export const COPY_TRADER = 4;
export const WASH = 5;

/** Enough for each planted type. */
const ACTIVE_MIN = 15;

/** Columns by wallet. The first `nActive` wallets trade of their own accord all the time that they are there; visitors and insiders of the whole market come after them. */
export interface Population {
  readonly n: number;
  readonly nActive: number;
  readonly types: Uint8Array;
  /** Fills expected on the published scale (only the proportions count here). */
  readonly activity: Float64Array;
  /** Share of its own fills that it makes by waiting. */
  readonly makerShares: Float32Array;
  /** Probability that its next order is in a market new to it. */
  readonly newMarketProbabilities: Float32Array;
  /** Probability that it sells when it comes back to a market it holds. */
  readonly exitProbabilities: Float32Array;
  /** Probability that an order that it comes with is followed by another part of it; 0 in the active population. */
  readonly splitProbabilities: Float32Array;
  readonly meanUsd: Float32Array;
  /** 1: buys rather the cheaper outcome, 0: rather the dearer one. */
  readonly likesLongShots: Uint8Array;
  readonly domains: Uint8Array;
  /** Share of its orders that go to its own domain. */
  readonly domainFocus: Float32Array;
  /** First and last simulated day (0-based, inclusive) on which it trades of its own accord. */
  readonly firstDays: Int16Array;
  readonly lastDays: Int16Array;
}

/** Wallets of the type, in ascending order. */
export function walletsOfType(population: Population, type: number): number[] {
  const wallets: number[] = [];
  for (let i = 0; i < population.n; i++) if (population.types[i] === type) wallets.push(i);
  return wallets;
}

/** How many wallets of a run trade all the time; in the whole market the others come by. */
export function countActive({ nWallets, population, insiderShare }: SimulateOptions): number {
  if (population === 'active') return nWallets;
  const nActive = Math.max(ACTIVE_MIN, Math.round(nWallets * MODEL.visitors.activeShare));
  return Math.min(nActive, nWallets - countInsiders(nWallets, insiderShare));
}

const countInsiders = (nWallets: number, share: number): number =>
  share === 0 ? 0 : Math.max(3, Math.round(nWallets * share));

/** Draws all wallets; `activity` is on the published scale and counts only in proportion. */
export function createPopulation(random: Random, options: SimulateOptions): Population {
  const n = options.nWallets;
  const nActive = countActive(options);
  const isWhole = options.population === 'whole';
  const population: Population = {
    n,
    nActive,
    types: drawTypes(random, n, nActive, isWhole ? 0 : options.insiderShare),
    activity: new Float64Array(n),
    makerShares: new Float32Array(n),
    newMarketProbabilities: new Float32Array(n),
    exitProbabilities: new Float32Array(n),
    splitProbabilities: new Float32Array(n),
    meanUsd: new Float32Array(n),
    likesLongShots: drawTastes(random.fork(1), n),
    domains: new Uint8Array(n),
    domainFocus: new Float32Array(n),
    firstDays: new Int16Array(n),
    lastDays: new Int16Array(n),
  };
  const activityZ = activityScores(random, population);
  const sizeZ = strata(random, nActive, 0, 1);
  const { startS, endS } = simulatedPeriod(options);
  const nDays = Math.round((endS - startS) / 86_400);
  for (let i = 0; i < nActive; i++) {
    const scores = { activityZ: activityZ[i], sizeZ: sizeZ[i] };
    fillWallet(random, population, i, { ...scores, nDays, difficulty: options.difficulty });
  }
  const nActiveFills = options.nTrades - expectedVisits(n - nActive, options);
  const scale = nActiveFills / population.activity.reduce((sum, a) => sum + a, 0);
  for (let i = 0; i < nActive; i++) {
    const nFills = Math.max(1, population.activity[i] * scale);
    const probability = Math.min(1, MODEL.newMarketScale * nFills ** MODEL.newMarketExponent);
    population.newMarketProbabilities[i] = population.types[i] === WHALE ? 0.5 * probability : probability;
  }
  if (isWhole) fillWholeMarket(random, population, options);
  return population;
}

function drawTastes(random: Random, n: number): Uint8Array {
  return Uint8Array.from({ length: n }, () => random.integer(2));
}

/** The whole market: which active wallets split their orders, who is an insider, and how much insiders and visitors bet. */
function fillWholeMarket(random: Random, population: Population, options: SimulateOptions): void {
  const { n, nActive, types, meanUsd } = population;
  const { smallShare, smallMedianUsd, smallSigma, largeMedianUsd, largeSigma, maxUsd } = MODEL.visitors;
  const { share, againFrom, againTo } = MODEL.splitters;
  for (let i = 0; i < nActive; i++) {
    const isSplitter = types[i] !== GRINDER && types[i] !== WASH && random.uniform() < share;
    if (!isSplitter) continue;
    const again = againFrom + (againTo - againFrom) * random.uniform();
    population.splitProbabilities[i] = again;
    // Parts of orders are taken; it waits the more often otherwise, so that its share as a maker hardly falls.
    const waits = population.makerShares[i];
    population.makerShares[i] = waits / (waits + (1 - waits) * (1 - 0.75 * again));
  }
  types.fill(INSIDER, n - countInsiders(n, options.insiderShare));
  for (let i = nActive; i < n; i++) {
    const isSmall = random.uniform() < smallShare;
    const [median, sigma] = isSmall ? [smallMedianUsd, smallSigma] : [largeMedianUsd, largeSigma];
    meanUsd[i] = Math.min(maxUsd, median * Math.exp(sigma * random.normal()));
  }
}

/** Types dealt to random active wallets, each planted type at least two (a ring needs three); no insider when none is asked for. */
function drawTypes(random: Random, nWallets: number, n: number, insiderShare: number): Uint8Array {
  const { typeShares } = MODEL;
  const counts = [
    [GRINDER, Math.max(3, Math.round(n * typeShares.grinder))],
    [INSIDER, countInsiders(n, insiderShare)],
    [WHALE, Math.max(2, Math.round(n * typeShares.whale))],
    [COPY_TRADER, Math.max(2, Math.round(n * typeShares.copyTrader))],
    [WASH, Math.max(4, Math.round(n * typeShares.wash))],
  ] as const;
  const types = new Uint8Array(nWallets);
  const order = random.shuffle(range(n));
  let next = 0;
  for (const [type, count] of counts) for (let k = 0; k < count; k++) types[order[next++]] = type;
  return types;
}

/** Normal scores of activity: grinders share out the top stratum, everyone else the rest. */
function activityScores(random: Random, population: Population): Float64Array {
  const grinders = walletsOfType(population, GRINDER);
  const others = Array.from({ length: population.nActive }, (_, i) => i).filter((i) => population.types[i] !== GRINDER);
  const cut = 1 - MODEL.typeShares.grinder;
  const scores = new Float64Array(population.n);
  const top = strata(random, grinders.length, cut, 1);
  const rest = strata(random, others.length, 0, cut);
  // Beyond three standard deviations a single wallet would make up a visible part of the market.
  grinders.forEach((wallet, k) => {
    scores[wallet] = Math.min(3, top[k]);
  });
  others.forEach((wallet, k) => {
    scores[wallet] = rest[k];
  });
  return scores;
}

interface WalletDraw {
  /** Normal scores of how often and how big the wallet trades. */
  readonly activityZ: number;
  readonly sizeZ: number;
  readonly nDays: number;
  readonly difficulty: number;
}

function fillWallet(
  random: Random,
  population: Population,
  i: number,
  { activityZ, sizeZ, nDays, difficulty }: WalletDraw,
): void {
  const type = population.types[i];
  const { activityMedianFills, activitySigma } = MODEL;
  let activity = activityMedianFills * Math.exp(activitySigma * activityZ);
  let makerScore = 1.9 - 1.1 * activityZ + 0.6 * random.normal();
  // Whales are the top of the size distribution by definition; the rest stop short of them.
  let meanUsd = Math.min(MODEL.sizeMaxUsd, MODEL.sizeMedianUsd * Math.exp(MODEL.sizeSigma * sizeZ));
  if (type === WHALE) {
    activity = 20 * Math.exp(0.8 * random.normal());
    meanUsd = 2500 * Math.exp(0.6 * random.normal());
    makerScore = -1;
  } else if (type === INSIDER) {
    // The camouflage: what an insider trades beside its information. More of it makes it harder to tell apart.
    activity = (0.5 + 24 * difficulty) * Math.exp(0.5 * random.normal());
    makerScore = -0.5;
  } else if (type === GRINDER) {
    makerScore = 1.5 + 0.5 * random.normal();
  } else if (type === COPY_TRADER || type === WASH) {
    activity = (type === WASH ? 2 : 4) * Math.exp(0.5 * random.normal());
  }
  // Every wallet is to be seen at least about once.
  population.activity[i] = Math.max(MODEL.activityMinFills, activity);
  population.makerShares[i] = 1 / (1 + Math.exp(-makerScore));
  population.exitProbabilities[i] = random.uniform() < MODEL.traderShare ? 0.9 : MODEL.holderExitMax * random.uniform();
  population.meanUsd[i] = meanUsd;
  population.domains[i] = random.integer(DOMAINS.length);
  population.domainFocus[i] = 0.2 + 0.7 * random.uniform();
  // The more a wallet trades the longer it stays; half of the small ones are there for a few days only.
  const stay = Math.min(1, random.uniform() ** 2 + Math.max(0, 0.25 * (activityZ + 0.8)));
  const stayDays = Math.max(1, Math.round(nDays * stay));
  const first = type === GRINDER ? 0 : random.integer(Math.max(1, nDays - Math.ceil(stayDays * 0.7) + 1));
  population.firstDays[i] = first;
  population.lastDays[i] = Math.min(nDays - 1, type === GRINDER ? nDays - 1 : first + stayDays - 1);
}

/** n normal scores, one from each of n equal strata of the probabilities (from, to), in random order. */
function strata(random: Random, n: number, from: number, to: number): Float64Array {
  const order = random.shuffle(range(n));
  return Float64Array.from(order, (k) => normalQuantile(from + ((to - from) * (k + 0.5)) / n));
}
