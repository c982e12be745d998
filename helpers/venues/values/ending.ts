/** What the prices of a market say of its end. */

/** How a market ended. */
export interface Ending {
  readonly winnerIndex: 0 | 1 | null;
  readonly isVoid: boolean | null;
}

export const NO_ENDING: Ending = { winnerIndex: null, isVoid: null };

const ZERO = /^0?(\.0*)?$/;
const ONE = /^1(\.0*)?$/;
const HALF = /^0?\.50*$/;

/**
 * What the final prices of a closed market say: exactly 0 and 1 name the winner, an even split is void. Anything else (0 and 0
 * of old markets, prices still on their way) says nothing.
 */
export function endingOfPrices(prices: readonly string[] | null): Ending {
  if (prices?.length !== 2 || prices.some((price) => !/\d/.test(price))) return NO_ENDING;
  const [a, b] = prices;
  if (ONE.test(a) && ZERO.test(b)) return { winnerIndex: 0, isVoid: false };
  if (ZERO.test(a) && ONE.test(b)) return { winnerIndex: 1, isVoid: false };
  return { winnerIndex: null, isVoid: HALF.test(a) && HALF.test(b) ? true : null };
}
