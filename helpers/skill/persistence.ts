/** Whether wallets that were right in one half of the events are right in the other: rank correlation against drawn outcomes. */
import { bisectLeft, bisectRight } from 'd3-array';
import { createRandom } from '../kernels/random.ts';
import type { Bets } from './bets.ts';

/** With more wallets the rank correlation is taken of a sample. */
const WALLETS_MAX = 5000;
const WALLETS_MIN = 10;
const N_DRAWS = 999;

/** Bets of some wallets of which each has enough events in both halves. */
export interface Persistence {
  readonly nWallets: number;
  /** Spearman's rho of excess accuracy, early events against late ones; NaN with fewer than ten wallets. */
  readonly rho: number;
  /** (1 + draws with as high a rho) / (draws + 1). */
  readonly p: number;
  /** What rho is in 95 % of the draws. */
  readonly low: number;
  readonly high: number;
  /** First event of the second half. */
  readonly cutEvent: number;
  /** z of each wallet in both halves, for the picture. */
  readonly early: Float64Array;
  readonly late: Float64Array;
}

/** The event at which half of all bets are reached. */
function middleEvent(all: readonly Bets[]): number {
  const nEvents = all.reduce((most, { event }) => event.reduce((a, b) => Math.max(a, b), most), 0) + 1;
  const counts = new Uint32Array(nEvents);
  let nBets = 0;
  for (const { event } of all) {
    for (const number of event) counts[number]++;
    nBets += event.length;
  }
  let [sum, cut] = [0, 0];
  while (cut < nEvents && 2 * sum < nBets) sum += counts[cut++];
  return cut;
}

/** Bets of wallets, their markets numbered from 0, those of wallet k between starts[k] and starts[k + 1], the first `nEarly[k]` of them early. */
interface PairedBets {
  readonly starts: number[];
  readonly nEarly: number[];
  readonly market: number[];
  readonly outcome: number[];
  readonly price: number[];
  readonly isWon: number[];
}

function pairBets(all: readonly Bets[], cut: number, minPerHalf: number, seed: number): PairedBets {
  const candidates = all.flatMap(({ starts, event }, part) =>
    Array.from({ length: starts.length - 1 }, (_, wallet) => {
      const own = event.subarray(starts[wallet], starts[wallet + 1]);
      const nEarly = own.reduce((n, number) => n + (number < cut ? 1 : 0), 0);
      return { part, wallet, nEarly, nLate: own.length - nEarly };
    }).filter(({ nEarly, nLate }) => nEarly >= minPerHalf && nLate >= minPerHalf),
  );
  const paired: PairedBets = { starts: [0], nEarly: [], market: [], outcome: [], price: [], isWon: [] };
  const numbers = new Map<number, number>();
  for (const { part, wallet, nEarly } of createRandom(seed).sample(candidates, WALLETS_MAX)) {
    const bets = all[part];
    for (let i = bets.starts[wallet]; i < bets.starts[wallet + 1]; i++) {
      const number = numbers.get(bets.market[i]) ?? numbers.size;
      numbers.set(bets.market[i], number);
      paired.market.push(number);
      paired.outcome.push(bets.outcome[i]);
      paired.price.push(bets.price[i]);
      paired.isWon.push(bets.isWon[i]);
    }
    paired.nEarly.push(nEarly);
    paired.starts.push(paired.market.length);
  }
  return paired;
}

/** (wins − Σp) / √Σp(1−p) of every wallet in both halves; 0 where no bet was uncertain. */
function scores({ starts, nEarly, price }: PairedBets, isWon: ArrayLike<number>): [Float64Array, Float64Array] {
  const halves: [Float64Array, Float64Array] = [new Float64Array(nEarly.length), new Float64Array(nEarly.length)];
  nEarly.forEach((n, k) => {
    const middle = starts[k] + n;
    for (const [half, from, to] of [
      [halves[0], starts[k], middle],
      [halves[1], middle, starts[k + 1]],
    ] as const) {
      let [excess, variance] = [0, 0];
      for (let i = from; i < to; i++) {
        excess += isWon[i] - price[i];
        variance += price[i] * (1 - price[i]);
      }
      half[k] = variance > 0 ? excess / Math.sqrt(variance) : 0;
    }
  });
  return halves;
}

/**
 * Spearman's rho between the halves, against 999 draws in which every market is decided by one random number for all wallets:
 * who bought at p wins with probability p, and wallets that bet alike win alike, as they do in truth.
 * @param all bets of all tested wallets
 * @param minPerHalf events that a wallet must have in each half
 */
export function testPersistence(all: readonly Bets[], minPerHalf: number, seed: number): Persistence {
  const cutEvent = middleEvent(all);
  const paired = pairBets(all, cutEvent, minPerHalf, seed);
  const nWallets = paired.nEarly.length;
  const [early, late] = scores(paired, paired.isWon);
  const facts = { nWallets, cutEvent, early, late };
  if (nWallets < WALLETS_MIN) return { ...facts, rho: Number.NaN, p: Number.NaN, low: Number.NaN, high: Number.NaN };
  const rhoOf = (isWon: ArrayLike<number>): number => {
    const [before, after] = scores(paired, isWon);
    return spearman(before, after);
  };
  const rho = rhoOf(paired.isWon);
  const drawn = drawRhos(paired, rhoOf, seed);
  const nReached = drawn.reduce((n, value) => n + (value >= rho ? 1 : 0), 0);
  return {
    ...facts,
    rho,
    p: (1 + nReached) / (N_DRAWS + 1),
    low: drawn[Math.floor(0.025 * N_DRAWS)],
    high: drawn[Math.ceil(0.975 * N_DRAWS) - 1],
  };
}

/** Rising. */
function drawRhos(bets: PairedBets, rhoOf: (isWon: Uint8Array) => number, seed: number): Float64Array {
  const random = createRandom(seed).fork(1);
  const isWon = new Uint8Array(bets.market.length);
  return Float64Array.from({ length: N_DRAWS }, () => {
    drawOutcomes(bets, random.uniform, isWon);
    return rhoOf(isWon);
  }).sort();
}

/**
 * Decides bets: one random number a market, and an outcome bought at p is won by a share p of its values.
 * @param bets `market` holds numbers from 0 without large gaps
 */
export function drawOutcomes(
  { market, outcome, price }: Record<'market' | 'outcome' | 'price', ArrayLike<number>>,
  uniform: () => number,
  isWon: Uint8Array,
): void {
  let nMarkets = 0;
  for (let i = 0; i < market.length; i++) nMarkets = Math.max(nMarkets, market[i] + 1);
  const drawn = Float64Array.from({ length: nMarkets }, uniform);
  for (let i = 0; i < market.length; i++) {
    const u = drawn[market[i]];
    isWon[i] = (outcome[i] === 0 ? u < price[i] : u >= 1 - price[i]) ? 1 : 0;
  }
}

/** Ranks from 1; equal values share their mean rank. */
function ranksOf(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  return values.map((value) => (bisectLeft(sorted, value) + bisectRight(sorted, value) + 1) / 2);
}

/** Spearman's rho with mean ranks for ties; 0 where either side is constant. */
function spearman(x: Float64Array, y: Float64Array): number {
  const [xRanks, yRanks] = [ranksOf(x), ranksOf(y)];
  const mean = (x.length + 1) / 2;
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [xRanks[i] - mean, yRanks[i] - mean];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
