/**
 * Closed clusters that trade in circles. One turn takes three matches among three members: A and B mint a pair (one buys
 * each outcome), A hands its token to C, then C and B merge the pair. Volume is made, and nobody ends with a position.
 */
import type { Random } from '../kernels/random.ts';
import { MODEL } from './model.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';
import { type Population, WASH, walletsOfType } from './population.ts';

const RING_SIZE_MIN = 4;
const RING_SIZE_MAX = 9;

export interface WashRing {
  readonly members: readonly number[];
  readonly fromS: number;
  readonly untilS: number;
  readonly meanGapS: number;
  /** 0 before the mint, 1 before the hand-over, 2 before the merge. */
  phase: number;
  /** The three members of the turn. */
  turn: [number, number, number];
  market: number;
  /** Hundredths of a share that go round. */
  shares: number;
}

/** Rings over all wash wallets; together they make MODEL.washRowShare of the rows (each match two rows). */
export function planWashRings(random: Random, options: SimulateOptions, population: Population): WashRing[] {
  const { startS, endS } = simulatedPeriod(options);
  const wallets = walletsOfType(population, WASH);
  const groups: number[][] = [];
  for (let at = 0; at < wallets.length; ) {
    const left = wallets.length - at;
    const drawn = RING_SIZE_MIN + random.integer(RING_SIZE_MAX - RING_SIZE_MIN + 1);
    // A rest too small to be a ring joins the last one.
    const size = left - drawn < RING_SIZE_MIN ? left : drawn;
    groups.push(wallets.slice(at, at + size));
    at += size;
  }
  const nMatches = (options.nTrades * MODEL.washRowShare) / 2 / groups.length;
  return groups.map((members) => {
    const lastingS = (endS - startS) * (0.3 + 0.6 * random.uniform());
    const fromS = startS + random.uniform() * (endS - startS - lastingS);
    const meanGapS = lastingS / Math.max(1, nMatches);
    return { members, fromS, untilS: fromS + lastingS, meanGapS, phase: 0, turn: [0, 0, 0], market: -1, shares: 0 };
  });
}

/** Three different members, in random order. */
export function drawTurn(random: Random, members: readonly number[]): [number, number, number] {
  const first = random.integer(members.length);
  const second = (first + 1 + random.integer(members.length - 1)) % members.length;
  let third = random.integer(members.length - 2);
  for (const taken of [Math.min(first, second), Math.max(first, second)]) if (third >= taken) third++;
  return [members[first], members[second], members[third]];
}
