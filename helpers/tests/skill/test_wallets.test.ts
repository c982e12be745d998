import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS } from '../../run/clock.ts';
import { readBets } from '../../skill/read_bets.ts';
import { flagSkilled, testWallets } from '../../skill/test_wallets.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { createTestExecutors } from '../executors.ts';
import { type FillSpec, type MarketSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { type Bet, toWalletBets } from './wallet_bets.ts';

const executors = createTestExecutors();
const executor = executors[2];
afterAll(() => {
  for (const own of executors) own.close();
  removeFolders();
});

const repeat = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const bet = (price: number, isWon: boolean, shares = 1): Bet => ({ price, isWon, shares });

describe('the tests of a wallet', () => {
  it('have the p-values that are computed by hand', () => {
    const [wallet] = testWallets(toWalletBets([[bet(0.5, true), bet(0.5, true), bet(0.2, true, 10)]]), 1, executor);
    expect(wallet.accuracyP).toBeCloseTo(0.05, 14);
    expect(wallet.expectedWins).toBeCloseTo(1.2, 14);
    expect(wallet.gainUsd).toBeCloseTo(0.5 + 0.5 + 8, 14);
    // 100 of the first 10,000 draws pay as much, so there are no more.
    expect(wallet.nDraws).toBe(10_000);
    expect(Math.abs(wallet.moneyP - 0.05)).toBeLessThan(0.011);
    expect(wallet.p).toBe(2 * Math.min(wallet.accuracyP, wallet.moneyP));
  });

  it('weigh bets by shares in money: the one large bet of ten is won at .1', () => {
    const bets = [bet(0.1, true, 1000), ...repeat(9, () => bet(0.5, false))];
    const [wallet] = testWallets(toWalletBets([bets]), 1, executor);
    expect(Math.abs(wallet.moneyP - 0.1)).toBeLessThan(0.015);
    expect(wallet.accuracyP).toBeCloseTo(1 - 0.9 * 0.5 ** 9, 12);
  });

  it('draw a million times where few draws pay as much, and never say 0', () => {
    const [wallet] = testWallets(toWalletBets([repeat(60, () => bet(0.5, true))]), 1, executor);
    expect([wallet.nDraws, wallet.moneyP]).toEqual([1_000_000, 1 / 1_000_001]);
    expect(wallet.accuracyP).toBeCloseTo(2 ** -60, 30);
  });

  it('are the same on every engine and number of threads', () => {
    const random = createRandom(2);
    const wallets = repeat(20, () =>
      repeat(12, () => bet(0.1 + 0.8 * random.uniform(), random.uniform() < 0.5, 1 + random.integer(100))),
    );
    const [first, ...others] = executors.map((own) => testWallets(toWalletBets(wallets), 7, own));
    for (const tested of others) expect(tested).toEqual(first);
  });
});

/** Fills of one wallet in one market while a fair price of outcome 0 goes from .5 to its end, and the winner. */
type Strategy = (uniform: () => number) => {
  fills: { price: number; side: 'BUY' | 'SELL'; shares: number }[];
  winner: 0 | 1;
};

const buy = { price: 0.5, side: 'BUY' as const, shares: 10 };
/** From .5 a fair price reaches .25 before 1 in two of three cases; from .25 it wins in one of four. */
const FALLS = 2 / 3;
const WINS_AFTER_FALL = 1 / 4;

const STRATEGIES: Readonly<Record<string, Strategy>> = {
  'sells its losers and keeps the rest': (uniform) => {
    if (uniform() >= FALLS) return { fills: [buy], winner: 0 };
    const sold = { price: 0.25, side: 'SELL' as const, shares: 10 };
    return { fills: [buy, sold], winner: uniform() < WINS_AFTER_FALL ? 0 : 1 };
  },
  'buys three times more when the price falls': (uniform) => {
    if (uniform() >= FALLS) return { fills: [buy], winner: 0 };
    const more = { price: 0.25, side: 'BUY' as const, shares: 30 };
    return { fills: [buy, more], winner: uniform() < WINS_AFTER_FALL ? 0 : 1 };
  },
};

describe('where prices are right', () => {
  it.each(Object.entries(STRATEGIES))('a wallet that %s gets no smaller p-values than any other', async (_, trade) => {
    const [nWallets, nEvents] = [150, 40];
    const { uniform } = createRandom(11);
    const fills: FillSpec[] = [];
    const markets: MarketSpec[] = [];
    for (let i = 0; i < nWallets * nEvents; i++) {
      const { fills: own, winner } = trade(uniform);
      const id = `m${i}`;
      own.forEach((fill, k) => {
        fills.push({ ...fill, wallet: `w${i % nWallets}`, market: id, at: START_MS + k * 3_600_000 });
      });
      markets.push({ id, resolvedMs: START_MS + DAY_MS, winner });
    }
    const dataDir = writeTables(fills, markets);
    const trades = openTable(dataDir, RAW_TRADES);
    const source = { trades, markets: readTable(openTable(dataDir, MARKETS)), asOfMs: START_MS + 2 * DAY_MS };
    for await (const shard of readBets({ ...source, minEvents: 10 })) {
      const small = testWallets(shard, 1, executor).filter(({ p }) => p <= 0.05).length;
      // Three standard deviations above 5 % of 150. Judged by what is held in the end, or by mean prices, most would be small.
      expect(small).toBeLessThanOrEqual(0.05 * nWallets + 3 * Math.sqrt(0.05 * 0.95 * nWallets));
    }
  });
});

describe('flags', () => {
  it('are those of Benjamini and Hochberg', () => {
    const wallets = [20, 19, 10, 9].map((nWon) => repeat(20, (i) => bet(0.5, i < nWon)));
    const { flagged, nFlagged } = flagSkilled(testWallets(toWalletBets(wallets), 1, executor), 0.05);
    expect(nFlagged).toBe(2);
    expect(flagged.map(({ isFlagged }) => isFlagged)).toEqual([true, true, false, false]);
    expect(flagged[0].q).toBeCloseTo(2 * 2 ** -20 * 4, 12);
  });
});
