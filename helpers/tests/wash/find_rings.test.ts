import { describe, expect, it } from 'vitest';
import { findRings } from '../../wash/find_rings.ts';
import { type HandMatch, openMarket, ringTurns, toMatches } from './hand_matches.ts';

describe('rings', () => {
  it('have the figures that are computed by hand', () => {
    // 0 buys 10 of 1, and 1 buys them back; 0 buys 5 of 2, outside.
    const rows: HandMatch[] = [
      [0, 1, 10, 0, 1],
      [1, 0, 8, 0, 1],
      [0, 2, 2, 0, 1],
      [2, 3, 98, 1, 1],
    ];
    const [ring, ...others] = findRings(toMatches(rows, 4));
    expect(others).toEqual([]);
    expect(ring.members.map(({ wallet }) => wallet)).toEqual([0, 1]);
    // Wallet 0: 18 of 20 with the ring, 2 of them left. Wallet 1: all of 18, 2 left.
    expect(ring.members[0].closedShare).toBeCloseTo(18 / 20, 14);
    expect(ring.members[0].roundTripShare).toBeCloseTo(16 / 18, 14);
    expect(ring.members[1].closedShare).toBe(1);
    expect(ring.closedShare).toBeCloseTo(36 / 38, 14);
    expect(ring.roundTripShare).toBeCloseTo(32 / 36, 14);
    // Two matches of two wallets.
    expect(ring.score).toBeCloseTo((36 / 38) * (32 / 36) * 1, 14);
  });

  it('are found among an open market, each by itself, and nobody else', () => {
    const rows = [
      ...openMarket(4000, 200, 20, 1),
      ...ringTurns([0, 1, 2, 3], 60, 40, 2),
      ...ringTurns([4, 5, 6, 7, 8, 9, 10, 11, 12], 200, 41, 3),
    ];
    const rings = findRings(toMatches(rows, 220)).map(({ members }) => members.map(({ wallet }) => wallet));
    expect(rings.toSorted((a, b) => a[0] - b[0])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7, 8, 9, 10, 11, 12],
    ]);
  });

  it('are a single wallet where it trades with itself', () => {
    const rows: HandMatch[] = [
      ...openMarket(500, 50, 1, 4),
      ...Array.from({ length: 5 }, (): HandMatch => [0, 0, 7, 3, 1]),
    ];
    const [ring] = findRings(toMatches(rows, 51));
    expect(ring.members).toEqual([
      { wallet: 0, closedShare: 1, roundTripShare: 1, nMatches: 5, nSelfMatches: 5, shares: 35e6 },
    ]);
  });

  it('are none of two that trade only with each other and keep what they bought', () => {
    const rows = Array.from({ length: 20 }, (): HandMatch => [0, 1, 10, 0, 1]);
    expect(findRings(toMatches(rows, 2))).toEqual([]);
  });

  it('are none where half of the volume is with others', () => {
    const ring = ringTurns([0, 1, 2, 3], 60, 40, 2);
    // As much again, of each wallet, with one market maker.
    const outside = ring.flatMap(([a, b, shares, , way]): HandMatch[] => [
      [a, 9, 1.1 * shares, 1, way],
      [b, 9, 1.1 * shares, 1, way],
    ]);
    expect(findRings(toMatches([...ring, ...outside], 10))).toEqual([]);
    expect(findRings(toMatches(ring, 10))[0].members.length).toBe(4);
  });

  it('do not hang on the order of matches or on the numbers of wallets', () => {
    const rows = [...openMarket(1000, 60, 10, 5), ...ringTurns([0, 1, 2, 3, 4], 50, 40, 6)];
    const mirrored = rows.map(([a, b, ...rest]): HandMatch => [69 - a, 69 - b, ...rest]).toReversed();
    const [one, other] = [rows, mirrored].map((own) => findRings(toMatches(own, 70))[0]);
    expect(other.score).toBe(one.score);
    expect(other.members.map(({ wallet }) => 69 - wallet).sort()).toEqual(one.members.map(({ wallet }) => wallet));
  });

  it('are none of no matches', () => {
    expect(findRings(toMatches([], 0))).toEqual([]);
  });
});
