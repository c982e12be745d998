import { describe, expect, test } from 'vitest';
import { Clusters, clusterOf } from '../../flow/clusters.ts';
import { type FlowFacts, scoreFlow } from '../../flow/flow_score.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../run/clock.ts';

/** An ordinary trade: nothing scores. MAD 10: one robust deviation is 15.826 USD. */
const ORDINARY: FlowFacts = {
  costUsd: 50,
  n24h: 100,
  medianUsd: 50,
  madUsd: 10,
  n1m: 0,
  n60m: 60,
  msToClose: 30 * DAY_MS,
};
const Z = 14.826 + 1;

/** Situations with their points by hand: size + burst + close + cost. */
const TABLE: readonly [string, Partial<FlowFacts>, number][] = [
  ['nothing', {}, 0],
  ['size just below 3 deviations', { costUsd: 50 + 2.99 * Z }, 0],
  ['size at 3', { costUsd: 50 + 3 * Z }, 10],
  ['size at 5', { costUsd: 50 + 5 * Z }, 25],
  ['size at 8', { costUsd: 50 + 8 * Z }, 40],
  ['size at 8 of four trades only', { costUsd: 50 + 8 * Z, n24h: 4 }, 0],
  ['all trades alike, nine dollars more', { costUsd: 59, madUsd: 0 }, 40],
  ['all trades alike, two cents more', { costUsd: 50.02, madUsd: 0 }, 0],
  ['burst just below 3 times', { n1m: 2.9 }, 0],
  ['burst at 3 times', { n1m: 3 }, 10],
  ['burst just below 5', { n1m: 4.9 }, 10],
  ['burst at 5', { n1m: 5 }, 18],
  ['burst at 10', { n1m: 10 }, 25],
  ['burst of a quiet hour counts against one trade a minute', { n1m: 3, n60m: 3 }, 10],
  ['burst of a busy hour', { n1m: 30, n60m: 600 }, 10],
  ['24 hours to the close', { msToClose: 24 * HOUR_MS }, 20],
  ['25 hours', { msToClose: 25 * HOUR_MS }, 12],
  ['72 hours', { msToClose: 72 * HOUR_MS }, 12],
  ['73 hours', { msToClose: 73 * HOUR_MS }, 6],
  ['7 days', { msToClose: 7 * DAY_MS }, 6],
  ['more than 7 days', { msToClose: 7 * DAY_MS + 1 }, 0],
  ['the close is not known', { msToClose: null }, 0],
  ['after the close', { msToClose: -1 }, 0],
  ['cost $1,000 in a market of such trades', { costUsd: 1000, medianUsd: 1000 }, 15],
  ['cost $999', { costUsd: 999, medianUsd: 999 }, 0],
  ['cost $2,500 in a market of such trades', { costUsd: 2500, medianUsd: 2500 }, 20],
  ['size and cost', { costUsd: 2500 }, 60],
  ['size, cost and 24 hours: 80, below the bar of an alert', { costUsd: 2500, msToClose: HOUR_MS }, 80],
  ['size, burst of 5 and 72 hours, no cost: 70', { costUsd: 500, n1m: 5, msToClose: 3 * DAY_MS }, 70],
  ['size, burst of 10 and cost: 85, an alert far from the close', { costUsd: 2500, n1m: 10 }, 85],
  ['all together are 105, and 100 at most', { costUsd: 2500, n1m: 10, msToClose: HOUR_MS }, 100],
];

describe('score of flow', () => {
  test.each(TABLE)('%s', (_, own, points) => {
    const { score, terms } = scoreFlow({ ...ORDINARY, ...own });
    expect(score).toBe(points);
    expect(
      Math.min(
        100,
        terms.reduce((sum, term) => sum + term.points, 0),
      ),
    ).toBe(points);
  });

  test('says each term in words with its figures', () => {
    const { terms } = scoreFlow({ ...ORDINARY, costUsd: 2500, n1m: 10, msToClose: HOUR_MS });
    expect(terms).toEqual([
      { points: 40, reason: '$2,500 against a median of $50 in 24 hours, 155 robust deviations above' },
      { points: 25, reason: "10 trades in a minute, 10 times the hour's" },
      { points: 20, reason: '1 hours to the scheduled close' },
      { points: 20, reason: 'the side taken cost $2,500' },
    ]);
  });
});

describe('clusters of flow', () => {
  const hit = (market: string, score: number, tsMs = 0) => ({ market, score, tsMs });

  test.each([
    ['one market, however high', [hit('a', 100), hit('a', 90)], null],
    ['two markets, the best below 70', [hit('a', 69), hit('b', 60)], null],
    ['two markets, the best at 70', [hit('a', 60), hit('b', 70)], 1],
    ['three markets, the best at 60', [hit('a', 60), hit('b', 60), hit('c', 60)], 2],
    ['three markets, the best at 70', [hit('a', 60), hit('b', 70), hit('c', 60)], 1],
  ] as const)('%s', (_, hits, tier) => {
    expect(clusterOf(hits)?.tier ?? null).toBe(tier);
  });

  test('hits of five minutes ago count no longer; one cluster is told once, and again with a market more', () => {
    const clusters = new Clusters();
    expect(clusters.add('g', hit('a', 80, 0))).toBeNull();
    expect(clusters.add('g', hit('b', 60, 5 * MINUTE_MS))).toBeNull();
    expect(clusters.add('other', hit('c', 80, 5 * MINUTE_MS))).toBeNull();
    expect(clusters.add('g', hit('a', 75, 6 * MINUTE_MS))).toMatchObject({
      tier: 1,
      hits: [{ market: 'a' }, { market: 'b' }],
    });
    expect(clusters.add('g', hit('a', 90, 7 * MINUTE_MS))).toBeNull();
    expect(clusters.add('g', hit('c', 61, 8 * MINUTE_MS))?.hits).toHaveLength(3);
    expect(clusters.add('g', hit('c', 72, 10 * MINUTE_MS))).toBeNull();
    expect(clusters.add('g', hit('a', 72, 13 * MINUTE_MS))).toMatchObject({ tier: 1 });
  });
});
