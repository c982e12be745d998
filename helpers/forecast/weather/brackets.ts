/**
 * Strikes of temperature markets as whole degrees. The venue's `between` includes both of its ends, `greater` and `less` exclude theirs; a
 * ticker's `B84.5` stands for 84 to 85, not for "above 84.5", so that tickers are not read at all.
 */

/** The temperatures for which a market is settled YES, both included; ∓Infinity where it is open. */
export interface Bracket {
  readonly lowest: number;
  readonly highest: number;
}

/** A market's strike as the venue sends it. */
export interface ToldStrike {
  readonly strike_type?: string | null;
  readonly floor_strike?: number | null;
  readonly cap_strike?: number | null;
}

const isWhole = (value: number | null | undefined): value is number => Number.isInteger(value);

/** Null for a strike of another kind, or one that is not in whole degrees. */
export function bracketOf({ strike_type: type, floor_strike: floor, cap_strike: cap }: ToldStrike): Bracket | null {
  const above = (lowest: number): Bracket => ({ lowest, highest: Number.POSITIVE_INFINITY });
  const below = (highest: number): Bracket => ({ lowest: Number.NEGATIVE_INFINITY, highest });
  if (type === 'between')
    return isWhole(floor) && isWhole(cap) && floor <= cap ? { lowest: floor, highest: cap } : null;
  if (type === 'greater') return isWhole(floor) ? above(floor + 1) : null;
  if (type === 'greater_or_equal') return isWhole(floor) ? above(floor) : null;
  if (type === 'less') return isWhole(cap) ? below(cap - 1) : null;
  if (type === 'less_or_equal') return isWhole(cap) ? below(cap) : null;
  return null;
}

/** Whether exactly one of the brackets holds for every temperature; else the first gap or overlap, in words. */
export function ladderFault(brackets: readonly Bracket[]): string | null {
  let next = Number.NEGATIVE_INFINITY;
  for (const { lowest, highest } of [...brackets].sort((a, b) => a.lowest - b.lowest)) {
    if (lowest > next)
      return next === Number.NEGATIVE_INFINITY ? `nothing holds below ${lowest}` : `nothing holds at ${next}`;
    if (lowest < next) return `two markets hold at ${lowest}`;
    next = highest + 1;
  }
  return next === Number.POSITIVE_INFINITY ? null : `nothing holds at ${next}`;
}

/** P(bracket) where the temperature is a whole number and `cdf` that of the unrounded one: half a degree belongs to each side. */
export function bracketProbability({ lowest, highest }: Bracket, cdf: (degrees: number) => number): number {
  return cdf(highest + 0.5) - cdf(lowest - 0.5);
}
