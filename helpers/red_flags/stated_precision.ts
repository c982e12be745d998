/** How many of the first wallets of a list would be planted ones, if insiders were so many and behaved like a known style. */
import { createRandom, type Random } from '../kernels/random.ts';
import type { StyleSample } from './coefficients.ts';

const N_DRAWS = 200;
const [LOW, HIGH] = [0.025, 0.975];

export interface StatedPrecision {
  readonly style: string;
  readonly medianUsd: number;
  /** Insiders among the wallets of the tape, 0..1. */
  readonly baseRate: number;
  readonly nFirst: number;
  /** Planted wallets among the first: mean and 95 % interval over draws. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface RankedTape {
  /** Evidence of its ranked wallets in bits, falling. */
  readonly bits: Float64Array;
  /** All its wallets. */
  readonly nWallets: number;
}

/** A Poisson number, as the waits that fit into a time of `mean`. */
function poisson(mean: number, random: Random): number {
  let n = 0;
  let time = -Math.log(1 - random.uniform());
  while (time < mean) {
    n++;
    time -= Math.log(1 - random.uniform());
  }
  return n;
}

/** A value between quantiles that are evenly spaced. */
function drawFrom(quantiles: readonly number[], random: Random): number {
  const place = random.uniform() * (quantiles.length - 1);
  const at = Math.floor(place);
  return quantiles[at] + (place - at) * (quantiles[at + 1] - quantiles[at]);
}

/** Planted wallets among the first `nFirst` when these are merged into a tape; of equal evidence the tape's come first. */
function nPlantedFirst(tape: Float64Array, planted: Float64Array, nFirst: number): number {
  let nPlanted = 0;
  for (let i = 0, own = 0; i < nFirst; i++)
    if (planted[nPlanted] > (tape[own] ?? Number.NEGATIVE_INFINITY)) nPlanted++;
    else own++;
  return nPlanted;
}

/**
 * By planting evidence, not fills, into the ranked list; every wallet of the tape itself counts as no insider, so that a true
 * one among them makes the figures too low.
 * @param sample a style with how its evidence was spread on the training background
 */
export function statePrecision(
  { bits, nWallets }: RankedTape,
  sample: StyleSample,
  baseRate: number,
  nFirst: number,
  seed: number,
): StatedPrecision {
  const random = createRandom(seed);
  const counts = Array.from({ length: N_DRAWS }, () => {
    const planted = Array.from({ length: poisson(baseRate * nWallets, random) }, () =>
      random.uniform() < sample.shareUnderFloor ? Number.NEGATIVE_INFINITY : drawFrom(sample.bits, random),
    );
    return nPlantedFirst(bits, Float64Array.from(planted).sort().reverse(), nFirst);
  }).sort((a, b) => a - b);
  const { style, medianUsd } = sample;
  return {
    style,
    medianUsd,
    baseRate,
    nFirst,
    mean: counts.reduce((sum, n) => sum + n, 0) / N_DRAWS,
    low: counts[Math.floor(LOW * (N_DRAWS - 1))],
    high: counts[Math.ceil(HIGH * (N_DRAWS - 1))],
  };
}
