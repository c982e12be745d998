import { afterAll, expect, it } from 'vitest';
import { DAY_MS } from '../../run/clock.ts';
import { countAnonymousFills } from '../../tables/anonymous_fills.ts';
import { formatAnonymousFills } from '../../tables/anonymous_fills_report.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { type FillSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

const KALSHI = { market: 'k', venue: 'kalshi', wallet: null } as const;

function linesOf(fills: readonly FillSpec[]): string[] {
  const markets = fills.includes(KALSHI) ? [{ id: KALSHI.market, venue: KALSHI.venue }] : [];
  const dataDir = writeTables(fills, markets);
  const trades = openTable(dataDir, RAW_TRADES);
  return formatAnonymousFills(
    countAnonymousFills(trades, readTable(openTable(dataDir, MARKETS))),
    trades.manifest.rows,
  );
}

it('counts fills without a wallet over all days', () => {
  expect(linesOf([KALSHI, { ...KALSHI, at: START_MS + DAY_MS }])).toEqual([
    'Kalshi publishes no wallets: 2 of 2 fills have none; they count for markets, not for profiles.',
  ]);
});

it('tells them from the fills of another venue on the same day', () => {
  expect(linesOf([{}, KALSHI, { wallet: 'b' }])).toEqual([
    'Kalshi publishes no wallets: 1 of 3 fills have none; they count for markets, not for profiles.',
  ]);
});

it('has nothing to say where every fill names its wallet', () => {
  expect(linesOf([{}, { wallet: 'b' }])).toEqual([]);
});
