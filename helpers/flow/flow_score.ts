/**
 * How unusual the flow of one trade is: points that add up, each with its reason in words, 100 at most. The rule of the Kalshi Unusual
 * Flow Monitor, with the price of the side taken, the hours to the close handed in, and a deviation also where all trades were alike.
 */
import { DAY_MS, HOUR_MS } from '../run/clock.ts';

/** What is known of a trade just before it enters the figures of its market. */
export interface FlowFacts {
  /** USD that the side taken cost. */
  readonly costUsd: number;
  /** Trades of the market in the 24 hours before. */
  readonly n24h: number;
  /** Their median cost and its median absolute deviation, USD; NaN without any. */
  readonly medianUsd: number;
  readonly madUsd: number;
  /** Trades of the market in the minute and in the hour before. */
  readonly n1m: number;
  readonly n60m: number;
  /** To the scheduled close, ms; null where it is not known, negative after it. */
  readonly msToClose: number | null;
}

interface FlowTerm {
  readonly points: number;
  readonly reason: string;
}

export interface FlowScore {
  /** 0..100. */
  readonly score: number;
  /** What it is made of; before the cap they add up to it. */
  readonly terms: readonly FlowTerm[];
}

const N_BASELINE_MIN = 5;
const MAD_SCALE = 1.4826;
const SCORE_MAX = 100;

/** Points from a bar on, the highest bar first. */
type Ladder = readonly (readonly [number, number])[];
const SIZE: Ladder = [
  [8, 40],
  [5, 25],
  [3, 10],
];
const BURST: Ladder = [
  [10, 25],
  [5, 18],
  [3, 10],
];
const COST: Ladder = [
  [2500, 20],
  [1000, 15],
];
/** From the longest on down: points within so long of the close. */
const CLOSE: Ladder = [
  [DAY_MS, 20],
  [3 * DAY_MS, 12],
  [7 * DAY_MS, 6],
];

const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const short = (value: number): string => String(Number(value.toPrecision(3)));

function climb(ladder: Ladder, value: number): number {
  return ladder.find(([bar]) => value >= bar)?.[1] ?? 0;
}

/** (cost − median) / (1.4826 MAD + 1 USD); NaN below five trades. The dollar keeps cents from counting where all trades were alike. */
export function robustZ({ costUsd, n24h, medianUsd, madUsd }: FlowFacts): number {
  return n24h < N_BASELINE_MIN ? Number.NaN : (costUsd - medianUsd) / (MAD_SCALE * madUsd + 1);
}

/** Trades of the last minute against those of an ordinary minute of the hour, which is at least one. */
export function burstOf({ n1m, n60m }: FlowFacts): number {
  return n1m / Math.max(n60m / 60, 1);
}

export function scoreFlow(facts: FlowFacts): FlowScore {
  const z = robustZ(facts);
  const burst = burstOf(facts);
  const { costUsd, medianUsd, msToClose, n1m } = facts;
  const closePoints = msToClose === null || msToClose < 0 ? 0 : (CLOSE.find(([bar]) => msToClose <= bar)?.[1] ?? 0);
  const terms = [
    {
      points: climb(SIZE, z),
      reason: `${usd.format(costUsd)} against a median of ${usd.format(medianUsd)} in 24 hours, ${short(z)} robust deviations above`,
    },
    { points: climb(BURST, burst), reason: `${n1m} trades in a minute, ${short(burst)} times the hour's` },
    { points: closePoints, reason: `${short((msToClose ?? 0) / HOUR_MS)} hours to the scheduled close` },
    { points: climb(COST, costUsd), reason: `the side taken cost ${usd.format(costUsd)}` },
  ].filter(({ points }) => points > 0);
  const sum = terms.reduce((total, { points }) => total + points, 0);
  return { score: Math.min(SCORE_MAX, sum), terms };
}
