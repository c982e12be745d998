/**
 * What the market would believe without noise: per event the probability of each leg, a martingale on the simplex that ends in
 * one leg. A stand-alone market is an event with two legs (outcome 0, outcome 1); a negRisk group has a leg per market.
 *
 * Between news the probabilities exchange small amounts pairwise, p_i += e, p_j -= e with e symmetric and bounded, so their
 * expectation and their sum stay. News of strength J moves them to p + J (e_k - p) with probability p_k for leg k, which keeps
 * the expectation too; the resolution is the news with J = 1. Prices drawn from it are therefore calibrated by construction.
 */
import type { Random } from '../kernels/random.ts';

/** The probabilities of all legs as of the timestamp each event was last moved on to; times in seconds since 1970 UTC. */
export class Beliefs {
  /** Probabilities of all legs, event after event; legs of event e are legStarts[e]..legStarts[e+1]-1. */
  readonly probabilities: Float64Array;
  private readonly updatedAtS: Float64Array;

  /**
   * @param knownFromS when the initial probabilities hold, per event
   * @param volatilities standard deviation of the log-odds gathered over the event's life, per event
   */
  constructor(
    private readonly legStarts: Int32Array,
    initialProbabilities: Float64Array,
    knownFromS: Float64Array,
    private readonly livesS: Float64Array,
    private readonly volatilities: Float64Array,
  ) {
    this.probabilities = Float64Array.from(initialProbabilities);
    this.updatedAtS = Float64Array.from(knownFromS);
  }

  probability(event: number, leg: number): number {
    return this.probabilities[this.legStarts[event] + leg];
  }

  /** Lets time pass for one leg (and another one, drawn, that pays for the change). */
  diffuse(random: Random, event: number, leg: number, timeS: number): void {
    const elapsedS = timeS - this.updatedAtS[event];
    if (elapsedS <= 0) return;
    this.updatedAtS[event] = timeS;
    const start = this.legStarts[event];
    const nLegs = this.legStarts[event + 1] - start;
    let other = nLegs === 2 ? 1 - leg : random.integer(nLegs - 1);
    if (nLegs > 2 && other >= leg) other++;
    const p = this.probabilities[start + leg];
    const q = this.probabilities[start + other];
    if (p <= 0 || q <= 0) return;
    const step = this.volatilities[event] * Math.sqrt(elapsedS / this.livesS[event]) * random.normal();
    const bound = 0.5 * Math.min(p, q);
    const change = Math.max(-bound, Math.min(bound, (step * p * q) / (p + q)));
    this.probabilities[start + leg] = p + change;
    this.probabilities[start + other] = q - change;
  }

  /** The leg that news with the uniform draw `u` will favour, as things stand. */
  favouredLeg(event: number, u: number): number {
    const start = this.legStarts[event];
    const nLegs = this.legStarts[event + 1] - start;
    let sum = 0;
    for (let leg = 0; leg < nLegs - 1; leg++) {
      sum += this.probabilities[start + leg];
      if (u < sum) return leg;
    }
    return nLegs - 1;
  }

  /** Moves the event's probabilities towards `leg` by the share `strength` (1 resolves it). */
  moveTowards(event: number, leg: number, strength: number): void {
    const start = this.legStarts[event];
    for (let i = start; i < this.legStarts[event + 1]; i++) {
      const target = i === start + leg ? 1 : 0;
      this.probabilities[i] =
        strength === 1 ? target : this.probabilities[i] + strength * (target - this.probabilities[i]);
    }
  }
}
