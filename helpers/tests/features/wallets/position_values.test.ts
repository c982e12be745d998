import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Positions, positionFrame, positionsOf } from '../../../features/wallets/position_table.ts';
import { type OutcomeValues, outcomeValues, valueByWallet } from '../../../features/wallets/position_values.ts';
import { pl } from '../../../polars/polars.ts';

const N_MARKETS = 4;
const N_WALLETS = 3;

interface Row {
  readonly owner: number;
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
    owner: fc.nat(N_WALLETS - 1),
    market: fc.nat(N_MARKETS - 1),
    outcome: fc.nat(1),
    price: fc.constantFrom(0, 0.3, 0.5, 1),
    sellUsd: amount,
    buyShares: amount,
    sellShares: amount,
  })
  .map(({ price, ...rest }) => ({ ...rest, buyUsd: Math.ceil(price * rest.buyShares) }));
const drawnValues = fc.record({
  winner: fc.array(fc.constantFrom(-1, 0, 1), { minLength: N_MARKETS, maxLength: N_MARKETS }),
  lastPrice: fc.array(fc.constantFrom(0, 0.25, 0.5, 0.999), { minLength: 2 * N_MARKETS, maxLength: 2 * N_MARKETS }),
});

function positions(rows: readonly Row[]): Positions {
  return {
    keys: Uint32Array.from(rows.flatMap(({ owner, market, outcome }) => [owner, 2 * market + outcome])),
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
  const turned = (owner: number, span: number): number => (owner + span) % N_WALLETS;
  const columns = valueByWallet(
    spans.map((rows, span) => positions(rows.map((r) => ({ ...r, owner: turned(r.owner, span) })))),
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
function asSaid(rows: readonly Row[], { winner, lastPrice }: OutcomeValues): Record<string, number>[] {
  const sum = (of: readonly Row[], pick: (row: Row) => number): number => of.reduce((total, r) => total + pick(r), 0);
  return Array.from({ length: N_WALLETS }, (_, owner) => {
    const own = rows.filter((r) => r.owner === owner);
    const result = { usd_u: 0, buy_usd_u: 0, pnl_u: 0, n_marked: 0, n_bets: 0, n_bets_won: 0, n_bets_held: 0 };
    let [paid, variance] = [0n, 0n];
    const more = { n_resolved: 0, n_won: 0, n_markets: 0, top_usd_u: 0 };
    for (const market of new Set(own.map((r) => r.market))) {
      const inMarket = own.filter((r) => r.market === market);
      let profit = sum(inMarket, (r) => r.sellUsd - r.buyUsd);
      for (const outcome of new Set(inMarket.map((r) => r.outcome))) {
        const held = inMarket.filter((r) => r.outcome === outcome);
        const net = sum(held, (r) => r.buyShares - r.sellShares);
        const isBet = winner[market] >= 0 && sum(held, (r) => r.buyShares) > 0;
        if (winner[market] === outcome) profit += net;
        if (winner[market] < 0) profit += toEven(net * lastPrice[2 * market + outcome]);
        if (winner[market] < 0 && net !== 0) result.n_marked++;
        if (isBet) {
          const price = sum(held, (r) => r.buyUsd) / sum(held, (r) => r.buyShares);
          paid += BigInt(toEven(price / 1e-13));
          variance += BigInt(toEven((price * (1 - price)) / 1e-13));
          result.n_bets++;
        }
        if (isBet && winner[market] === outcome) result.n_bets_won++;
        if (isBet && net > 0) result.n_bets_held++;
      }
      const usd = sum(inMarket, (r) => r.buyUsd + r.sellUsd);
      result.usd_u += usd;
      result.buy_usd_u += sum(inMarket, (r) => r.buyUsd);
      result.pnl_u += profit;
      more.n_markets++;
      if (winner[market] >= 0) more.n_resolved++;
      if (winner[market] >= 0 && profit > 0) more.n_won++;
      more.top_usd_u = Math.max(more.top_usd_u, usd);
    }
    const in64Bits = (total: bigint): number => Number(BigInt.asIntN(64, total));
    return { ...result, ...more, paid: in64Bits(paid), paid_variance: in64Bits(variance) };
  });
}

const fromDrawn = ({ winner, lastPrice }: { winner: number[]; lastPrice: number[] }): OutcomeValues => ({
  winner: Int8Array.from(winner),
  lastPrice: Float64Array.from(lastPrice),
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

  it('would rather stop than value an open position at no price', () => {
    const values = fromDrawn({ winner: [-1, 0, 0, 0], lastPrice: new Array(8).fill(Number.NaN) });
    const held = { owner: 0, outcome: 0, buyUsd: 1, sellUsd: 0, buyShares: 2, sellShares: 0 };
    expect(() => valued([[{ ...held, market: 0 }]], values)).toThrow(/market 0 has no price/);
    expect(valued([[{ ...held, market: 1 }]], values)[0].pnl_u).toBe(1);
  });
});

describe('outcomeValues', () => {
  const markets = pl
    .DataFrame({
      market_id: ['b', 'a', 'c', 'd'],
      resolved_ms: [10, 20, null, 10],
      winner_index: [1, 0, null, null],
    })
    .withColumns(pl.col('resolved_ms').cast(pl.Int64), pl.col('winner_index').cast(pl.UInt8));
  const prices = (market: number, outcome: number, price: number) =>
    pl.DataFrame([
      pl.Series('market', Uint32Array.of(market)),
      pl.Series('outcome_index', Uint8Array.of(outcome)),
      pl.Series('last_price', Float64Array.of(price)),
    ]);

  it('knows the winners of markets that resolved before the moment, by the place of their sorted ids', () => {
    expect([...outcomeValues(markets, [], 20).winner]).toEqual([-1, 1, -1, -1]);
    expect([...outcomeValues(markets, [], 21).winner]).toEqual([0, 1, -1, -1]);
  });

  it('keeps the last of the prices that spans give for an outcome', () => {
    const { lastPrice } = outcomeValues(markets, [prices(1, 0, 0.3), prices(1, 0, 0.4), prices(2, 1, 0.5)], 20);
    expect([...lastPrice]).toEqual([Number.NaN, Number.NaN, 0.4, Number.NaN, Number.NaN, 0.5, Number.NaN, Number.NaN]);
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
