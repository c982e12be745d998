import { describe, expect, it } from 'vitest';
import { numberMarkets } from '../../features/wallets/market_numbers.ts';
import { MarketVolumes } from '../../features/wallets/market_volumes.ts';
import { marketColumns, numberFills } from '../../features/wallets/number_fills.ts';
import { outcomeValues } from '../../features/wallets/position_values.ts';
import { mergeProfiles } from '../../features/wallets/profile_merge.ts';
import { FillSummer } from '../../features/wallets/sum_fills.ts';
import { WalletNumbers } from '../../features/wallets/wallet_numbers.ts';
import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';
import { EarlyFillCollector, type EarlyWindow, earlyProfiles } from '../../supervised/early_profiles.ts';

const START_MS = Date.UTC(2026, 0, 1);

/** 300 seeded fills of 12 wallets in 5 markets over 10 days, in the order of time. */
function fills(seed: number, n = 300, fromMs = START_MS): DataFrame {
  const random = createRandom(seed);
  const times = Array.from({ length: n }, () => fromMs + random.integer(10 * DAY_MS)).sort((a, b) => a - b);
  const rows = times.map((ts) => ({
    ts_ms: ts,
    market_id: `m${random.integer(5)}`,
    outcome_index: random.integer(2),
    wallet: `w${random.integer(12)}`,
    role: random.integer(2) === 0 ? 'maker' : 'taker',
    side: random.integer(3) === 0 ? 'SELL' : 'BUY',
    price: (1 + random.integer(98)) / 100,
    shares: 1 + random.integer(500),
    amount_usd: 1 + random.integer(2000),
  }));
  return pl
    .DataFrame(rows)
    .withColumns(
      pl.col('ts_ms').cast(pl.Int64),
      pl.col('outcome_index').cast(pl.UInt8),
      pl.col('shares').cast(pl.Float64),
    );
}

const markets = pl
  .DataFrame({
    market_id: ['m0', 'm1', 'm2', 'm3', 'm4'],
    domain: ['sports', 'crypto', 'politics', 'other', 'sports'],
    created_ms: new Array(5).fill(START_MS - DAY_MS),
    resolved_ms: [1, 3, 5, 7, 9].map((day) => START_MS + day * DAY_MS),
    winner_index: [0, 1, 0, 1, 0],
    venue: new Array(5).fill('polymarket'),
    is_void: new Array(5).fill(false),
    settlement_value: new Array(5).fill(null),
  })
  .withColumns(
    pl.col('created_ms').cast(pl.Int64),
    pl.col('resolved_ms').cast(pl.Int64),
    pl.col('winner_index').cast(pl.UInt8),
  );

const text = (frame: DataFrame): string =>
  JSON.stringify(frame.toRecords(), (_, v) => (typeof v === 'bigint' ? String(v) : v));

/** What is collected when the rows come in `nBatches` of about equal size. */
async function collect(trades: DataFrame, window: EarlyWindow, timestamps: readonly number[], nBatches = 1) {
  const collector = new EarlyFillCollector(window, timestamps, markets);
  const size = Math.ceil(trades.height / nBatches);
  for (let from = 0; from < trades.height; from += size) await collector.add(trades.slice(from, size));
  return collector.finish();
}

/** Time, wallet and amount of the fills that are kept. */
async function firstFills(trades: DataFrame, window: EarlyWindow, nBatches = 1): Promise<unknown[][]> {
  const { fills, wallets } = await collect(trades, window, [], nBatches);
  const names = wallets.namesOf(fills.walletCode).toArray();
  return Array.from(fills.ms, (ms, row) => [ms, names[row], fills.usd[row]]);
}

const early = async (trades: DataFrame, ofMarkets: DataFrame, asOfMs: number, window: EarlyWindow, nBatches = 1) =>
  earlyProfiles(await collect(trades, window, [asOfMs], nBatches), ofMarkets, asOfMs);

describe('EarlyFillCollector', () => {
  const trades = fills(1);

  const told = (rows: readonly Record<string, unknown>[]) =>
    rows.map((row) => [Number(row.ts_ms), row.wallet, 1e6 * Number(row.amount_usd)]);

  it('keeps the first n fills of every wallet, as a walk through the rows does', async () => {
    const seen = new Map<string, number>();
    const expected = trades.toRecords().filter((row) => {
      const nth = (seen.get(String(row.wallet)) ?? 0) + 1;
      seen.set(String(row.wallet), nth);
      return nth <= 4;
    });
    expect(await firstFills(trades, { nFills: 4, hours: null })).toEqual(told(expected));
  });

  it('keeps the first day alone when asked for 24 hours', async () => {
    const begin = new Map<string, number>();
    for (const row of trades.toRecords())
      if (!begin.has(String(row.wallet))) begin.set(String(row.wallet), Number(row.ts_ms));
    const kept = await firstFills(trades, { nFills: 1000, hours: 24 });
    const expected = trades.toRecords().filter((row) => Number(row.ts_ms) - begin.get(String(row.wallet))! <= DAY_MS);
    expect(kept).toEqual(told(expected));
    expect(kept.length).toBeLessThan(trades.height);
  });

  it.each([2, 7, 60])('keeps the same fills when they come in %i batches', async (nBatches) => {
    for (const hours of [null, 24])
      expect(await firstFills(trades, { nFills: 4, hours }, nBatches)).toEqual(
        await firstFills(trades, { nFills: 4, hours }),
      );
  });

  it('knows the marks of several timestamps at once, whatever the batches', async () => {
    const timestamps = [2, 5, 8].map((day) => START_MS + day * DAY_MS);
    const whole = await collect(trades, { nFills: 4, hours: null }, timestamps);
    const cut = await collect(trades, { nFills: 4, hours: null }, timestamps, 40);
    for (const at of timestamps) {
      const past = trades.toRecords().filter((row) => Number(row.ts_ms) < at);
      // Seeded times are all different: the last trade of a market is one row.
      const expected = [...new Map(past.map((row) => [String(row.market_id), row]))]
        .map(([market_id, { outcome_index, price, ts_ms }]) => ({
          price_0: Number(outcome_index) === 0 ? Number(price) : 1 - Number(price),
          mark_ms: Number(ts_ms),
          market: Number(market_id.slice(1)),
        }))
        .sort((a, b) => a.market - b.market);
      expect(whole.marks.get(at)!.toRecords()).toEqual(expected);
      expect(cut.marks.get(at)!.toRecords()).toEqual(expected);
    }
  });
});

describe('fills that name no wallet', () => {
  const trades = fills(5).withColumns(pl.lit(null).cast(pl.Utf8).alias('wallet'));
  const asOfMs = START_MS + 6 * DAY_MS;

  it('are not kept, but their prices are, and nobody gets a profile', async () => {
    const collected = await collect(trades, { nFills: 4, hours: null }, [asOfMs], 3);
    expect(collected.fills.ms.length).toBe(0);
    expect(collected.marks.get(asOfMs)!.height).toBe(5);
    const profiles = await earlyProfiles(collected, markets, asOfMs);
    expect(profiles.height).toBe(0);
    expect(profiles.columns).toEqual((await early(fills(5), markets, asOfMs, { nFills: 4, hours: null })).columns);
  });
});

describe('earlyProfiles', () => {
  const trades = fills(2);
  const asOfMs = START_MS + 6 * DAY_MS;
  const window = { nFills: 5, hours: null };

  it('does not change when fills at or after T are added, nor when markets resolve at or after T', async () => {
    const later = fills(3, 200, asOfMs);
    const past = trades.filter(pl.col('ts_ms').lt(pl.lit(asOfMs).cast(pl.Int64)));
    const flipped = markets.withColumns(
      pl
        .when(pl.col('resolved_ms').ltEq(pl.lit(asOfMs).cast(pl.Int64)))
        .then(pl.col('winner_index'))
        .otherwise(pl.lit(1).cast(pl.UInt8).minus(pl.col('winner_index')))
        .alias('winner_index'),
    );
    expect(text(await early(pl.concat([past, later]), flipped, asOfMs, window, 3))).toBe(
      text(await early(past, markets, asOfMs, window)),
    );
  });

  it('sees no more than the asked number of fills of any wallet', async () => {
    const profiles = await early(trades, markets, asOfMs, window);
    const counts = profiles.getColumn('n_fills').toArray().map(Number);
    expect(Math.max(...counts)).toBe(5);
  });

  it('is the profile of all fills when the window holds them all, but for the share of market volume', async () => {
    const [numbers, wallets] = [numberMarkets(markets), new WalletNumbers()];
    const past = trades.filter(pl.col('ts_ms').lt(pl.lit(asOfMs).cast(pl.Int64)));
    const { columns, nWallets } = await numberFills(past.lazy(), numbers, wallets);
    const summer = new FillSummer(marketColumns(markets), new MarketVolumes(numbers.height));
    summer.add(columns, nWallets);
    const sums = summer.result(wallets, 1);
    const whole = mergeProfiles(
      [sums.ofShard(0)],
      outcomeValues(markets, [sums.marks], asOfMs),
      Number(trades.getColumn('ts_ms').min()),
      asOfMs,
    ).sort('wallet');
    const first = await early(trades, markets, asOfMs, { nFills: 10_000, hours: null });
    const drop = (frame: DataFrame): DataFrame => frame.drop('max_bet_vs_market_volume_pct');
    expect(text(drop(first))).toBe(text(drop(whole)));
  });
});
