import { expect, test } from 'vitest';
import { RANK_OF_SOURCE } from '../../import/listed_markets.ts';
import { MARKETS } from '../../tables/schemas.ts';
import { ADAPTERS } from '../../venues/formats.ts';

const adapters = ADAPTERS.filter((adapter) => adapter.kind === 'markets');

test.each(adapters)(
  'rows of $format are trusted as much when they are loaded again as when they were read',
  (adapter) => {
    expect(RANK_OF_SOURCE.get(adapter.source)).toBe(adapter.rank);
  },
);

test('what trades alone tell of a market is trusted less than any file', () => {
  expect(RANK_OF_SOURCE.get('trades')).toBeGreaterThan(Math.max(...adapters.map(({ rank }) => rank)));
});

test('the dictionary of 10_markets names every source', () => {
  const told = MARKETS.columns.find(({ name }) => name === 'source')!.unit.split(' | ');
  expect(told.sort()).toEqual([...RANK_OF_SOURCE.keys()].sort());
});
