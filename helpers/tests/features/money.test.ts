/** Raw files through the real import to money: what rows state, what markets paid, and what open positions are worth. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { backtestMarkets, marketEncoder } from '../../profit/scored_fills.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { byWallet, importPaths, importTexts, newFolder, removeFolders, streamed } from './tables.ts';

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

/** A market of the two tokens, resolved for Yes on 2026-01-05. */
const GAMMA = JSON.stringify([
  {
    id: '8541379',
    question: 'Will it rain?',
    conditionId: CONDITION,
    outcomes: '["Yes", "No"]',
    outcomePrices: '["1", "0"]',
    clobTokenIds: JSON.stringify([YES, NO]),
    closed: true,
    closedTime: '2026-01-05 00:00:00+00',
  },
]);
const activity = (digit: number, side: string, size: number, price: number, usdcSize: number | undefined) => ({
  proxyWallet: wallet(digit),
  side,
  asset: YES,
  conditionId: CONDITION,
  size,
  price,
  timestamp: 1767225600 + digit,
  outcome: 'Yes',
  outcomeIndex: 0,
  transactionHash: `0x0${digit}`,
  type: 'TRADE',
  ...(usdcSize === undefined ? {} : { usdcSize }),
});
const tradesOf = (dataDir: string) => readTable(openTable(dataDir, RAW_TRADES));

it('takes the cash that a row states before size × price', async () => {
  const rows = [
    activity(1, 'BUY', 11.988288, 0.83, 9.999996),
    { ...activity(1, '', 11.988288, 0, 11.988288), type: 'REDEEM', asset: '', outcomeIndex: 999, outcome: '' },
    activity(2, 'SELL', 20, 0.8, 15.9),
    activity(3, 'BUY', 10, 0.5, undefined),
  ];
  const dataDir = await importTexts({ 'activity.json': JSON.stringify(rows), 'markets.json': GAMMA });
  expect([...toNumbers(tradesOf(dataDir), 'amount_usd')]).toEqual([9.999996, 15.9, 5]);
  const profiles = byWallet(await streamed(dataDir, Date.UTC(2026, 0, 9)));
  const profits = [1, 2, 3].map((digit) => profiles[wallet(digit)].total_net_pnl);
  expect(profits).toEqual([1.988292, -4.1, 5]);
});

it.each([
  ['first', ['trades', 'activity']],
  ['last', ['activity', 'trades']],
])('counts a fill once that two feeds give, when the one that states no cash comes %s', async (_, order) => {
  const dataDir = newFolder();
  const feeds = { trades: undefined, activity: 9.999996 };
  for (const name of order) {
    const path = join(dataDir, `${name}.json`);
    writeFileSync(path, JSON.stringify([activity(1, 'BUY', 11.988288, 0.83, feeds[name as keyof typeof feeds])]));
    await importPaths(dataDir, [path]);
  }
  expect(tradesOf(dataDir).height).toBe(1);
});

it('takes a fee of the V1 contracts for shares where they were bought, of later contracts for cash, and of no profit', async () => {
  const header =
    'block_number,transaction_hash,log_index,maker,taker,maker_asset_id,taker_asset_id,maker_amount,taker_amount,fee,_contract,timestamp';
  const [v1, v2] = ['0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e', '0xE111180000d2663C0091e4f400237545B87B996B'];
  const bought = (index: number, taker: string, contract: string): string =>
    `100,0x3e,${index},${wallet(index)},${taker},0,${YES},5000000,7575758,85000,${contract},2026-06-01T00:00:00Z`;
  const sold = `100,0x3e,5,${wallet(5)},${v2},${YES},0,7570000,4920500,86100,,2026-06-01T00:00:00Z`;
  const rows = [bought(1, v2, ''), bought(2, v1, ''), bought(3, wallet(9), 'V2'), bought(4, wallet(9), ''), sold];
  const dataDir = await importTexts({ 'trades.csv': `${[header, ...rows].join('\n')}\n`, 'markets.json': GAMMA });
  const trades = tradesOf(dataDir);
  const fees = new Map(toTexts(trades, 'wallet').map((own, i) => [own, toNumbers(trades, 'fee_usd')[i]]));
  // 85,000 of a share of .66 USD are .0561 USD.
  expect([1, 2, 3, 4, 5].map((digit) => fees.get(wallet(digit)))).toEqual([0.085, 0.0561, 0.085, 0.0561, 0.0861]);
  const profiles = byWallet(await streamed(dataDir, Date.UTC(2026, 6, 1)));
  for (const digit of [1, 2]) expect(profiles[wallet(digit)].total_net_pnl).toBeCloseTo(7.575758 - 5, 9);
});
