/**
 * Bets whose results depend on each other in any way, together: the fractions that maximise the mean logarithm of wealth over scenarios,
 * and cash is one of the assets. Concave, so an interior-point method finds it; how far from the best it can be at most is known from the
 * gradient (Bell & Cover 1980).
 */
import { check } from '../../evaluate/checks.ts';
import { checkCosts } from './kelly.ts';

export interface Scenario {
  readonly probability: number;
  /** What a share of each bet pays then, USD. */
  readonly payouts: readonly number[];
}

export interface ScenarioBets {
  /** Share of the bankroll to spend on each bet. */
  readonly fractions: readonly number[];
  /** Mean log growth, nats. */
  readonly growth: number;
  /** The best growth is at most this much higher. */
  readonly growthGapMax: number;
}

const BARRIER_FIRST = 1e-2;
const BARRIER_LAST = 1e-14;
const BARRIER_STEP = 0.1;
const NEWTON_STEPS_MAX = 50;
/** A Newton step that would raise the objective by less is the last at its barrier. */
const DECREMENT_MIN = 1e-22;
/** Part of the way to the nearest bound that a step may go. */
const TO_BOUND = 0.95;
const HALVINGS_MAX = 60;
/** Fractions below this are 0. */
const FRACTION_MIN = 1e-10;

/** Solves `matrix · x = vector` for both vectors by Cholesky; the matrix is symmetric and positive definite, and is overwritten. */
function solveInPlace(matrix: Float64Array, n: number, vectors: readonly Float64Array[]): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j];
    }
  }
  for (const x of vectors) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i] -= matrix[i * n + k] * x[k];
      x[i] /= matrix[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] -= matrix[k * n + i] * x[k];
      x[i] /= matrix[i * n + i];
    }
  }
}

/** Mean log wealth of a portfolio on the simplex: weight 0 is cash. */
class Market {
  readonly n: number;
  private readonly returns: readonly Float64Array[];
  private readonly probabilities: readonly number[];

  constructor(costs: readonly number[], scenarios: readonly Scenario[]) {
    this.n = costs.length + 1;
    const possible = scenarios.filter(({ probability }) => probability > 0);
    this.probabilities = possible.map(({ probability }) => probability);
    this.returns = possible.map(({ payouts }) =>
      Float64Array.from([1, ...payouts.map((payout, i) => payout / costs[i])]),
    );
  }

  growth(weights: Float64Array): number {
    return this.returns.reduce((sum, row, s) => sum + this.probabilities[s] * Math.log(dot(row, weights)), 0);
  }

  /** ∂ growth / ∂ weight; adds −∂² to `curvature` where it is given. */
  gradient(weights: Float64Array, curvature?: Float64Array): Float64Array {
    const { n } = this;
    const gradient = new Float64Array(n);
    this.returns.forEach((row, s) => {
      const wealth = dot(row, weights);
      const probability = this.probabilities[s];
      for (let i = 0; i < n; i++) {
        const share = row[i] / wealth;
        gradient[i] += probability * share;
        if (curvature !== undefined)
          for (let j = 0; j <= i; j++) curvature[i * n + j] += (probability * share * row[j]) / wealth;
      }
    });
    return gradient;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Maximises growth + barrier · Σ log(weights) by Newton's method along the simplex, in place. */
function centre(market: Market, weights: Float64Array, barrier: number): void {
  const { n } = market;
  const objective = (w: Float64Array): number =>
    market.growth(w) + barrier * w.reduce((sum, weight) => sum + Math.log(weight), 0);
  for (let step = 0; step < NEWTON_STEPS_MAX; step++) {
    const curvature = new Float64Array(n * n);
    const gradient = market.gradient(weights, curvature);
    for (let i = 0; i < n; i++) {
      gradient[i] += barrier / weights[i];
      curvature[i * n + i] += barrier / weights[i] ** 2;
    }
    const direction = Float64Array.from(gradient);
    const ones = new Float64Array(n).fill(1);
    solveInPlace(curvature, n, [direction, ones]);
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const multiplier = sum(direction) / sum(ones);
    for (let i = 0; i < n; i++) direction[i] -= multiplier * ones[i];
    const slope = dot(gradient, direction) - multiplier * sum(direction);
    if (!(slope > DECREMENT_MIN)) return;
    let length = 1;
    for (let i = 0; i < n; i++)
      if (direction[i] < 0) length = Math.min(length, (-TO_BOUND * weights[i]) / direction[i]);
    const before = objective(weights);
    const moved = (t: number): Float64Array => weights.map((weight, i) => weight + t * direction[i]);
    let next = moved(length);
    for (let halving = 0; objective(next) < before && halving < HALVINGS_MAX; halving++) {
      length /= 2;
      next = moved(length);
    }
    if (objective(next) < before) return;
    weights.set(next);
  }
}

/**
 * Fractions of the bankroll that grow it fastest; they are at least 0 and add up to at most 1.
 * @param costs price and fee of a share of each bet, USD, in (0, 1)
 * @param scenarios probabilities add up to 1; every payout at least 0
 */
export function scenarioKelly(costs: readonly number[], scenarios: readonly Scenario[]): ScenarioBets {
  checkCosts(costs);
  const total = scenarios.reduce((sum, { probability }) => sum + probability, 0);
  check(Math.abs(total - 1) < 1e-6, `probabilities of the scenarios add up to ${total}`);
  for (const { payouts, probability } of scenarios) {
    check(payouts.length === costs.length, 'a scenario holds one payout per bet');
    check(probability >= 0 && payouts.every((payout) => payout >= 0), 'probabilities and payouts are at least 0');
  }
  const market = new Market(costs, scenarios);
  const weights = new Float64Array(market.n).fill(1 / market.n);
  for (let barrier = BARRIER_FIRST; barrier >= BARRIER_LAST; barrier *= BARRIER_STEP) centre(market, weights, barrier);
  const largest = market.gradient(weights).reduce((most, value) => Math.max(most, value), 0);
  return {
    fractions: Array.from(weights.subarray(1), (weight) => (weight < FRACTION_MIN ? 0 : weight)),
    growth: market.growth(weights),
    growthGapMax: Math.max(0, Math.log(largest / total)),
  };
}
