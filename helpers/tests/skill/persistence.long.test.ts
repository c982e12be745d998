import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { drawOutcomes, testPersistence } from '../../skill/persistence.ts';
import { toWalletBets } from './wallet_bets.ts';

/** 80 wallets with 60 bets at .50 each; `chanceOf` says how often a wallet is right in the early half, and in the late one. */
function tape(seed: number, chanceOf: (wallet: number, isLate: boolean) => number) {
  const { uniform } = createRandom(seed);
  return toWalletBets(
    Array.from({ length: 80 }, (_, wallet) =>
      Array.from({ length: 60 }, (__, i) => ({ price: 0.5, shares: 1, isWon: uniform() < chanceOf(wallet, i >= 30) })),
    ),
  ).bets;
}

describe('persistence', () => {
  it('is found where the same wallets are right early and late', () => {
    const found = testPersistence([tape(1, (wallet) => (wallet < 20 ? 0.7 : 0.5))], 5, 1);
    expect([found.nWallets, found.cutEvent]).toEqual([80, 30]);
    expect(found.p).toBeLessThan(0.01);
    expect(found.rho).toBeGreaterThan(found.high);
  });

  it('is not found where others are right late than were early', () => {
    const found = testPersistence(
      [tape(2, (wallet, isLate) => (wallet < 20 !== isLate && wallet < 40 ? 0.7 : 0.5))],
      5,
      1,
    );
    expect(found.p).toBeGreaterThan(0.05);
  });

  it('is found by luck in one of ten tapes at p <= .1, as it should be', () => {
    const small = Array.from({ length: 20 }, (_, i) => testPersistence([tape(100 + i, () => 0.5)], 5, i).p <= 0.1);
    // 20 tapes at .1: 2 expected, standard deviation 1.3.
    expect(small.filter((own) => own).length).toBeLessThanOrEqual(6);
  });

  it('is not tested with fewer than ten wallets that have enough events in both halves', () => {
    expect(testPersistence([tape(1, () => 0.5)], 31, 1)).toMatchObject({ nWallets: 0, rho: Number.NaN, p: Number.NaN });
    expect(testPersistence([], 5, 1).nWallets).toBe(0);
  });
});

describe('drawn outcomes of a market', () => {
  it('let wallets that bet alike win alike, and of both sides at one price exactly one', () => {
    const bets = { market: [1, 1, 1, 2], outcome: [0, 0, 1, 0], price: [0.4, 0.4, 0.6, 1] };
    const { uniform } = createRandom(5);
    let nWon = 0;
    for (let draw = 0; draw < 10_000; draw++) {
      const isWon = new Uint8Array(4);
      drawOutcomes(bets, uniform, isWon);
      expect(isWon[1]).toBe(isWon[0]);
      expect(isWon[2]).toBe(1 - isWon[0]);
      expect(isWon[3]).toBe(1);
      nWon += isWon[0];
    }
    expect(Math.abs(nWon / 10_000 - 0.4)).toBeLessThan(0.02);
  });
});
