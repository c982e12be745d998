/**
 * How much of the bankroll to spend so that it grows fastest in the long run (Kelly 1956), fees included: a share costs c (price and
 * fee, USD) and pays 1 when it wins.
 */
import { check, checkProbabilities } from '../../evaluate/checks.ts';

/** Throws unless costs lie in (0, 1): what costs a dollar cannot gain. */
export function checkCosts(costs: readonly number[]): void {
  for (const cost of costs) check(cost > 0 && cost < 1, `a share costs more than 0 and less than 1, got ${cost}`);
}

/**
 * Share of the bankroll to spend on one bet, fees included: (q − c) / (1 − c), 0 without an edge.
 * @param q probability that it pays
 * @param cost price and fee, USD per share
 */
export function kellyFraction(q: number, cost: number): number {
  checkProbabilities([q], 'q');
  checkCosts([cost]);
  return Math.max(0, (q - cost) / (1 - cost));
}

/** One of several outcomes of which at most one comes true. */
export interface Outcome {
  readonly q: number;
  /** Price and fee, USD per share. */
  readonly cost: number;
}

export interface ExclusiveBets {
  /** Share of the bankroll to spend on each outcome. */
  readonly fractions: readonly number[];
  /** Every outcome is bought and nothing kept: the set costs less than the dollar that it pays for certain. */
  readonly isArbitrage: boolean;
}

/** Probabilities that add up to 1 but for rounding. */
const SUM_TOLERANCE = 1e-9;

/**
 * Bets on outcomes that exclude each other, together (Smoczynski & Tomkins 2010): outcomes by falling q/c; one is bought while its q/c
 * exceeds the reserve R = (1 − Σq)/(1 − Σc) of those bought so far, and gets q − R·c.
 *
 * It also buys outcomes without an edge of their own where they insure the others; `allowHedges: false` leaves those out.
 * @param outcomes probabilities add up to at most 1; what is missing are outcomes that cannot be bought
 */
export function exclusiveKelly(
  outcomes: readonly Outcome[],
  { allowHedges }: { readonly allowHedges: boolean },
): ExclusiveBets {
  checkProbabilities(
    outcomes.map(({ q }) => q),
    'q',
  );
  checkCosts(outcomes.map(({ cost }) => cost));
  const total = outcomes.reduce((sum, { q }) => sum + q, 0);
  check(total <= 1 + SUM_TOLERANCE, `probabilities of outcomes that exclude each other add up to ${total}`);
  const order = outcomes
    .map((_, i) => i)
    .filter((i) => allowHedges || outcomes[i].q > outcomes[i].cost)
    .sort((a, b) => outcomes[b].q / outcomes[b].cost - outcomes[a].q / outcomes[a].cost);
  let reserve = 1;
  let unbought = 1;
  let kept = 1;
  let nBought = 0;
  for (const i of order) {
    const { q, cost } = outcomes[i];
    if (q <= reserve * cost) break;
    unbought = Math.max(0, unbought - q);
    if (unbought < SUM_TOLERANCE) unbought = 0;
    kept -= cost;
    // With Σq ≤ 1 a next outcome is worth buying only while Σc < 1.
    reserve = unbought === 0 ? 0 : unbought / kept;
    nBought++;
  }
  const bought = new Set(order.slice(0, nBought));
  return {
    fractions: outcomes.map(({ q, cost }, i) => (bought.has(i) ? Math.max(0, q - reserve * cost) : 0)),
    isArbitrage: nBought > 0 && reserve === 0,
  };
}
