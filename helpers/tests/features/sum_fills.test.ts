import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FillColumns,
  FLAGS,
  type MarketColumns,
  MarketVolumes,
  NOBODY,
  sumFills,
  UNKNOWN_DOMAIN,
} from '../../features/sum_fills.ts';
import type { DataFrame } from '../../tables/polars.ts';

const N_WALLETS = 3;
const MARKETS: MarketColumns = {
  domain: Uint8Array.from([0, 2, 3, UNKNOWN_DOMAIN]),
  createdMs: Float64Array.from([0, 5e5, Number.NaN, 1e9]),
};

const fill = fc.record({
  gap: fc.constantFrom(0, 0, 1, 59_999, 60_000, 60_001, 3_600_000, 86_400_000),
  market: fc.nat(3),
  outcome: fc.nat(1),
  owner: fc.constantFrom(0, 1, 2, NOBODY),
  flags: fc.constantFrom(0, FLAGS.buy, FLAGS.roleKnown | FLAGS.maker, FLAGS.roleKnown | FLAGS.taker | FLAGS.buy),
  price: fc.constantFrom(0.1, 0.4, 0.9),
  usd: fc.nat(5e9),
  shares: fc.nat(5e9),
});
type Fill = Record<'ms' | 'market' | 'outcome' | 'owner' | 'flags' | 'price' | 'usd' | 'shares', number>;

const fills = fc.array(fill, { minLength: 1, maxLength: 60 }).map((drawn): Fill[] => {
  let ms = 1e12;
  return drawn.map(({ gap, ...rest }) => {
    ms += gap;
    return { ...rest, ms };
  });
});

function columnsOf(rows: readonly Fill[]): FillColumns {
  const numbers = (name: keyof Fill): number[] => rows.map((row) => row[name]);
  return {
    ms: Float64Array.from(numbers('ms')),
    market: Uint32Array.from(numbers('market')),
    outcome: Uint8Array.from(numbers('outcome')),
    owner: Uint32Array.from(numbers('owner')),
    flags: Uint8Array.from(numbers('flags')),
    price: Float64Array.from(numbers('price')),
    usd: Float64Array.from(numbers('usd')),
    shares: Float64Array.from(numbers('shares')),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const records = (frame: DataFrame): Record<string, unknown>[] => frame.toRecords();
const numbersOf = (frame: DataFrame, name: string): number[] =>
  frame
    .getColumn(name)
    .toArray()
    .map((value) => (value === null ? Number.NaN : Number(value)));

describe('sumFills', () => {
  it('gives of a wallet what its fills, looked at one by one, come to', async () => {
    await fc.assert(
      fc.asyncProperty(fills, async (rows) => {
        const { wallets } = await sumFills(columnsOf(rows), N_WALLETS, MARKETS, new MarketVolumes(4));
        const found = records(wallets);
        for (let owner = 0; owner < N_WALLETS; owner++) {
          const own = rows.filter((row) => row.owner === owner);
          const count = (test: (row: Fill) => boolean): number => own.filter(test).length;
          const dated = own.filter((row) => !Number.isNaN(MARKETS.createdMs[row.market]));
          const wanted: Record<string, number> = {
            n_fills: own.length,
            n_buys: count((row) => (row.flags & FLAGS.buy) > 0),
            n_contrarian: count((row) => (row.flags & FLAGS.buy) > 0 && row.price < 0.4),
            n_maker: count((row) => (row.flags & FLAGS.maker) > 0),
            n_role: count((row) => (row.flags & FLAGS.roleKnown) > 0),
            n_sports: count((row) => row.market === 0),
            n_politics: 0,
            n_crypto: count((row) => row.market === 1),
            n_domain: count((row) => row.market !== 3),
            n_dated: dated.length,
            dated_ms: sum(dated.map((row) => row.ms)),
            created_ms: sum(dated.map((row) => MARKETS.createdMs[row.market])),
            max_usd_u: Math.max(0, ...own.map((row) => row.usd)),
            n_days: new Set(own.map((row) => Math.floor(row.ms / 86_400_000))).size,
            n_burst: own.filter((row, i) => i > 0 && row.ms - own[i - 1].ms <= 60_000).length,
            first_ms: own[0]?.ms ?? 0,
            last_ms: own.at(-1)?.ms ?? 0,
            hour_5: count((row) => new Date(row.ms).getUTCHours() === 5),
          };
          const got = Object.fromEntries(Object.keys(wanted).map((name) => [name, Number(found[owner][name])]));
          expect(got).toEqual(wanted);
          const square = (name: string): bigint => BigInt(Number(found[owner][name]));
          expect((square('square_hh') << 40n) + (square('square_hl') << 21n) + square('square_ll')).toBe(
            own.reduce((total, row) => total + BigInt(row.usd) ** 2n, 0n),
          );
        }
      }),
    );
  });

  it('holds a bet against takers’ volume strictly before its millisecond, whoever traded it', async () => {
    await fc.assert(
      fc.asyncProperty(fills, async (rows) => {
        const { wallets } = await sumFills(columnsOf(rows), N_WALLETS, MARKETS, new MarketVolumes(4));
        for (let owner = 0; owner < N_WALLETS; owner++) {
          const shares = rows
            .filter((row) => row.owner === owner && (row.flags & FLAGS.buy) > 0)
            .map((row) => {
              const before = rows.filter((other) => other.market === row.market && other.ms < row.ms);
              const volume = sum(before.filter((other) => (other.flags & FLAGS.taker) > 0).map((other) => other.usd));
              return { usd: row.usd, volume };
            })
            .filter(({ volume }) => volume > 0)
            .map(({ usd, volume }) => (usd / volume) * 100);
          const wanted = shares.length === 0 ? Number.NaN : Math.max(...shares);
          expect(numbersOf(wallets, 'max_bet_share')[owner]).toBe(wanted);
        }
      }),
    );
  });

  it('gives one row a position, ordered by wallet, and the last price of every outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fills, async (rows) => {
        const { positions, positionEnds, lastPrices } = await sumFills(
          columnsOf(rows),
          N_WALLETS,
          MARKETS,
          new MarketVolumes(4),
        );
        const owned = rows.filter((row) => row.owner !== NOBODY);
        const keyOf = (row: Fill): string => `${row.owner} ${row.market} ${row.outcome}`;
        expect(positions.height).toBe(new Set(owned.map(keyOf)).size);
        const owners = numbersOf(positions, 'owner');
        expect(owners).toEqual([...owners].sort((a, b) => a - b));
        expect([...positionEnds]).toEqual([0, 1, 2].map((owner) => owners.filter((other) => other <= owner).length));
        for (const row of records(positions)) {
          const own = owned.filter((other) => keyOf(other) === `${row.owner} ${row.market} ${row.outcome_index}`);
          const bought = own.filter((other) => (other.flags & FLAGS.buy) > 0);
          expect([row.usd_u, row.buy_usd_u, row.shares_u, row.buy_shares_u].map(Number)).toEqual([
            sum(own.map((other) => other.usd)),
            sum(bought.map((other) => other.usd)),
            sum(own.map((other) => other.shares)),
            sum(bought.map((other) => other.shares)),
          ]);
        }
        for (const row of records(lastPrices)) {
          const last = rows.findLast((other) => other.market === row.market && other.outcome === row.outcome_index);
          expect([row.last_price, Number(row.last_ms)]).toEqual([last!.price, last!.ms]);
        }
      }),
    );
  });

  it('goes on with the volumes of the span before', async () => {
    await fc.assert(
      fc.asyncProperty(fills, fc.nat(60), async (rows, at) => {
        const cut = rows.findIndex((row, i) => i >= at && i > 0 && row.ms > rows[i - 1].ms);
        if (cut < 0) return;
        const volumes = new MarketVolumes(4);
        await sumFills(columnsOf(rows.slice(0, cut)), N_WALLETS, MARKETS, volumes);
        const before = volumes.follow(columnsOf(rows.slice(cut)));
        const whole = new MarketVolumes(4).follow(columnsOf(rows));
        expect([...before]).toEqual([...whole.slice(cut)]);
      }),
    );
  });

  it('refuses fills that are not in the order of time', async () => {
    const row: Fill = { ms: 2, market: 0, outcome: 0, owner: 0, flags: 0, price: 0.5, usd: 1, shares: 1 };
    await expect(sumFills(columnsOf([row, { ...row, ms: 1 }]), 1, MARKETS, new MarketVolumes(4))).rejects.toThrow(
      /order of time/,
    );
  });
});
