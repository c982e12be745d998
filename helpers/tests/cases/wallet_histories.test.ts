import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { marketFacts } from '../../cases/market_facts.ts';
import { replayWallets } from '../../cases/replay_wallets.ts';
import type { WalletHistory } from '../../cases/wallet_history.ts';
import { findMarkets } from '../../cases/wallet_markets.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { removeFolders, START_MS } from '../features/tables.ts';
import { AS_OF_MS, walletName, writeCaseData } from './case_data.ts';

afterAll(removeFolders);

describe('the histories of some wallets', () => {
  const wallets = [0, 1, 2].map(walletName);
  let dataDir: string;
  let histories: WalletHistory[];

  beforeAll(async () => {
    dataDir = await writeCaseData();
    const trades = openTable(dataDir, RAW_TRADES);
    const traded = await findMarkets(trades, wallets, AS_OF_MS);
    const ids = [...new Set(traded.flatMap(({ volumes }) => [...volumes.keys()]))];
    const facts = marketFacts(readTable(openTable(dataDir, MARKETS)), ids, AS_OF_MS);
    histories = await replayWallets(trades, wallets, traded, [...facts.values()], AS_OF_MS);
  });

  it('end with the profit that the profiles give each wallet', () => {
    const profiles = readTable(openTable(dataDir, WALLET_PROFILES));
    const profits = toNumbers(profiles, 'total_net_pnl');
    toTexts(profiles, 'wallet').forEach((wallet, row) => {
      const history = histories[wallets.indexOf(wallet!)];
      if (history === undefined) return;
      expect(history.profit.at(-1)!.totalUsd).toBeCloseTo(profits[row], 5);
      expect(history.markets.reduce((sum, { profitUsd }) => sum + profitUsd, 0)).toBeCloseTo(profits[row], 5);
    });
    expect(histories).toHaveLength(3);
  });

  it('begin with the first fill, end at the time of the profiles, and know a result only after it', () => {
    const [{ profit }] = histories;
    expect([profit[0].ms, profit.at(-1)!.ms]).toEqual([START_MS + 86_400_000, AS_OF_MS]);
    const realised = (day: number): number =>
      profit.filter(({ ms }) => ms < START_MS + day * 86_400_000).at(-1)!.realisedUsd;
    // 100 of 1,000 shares bought at .20 are sold at .40 on day 2; the rest pays a dollar each on day 5.
    expect([realised(2), realised(5)]).toEqual([0, expect.closeTo(20, 9)]);
    expect(profit.at(-1)!.realisedUsd).toBeCloseTo(20 + 900 * 0.8, 9);
  });

  it('list markets by money, and leave out what came later than the profiles', () => {
    expect(
      histories[0].markets.map(({ marketId, nFills, boughtUsd, soldUsd }) => [marketId, nFills, boughtUsd, soldUsd]),
    ).toEqual([
      ['hostile', 2, 200, 40],
      ['stays', 1, 30, 0],
    ]);
  });

  it('draw the price of the first outcome from all fills of the market, not only from their own', () => {
    const { prices, bets } = histories[0].timelines.find(({ marketId }) => marketId === 'stays')!;
    expect(bets).toMatchObject([{ isBuy: true, outcome: 1, usd: 30, nFills: 1 }]);
    expect(prices.length).toBeGreaterThan(100);
    expect(prices.find(({ ms }) => ms === START_MS + 3 * 86_400_000)?.price).toBeCloseTo(0.4, 9);
  });

  it('join bets that lie close together, and lose none', () => {
    const busy = histories[2];
    const bets = busy.timelines.flatMap((timeline) => timeline.bets);
    expect(bets.length).toBeLessThan(200);
    expect(bets.reduce((sum, { nFills }) => sum + nFills, 0)).toBe(300);
    const money = busy.markets.reduce((sum, { boughtUsd, soldUsd }) => sum + boughtUsd + soldUsd, 0);
    expect(bets.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(money, 6);
    for (const { prices } of busy.timelines) expect(prices.length).toBeLessThanOrEqual(400);
  });
});
