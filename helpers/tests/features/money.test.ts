/** Raw files through the real import to money: what rows state, what markets paid, and what open positions are worth. */
import { afterAll, expect, it } from 'vitest';
import { backtestMarkets, marketEncoder } from '../../profit/scored_fills.ts';
import { MARKETS } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { byWallet, importTexts, removeFolders, streamed } from './tables.ts';

afterAll(removeFolders);

const wallet = (digit: number): string => `0x${String(digit).repeat(40)}`;
const CONDITION = `0x${'a'.repeat(64)}`;
const [YES, NO] = ['7'.repeat(77), '8'.repeat(77)];

it('marks an open position at the last trade of either outcome, and tells its age', async () => {
  const header =
    'proxyWallet,side,asset,conditionId,size,price,timestamp,title,slug,outcome,outcomeIndex,transactionHash';
  const rows = [
    [wallet(1), 'BUY', YES, CONDITION, 1000, 0.5, 1700000000, 'Will it rain?', 'rain', 'Yes', 0, '0x01'],
    [wallet(2), 'BUY', NO, CONDITION, 1000, 0.97, 1710000000, 'Will it rain?', 'rain', 'No', 1, '0x02'],
  ];
  const asOfMs = Date.UTC(2024, 5, 1);
  const profiles = byWallet(await streamed(await importTexts({ 'trades.csv': [header, ...rows].join('\n') }), asOfMs));
  expect(profiles[wallet(1)]).toMatchObject({ total_net_pnl: -470, pnl_is_marked: true });
  expect(profiles[wallet(1)].mark_age_days).toBeCloseTo((asOfMs / 1000 - 1710000000) / 86_400, 9);
});

it('pays a share of a Kalshi market what the venue states, and nothing that is not known', async () => {
  const market = (ticker: string, result: string, settlement_value_dollars: string) => ({
    ticker,
    event_ticker: 'KXS',
    status: 'finalized',
    result,
    title: ticker,
    open_time: '2025-12-01T00:00:00Z',
    close_time: '2026-01-03T00:00:00Z',
    settlement_ts: '2026-01-03T06:00:00Z',
    settlement_value_dollars,
  });
  const markets = [
    market('KXS-1', 'scalar', '0.7200'),
    market('KXS-2', 'scalar', '0.2400'),
    market('KXS-3', 'no', '0.0000'),
    market('KXS-4', '', ''),
  ];
  const dataDir = await importTexts({ 'markets.json': JSON.stringify({ markets, cursor: '' }) });
  const table = readTable(openTable(dataDir, MARKETS)).sort('market_id');
  const book = marketEncoder();
  book.fit(table.select('market_id'));
  const { payouts, resolvedMs } = backtestMarkets(table, book);
  expect([...payouts]).toEqual([0.72, 0.24, 0, Number.NaN]);
  expect(resolvedMs[0]).toBe(Date.UTC(2026, 0, 3, 6));
});
