import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../kernels/random.ts';
import { Beliefs } from '../../simulate/beliefs.ts';

const LIFE_S = 1000;

/** One life of an event: probabilities at its middle, after news, and the leg it resolves to. */
function live(random: Random, initial: readonly number[]) {
  const beliefs = new Beliefs(
    Int32Array.from([0, initial.length]),
    Float64Array.from(initial),
    Float64Array.from([0]),
    Float64Array.from([LIFE_S]),
    Float64Array.from([1.5]),
  );
  for (let t = 10; t <= 500; t += 35) beliefs.diffuse(random, 0, random.integer(initial.length), t);
  const middle = [...beliefs.probabilities];
  beliefs.moveTowards(0, beliefs.favouredLeg(0, random.uniform()), 0.4);
  const afterNews = [...beliefs.probabilities];
  for (let t = 510; t <= LIFE_S; t += 35) beliefs.diffuse(random, 0, random.integer(initial.length), t);
  const winner = beliefs.favouredLeg(0, random.uniform());
  beliefs.moveTowards(0, winner, 1);
  return { middle, afterNews, winner, final: [...beliefs.probabilities] };
}

describe.each([
  ['a market', [0.2, 0.8]],
  ['a negRisk group', [0.05, 0.15, 0.3, 0.5]],
])('beliefs about %s', (_, initial) => {
  const random = createRandom(11);
  const nLives = 8000;
  const lives = Array.from({ length: nLives }, () => live(random, initial));

  it('stay probabilities that add up to one and end in one leg', () => {
    for (const { middle, afterNews, winner, final } of lives) {
      for (const probabilities of [middle, afterNews]) {
        expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
        for (const p of probabilities) expect(p > 0 && p < 1).toBe(true);
      }
      expect(final).toEqual(initial.map((__, leg) => (leg === winner ? 1 : 0)));
    }
  });

  it('keep their expectation through drift, news and resolution (martingale)', () => {
    initial.forEach((p, leg) => {
      // The spread of a probability is at most that of the resolution, p (1 - p): four standard errors.
      const tolerance = 4 * Math.sqrt((p * (1 - p)) / nLives);
      const mean = (pick: (life: (typeof lives)[number]) => number): number =>
        lives.reduce((sum, life) => sum + pick(life), 0) / nLives;
      expect(Math.abs(mean((l) => l.middle[leg]) - p)).toBeLessThan(tolerance);
      expect(Math.abs(mean((l) => l.afterNews[leg]) - p)).toBeLessThan(tolerance);
      expect(Math.abs(mean((l) => (l.winner === leg ? 1 : 0)) - p)).toBeLessThan(tolerance);
    });
  });

  it('move in between', () => {
    const spread = Math.sqrt(lives.reduce((sum, l) => sum + (l.middle[0] - initial[0]) ** 2, 0) / nLives);
    expect(spread).toBeGreaterThan(0.01);
  });
});

describe('beliefs', () => {
  it('do not move when no time passes', () => {
    const beliefs = new Beliefs(
      Int32Array.from([0, 2]),
      Float64Array.from([0.3, 0.7]),
      Float64Array.from([50]),
      Float64Array.from([100]),
      Float64Array.from([1]),
    );
    beliefs.diffuse(createRandom(1), 0, 0, 50);
    beliefs.diffuse(createRandom(1), 0, 0, 20);
    expect(beliefs.probability(0, 0)).toBe(0.3);
  });
});
