import { afterAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../run/clock.ts';
import type { BetCounts, WalletBets } from '../../skill/bets.ts';
import { readBets } from '../../skill/read_bets.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { type FillSpec, type MarketSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

const DAY = 24 * HOUR_MS;
const RESOLVED = START_MS + 10 * DAY;

async function read(fills: readonly FillSpec[], markets: readonly MarketSpec[], minEvents = 1, shardRows?: number) {
  const dataDir = writeTables(fills, markets);
  const source = {
    trades: openTable(dataDir, RAW_TRADES),
    markets: readTable(openTable(dataDir, MARKETS)),
    asOfMs: START_MS + 20 * DAY,
    minEvents,
    shardRows,
  };
  const shards: WalletBets[] = [];
  const all = readBets(source);
  let next = await all.next();
  while (!next.done) {
    shards.push(next.value);
    next = await all.next();
  }
  return { shards, counts: next.value as BetCounts };
}

const market = (id: string, rest: Partial<MarketSpec> = {}): MarketSpec => ({
  id,
  resolvedMs: RESOLVED,
  winner: 0,
  ...rest,
});

describe('bets of a wallet', () => {
  it('are the net position that it opens an event with: sells take away, and later fills do not count', async () => {
    const fills: FillSpec[] = [
      { at: START_MS, price: 0.3, shares: 10 },
      { at: START_MS + 2000, price: 0.5, shares: 30 },
      { at: START_MS + 3000, side: 'SELL', price: 0.4, shares: 5 },
      // A purchase of the other outcome takes as many away.
      { at: START_MS + 9999, outcome: 1, price: 0.6, shares: 15 },
      { at: START_MS + 10_000, outcome: 1, price: 0.9, shares: 500 },
      { at: START_MS + DAY, side: 'SELL', price: 0.1, shares: 20 },
    ];
    const [{ bets, wallets }] = (await read(fills, [market('m')])).shards;
    expect(wallets).toEqual(['a']);
    expect([...bets.starts, ...bets.outcome, ...bets.isWon, ...bets.shares]).toEqual([0, 1, 0, 1, 20]);
    // 10 at .30 and 30 at .50.
    expect(bets.price[0]).toBeCloseTo(18 / 40, 9);
  });

  it('are for the other outcome where the wallet sells what it does not have', async () => {
    const [{ bets }] = (await read([{ side: 'SELL', price: 0.8, shares: 5 }], [market('m')])).shards;
    expect([bets.outcome[0], bets.isWon[0], bets.shares[0]]).toEqual([1, 0, 5]);
    expect(bets.price[0]).toBeCloseTo(0.2, 9);
  });

  it('are none where the wallet is flat again at once', async () => {
    const fills: FillSpec[] = [{ shares: 10 }, { at: START_MS + 1, side: 'SELL', price: 0.9, shares: 10 }];
    expect((await read(fills, [market('m')])).shards).toEqual([]);
  });

  it('are one per event, in the market that was traded first, in the order in which events resolve', async () => {
    const fills: FillSpec[] = [
      { market: 'other', at: START_MS, price: 0.6 },
      { market: 'z', at: START_MS + 1, price: 0.2 },
      { market: 'm', at: START_MS + 2, price: 0.7 },
    ];
    const markets = [
      market('m', { eventId: 'e' }),
      market('z', { eventId: 'e', winner: 1 }),
      market('other', { resolvedMs: RESOLVED + 1 }),
    ];
    const { shards, counts } = await read(fills, markets);
    const [{ bets }] = shards;
    expect([[...bets.price], [...bets.isWon], [...bets.event]]).toEqual([
      [0.2, 0.6],
      [0, 1],
      [0, 1],
    ]);
    expect([counts.nEvents, counts.nMarkets]).toEqual([2, 3]);
  });

  it('leave out void and open markets and what is traded after the end, and count them', async () => {
    const fills: FillSpec[] = ['m', 'void', 'open', 'later'].map((id) => ({ market: id }));
    const late: FillSpec = { at: RESOLVED, price: 0.99, shares: 1000, outcome: 1 };
    const { shards, counts } = await read(
      [...fills, late],
      [
        market('m'),
        market('void', { winner: undefined, isVoid: true }),
        { id: 'open' },
        market('later', { resolvedMs: START_MS + 20 * DAY }),
      ],
    );
    expect(shards[0].bets.shares).toEqual(Float64Array.of(10));
    expect(counts).toEqual({
      nWallets: 1,
      nTested: 1,
      nBets: 1,
      nMarkets: 1,
      nVoidMarkets: 1,
      nOpenMarkets: 2,
      nEvents: 1,
    });
  });

  it('are given of wallets with enough events only, and a price of 0 is the smallest tick', async () => {
    const fills: FillSpec[] = [
      { wallet: 'a', market: 'm', price: 0 },
      { wallet: 'a', market: 'n' },
      { wallet: 'b', market: 'n' },
    ];
    const { shards, counts } = await read(fills, [market('m'), market('n')], 2);
    expect([shards[0].wallets, counts.nWallets, counts.nTested]).toEqual([['a'], 2, 1]);
    expect(shards[0].bets.price[0]).toBe(0.001);
  });

  it('are the same however many wallets are read at a time', async () => {
    const wallets = Array.from({ length: 40 }, (_, i) => `w${i}`);
    const fills = wallets.flatMap((wallet, i) =>
      ['m', 'n', 'o'].map((id, k) => ({ wallet, market: id, price: (1 + ((i * 7 + k) % 97)) / 100, at: START_MS + i })),
    );
    const markets = ['m', 'n', 'o'].map((id) => market(id));
    const whole = (await read(fills, markets)).shards;
    const parts = (await read(fills, markets, 1, 20)).shards;
    expect(parts.length).toBeGreaterThan(2);
    const prices = (shards: readonly WalletBets[]) =>
      Object.fromEntries(
        shards.flatMap(({ wallets: names, keys, bets }) =>
          names.map((name, i) => [name, [keys[i], ...bets.price.subarray(bets.starts[i], bets.starts[i + 1])]]),
        ),
      );
    expect(prices(parts)).toEqual(prices(whole));
  });
});
