import { expect, it } from 'vitest';
import { type Entry, marketsOf, marketTable } from '../../import/market_table.ts';
import { NOTHING_KNOWN } from '../../venues/adapter.ts';

const LISTED: Entry = {
  venue: 'polymarket',
  source: 'gamma_markets',
  order: 'venue',
  row: {
    ...NOTHING_KNOWN,
    marketId: 'm',
    question: 'Will it rain?',
    tags: [],
    outcomes: ['Yes', 'No'],
    tokens: ['11', '22'],
  },
};

it('reads what fills said of a listed market from a table of an earlier version, which kept it as a row', () => {
  const earlier = JSON.stringify({
    gamma_markets: { order: 'venue', row: { marketId: 'm', question: 'Will it rain?' } },
    trades: { order: 'assumed', row: { marketId: 'm', eventId: 'rain-in-oslo' } },
  });
  const [{ told, claims }] = marketsOf(marketTable([LISTED], () => earlier));
  expect(told.map(({ source }) => source)).toEqual(['gamma_markets']);
  expect(claims.map(({ token, eventId }) => [token, eventId])).toEqual([
    ['11', 'rain-in-oslo'],
    ['22', 'rain-in-oslo'],
  ]);
});

it('has no claims of a listed market of which fills said nothing', () => {
  expect(marketsOf(marketTable([LISTED], () => null))[0].claims).toEqual([]);
});
