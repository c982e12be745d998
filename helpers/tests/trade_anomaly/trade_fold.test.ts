import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import { TradeFold } from '../../trade_anomaly/trade_fold.ts';
import { FACTS, quietTrades, START_MS, tradeOf } from './made_up_trades.ts';

/** Feeds trades of these sizes, a minute apart, and returns the features of the last. */
function lastOf(fold: TradeFold, sizes: readonly number[], marketId = 'M') {
  const features = sizes.map((contracts, i) =>
    fold.next(tradeOf({ contracts, marketId, tsMs: START_MS + i * MINUTE_MS }), FACTS),
  );
  return features[features.length - 1];
}

describe('features of a trade', () => {
  test('are what the trades before it give, by hand', () => {
    const found = lastOf(new TradeFold(), [10, 20, 30, 40, 50, 1000]);
    // Mean 30, deviation √250, median 30, MAD 10; 150 contracts before it.
    expect(found).toMatchObject({
      contracts: 1000,
      meanContracts: 30,
      volume24h: 150,
      openInterest: 1000,
      baseline: 'market',
    });
    expect(found.sizeZ).toBeCloseTo(970 / (Math.sqrt(250) + 1), 12);
    expect(found.robustZ).toBeCloseTo(970 / (14.826 + 1), 12);
    expect(found.hoursToClose).toBeCloseTo(240 - 5 / 60, 12);
  });

  test('a market without a baseline is measured against its category, then against all markets, and says so', () => {
    const fold = new TradeFold();
    expect(fold.next(tradeOf({ marketId: 'first' }), FACTS)).toMatchObject({ baseline: 'none', sizeZ: Number.NaN });
    lastOf(fold, [10, 20, 30, 40, 50], 'A');
    // The first trade of 10 belongs to the category, too.
    expect(fold.next(tradeOf({ marketId: 'new', contracts: 500 }), FACTS)).toMatchObject({
      baseline: 'category',
      meanContracts: 160 / 6,
    });
    const sports = { ...FACTS, category: 'sports' };
    expect(fold.next(tradeOf({ marketId: 'game', contracts: 500 }), sports).baseline).toBe('all');
  });

  test('never look ahead: those of a prefix are the same whatever follows', () => {
    const trades = quietTrades(3000, { venue: 'polymarket' });
    const featuresOf = (some: typeof trades) => {
      const fold = new TradeFold();
      return some.map((trade) => fold.next(trade, FACTS));
    };
    const whole = featuresOf([...trades, ...quietTrades(100, { seed: 2 }).map((t) => ({ ...t, contracts: 1e6 }))]);
    expect(whole.slice(0, 1500)).toEqual(featuresOf(trades.slice(0, 1500)));
  });

  test('a baseline holds the last three days, and the volume the last 24 hours', () => {
    const fold = new TradeFold();
    lastOf(fold, [100, 100, 100, 100, 100]);
    const later = (ms: number) => fold.next(tradeOf({ contracts: 1, tsMs: START_MS + ms }), FACTS);
    expect(later(23 * HOUR_MS)).toMatchObject({ volume24h: 500, baseline: 'market' });
    expect(later(DAY_MS + HOUR_MS)).toMatchObject({ volume24h: 1, baseline: 'market' });
    expect(later(3 * DAY_MS + HOUR_MS)).toMatchObject({ volume24h: 0, baseline: 'none' });
  });

  test('of a wallet: its profile before the day, its age, the bet against its own past, its share of the market', () => {
    const fold = new TradeFold(START_MS - 10 * DAY_MS);
    const bet = (contracts: number, ms: number) =>
      fold.next(tradeOf({ venue: 'polymarket', wallet: '0xa', contracts, tsMs: START_MS + ms }), FACTS).wallet;
    expect(bet(20, 0)).toEqual({
      walletTrades: 0,
      walletMeanUsd: Number.NaN,
      firstSeenHours: 0,
      ownZ: Number.NaN,
      marketShare: 1,
    });
    bet(40, HOUR_MS);
    // $10 and $20 so far; the day before had none.
    expect(bet(100, 2 * HOUR_MS)).toEqual({
      walletTrades: 0,
      walletMeanUsd: Number.NaN,
      firstSeenHours: 2,
      ownZ: (50 - 15) / (Math.sqrt(50) + 1),
      marketShare: 100 / 160,
    });
    expect(bet(100, DAY_MS)).toMatchObject({ walletTrades: 3, walletMeanUsd: 80 / 3, firstSeenHours: 24 });
  });

  test('the age of a wallet that may have been there before the beginning is not known, with a past it is', () => {
    const fold = new TradeFold();
    fold.next(tradeOf(), FACTS);
    const ageOf = (wallet: string, ms: number) =>
      fold.next(tradeOf({ wallet, tsMs: START_MS + ms }), FACTS).wallet?.firstSeenHours;
    const past = { firstMs: START_MS - DAY_MS, lastMs: START_MS, nTrades: 4, sumUsd: 40, sumOfSquaresUsd: 400 };
    fold.seedWallet('0xold', past);
    expect([ageOf('0xa', HOUR_MS), ageOf('0xa', 50 * HOUR_MS), ageOf('0xb', 50 * HOUR_MS), ageOf('0xold', 0)]).toEqual([
      Number.NaN,
      Number.NaN,
      0,
      24,
    ]);
  });

  test('a market that is seeded with the baseline of an earlier run has it until it has enough trades', () => {
    const before = new TradeFold();
    lastOf(before, [10, 20, 30, 40, 50]);
    const baseline = before.baselineOf('M');
    expect(baseline).toMatchObject({ mean: 30, median: 30, mad: 10, n: 5 });
    expect(before.baselineOf('other')).toBeNull();
    const fold = new TradeFold();
    if (baseline !== null) fold.seedMarket('M', baseline);
    const found = Array.from({ length: 6 }, (_, i) =>
      fold.next(tradeOf({ contracts: 5, tsMs: START_MS + HOUR_MS + i }), FACTS),
    );
    expect(found.map(({ baseline: kind, meanContracts }) => [kind, meanContracts])).toEqual([
      ...Array.from({ length: 5 }, () => ['market', 30]),
      ['market', 5],
    ]);
    // And what was traded in the 24 hours before the end of the earlier run still counts.
    expect(found[0].volume24h).toBe(150);
    expect(found[5].volume24h).toBe(175);
    expect(fold.next(tradeOf({ tsMs: START_MS + 30 * HOUR_MS }), FACTS).volume24h).toBe(0);
  });

  test('with a limit of ten markets the one that has been idle for longest is forgotten', () => {
    const fold = new TradeFold(null, { nMarkets: 10, nWallets: 10 });
    for (let m = 0; m < 11; m++) lastOf(fold, [1, 1, 1, 1, 1], `M${m}`);
    const known = Array.from({ length: 11 }, (_, m) => fold.baselineOf(`M${m}`) !== null);
    expect(known).toEqual([false, ...Array.from({ length: 10 }, () => true)]);
  });
});
