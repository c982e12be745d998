import { afterAll, describe, expect, it } from 'vitest';
import { collectEvidence } from '../../red_flags/collect_evidence.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { type FillSpec, type MarketSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

const day = (days: number, hours = 0): number => START_MS + days * DAY_MS + hours * HOUR_MS;

/** Another wallet's fill that sets the price of market m. */
function tick(at: number, price: number, more: FillSpec = {}): FillSpec {
  return { wallet: 'ticker', at, price, shares: 100, ...more };
}

/**
 * `insider` bets $20 in market n on day 10, then buys outcome 0 of m on day 40 for $60 at .30 (200 shares) and twelve hours
 * later for $40 at .40 (100 shares), $25 of outcome 1 at .50, and sells 30 shares on day 43. m resolves for outcome 0 on day 44.
 */
const FILLS: readonly FillSpec[] = [
  tick(day(0), 0.3),
  { wallet: 'insider', at: day(10), market: 'n', price: 0.5, shares: 40 },
  tick(day(39), 0.3),
  { wallet: 'insider', at: day(40), price: 0.3, shares: 200 },
  tick(day(40, 0.5), 0.35),
  { wallet: 'insider', at: day(40, 12), price: 0.4, shares: 100 },
  { wallet: 'insider', at: day(40, 12), outcome: 1, price: 0.5, shares: 50 },
  // The other outcome at .45 is outcome 0 at .55.
  tick(day(40, 20), 0.45, { outcome: 1 }),
  tick(day(42), 0.7),
  { wallet: 'insider', at: day(43), side: 'SELL', price: 0.8, shares: 30 },
  { wallet: 'follower', at: day(43, 1), price: 0.9, shares: 10 },
];

const MARKETS_KNOWN = [{ id: 'm', winner: 0 as const, resolvedMs: day(44) }, { id: 'n' }];

async function evidenceOf(
  asOfMs: number,
  fills = FILLS,
  more: { batchRows?: number; shardFills?: number; stakesFromMs?: number } = {},
  known: readonly MarketSpec[] = MARKETS_KNOWN,
) {
  const dataDir = writeTables(fills, known);
  const trades = openTable(dataDir, RAW_TRADES);
  const markets = readTable(openTable(dataDir, MARKETS));
  return collectEvidence({ trades, markets, asOfMs, log: createLog({ quiet: true }), ...more });
}

async function rowOf(wallet: string, asOfMs: number, fills = FILLS): Promise<Record<string, number | string | null>> {
  const { frame } = await evidenceOf(asOfMs, fills);
  return (frame.toRecords() as Record<string, number | string | null>[]).find((row) => row.wallet === wallet)!;
}

describe('evidence', () => {
  it('of one stake is what its definitions say', async () => {
    const row = await rowOf('insider', day(45));
    const paid = 100 / 300;
    const expected: Record<string, number> = {
      outcome_index: 0,
      stake_usd: 100,
      entry_price: paid,
      age_at_stake_days: 30,
      idle_before_days: 30,
      // $20 in n; 60 + 40 + 25 + 24 in m.
      market_share_pct: (100 * 149) / 169,
      stake_vs_past_pct: (100 * 100) / 120,
      // Two ticks of $30 before it.
      stake_vs_volume_pct: (100 * 100) / 160,
      // −60 − 40 − 25 + 24 and 270 shares that paid 1.
      market_profit_usd: 169,
      excess_price: 1 - paid,
      // After an hour .35; an hour after the second purchase its own mean price there: 100 at .40, and 50 of the other at .50.
      markout_1h: (60 * (0.35 - 0.3) + 40 * ((100 * 0.4 + 50 * 0.5) / 150 - 0.4)) / 100,
      // A day after each the last trade is the tick of the other outcome.
      markout_24h: (60 * (0.55 - 0.3) + 40 * (0.55 - 0.4)) / 100,
      // The mean purchase is 40 % of twelve hours after the first.
      hours_to_resolution: 4 * 24 - 0.4 * 12,
      // Half of the way from 1/3 to 1 is 2/3: on day 42, at .70.
      hours_to_move: 48,
      // It sold 30 of 300 shares a day after the move.
      kept_pct: 100,
      hedge_pct: 20,
      n_twins: 0,
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, row[name]]).toEqual([name, expect.closeTo(value, 9)]);
    expect([row.market_id, row.taker_pct]).toEqual(['m', null]);
  });

  it('knows nothing of what comes at T or later', async () => {
    const row = await rowOf('insider', day(40, 12.5));
    expect([row.excess_price, row.hours_to_resolution, row.hours_to_move, row.markout_24h]).toEqual(
      Array(4).fill(null),
    );
    // Only the first purchase is an hour old.
    expect(row.markout_1h).toBeCloseTo(0.05, 9);
    // Shares held are worth the last price: the mean by shares of its own two fills, .4333 of outcome 0.
    const price = (100 * 0.4 + 50 * 0.5) / 150;
    expect(row.market_profit_usd).toBeCloseTo(-125 + 300 * price + 50 * (1 - price), 9);
  });

  it('is of the largest stake that was bought into from a moment on, with all that was bought of it before', async () => {
    const later: FillSpec = { wallet: 'insider', at: day(43, 2), market: 'n', price: 0.5, shares: 20 };
    const { frame } = await evidenceOf(day(45), [...FILLS, later], { stakesFromMs: day(43) });
    const rows = frame.select('wallet', 'market_id', 'stake_usd').toRecords();
    expect(rows).toEqual([
      { wallet: 'follower', market_id: 'm', stake_usd: 9 },
      { wallet: 'insider', market_id: 'n', stake_usd: 30 },
    ]);
  });

  it('counts what was sold before the price moved, or at all where it never did', async () => {
    const early: FillSpec = { wallet: 'insider', at: day(41), side: 'SELL', price: 0.5, shares: 75 };
    expect((await rowOf('insider', day(45), [...FILLS, early])).kept_pct).toBeCloseTo(75, 9);
    expect((await rowOf('insider', day(41, 1), [...FILLS, early])).kept_pct).toBeCloseTo(75, 9);
  });

  it('lets a market without a winner pay a half', async () => {
    const { frame } = await evidenceOf(day(45), FILLS, {}, [
      { id: 'm', isVoid: true, resolvedMs: day(44) },
      { id: 'n' },
    ]);
    const row = (frame.toRecords() as Record<string, number>[]).find((own) => String(own.wallet) === 'insider')!;
    // −60 − 40 − 25 + 24 and 320 shares at a half.
    expect([row.excess_price, row.market_profit_usd]).toEqual([expect.closeTo(0.5 - 1 / 3, 9), expect.closeTo(59, 9)]);
  });

  it('does not hang on batches and shards', async () => {
    const [whole, cut] = await Promise.all([
      evidenceOf(day(45)),
      evidenceOf(day(45), FILLS, { batchRows: 1, shardFills: 3 }),
    ]);
    const byWallet = (rows: object[]): object[] =>
      [...rows].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    expect(byWallet(cut.frame.toRecords())).toEqual(byWallet(whole.frame.toRecords()));
  });

  it('calls nobody young who was there when the tape began', async () => {
    const early = [{ wallet: 'early', at: day(1), price: 0.5, shares: 10 }, ...FILLS];
    expect((await rowOf('early', day(45), early)).age_at_stake_days).toBeNull();
    expect((await rowOf('follower', day(45), early)).age_at_stake_days).toBe(0);
  });

  it('counts as twins who begin within a minute in the same outcome', async () => {
    const at = day(20);
    const buys: FillSpec[] = ['a', 'b', 'c', 'd'].map((wallet, i) => ({ wallet, at: at + 40_000 * i, price: 0.3 }));
    const other: FillSpec = { wallet: 'e', at, outcome: 1, price: 0.7 };
    const { frame } = await evidenceOf(day(45), [...FILLS, ...buys, other]);
    const twins = Object.fromEntries(
      (frame.toRecords() as { wallet: string; n_twins: number }[]).map(({ wallet, n_twins }) => [wallet, n_twins]),
    );
    expect(['a', 'b', 'c', 'd', 'e'].map((wallet) => twins[wallet])).toEqual([1, 2, 2, 1, 0]);
  });

  it('tells takers from makers only where the tape has both', async () => {
    const maker: FillSpec = { wallet: 'maker', at: day(40), role: 'maker', price: 0.3, shares: 200, side: 'SELL' };
    expect((await rowOf('insider', day(45), [...FILLS, maker])).taker_pct).toBe(100);
  });
});
