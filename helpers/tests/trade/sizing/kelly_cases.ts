/** Drawn cases of the three ways to size, each against brute force; how far apart they are at most. */
import { createRandom } from '../../../kernels/random.ts';
import { exclusiveKelly, kellyFraction } from '../../../trade/sizing/kelly.ts';
import { scenarioKelly } from '../../../trade/sizing/scenario_kelly.ts';
import { bruteForce, drawCost, drawProbabilities, growthOf } from './oracles.ts';

const furthest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

export function singleCases(nCases: number, seed: number): { largest: number; nBets: number } {
  const random = createRandom(seed);
  let largest = 0;
  let nBets = 0;
  for (let i = 0; i < nCases; i++) {
    const q = 0.01 + 0.98 * random.uniform();
    const cost = drawCost(random, q);
    const game = {
      costs: [cost],
      scenarios: [
        { probability: q, payouts: [1] },
        { probability: 1 - q, payouts: [0] },
      ],
    };
    const f = kellyFraction(q, cost);
    if (f > 0) nBets++;
    largest = Math.max(largest, Math.abs(f - bruteForce(game)[0]));
  }
  return { largest, nBets };
}

export function exclusiveCases(
  nCases: number,
  seed: number,
): { largest: number; nHedged: number; nArbitrages: number } {
  const random = createRandom(seed);
  let largest = 0;
  let nHedged = 0;
  let nArbitrages = 0;
  for (let i = 0; i < nCases; i++) {
    const n = 2 + random.integer(4);
    const isPartial = random.uniform() < 0.3;
    const q = drawProbabilities(random, n, isPartial);
    const costs = q.map((p) => drawCost(random, p));
    const rest = Math.max(0, 1 - q.reduce((sum, p) => sum + p, 0));
    const game = {
      costs,
      scenarios: [
        ...q.map((probability, j) => ({ probability, payouts: q.map((_, k) => (j === k ? 1 : 0)) })),
        ...(isPartial ? [{ probability: rest, payouts: q.map(() => 0) }] : []),
      ],
    };
    const { fractions, isArbitrage } = exclusiveKelly(
      q.map((p, j) => ({ q: p, cost: costs[j] })),
      { allowHedges: true },
    );
    if (isArbitrage) nArbitrages++;
    if (fractions.some((f, j) => f > 0 && q[j] < costs[j])) nHedged++;
    largest = Math.max(largest, furthest(fractions, bruteForce(game)));
  }
  return { largest, nHedged, nArbitrages };
}

export function correlatedCases(
  nCases: number,
  seed: number,
): { largestGrowth: number; largestFraction: number; largestGap: number } {
  const random = createRandom(seed);
  let largestGrowth = 0;
  let largestFraction = 0;
  let largestGap = 0;
  for (let i = 0; i < nCases; i++) {
    const n = 1 + random.integer(3);
    const joint = drawProbabilities(random, 2 ** n, false);
    const scenarios = joint.map((probability, s) => ({
      probability,
      payouts: Array.from({ length: n }, (_, bet) => (s >> bet) & 1),
    }));
    const costs = Array.from({ length: n }, (_, bet) =>
      drawCost(
        random,
        scenarios.reduce((sum, { probability, payouts }) => sum + probability * payouts[bet], 0),
      ),
    );
    const game = { costs, scenarios };
    const { fractions, growth, growthGapMax } = scenarioKelly(costs, scenarios);
    const brute = bruteForce(game);
    largestGrowth = Math.max(largestGrowth, Math.abs(growth - growthOf(game, brute)));
    largestFraction = Math.max(largestFraction, furthest(fractions, brute));
    largestGap = Math.max(largestGap, growthGapMax);
  }
  return { largestGrowth, largestFraction, largestGap };
}
