import { afterAll, describe, expect, test } from 'vitest';
import { createExecutor } from '../../parallel/executor.ts';
import { DAY_MS } from '../../run/clock.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { foldTrades } from '../../trade_anomaly/table_trades.ts';
import type { Trade } from '../../trade_anomaly/trade.ts';
import { type TradeFeatures, TradeFold } from '../../trade_anomaly/trade_fold.ts';
import { tradeModel } from '../../trade_anomaly/trade_model.ts';
import { trainTradeModel } from '../../trade_anomaly/train_model.ts';
import { type FillSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { quietTrades } from './made_up_trades.ts';

afterAll(removeFolders);

const CLOSE_MS = START_MS + 20 * DAY_MS;

function sourceOf(dataDir: string, venue: Trade['venue'], fromMs: number, untilMs: number) {
  const [trades, markets] = [openTable(dataDir, RAW_TRADES), readTable(openTable(dataDir, MARKETS))];
  return { trades, markets, venue, fromMs, untilMs };
}

/** Fills of quiet trades in the markets M0.. of two subjects. */
function written(venue: Trade['venue'], more: readonly FillSpec[] = []) {
  const trades = quietTrades(6000, { venue });
  const fills = trades.map(({ tsMs, marketId, outcome, price, contracts, wallet }) => ({
    at: tsMs,
    market: marketId,
    outcome,
    price,
    shares: contracts,
    wallet,
    venue,
  }));
  const markets = Array.from({ length: 20 }, (_, i) => ({
    id: `M${i}`,
    domain: i % 2 === 0 ? 'politics' : 'sports',
    closeMs: CLOSE_MS,
    venue,
  }));
  return { dataDir: writeTables([...fills, ...more], markets), trades };
}

async function featuresOf(source: Parameters<typeof foldTrades>[0]): Promise<TradeFeatures[]> {
  const all: TradeFeatures[] = [];
  await foldTrades(source, (features) => all.push(features));
  return all;
}

describe('trades of the tables', () => {
  test('have the features that the fold of a stream gives the same trades', async () => {
    const { dataDir, trades } = written('kalshi');
    const found = await featuresOf(sourceOf(dataDir, 'kalshi', START_MS, START_MS + 3 * DAY_MS));
    const fold = new TradeFold();
    const streamed = trades.map((trade) => {
      const category = Number(trade.marketId.slice(1)) % 2 === 0 ? 'politics' : 'sports';
      return fold.next(trade, { category, closeMs: CLOSE_MS, openInterest: null });
    });
    expect(found).toEqual(streamed);
  });

  test('of one venue are none of the other, and what makers did is no trade', async () => {
    const { dataDir } = written('kalshi', [
      { at: START_MS + 5, market: 'P', wallet: 'a', role: 'maker' },
      { at: START_MS + 6, market: 'P', wallet: 'b', role: 'taker' },
    ]);
    expect(await featuresOf(sourceOf(dataDir, 'polymarket', START_MS, START_MS + DAY_MS))).toHaveLength(1);
  });

  test('a sale takes the other side, and open interest is what was bought and not sold before the millisecond', async () => {
    const at = (ms: number) => START_MS + DAY_MS + ms;
    const dataDir = writeTables([
      // A day before: 30 contracts come to be, $9 and $21 of them.
      { at: START_MS, wallet: 'a', shares: 30, price: 0.3 },
      { at: START_MS, wallet: 'b', shares: 30, price: 0.7, outcome: 1, role: 'maker' },
      { at: at(0), wallet: 'a', shares: 10, price: 0.4, side: 'SELL' },
      { at: at(0), wallet: 'c', shares: 10, price: 0.4, role: 'maker' },
      { at: at(9), wallet: 'b', shares: 6, price: 0.5, outcome: 1, side: 'SELL' },
      { at: at(9), wallet: 'c', shares: 6, price: 0.5, side: 'SELL', role: 'maker' },
      { at: at(10), wallet: 'd', shares: 1, price: 0.5 },
    ]);
    const found = await featuresOf(sourceOf(dataDir, 'polymarket', START_MS + DAY_MS, START_MS + 2 * DAY_MS));
    expect(found.map(({ price, openInterest }) => [price, openInterest])).toEqual([
      [0.6, 30],
      [0.5, 30],
      [0.5, 24],
    ]);
    // Its trade of the day before; the beginning of the tape may have cut its age off.
    expect(found[0].wallet).toMatchObject({ walletTrades: 1, walletMeanUsd: 9, firstSeenHours: Number.NaN });
  });
});

describe('training', () => {
  const executor = createExecutor();
  const options = { seed: 1, fdr: 0.1, budget: 20, executor };

  test('learns from two of three days, calibrates with the third, and finds a whale in it', async () => {
    const whale = { at: START_MS + 2.9 * DAY_MS, market: 'M4', wallet: '0xw', shares: 50_000, price: 0.3 };
    const { dataDir } = written('polymarket', [whale]);
    const trained = await trainTradeModel({
      ...sourceOf(dataDir, 'polymarket', START_MS, START_MS + 3 * DAY_MS),
      ...options,
    });
    if ('reason' in trained) throw new Error(trained.reason);
    const { facts, parts } = trained;
    expect(facts).toMatchObject({ nTraining: 4000, nSampled: 4000, nCalibration: 2001, tradesPerDay: 2001 });
    expect(facts.byCategory.politics + facts.byCategory.sports).toBe(4000);
    // A forest sees how far out a trade lies only up to the largest that it has learnt from.
    const found = facts.most.find(({ contracts }) => contracts === 50_000);
    expect(found).toMatchObject({ marketId: 'M4', baseline: 'market' });
    expect(found?.p).toBeLessThan(0.006);
    expect(facts.nAboveThreshold).toBeGreaterThan(0);
    expect(parts.categories).toEqual(['politics', 'sports', 'other']);
    expect(tradeModel(parts).columns).toHaveLength(16);
    expect(Object.entries(parts.categoryBaselines).map(([name, { n }]) => [name, n])).toEqual([
      ['politics', 512],
      ['sports', 512],
    ]);
    const again = await trainTradeModel({
      ...sourceOf(dataDir, 'polymarket', START_MS, START_MS + 3 * DAY_MS),
      ...options,
    });
    expect(again).toEqual(trained);
  });

  test('says how many trades there are when they are too few', async () => {
    const dataDir = writeTables(Array.from({ length: 150 }, (_, i) => ({ at: START_MS + i })));
    const found = await trainTradeModel({
      ...sourceOf(dataDir, 'polymarket', START_MS, START_MS + 3 * DAY_MS),
      ...options,
    });
    expect(found).toEqual({
      kind: 'skipped',
      reason:
        '150 trades of polymarket to learn from and 0 later ones to calibrate with are too few (at least 100 each)',
    });
  });
});
