/**
 * Events that one common factor moves together, as scenarios: a one-factor normal copula (Vasicek 1987). The latent number of an event is
 * loading · factor + √(1 − loading²) · its own noise; its outcomes, in their order, are slices of that number, so that warm days are
 * warm in all cities, and outcomes of one event exclude each other by construction.
 */
import { check, checkProbabilities } from '../../evaluate/checks.ts';
import { normalCdf, normalQuantile } from '../../evaluate/normal.ts';

export interface FactorEvent {
  /** Of each outcome in order, adding up to 1; a single market is two outcomes, no first. */
  readonly probabilities: readonly number[];
  /** Correlation with the factor, −1 < loading < 1; two events correlate by the product of theirs. */
  readonly loading: number;
}

export interface JointScenario {
  readonly probability: number;
  /** The outcome of each event. */
  readonly outcomes: readonly number[];
}

/** Scenarios that a plan may have: what scenario_kelly.ts goes through in milliseconds. */
const N_SCENARIOS_MAX = 4096;
/** The factor from −8 to 8 standard deviations in steps that the trapezoidal rule is exact to 1e-10 with. */
const FACTOR_MAX = 8;
const N_NODES = 321;

/** P(outcome | factor) for each outcome of an event. */
function conditional({ loading }: FactorEvent, bounds: readonly number[], factor: number): number[] {
  const noise = Math.sqrt(1 - loading ** 2);
  const below = bounds.map((bound) => normalCdf((bound - loading * factor) / noise));
  return below.slice(1).map((upper, i) => upper - below[i]);
}

/**
 * Every combination of outcomes and its probability.
 * @throws plain errors for probabilities that do not add up to 1, and for more than N_SCENARIOS_MAX combinations
 */
export function jointScenarios(events: readonly FactorEvent[]): JointScenario[] {
  const nScenarios = events.reduce((n, { probabilities }) => n * probabilities.length, 1);
  check(nScenarios <= N_SCENARIOS_MAX, `${nScenarios} combinations of outcomes are more than ${N_SCENARIOS_MAX}`);
  const bounds = events.map(({ probabilities, loading }) => {
    checkProbabilities(probabilities, 'probabilities');
    check(Math.abs(loading) < 1, `a loading lies between −1 and 1, got ${loading}`);
    let sum = 0;
    const cumulated = [0, ...probabilities.map((p) => (sum += p))];
    check(Math.abs(sum - 1) < 1e-9, `probabilities of an event add up to ${sum}`);
    return cumulated.map((p, i) => (i === cumulated.length - 1 ? Infinity : normalQuantile(Math.min(1, p))));
  });
  const joint = new Float64Array(nScenarios);
  let weights = 0;
  for (let node = 0; node < N_NODES; node++) {
    const factor = FACTOR_MAX * ((2 * node) / (N_NODES - 1) - 1);
    const weight = Math.exp((-factor * factor) / 2);
    weights += weight;
    let products: number[] = [weight];
    events.forEach((event, e) => {
      const given = conditional(event, bounds[e], factor);
      products = products.flatMap((product) => given.map((p) => product * p));
    });
    for (let s = 0; s < nScenarios; s++) joint[s] += products[s];
  }
  return Array.from(joint, (probability, s) => {
    const outcomes: number[] = [];
    let rest = s;
    for (let e = events.length - 1; e >= 0; e--) {
      const n = events[e].probabilities.length;
      outcomes.unshift(rest % n);
      rest = Math.floor(rest / n);
    }
    return { probability: probability / weights, outcomes };
  });
}
