import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareProfiles } from '../../../features/wallets/compare_profiles.ts';
import { readFills } from '../../../features/wallets/legacy_fills.ts';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { resolveSimulateOptions } from '../../../simulate/options.ts';
import { simulateMarket } from '../../../simulate/simulate_market.ts';
import { MARKETS, RAW_TRADES } from '../../../tables/schemas.ts';
import { openTable, readTable } from '../../../tables/table_store.ts';
import { rejection } from '../../refusal.ts';
import {
  bytesOf,
  byWallet,
  chunked,
  type FillSpec,
  importPaths,
  importTexts,
  inMemory,
  type MarketSpec,
  newFolder,
  type Profile,
  removeFolders,
  START_MS,
  streamed,
  writeTables,
} from '../tables.ts';

const AS_OF_MS = START_MS + 10 * DAY_MS;
const EXCHANGE = '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e';
const REAL_DAY = '../shared/data/polymarket_trades_2026-01-08.csv';

afterAll(removeFolders);

/** Largest difference of any column. Entropy sums n·log2 n in steps of 1e-9, every other column is closer. */
async function apart(dataDir: string, asOfMs: number): Promise<number> {
  return Math.max(
    ...compareProfiles(await inMemory(dataDir, asOfMs), await streamed(dataDir, asOfMs)).map((c) => c.difference),
  );
}

/** Profiles of hand-made tables; both builds must agree before the test looks at them. */
async function profilesOf(
  fills: readonly FillSpec[],
  markets: readonly MarketSpec[] = [],
): Promise<Record<string, Profile>> {
  const dataDir = writeTables(fills, markets);
  expect(await apart(dataDir, AS_OF_MS)).toBeLessThan(1e-9);
  return byWallet(await streamed(dataDir, AS_OF_MS));
}

const resolved = (winner: 0 | 1): MarketSpec => ({ id: 'm', resolvedMs: START_MS + 5 * DAY_MS, winner });

describe('the in-memory and the streaming build', () => {
  let simulated: string[];
  beforeAll(async () => {
    simulated = [];
    for (const seed of [11, 12]) {
      const dataDir = newFolder();
      const raw = join(newFolder(), 'simulated');
      await simulateMarket(resolveSimulateOptions({ population: 'active', nTrades: 6000, nDays: 20, seed }), raw);
      const files = ['markets.csv', 'gamma_markets.jsonl', 'goldsky/orderFilled.csv'];
      await importPaths(
        dataDir,
        files.map((file) => join(raw, 'raw', file)),
      );
      simulated.push(dataDir);
    }
  });

  it('agree on simulated data of two seeds at two moments', async () => {
    for (const dataDir of simulated)
      for (const day of ['2026-02-19T07:30:00Z', '2026-03-01'])
        expect(await apart(dataDir, Date.parse(day))).toBeLessThan(1e-9);
  });

  it.skipIf(!existsSync(REAL_DAY))('agree on the real day (skipped where ../shared/data is not there)', async () => {
    const dataDir = newFolder();
    await importPaths(dataDir, [REAL_DAY]);
    expect((await streamed(dataDir, Date.UTC(2026, 0, 9))).height).toBe(686);
    expect(await apart(dataDir, Date.UTC(2026, 0, 9))).toBeLessThan(1e-9);
  });

  it('gives the same bytes for any number of chunks and for small batches', async () => {
    const asOfMs = Date.UTC(2026, 1, 25, 13);
    const whole = bytesOf(await streamed(simulated[0], asOfMs));
    for (const n of [1, 2, 3, 5, 8]) expect(bytesOf(await chunked(simulated[0], asOfMs, n))).toBe(whole);
    expect(bytesOf(await streamed(simulated[0], asOfMs, 700))).toBe(whole);
    expect(bytesOf(await chunked(simulated[0], asOfMs, 2, { batchRows: 700 }))).toBe(whole);
  });

  it('names the chunk that is missing', async () => {
    const work = () => chunked(simulated[0], Date.UTC(2026, 2, 1), 3, { skipped: [2] });
    expect(await rejection(work)).toMatch(/^missing-input: chunk 2\/3 is not in /);
  });

  it('refuses more fills than the in-memory build takes', async () => {
    const trades = openTable(simulated[0], RAW_TRADES);
    expect(await rejection(() => readFills(trades, Date.UTC(2026, 2, 1), 5999))).toMatch(/^bad-value: 6000 fills/);
  });
});

describe('point in time', () => {
  const before: FillSpec[] = Array.from({ length: 40 }, (_, i) => ({
    at: START_MS + i * 5 * HOUR_MS,
    wallet: 'abc'[i % 3],
    market: i % 2 === 0 ? 'm' : 'n',
    role: i % 4 === 0 ? 'maker' : 'taker',
    side: i % 5 === 0 ? 'SELL' : 'BUY',
    price: (1 + (i % 9)) / 10,
    shares: 1.000001 * (i + 1),
  }));
  const after: FillSpec[] = [AS_OF_MS, AS_OF_MS + 1, AS_OF_MS + 40 * DAY_MS].map((at) => ({
    at,
    wallet: 'b',
    price: 0.99,
    shares: 1e6,
  }));

  it('is untouched by rows at or after T, whether they are there or not', async () => {
    const without = writeTables(before, [resolved(1)]);
    const withThem = writeTables([...before, ...after], [resolved(1)]);
    expect(bytesOf(await streamed(withThem, AS_OF_MS))).toBe(bytesOf(await streamed(without, AS_OF_MS)));
    expect(bytesOf(await inMemory(withThem, AS_OF_MS))).toBe(bytesOf(await inMemory(without, AS_OF_MS)));
  });

  it('is untouched by what resolves at or after T, and not by what resolves one millisecond before', async () => {
    const open = bytesOf(await streamed(writeTables(before), AS_OF_MS));
    const bytesWith = async (resolvedMs: number) =>
      bytesOf(await streamed(writeTables(before, [{ id: 'm', resolvedMs, winner: 0 }]), AS_OF_MS));
    expect(await bytesWith(AS_OF_MS)).toBe(open);
    expect(await bytesWith(AS_OF_MS - 1)).not.toBe(open);
  });

  it('refuses a moment before the first trade in both builds', async () => {
    const dataDir = writeTables(before);
    expect(await rejection(() => streamed(dataDir, START_MS))).toMatch(/^empty-input: no trade lies before/);
    expect(await rejection(() => inMemory(dataDir, START_MS))).toMatch(/^empty-input: no trade lies before/);
  });
});

describe('matches on the chain', () => {
  const wallet = (digit: number): string => `0x${String(digit).repeat(40)}`;
  const YES = `7${'1'.repeat(76)}`;
  const NO = `7${'2'.repeat(76)}`;
  const row = (maker: string, gives: string, nGiven: number, taker: string, gets: string, nGot: number): string =>
    [START_MS / 1000, maker, gives, nGiven * 1e6, taker, gets, nGot * 1e6, '0xabc'].join(',');
  const MARKETS_CSV = `createdAt,id,question,answer1,answer2,neg_risk,market_slug,token1,token2,condition_id,volume,ticker,closedTime\n2026-01-01T00:00:00Z,1,Whether it rains?,Yes,No,False,rain,${YES},${NO},0x${'c'.repeat(64)},0,rain,\n`;
  const HEADER = 'timestamp,maker,makerAssetId,makerAmountFilled,taker,takerAssetId,takerAmountFilled,transactionHash';
  const imported = (rows: readonly string[]) =>
    importTexts({ 'markets.csv': MARKETS_CSV, 'orderFilled.csv': `${[HEADER, ...rows].join('\n')}\n` });
  const taker = wallet(9);

  it.each([
    [
      'ordinary',
      [1, 2, 3].map((m) => row(wallet(m), YES, 10 * m, taker, '0', 4 * m)),
      row(taker, '0', 24, EXCHANGE, YES, 60),
    ],
    [
      'mint',
      [1, 2, 3].map((m) => row(wallet(m), '0', 6 * m, taker, NO, 10 * m)),
      row(taker, '0', 24, EXCHANGE, YES, 60),
    ],
    [
      'merge',
      [1, 2, 3].map((m) => row(wallet(m), NO, 10 * m, taker, '0', 6 * m)),
      row(taker, YES, 60, EXCHANGE, '0', 24),
    ],
  ])('of the %s kind give each wallet its fills once and the market its volume once', async (kind, makers, own) => {
    const dataDir = await imported([...makers, own]);
    expect(await apart(dataDir, AS_OF_MS)).toBeLessThan(1e-9);
    const profiles = byWallet(await streamed(dataDir, AS_OF_MS));
    expect(Object.keys(profiles)).toEqual([1, 2, 3, 9].map(wallet));
    for (const profile of Object.values(profiles)) expect(profile.n_fills).toBe(1);
    expect(profiles[taker].max_bet_usd).toBe(24);
    expect(profiles[taker].maker_share_pct).toBe(0);
    expect(profiles[wallet(3)].maker_share_pct).toBe(100);
    expect(profiles[wallet(3)].total_invested).toBe(kind === 'mint' ? 18 : 0);
    const later = await imported([
      ...makers,
      own,
      row(wallet(8), '0', 6, EXCHANGE, YES, 10).replace(String(START_MS / 1000), String(START_MS / 1000 + 60)),
    ]);
    expect(byWallet(await streamed(later, AS_OF_MS))[wallet(8)].max_bet_vs_market_volume_pct).toBe(25);
  });
});

describe('a profile', () => {
  it.each([
    [0, 4 - 10],
    [1, 4],
  ] as const)('of a minted pair with one side sold is exact when outcome %i wins', async (winner, pnl) => {
    const sold: FillSpec = { side: 'SELL', outcome: 0, price: 0.4, shares: 10 };
    const { a } = await profilesOf([sold], [resolved(winner)]);
    expect(a).toMatchObject({ total_net_pnl: pnl, pnl_is_marked: false, roi_pct: null, alpha_score: null });
    expect(a).toMatchObject({ unique_markets: 1, wins: pnl > 0 ? 1 : 0, edge_z: null, held_to_resolution_pct: null });
  });

  it('of one fill has no spread of bets and no entropy', async () => {
    const { a } = await profilesOf([{ price: 0.3, shares: 100, at: START_MS + HOUR_MS }]);
    expect(a).toMatchObject({ n_fills: 1, bet_size_cv: null, hour_entropy: 0, burst_share_pct: 0, active_days: 1 });
    expect(a).toMatchObject({ contrarian_share_pct: 100, top_market_share_pct: 100, max_bet_usd: 30 });
    expect(a.tenure_days).toBeCloseTo(10 - 1 / 24, 12);
  });

  it('in an unresolved market is marked at its last trade and judges nothing', async () => {
    const { a } = await profilesOf([{}, { wallet: 'b', price: 0.7, at: START_MS + DAY_MS }]);
    expect(a).toMatchObject({ total_net_pnl: 2, pnl_is_marked: true, mark_age_days: 9, wins: null });
    expect(a).toMatchObject({ unique_markets: null, win_rate_pct: null, alpha_score: null, edge_z: null, roi_pct: 40 });
  });

  it('is marked at the last trade of either outcome, however long ago its own last traded', async () => {
    const { a, b } = await profilesOf([
      { shares: 1000 },
      { wallet: 'b', outcome: 1, price: 0.97, shares: 1000, at: START_MS + 4 * DAY_MS },
    ]);
    expect(a).toMatchObject({ total_net_pnl: -470, pnl_is_marked: true, mark_age_days: 6 });
    expect(b).toMatchObject({ total_net_pnl: 0, mark_age_days: 6 });
  });

  it('is marked at the mean, by shares, of trades of one millisecond, and tells the age of its oldest mark', async () => {
    const at = START_MS + DAY_MS;
    const { a } = await profilesOf([
      { shares: 100 },
      { market: 'n', shares: 10, price: 0.4 },
      { wallet: 'b', shares: 30, price: 0.6, at },
      { wallet: 'b', shares: 10, price: 0.2, outcome: 1, at },
    ]);
    // (30 · .60 + 10 · .80) / 40 = .65; market n is marked at its own price.
    expect(a).toMatchObject({ total_net_pnl: 15, mark_age_days: 10 });
  });

  it('takes no mark from a trade at price 0', async () => {
    const { a } = await profilesOf([{}, { wallet: 'b', price: 0, usd: 0, side: 'SELL', at: START_MS + DAY_MS }]);
    expect(a).toMatchObject({ total_net_pnl: 0, mark_age_days: 10 });
    const { c } = await profilesOf([{ wallet: 'c', price: 0, usd: 0, shares: 5 }]);
    expect(c).toMatchObject({ total_net_pnl: 0, pnl_is_marked: true, mark_age_days: null });
  });

  const SETTLED = { id: 'm', isVoid: true, resolvedMs: START_MS + DAY_MS } as const;
  it.each([
    ['void market of Polymarket at .5', SETTLED],
    ['market of Kalshi at the fraction that it states', { ...SETTLED, venue: 'kalshi', settlementValue: 0.72 }],
    ['market of Kalshi at nothing', { ...SETTLED, venue: 'kalshi', settlementValue: 0 }],
  ] as const)('settles in a %s; only a payment in full is a bet won or lost', async (_, market) => {
    const bought = { price: 0.1, venue: (market as MarketSpec).venue ?? 'polymarket' } as const;
    const { a, b } = await profilesOf(
      [
        bought,
        { ...bought, wallet: 'b', outcome: 1 },
        { ...bought, wallet: 'z', price: 0.9, at: START_MS + 2 * DAY_MS },
      ],
      [market],
    );
    const payout0 = (market as MarketSpec).settlementValue ?? 0.5;
    expect(a.total_net_pnl).toBeCloseTo(10 * payout0 - 1, 9);
    expect(b.total_net_pnl).toBeCloseTo(10 * (1 - payout0) - 1, 9);
    for (const profile of [a, b]) {
      const wins = Number(profile.total_net_pnl) > 0 ? 1 : 0;
      expect(profile).toMatchObject({ wins, unique_markets: 1, pnl_is_marked: false, mark_age_days: null });
      expect(profile.held_to_resolution_pct).toBe(100);
    }
    const hasWinner = payout0 === 0;
    expect([a.edge_z === null, b.edge_z === null]).toEqual([!hasWinner, !hasWinner]);
  });

  it('stays open in a market of Kalshi that ended without a winner and states no value', async () => {
    const { a } = await profilesOf([{ venue: 'kalshi' }], [{ ...SETTLED, venue: 'kalshi' }]);
    expect(a).toMatchObject({ total_net_pnl: 0, pnl_is_marked: true, unique_markets: null });
  });

  it('without a BUY has no conviction, no ROI and no contrarian share', async () => {
    const { a } = await profilesOf([{ side: 'SELL' }]);
    expect(a).toMatchObject({ total_invested: 0, conviction_avg_buy_usd: null, roi_pct: null });
    expect(a).toMatchObject({ contrarian_share_pct: null, max_bet_vs_market_volume_pct: null });
  });

  it('adds up two resolved markets as a person would', async () => {
    const fills: FillSpec[] = [
      { price: 0.25, shares: 100 },
      { market: 'n', price: 0.5, shares: 100, at: START_MS + 60_000 },
      { market: 'n', price: 0.6, shares: 100, side: 'SELL', at: START_MS + 120_001 },
    ];
    const { a } = await profilesOf(fills, [resolved(1), { id: 'n', resolvedMs: START_MS + DAY_MS, winner: 0 }]);
    expect(a).toMatchObject({ total_net_pnl: -15, roi_pct: -20, wins: 1, unique_markets: 2, win_rate_pct: 50 });
    expect(a).toMatchObject({ held_to_resolution_pct: 50, alpha_score: 0, pnl_is_marked: false });
    expect(a.edge_z).toBeCloseTo((1 - 0.75) / Math.sqrt(0.1875 + 0.25), 12);
    expect(a.burst_share_pct).toBeCloseTo(100 / 3, 12);
  });

  it('puts a fill on the very hour into that hour, and one at midnight into that day', async () => {
    const hours = Array.from({ length: 48 }, (_, i) => START_MS + i * HOUR_MS);
    const { a } = await profilesOf(hours.flatMap((at) => [{ at }, { at: at + HOUR_MS - 1 }]));
    expect(a.hour_entropy).toBeCloseTo(Math.log2(24), 9);
    expect(a.active_days).toBe(2);
  });

  it('knows when the largest bet came, the first of equal ones, in any number of chunks', async () => {
    const bets = [1, 5, 5, 2].map((usd, day) => ({ at: START_MS + (10 + day) * DAY_MS, usd }));
    const dataDir = writeTables([{ wallet: 'first' }, ...bets]);
    const asOfMs = START_MS + 100 * DAY_MS;
    expect(await apart(dataDir, asOfMs)).toBeLessThan(1e-9);
    for (const profiles of [await streamed(dataDir, asOfMs), await chunked(dataDir, asOfMs, 3)])
      expect(byWallet(profiles).a).toMatchObject({ age_at_max_bet_days: 1, tenure_is_censored: false });
  });

  it('has a tenure that is cut off within the first 5 % of the tape, and at least its first 3 days', async () => {
    const starts = [0, 2.9, 3, 4.9, 5].map((day, i) => ({ wallet: `w${i}`, at: START_MS + day * DAY_MS }));
    const dataDir = writeTables(starts);
    const censoredAt = async (days: number): Promise<unknown[]> => {
      expect(await apart(dataDir, START_MS + days * DAY_MS)).toBeLessThan(1e-9);
      const profiles = byWallet(await streamed(dataDir, START_MS + days * DAY_MS));
      return starts.map(({ wallet }) => profiles[wallet].tenure_is_censored);
    };
    expect(await censoredAt(10)).toEqual([true, true, false, false, false]);
    // Five per cent of 100 days are 5.
    expect(await censoredAt(100)).toEqual([true, true, true, true, false]);
  });

  it('compares a bet with the volume at strictly earlier moments', async () => {
    const at = START_MS + 1;
    const { a, b } = await profilesOf([
      { wallet: 'b', shares: 80 },
      { wallet: 'b', shares: 500, at },
      { shares: 20, at },
    ]);
    expect([a.max_bet_vs_market_volume_pct, b.max_bet_vs_market_volume_pct]).toEqual([25, 625]);
  });

  it('counts shares of domains over fills whose domain is known', async () => {
    const fills = ['m', 'm', 'm', 'n', 'x'].map((market) => ({ market }));
    const markets = [{ id: 'm', domain: 'crypto' }, { id: 'n', domain: 'other' }, { id: 'x' }];
    const { a } = await profilesOf([...fills, { wallet: 'b', market: 'x' }], markets);
    expect(a).toMatchObject({ domain_focus_crypto_pct: 75, domain_focus_sports_pct: 0 });
    expect(byWallet(await streamed(writeTables([{ market: 'x' }]), AS_OF_MS)).a.domain_focus_crypto_pct).toBeNull();
  });

  it('gives rows without a wallet no profile', async () => {
    expect(Object.keys(await profilesOf([{}, { wallet: null }]))).toEqual(['a']);
  });

  it('is the same for any cut where only the first day knows roles', async () => {
    const roles = [{}, { wallet: 'b', role: null, at: START_MS + DAY_MS }] as const;
    const dataDir = writeTables(roles);
    const whole = bytesOf(await streamed(dataDir, AS_OF_MS));
    expect(bytesOf(await chunked(dataDir, AS_OF_MS, 2))).toBe(whole);
    expect(byWallet(await streamed(dataDir, AS_OF_MS)).b.max_bet_vs_market_volume_pct).toBe(100);
  });

  it('joins bursts and days over the edge of a chunk', async () => {
    const edge = START_MS + DAY_MS;
    const dataDir = writeTables([edge - 30_000, edge + 30_000, edge + 90_001].map((at) => ({ at })));
    expect(bytesOf(await chunked(dataDir, AS_OF_MS, 2))).toBe(bytesOf(await streamed(dataDir, AS_OF_MS)));
    const { a } = byWallet(await chunked(dataDir, AS_OF_MS, 2));
    expect(a.burst_share_pct).toBeCloseTo(100 / 3, 12);
    expect(readTable(openTable(dataDir, MARKETS)).height).toBe(1);
  });
});
