import { describe, expect, it } from 'vitest';
import { calibrateRings } from '../../wash/calibrate_rings.ts';
import { volumes } from '../../wash/matches.ts';
import { rewire } from '../../wash/rewire.ts';
import { openMarket, ringTurns, toMatches } from './hand_matches.ts';

const OPTIONS = { fdr: 0.1, nRewired: 40, seed: 1 };

describe('a rewired network', () => {
  const matches = toMatches([...openMarket(3000, 150, 10, 1), ...ringTurns([0, 1, 2, 3, 4], 100, 40, 2)], 160);
  const rewired = rewire(matches, 3);

  it('leaves every wallet its matches as taker and as maker, of sizes within a quarter', () => {
    expect(rewired.taker).toEqual(matches.taker);
    expect(rewired.maker).not.toEqual(matches.maker);
    expect(rewired.maker.toSorted()).toEqual(matches.maker.toSorted());
    const [before, after] = [volumes(matches), volumes(rewired)];
    before.forEach((own, wallet) => {
      if (own > 0) expect(Math.abs(after[wallet] / own - 1), `wallet ${wallet}`).toBeLessThan(0.26);
    });
  });

  it('is the same for the same seed and another for another', () => {
    expect(rewire(matches, 3).maker).toEqual(rewired.maker);
    expect(rewire(matches, 4).maker).not.toEqual(rewired.maker);
  });
});

describe('flags of rings', () => {
  it('are set on planted rings, with the p-value and the rate that 40 networks without any give', () => {
    const rows = [...openMarket(3000, 150, 10, 1), ...ringTurns([0, 1, 2, 3, 4], 100, 40, 2)];
    const { rings, nFlagged, rewiredScores } = calibrateRings(toMatches(rows, 160), OPTIONS);
    expect([nFlagged, rings[0].members.length, rings[0].isFlagged]).toEqual([1, 5, true]);
    expect(Math.max(...rewiredScores)).toBeLessThan(rings[0].score);
    expect(rings[0].p).toBe(1 / 41);
    expect(rings[0].q).toBe(1 / 40 / rings.length);
  });

  it('are set in no more rewired networks than nominal', () => {
    const rows = [...openMarket(1500, 80, 10, 1), ...ringTurns([0, 1, 2, 3, 4], 60, 40, 2)];
    const matches = toMatches(rows, 90);
    const flagged = Array.from({ length: 30 }, (_, i) => calibrateRings(rewire(matches, 1000 + i), OPTIONS).nFlagged);
    // 3 of 30 expected at most, standard deviation 1.6.
    expect(flagged.filter((n) => n > 0).length).toBeLessThanOrEqual(7);
  });

  it('are set on none where pairs of small accounts come about by chance', () => {
    // Two trades an account: many pairs meet once and again.
    const rows = openMarket(120, 60, 0, 7);
    const { nFlagged } = calibrateRings(toMatches(rows, 60), OPTIONS);
    expect(nFlagged).toBe(0);
  });
});
