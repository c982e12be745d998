import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Positions, positionFrame, positionsOf } from '../../../features/wallets/position_table.ts';
import { type OutcomeValues, outcomeValues, valueByWallet } from '../../../features/wallets/position_values.ts';
import { pl } from '../../../polars/polars.ts';

const N_MARKETS = 4;
const N_WALLETS = 3;

interface Row {
  readonly walletCode: number;
  readonly market: number;
  readonly outcome: number;
  readonly buyUsd: number;
  readonly sellUsd: number;
  readonly buyShares: number;
  readonly sellShares: number;
}

const amount = fc.constantFrom(0, 1, 3, 250_000, 1e6, 7_654_321, 5e12, 1e14);
const row: fc.Arbitrary<Row> = fc
  .record({
    walletCode: fc.nat(N_WALLETS - 1),
    market: fc.nat(N_MARKETS - 1),
    outcome: fc.nat(1),
    price: fc.constantFrom(0, 0.3, 0.5, 1),
    sellUsd: amount,
    buyShares: amount,
    sellShares: amount,
  })
  .map(({ price, ...rest }) => ({ ...rest, buyUsd: Math.ceil(price * rest.buyShares) }));
const drawnValues = fc.record({
  payout0: fc.array(fc.constantFrom(Number.NaN, 0, 1, 0.5, 0.72), { minLength: N_MARKETS, maxLength: N_MARKETS }),
  price0: fc.array(fc.constantFrom(0.25, 0.5, 0.999, Number.NaN), { minLength: N_MARKETS, maxLength: N_MARKETS }),
});

function positions(rows: readonly Row[]): Positions {
  return {
    keys: Uint32Array.from(rows.flatMap(({ walletCode, market, outcome }) => [walletCode, 2 * market + outcome])),
    sums: Float64Array.from(
      rows.flatMap(({ buyUsd, sellUsd, buyShares, sellShares }) => [
        buyUsd + sellUsd,
        buyUsd,
        buyShares + sellShares,
        buyShares,
      ]),
    ),
  };
}

/** What the columns of wallets say, as numbers. Each span has its own numbers for wallets. */
function valued(spans: readonly (readonly Row[])[], values: OutcomeValues): Record<string, number>[] {
  const turned = (walletCode: number, span: number): number => (walletCode + span) % N_WALLETS;
  const columns = valueByWallet(
    spans.map((rows, span) => positions(rows.map((r) => ({ ...r, walletCode: turned(r.walletCode, span) })))),
    spans.map((_, span) => Uint32Array.from({ length: N_WALLETS }, (__, own) => turned(own, 2 * span))),
    N_WALLETS,
    values,
  );
  return pl
    .DataFrame([...columns])
    .toRecords()
    .map((record) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Number(value)])));
}

const toEven = (value: number): number => {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
};

/** The same, wallet by wallet and market by market, as one would say it. */
function asSaid(rows: readonly Row[], { payout0, price0, markMs }: OutcomeValues): Record<string, number>[] {
  const sum = (of: readonly Row[], pick: (row: Row) => number): number => of.reduce((total, r) => total + pick(r), 0);
  return Array.from({ length: N_WALLETS }, (_, walletCode) => {
    const own = rows.filter((r) => r.walletCode === walletCode);
    const result = { usd_u: 0, buy_usd_u: 0, pnl_u: 0, n_marked: 0, n_bets: 0, n_bets_won: 0, n_bought: 0, n_held: 0 };
    let oldest = Number.POSITIVE_INFINITY;
    let [paid, variance] = [0n, 0n];
    const more = { n_resolved: 0, n_won: 0, n_markets: 0, top_usd_u: 0 };
    for (const market of new Set(own.map((r) => r.market))) {
      const inMarket = own.filter((r) => r.market === market);
      const isSettled = !Number.isNaN(payout0[market]);
      let profit = sum(inMarket, (r) => r.sellUsd - r.buyUsd);
      for (const outcome of new Set(inMarket.map((r) => r.outcome))) {
        const held = inMarket.filter((r) => r.outcome === outcome);
        const net = sum(held, (r) => r.buyShares - r.sellShares);
        const isBought = isSettled && sum(held, (r) => r.buyShares) > 0;
        const isBet = isBought && [0, 1].includes(payout0[market]);
        const worth0 = isSettled ? payout0[market] : price0[market];
        if (!Number.isNaN(worth0)) profit += toEven(net * (outcome === 0 ? worth0 : 1 - worth0));
        if (!isSettled && net !== 0) result.n_marked++;
        if (!isSettled && net !== 0 && markMs[market] > 0) oldest = Math.min(oldest, markMs[market]);
        if (isBought) result.n_bought++;
        if (isBought && net > 0) result.n_held++;
        if (isBet) {
          const price = sum(held, (r) => r.buyUsd) / sum(held, (r) => r.buyShares);
          paid += BigInt(toEven(price / 1e-13));
          variance += BigInt(toEven((price * (1 - price)) / 1e-13));
          result.n_bets++;
        }
        if (isBet && payout0[market] === 1 - outcome) result.n_bets_won++;
      }
      const usd = sum(inMarket, (r) => r.buyUsd + r.sellUsd);
      result.usd_u += usd;
      result.buy_usd_u += sum(inMarket, (r) => r.buyUsd);
      result.pnl_u += profit;
      more.n_markets++;
      if (isSettled) more.n_resolved++;
      if (isSettled && profit > 0) more.n_won++;
      more.top_usd_u = Math.max(more.top_usd_u, usd);
    }
    const in64Bits = (total: bigint): number => Number(BigInt.asIntN(64, total));
    const oldest_mark_ms = Number.isFinite(oldest) ? oldest : 0;
    return { ...result, ...more, oldest_mark_ms, paid: in64Bits(paid), paid_variance: in64Bits(variance) };
  });
}

const fromDrawn = ({ payout0, price0 }: { payout0: number[]; price0: number[] }): OutcomeValues => ({
  payout0: Float64Array.from(payout0),
  price0: Float64Array.from(price0),
  markMs: Float64Array.from(price0, (price, market) => (Number.isNaN(price) ? 0 : 1000 - market)),
});

describe('valueByWallet', () => {
  it('gives what valuing each wallet’s markets one by one gives, in however many spans they come', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.nat(30), fc.nat(30), drawnValues, (rows, a, b, drawn) => {
        const values = fromDrawn(drawn);
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const found = valued([rows.slice(0, first), rows.slice(first, second), rows.slice(second)], values);
        const wanted = asSaid(rows, values);
        expect(
          found.map((own, i) => Object.fromEntries(Object.keys(wanted[i]).map((name) => [name, own[name]]))),
        ).toEqual(wanted);
        expect(valued([rows], values)).toEqual(found);
      }),
    );
  });

  it('counts shares of a market that never traded above a price of 0 as nothing, and gives that mark no age', () => {
    const values = fromDrawn({ payout0: [Number.NaN, 1, 1, 1], price0: new Array(4).fill(Number.NaN) });
    const held = { walletCode: 0, outcome: 0, buyUsd: 1, sellUsd: 0, buyShares: 2, sellShares: 0 };
    expect(valued([[{ ...held, market: 0 }]], values)[0]).toMatchObject({ pnl_u: -1, n_marked: 1, oldest_mark_ms: 0 });
    expect(valued([[{ ...held, market: 1 }]], values)[0]).toMatchObject({ pnl_u: 1, n_marked: 0 });
  });
});

describe('outcomeValues', () => {
  const markets = pl
    .DataFrame({
      market_id: ['b', 'a', 'c', 'd', 'e', 'f'],
      venue: ['polymarket', 'polymarket', 'polymarket', 'polymarket', 'kalshi', 'kalshi'],
      resolved_ms: [10, 20, null, 10, 10, 10],
      winner_index: [1, 0, 1, null, null, null],
      is_void: [false, false, false, true, true, true],
      settlement_value: [null, null, null, null, 0.72, null],
    })
    .withColumns(pl.col('resolved_ms').cast(pl.Int64), pl.col('winner_index').cast(pl.UInt8));
  const marks = (market: number, price0: number, ms: number) =>
    pl.DataFrame([
      pl.Series('market', Uint32Array.of(market)),
      pl.Series('price_0', Float64Array.of(price0)),
      pl.Series('mark_ms', Float64Array.of(ms)),
    ]);

  it('knows what markets that were settled before the moment paid, by the place of their sorted ids', () => {
    expect([...outcomeValues(markets, [], 20).payout0]).toEqual([Number.NaN, 0, Number.NaN, 0.5, 0.72, Number.NaN]);
    expect([...outcomeValues(markets, [], 21).payout0]).toEqual([1, 0, Number.NaN, 0.5, 0.72, Number.NaN]);
  });

  it('keeps the last of the marks that spans give for a market', () => {
    const { price0, markMs } = outcomeValues(markets, [marks(1, 0.3, 5), marks(1, 0.4, 7), marks(2, 0.5, 6)], 20);
    expect([...price0].slice(0, 3)).toEqual([Number.NaN, 0.4, 0.5]);
    expect([...markMs].slice(0, 3)).toEqual([0, 7, 6]);
  });
});

describe('positionFrame', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const written = positions(rows);
        expect(positionsOf(positionFrame(written))).toEqual(written);
      }),
    );
  });
});
