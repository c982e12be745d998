import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FillColumns,
  FLAGS,
  type MarketColumns,
  NOBODY,
  UNKNOWN_DOMAIN,
} from '../../../features/wallets/fill_columns.ts';
import { MarketVolumes } from '../../../features/wallets/market_volumes.ts';
import { positionFrame } from '../../../features/wallets/position_table.ts';
import { FillSummer } from '../../../features/wallets/sum_fills.ts';
import { WalletNumbers } from '../../../features/wallets/wallet_numbers.ts';
import { type DataFrame, pl } from '../../../polars/polars.ts';

const N_SHARDS = 2;
const MARKETS: MarketColumns = {
  domain: Uint8Array.from([0, 2, 3, UNKNOWN_DOMAIN]),
  createdMs: Float64Array.from([0, 5e5, Number.NaN, 1e9]),
};

const fill = fc.record({
  gap: fc.constantFrom(0, 0, 1, 59_999, 60_000, 60_001, 3_600_000, 86_400_000),
  market: fc.nat(3),
  outcome: fc.nat(1),
  walletCode: fc.constantFrom(0, 1, 2, NOBODY),
  flags: fc.constantFrom(0, FLAGS.buy, FLAGS.roleKnown | FLAGS.maker, FLAGS.roleKnown | FLAGS.taker | FLAGS.buy),
  price: fc.constantFrom(0.1, 0.4, 0.9),
  usd: fc.nat(5e9),
  shares: fc.integer({ min: 1, max: 5e9 }),
});
type Fill = Record<'ms' | 'market' | 'outcome' | 'walletCode' | 'flags' | 'price' | 'usd' | 'shares', number>;

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
    walletCode: Uint32Array.from(numbers('walletCode')),
    flags: Uint8Array.from(numbers('flags')),
    price: Float64Array.from(numbers('price')),
    usd: Float64Array.from(numbers('usd')),
    shares: Float64Array.from(numbers('shares')),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const nameOf = (walletCode: number): string => `wallet ${walletCode}`;

type Row = Record<string, number>;
interface Summed {
  /** By name of the wallet. */
  readonly wallets: Map<string, Row>;
  /** By wallet, market and outcome. */
  readonly positions: Map<string, Row>;
  readonly marks: Row[];
}

const rowsOf = (frame: DataFrame): (Row & { wallet?: string })[] =>
  frame
    .toRecords()
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : Number(value ?? Number.NaN),
        ]),
      ),
    ) as (Row & { wallet?: string })[];

/** What FillSummer makes of fills that come in two batches. */
async function summed(rows: readonly Fill[], cut: number): Promise<Summed> {
  const numbers = new WalletNumbers();
  const summer = new FillSummer(MARKETS, new MarketVolumes(4));
  // A batch is whole parts of the table, which never cut a moment.
  while (cut > 0 && cut < rows.length && rows[cut].ms === rows[cut - 1].ms) cut++;
  for (const batch of [rows.slice(0, cut), rows.slice(cut)]) {
    const names = batch.map(({ walletCode }) => (walletCode === NOBODY ? null : nameOf(walletCode)));
    const known = await numbers.of(pl.DataFrame({ wallet: names }, { schema: { wallet: pl.Utf8 } }));
    const numberOf = new Map(rowsOf(known).map(({ wallet, wallet_code }) => [String(wallet), wallet_code]));
    const numbered = batch.map((row) => ({ ...row, walletCode: numberOf.get(nameOf(row.walletCode)) ?? NOBODY }));
    summer.add(columnsOf(numbered), numbers.n);
  }
  const { ofShard, marks } = summer.result(numbers, N_SHARDS);
  const [wallets, positions] = [new Map<string, Row>(), new Map<string, Row>()];
  for (let i = 0; i < N_SHARDS; i++) {
    const shard = ofShard(i);
    const own = rowsOf(shard.wallets);
    for (const row of own) wallets.set(String(row.wallet), row);
    for (const row of rowsOf(positionFrame(shard.positions)))
      positions.set(`${own[row.wallet_code].wallet} ${row.token >> 1} ${row.token & 1}`, row);
  }
  return { wallets, positions, marks: rowsOf(marks) };
}

/** Runs a check on drawn fills, in two batches cut anywhere. */
function forFills(check: (rows: Fill[], sums: Summed) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fills, fc.nat(60), async (rows, cut) => check(rows, await summed(rows, cut))),
    { numRuns: 60 },
  ) as Promise<void>;
}

describe('FillSummer', () => {
  it('gives of a wallet what its fills, looked at one by one, come to', async () => {
    await forFills((rows, { wallets }) => {
      const walletCodes = new Set(
        rows.map(({ walletCode }) => walletCode).filter((walletCode) => walletCode !== NOBODY),
      );
      expect([...wallets.keys()].sort()).toEqual([...walletCodes].map(nameOf).sort());
      for (const walletCode of walletCodes) {
        const own = rows.filter((row) => row.walletCode === walletCode);
        const count = (test: (row: Fill) => boolean): number => own.filter(test).length;
        const dated = own.filter((row) => !Number.isNaN(MARKETS.createdMs[row.market]));
        const wanted: Row = {
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
          max_usd_u: Math.max(...own.map((row) => row.usd)),
          n_days: new Set(own.map((row) => Math.floor(row.ms / 86_400_000))).size,
          n_burst: own.filter((row, i) => i > 0 && row.ms - own[i - 1].ms <= 60_000).length,
          first_ms: own[0].ms,
          last_ms: own[own.length - 1].ms,
          hour_5: count((row) => new Date(row.ms).getUTCHours() === 5),
        };
        const found = wallets.get(nameOf(walletCode))!;
        expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, found[name]]))).toEqual(wanted);
        const squares = [found.square_hh, found.square_hl, found.square_ll].map(BigInt);
        expect((squares[0] << 40n) + (squares[1] << 21n) + squares[2]).toBe(
          own.reduce((total, row) => total + BigInt(row.usd) ** 2n, 0n),
        );
      }
    });
  });

  it('holds a bet against takers’ volume strictly before its millisecond, whoever traded it', async () => {
    await forFills((rows, { wallets }) => {
      for (const [name, found] of wallets) {
        const shares = rows
          .filter((row) => nameOf(row.walletCode) === name && (row.flags & FLAGS.buy) > 0)
          .map((row) => {
            const before = rows.filter((other) => other.market === row.market && other.ms < row.ms);
            const volume = sum(before.filter((other) => (other.flags & FLAGS.taker) > 0).map((other) => other.usd));
            return volume > 0 ? (row.usd / volume) * 100 : 0;
          })
          .filter((share) => share > 0);
        expect(found.max_bet_share).toBe(shares.length === 0 ? Number.NaN : Math.max(...shares));
      }
    });
  });

  it('gives one row a position, and every market the price and the time of its last trade', async () => {
    await forFills((rows, { positions, marks }) => {
      const withWallet = rows.filter((row) => row.walletCode !== NOBODY);
      const keyOf = (row: Fill): string => `${nameOf(row.walletCode)} ${row.market} ${row.outcome}`;
      expect([...positions.keys()].sort()).toEqual([...new Set(withWallet.map(keyOf))].sort());
      for (const [key, row] of positions) {
        const own = withWallet.filter((other) => keyOf(other) === key);
        const bought = own.filter((other) => (other.flags & FLAGS.buy) > 0);
        expect([row.usd_u, row.buy_usd_u, row.shares_u, row.buy_shares_u]).toEqual([
          sum(own.map((other) => other.usd)),
          sum(bought.map((other) => other.usd)),
          sum(own.map((other) => other.shares)),
          sum(bought.map((other) => other.shares)),
        ]);
      }
      expect(marks.length).toBe(new Set(rows.map(({ market }) => market)).size);
      for (const { market, price_0, mark_ms } of marks) {
        const own = rows.filter((row) => row.market === market);
        expect(mark_ms).toBe(own[own.length - 1].ms);
        const last = own.filter(({ ms }) => ms === mark_ms);
        const price0 = last.map(({ outcome, price }) => (outcome === 0 ? price : 1 - price));
        const weights = last.map(({ shares }) => shares);
        const isOne = price0.every((price) => price === price0[0]);
        if (isOne) expect(price_0).toBe(price0[0]);
        else expect(price_0).toBeCloseTo(sum(price0.map((price, i) => price * weights[i])) / sum(weights), 12);
      }
    });
  });

  it('finds its positions again when there are many, and more than were expected', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i): Fill => {
      const [walletCode, market, outcome] = [i % 97, i % 4, Math.floor(i / 4) % 2];
      return { ms: 1e12 + i, market, outcome, walletCode, flags: FLAGS.buy, price: 0.5, usd: i, shares: 1 };
    });
    const many = rows.map((row, i) => ({ ...row, walletCode: row.walletCode + 97 * (i % 50) }));
    const { positions } = await summed(many, 7000);
    const wanted = new Map<string, number>();
    for (const { walletCode, market, outcome, usd } of many) {
      const key = `${nameOf(walletCode)} ${market} ${outcome}`;
      wanted.set(key, (wanted.get(key) ?? 0) + usd);
    }
    expect(new Map([...positions].map(([key, row]) => [key, row.usd_u]))).toEqual(wanted);
    expect(positions.size).toBeGreaterThan(5000);
  });

  it.each([1, 2])('refuses fills that are not in the order of time, cut after %i of two', async (cut) => {
    const row: Fill = { ms: 2, market: 0, outcome: 0, walletCode: 0, flags: 0, price: 0.5, usd: 1, shares: 1 };
    await expect(summed([row, { ...row, ms: 1 }], cut)).rejects.toThrow(/order of time/);
  });
});
