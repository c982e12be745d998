import { describe, expect, it } from 'vitest';
import { groupByNumbers } from '../../features/group_by_numbers.ts';
import { createRandom } from '../../kernels/random.ts';
import { pl } from '../../tables/polars.ts';

const LARGEST = 2 ** 31 - 1;

describe('groupByNumbers', () => {
  it('gives what grouping by the columns themselves gives, up to the largest numbers they may hold', () => {
    const random = createRandom(3);
    const pick = (values: readonly number[]): number[] =>
      Array.from({ length: 3000 }, () => values[Math.floor(random.uniform() * values.length)]);
    const frame = pl
      .DataFrame({
        owner: pick([0, 1, 2, LARGEST - 1, LARGEST]),
        market: pick([0, 1, LARGEST - 1, LARGEST]),
        outcome_index: pick([0, 1]),
        value: pick([1, 2, 3]),
      })
      .withColumns(
        pl.col('owner').cast(pl.UInt32),
        pl.col('market').cast(pl.UInt32),
        pl.col('outcome_index').cast(pl.UInt8),
      );
    const names = ['owner', 'market', 'outcome_index'] as const;
    const sum = pl.col('value').sum();
    const plain = frame.groupBy([...names]).agg(sum);
    const keyed = groupByNumbers(frame.lazy(), names, [sum]).collectSync();
    expect(keyed.columns).toEqual(plain.columns);
    expect(keyed.height).toBe(40);
    expect(keyed.sort([...names]).frameEqual(plain.sort([...names]))).toBe(true);
  });
});
