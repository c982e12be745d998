/** Where fills are booked: an outcome of a market, or of what stands for one while none is known. */
import { plainName } from './outcome_claims.ts';

/** An outcome of a market. */
export interface Place {
  readonly marketId: string;
  readonly outcomeIndex: 0 | 1;
}

/** What markets are called of which nothing but one token is known. */
export const TOKEN_PREFIX = 'token:';

/** Where a token stands by itself. */
export function placeOfToken(token: string): Place {
  return { marketId: `${TOKEN_PREFIX}${token}`, outcomeIndex: 0 };
}

/** Where an outcome stands by itself of which nobody tells which of the two it is. */
export function placeOfName(marketId: string, name: string): Place {
  return { marketId: `${marketId}#${plainName(name)}`, outcomeIndex: 0 };
}
