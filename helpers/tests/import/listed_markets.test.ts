import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ListedMarkets, RANK_OF_SOURCE } from '../../import/listed_markets.ts';
import { marketsOf, marketTable, writeEvidence } from '../../import/market_table.ts';
import { MARKETS } from '../../tables/schemas.ts';
import { type MarketRow, NOTHING_KNOWN } from '../../venues/adapter.ts';
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

const pairOf = (...words: [string, string]) =>
  fc.constantFrom<readonly [string, string] | null>(words, [words[1], words[0]], [words[0], 'other'], null);
const snapshots = fc.record({
  outcomes: pairOf('Yes', 'No'),
  tokens: pairOf('11', '22'),
  question: fc.constantFrom(null, 'Will it rain?', 'Will it rain today?', 'Rain?'),
  slug: fc.constantFrom(null, 'rain', 'rain-today'),
  lifetimeVolumeUsd: fc.constantFrom(null, 1, 2),
  winnerIndex: fc.constantFrom<0 | 1 | null>(null, 0, 1),
  source: fc.constantFrom('gamma_markets', 'clob_markets'),
});

type Snapshot = typeof snapshots extends fc.Arbitrary<infer T> ? T : never;

function listed(told: readonly Snapshot[]): MarketRow {
  const markets = new ListedMarkets();
  for (const { source, ...row } of told)
    markets.addRow({ ...NOTHING_KNOWN, tags: [], marketId: 'm', ...row }, { venue: 'polymarket', source });
  return markets.get('m')!.row;
}

test('a market is the same whatever the order of its snapshots, three and more, also where they give its outcomes in other orders', () => {
  fc.assert(
    fc.property(fc.array(snapshots, { minLength: 1, maxLength: 6 }), fc.nat(), (told, seed) => {
      const shuffled = [...told].sort(
        (a, b) => ((told.indexOf(a) * 7919 + seed) % 13) - ((told.indexOf(b) * 7919 + seed) % 13),
      );
      expect(listed(shuffled)).toEqual(listed(told));
      expect(listed([...told].reverse())).toEqual(listed(told));
    }),
    { numRuns: 500 },
  );
});

test('a market is the same when its snapshots come in two imports', () => {
  fc.assert(
    fc.property(fc.array(snapshots, { minLength: 2, maxLength: 5 }), fc.nat(4), (told, cut) => {
      const first = new ListedMarkets();
      const add = (markets: ListedMarkets, some: readonly Snapshot[]): void => {
        for (const { source, ...row } of some)
          markets.addRow({ ...NOTHING_KNOWN, tags: [], marketId: 'm', ...row }, { venue: 'polymarket', source });
      };
      add(first, told.slice(0, cut));
      const second = new ListedMarkets();
      const kept = first.get('m');
      if (kept !== undefined) {
        const table = marketTable([kept], (entry) => writeEvidence(entry, first.rowsOf('m'), []));
        for (const { source, row } of marketsOf(table)[0].told) second.addRow(row, { venue: 'polymarket', source });
      }
      add(second, told.slice(cut));
      expect(second.get('m')!.row).toEqual(listed(told));
    }),
    { numRuns: 500 },
  );
});
