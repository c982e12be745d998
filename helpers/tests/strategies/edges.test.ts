/** Edges that are learned as time goes on, against the plainest computation of the same. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { type Opportunities, walkForward } from '../../strategies/edges.ts';

const RULE = { nEventsMin: 30, z: 1.64 };

interface World {
  /** What a share pays on average above its cost. */
  readonly edge: number;
  readonly nEvents: number;
  readonly perEvent: number;
}

/** One opportunity an hour; results a day later; the opportunities of an event share its result. */
function drawWorld({ edge, nEvents, perEvent }: World, seed: number): Opportunities {
  const random = createRandom(seed);
  const n = nEvents * perEvent;
  const event = Int32Array.from({ length: n }, (_, i) => Math.floor(i / perEvent));
  const wins = Array.from({ length: nEvents }, () => (random.uniform() < 0.5 + edge ? 1 : 0));
  return {
    nRows: n,
    tsMs: Float64Array.from({ length: n }, (_, i) => i * 3_600_000),
    cell: new Uint16Array(n),
    event,
    cost: new Float64Array(n).fill(0.5),
    payout: Float64Array.from(event, (e) => wins[e]),
    knownMs: Float64Array.from({ length: n }, (_, i) => (i + 24) * 3_600_000),
  };
}

describe('an edge', () => {
  test('is the mean gain, with the standard error of whole events', () => {
    const world = drawWorld({ edge: 0.1, nEvents: 40, perEvent: 5 }, 1);
    const gains = Array.from(world.payout, (payout) => payout - 0.5);
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const byEvent = Array.from({ length: 40 }, (_, e) =>
      gains.reduce((sum, gain, i) => sum + (world.event[i] === e ? gain - mean : 0), 0),
    );
    const expected = Math.sqrt((byEvent.reduce((sum, s) => sum + s * s, 0) * 40) / 39) / gains.length;
    const [edge] = walkForward(world, 1, RULE).edges;
    expect(edge.mean).toBeCloseTo(mean, 12);
    expect(edge.standardError).toBeCloseTo(expected, 12);
    expect(edge.nEvents).toBe(40);
  });

  test('is believed only by what was known before: results that come later change no earlier pick', () => {
    const world = drawWorld({ edge: 0.2, nEvents: 200, perEvent: 1 }, 2);
    const cut = 150;
    const changed = { ...world, payout: world.payout.map((payout, i) => (i >= cut - 24 ? 1 - payout : payout)) };
    const early = (picks: Uint32Array): number[] => [...picks].filter((row) => row < cut);
    const picks = early(walkForward(world, 1, RULE).picks);
    expect(picks.length).toBeGreaterThan(50);
    expect(early(walkForward(changed, 1, RULE).picks)).toEqual(picks);
  });

  test('of a result that came in the same moment is not known yet', () => {
    const world = drawWorld({ edge: 0.5, nEvents: 60, perEvent: 1 }, 3);
    const { picks } = walkForward(world, 1, RULE);
    // 30 results are known strictly before row 54: those of rows 0 to 29, the last of which came with row 53.
    expect(picks[0]).toBe(54);
  });
});

describe('picks', () => {
  test('where there is no edge are few: a false belief costs, but it is rare', () => {
    const shares = Array.from({ length: 20 }, (_, seed) => {
      const { picks } = walkForward(drawWorld({ edge: 0, nEvents: 1000, perEvent: 1 }, seed + 10), 1, RULE);
      return picks.length / 1000;
    });
    expect(shares.reduce((sum, share) => sum + share, 0) / 20).toBeLessThan(0.12);
  });

  test('where an event counts ten times are no more: copies of one result are no evidence', () => {
    const shares = Array.from({ length: 20 }, (_, seed) => {
      const { picks } = walkForward(drawWorld({ edge: 0, nEvents: 300, perEvent: 10 }, seed + 50), 1, RULE);
      return picks.length / 3000;
    });
    expect(shares.reduce((sum, share) => sum + share, 0) / 20).toBeLessThan(0.12);
  });

  test('where the edge is ten points are nearly all after a while', () => {
    const { picks, probabilities } = walkForward(drawWorld({ edge: 0.1, nEvents: 2000, perEvent: 1 }, 4), 1, RULE);
    expect(picks.filter((row) => row >= 1000).length).toBeGreaterThan(950);
    expect(probabilities[probabilities.length - 1]).toBeCloseTo(0.6, 1);
  });
});
