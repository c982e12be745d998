/** Matches made by hand, and networks without rings. */
import { createRandom } from '../../kernels/random.ts';
import type { Matches } from '../../wash/matches.ts';

/** [taker, maker, shares, market, what the taker gains]. */
export type HandMatch = readonly [number, number, number, number, 1 | -1];

export function toMatches(rows: readonly HandMatch[], nWallets: number): Matches {
  return {
    taker: Uint32Array.from(rows, ([taker]) => taker),
    maker: Uint32Array.from(rows, ([, maker]) => maker),
    shares: Float64Array.from(rows, ([, , shares]) => shares * 1e6),
    market: Uint32Array.from(rows, ([, , , market]) => market),
    direction: Int8Array.from(rows, ([, , , , direction]) => direction),
    nWallets,
  };
}

/** Turns of three matches among three of `members`, after which nobody holds anything: a from b, c from a, b from c. */
export function ringTurns(members: readonly number[], nTurns: number, market: number, seed: number): HandMatch[] {
  const random = createRandom(seed);
  return Array.from({ length: nTurns }, (): HandMatch[] => {
    const [a, b, c] = random.sample(members, 3);
    const shares = 10 + random.integer(100);
    return [
      [a, b, shares, market, 1],
      [c, a, shares, market, 1],
      [b, c, shares, market, 1],
    ];
  }).flat();
}

/** Matches of takers with makers drawn at random, some of either far busier than others, buying more often than selling. */
export function openMarket(nMatches: number, nWallets: number, firstWallet: number, seed: number): HandMatch[] {
  const random = createRandom(seed);
  const draw = (): number => firstWallet + Math.floor(nWallets * random.uniform() ** 2);
  return Array.from({ length: nMatches }, (): HandMatch => {
    const taker = draw();
    let maker = draw();
    while (maker === taker) maker = draw();
    return [taker, maker, 1 + random.integer(200), random.integer(30), random.uniform() < 0.7 ? 1 : -1];
  });
}
