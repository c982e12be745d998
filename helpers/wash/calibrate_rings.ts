/** Which near-closed groups are more than chance makes: their scores against those of rewired networks. */
import { findRings, type Ring } from './find_rings.ts';
import type { Matches } from './matches.ts';
import { rewire } from './rewire.ts';

export interface CalibratedRing extends Ring {
  /** (1 + rewired networks with a group of this score or higher) / (networks + 1). */
  readonly p: number;
  /** Groups of this score or higher that a rewired network has, one added over all of them, to those found. */
  readonly q: number;
  readonly isFlagged: boolean;
}

export interface RingsFound {
  /** The highest score first. */
  readonly rings: readonly CalibratedRing[];
  readonly nFlagged: number;
  /** Highest score of every rewired network; 0 where it has no group. */
  readonly rewiredScores: readonly number[];
}

/**
 * Finds rings and flags those whose false discovery rate is at most `fdr`.
 * @param nRewired networks to compare with
 * @param onRewired told after each of them
 */
export function calibrateRings(
  matches: Matches,
  { fdr, nRewired, seed }: { readonly fdr: number; readonly nRewired: number; readonly seed: number },
  onRewired: (nDone: number) => void = () => undefined,
): RingsFound {
  const rings = findRings(matches);
  const byChance = Array.from({ length: nRewired }, (_, i) => {
    const scores = findRings(rewire(matches, seed + i)).map(({ score }) => score);
    onRewired(i + 1);
    return scores;
  });
  const all = byChance.flat();
  const least = rings.map(({ score }, i) => {
    const nAsHigh = all.filter((own) => own >= score).length;
    // Rings of equal score count together.
    const nFound = rings.findLastIndex((ring) => ring.score >= score) + 1;
    return (1 + nAsHigh) / nRewired / Math.max(nFound, i + 1);
  });
  for (let i = least.length - 2; i >= 0; i--) least[i] = Math.min(least[i], least[i + 1]);
  const calibrated = rings.map((ring, i) => {
    const nNetworks = byChance.filter((scores) => (scores[0] ?? 0) >= ring.score).length;
    const q = Math.min(1, least[i]);
    return { ...ring, p: (1 + nNetworks) / (nRewired + 1), q, isFlagged: q <= fdr };
  });
  return {
    rings: calibrated,
    nFlagged: calibrated.filter(({ isFlagged }) => isFlagged).length,
    rewiredScores: byChance.map((scores) => scores[0] ?? 0),
  };
}

/** Wallets of flagged rings; a wallet is in one ring at most. */
export function countFlaggedWallets({ rings }: RingsFound): number {
  return rings.reduce((n, { isFlagged, members }) => n + (isFlagged ? members.length : 0), 0);
}
