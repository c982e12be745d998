import { afterAll, describe, expect, test } from 'vitest';
import { countDraws, planDraws, type Stakes } from '../../../kernels/outcomes/outcome_draws.ts';
import { createRandom } from '../../../kernels/random.ts';
import { createTestExecutors } from '../../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

/** Bets of wallets as [price, shares, won]. */
function stakes(...wallets: (readonly (readonly [number, number, number])[])[]): Stakes {
  const rows = wallets.flat();
  const starts = new Uint32Array(wallets.length + 1);
  wallets.forEach((own, i) => {
    starts[i + 1] = starts[i] + own.length;
  });
  return {
    starts,
    price: Float64Array.from(rows, ([price]) => price),
    shares: Float64Array.from(rows, ([, shares]) => shares),
    isWon: Uint8Array.from(rows, ([, , isWon]) => isWon),
  };
}

const N = 100_000;
/** Five standard deviations of a share of N draws. */
const near = (share: number): number => 5 * Math.sqrt((share * (1 - share)) / N);

describe('drawn outcomes', () => {
  test.each([
    [
      'two fair bets, both won',
      [
        [0.5, 1, 1],
        [0.5, 1, 1],
      ],
      1 / 4,
    ],
    [
      'two fair bets, one won',
      [
        [0.5, 1, 1],
        [0.5, 1, 0],
      ],
      3 / 4,
    ],
    [
      'a large bet won at .2, a small one lost',
      [
        [0.2, 100, 1],
        [0.5, 1, 0],
      ],
      0.2,
    ],
    [
      'a small bet won, a large one at .2 lost',
      [
        [0.2, 100, 0],
        [0.5, 1, 1],
      ],
      1 - 0.8 * 0.5,
    ],
    [
      'shares .1 + .2 won against .3 lost: either is as good',
      [
        [0.5, 0.1, 1],
        [0.5, 0.2, 1],
        [0.5, 0.3, 0],
      ],
      5 / 8,
    ],
    ['a sure thing won', [[1, 1, 1]], 1],
  ] as const)('pay as much as %s with the probability computed by hand', (_, bets, share) => {
    for (const executor of executors) {
      const [count] = countDraws(executor, planDraws(stakes(bets)), Uint32Array.of(5), N, 1);
      expect(Math.abs(count / N - share)).toBeLessThanOrEqual(near(share));
    }
  });

  test('are the same on every engine and number of threads, and depend on the key of a wallet, not on its place', () => {
    const random = createRandom(3);
    const wallet = (): [number, number, number][] =>
      Array.from({ length: 1 + random.integer(40) }, () => [
        random.uniform(),
        1 + 1000 * random.uniform(),
        random.uniform() < 0.5 ? 1 : 0,
      ]);
    const wallets = Array.from({ length: 50 }, wallet);
    const keys = Uint32Array.from(wallets, () => random.uint32());
    const [first, ...others] = executors.map((executor) =>
      countDraws(executor, planDraws(stakes(...wallets)), keys, 2000, 9),
    );
    for (const counts of others) expect(counts).toEqual(first);
    const reversed = countDraws(executors[1], planDraws(stakes(...wallets.toReversed())), keys.toReversed(), 2000, 9);
    expect(reversed.toReversed()).toEqual(first);
    expect(countDraws(executors[1], planDraws(stakes(...wallets)), keys, 2000, 10)).not.toEqual(first);
  });
});
