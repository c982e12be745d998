import { expect, test } from 'vitest';
import { addBet, BET_SUMS, betColumns, edgeZ } from '../../features/edge.ts';
import { ExactSums } from '../../features/exact_sums.ts';
import { pl } from '../../polars/polars.ts';

const [USD, SHARES] = [4e6, 10e6];

function positions(rows: readonly (readonly [winner: number | null, outcome: number, usd: number, shares: number])[]) {
  return pl.DataFrame(
    ['winner', 'outcome_index', 'buy_usd_u', 'buy_shares_u'].map((name, c) =>
      pl.Series(
        name,
        rows.map((row) => row[c]),
        pl.Int64,
      ),
    ),
  );
}

const sumsOf = (rows: Parameters<typeof positions>[0]) =>
  pl.DataFrame(betColumns(positions(rows))).select(...BET_SUMS.map((name) => pl.col(name).cast(pl.Float64).sum()));

test('a position is a bet when something was bought and its market has a winner, and then it won or lost at its price', () => {
  const columns = betColumns(
    positions([
      [0, 0, USD, SHARES],
      [1, 0, USD, SHARES],
      [null, 0, USD, SHARES],
      [0, 0, 0, 0],
    ]),
  );
  const unit = 1e-13;
  expect(columns.map((column) => [...column.toTypedArray()].map(Number))).toEqual([
    [1, 1, 0, 0],
    [1, 0, 0, 0],
    [0.4 / unit, 0.4 / unit, 0, 0],
    [Math.round(0.24 / unit), Math.round(0.24 / unit), 0, 0],
  ]);
});

test('the edge is what the bets won above their prices, in standard deviations', () => {
  const rows = [
    [0, 0, USD, SHARES],
    [0, 0, USD, SHARES],
    [1, 0, USD, SHARES],
  ] as const;
  const z = Number(sumsOf(rows).select(edgeZ().alias('z')).row(0)[0]);
  expect(z).toBeCloseTo((2 - 3 * 0.4) / Math.sqrt(3 * 0.24), 12);
});

test('sure bets alone have no edge', () => {
  expect(
    sumsOf([[0, 0, SHARES, SHARES]])
      .select(edgeZ().alias('z'))
      .row(0)[0],
  ).toBeNull();
});

test('variances below 0, of impossible prices, add up exactly too', () => {
  const sums = new ExactSums(BET_SUMS, 1);
  let exact = 0n;
  for (let i = 0; i < 300; i++) {
    addBet(sums, 0, 0, 0, (1000 + i) * SHARES, SHARES);
    exact += BigInt(Math.round(((1000 + i) * (1 - (1000 + i))) / 1e-13));
  }
  expect(sums.columns(Uint32Array.of(0))[3].toTypedArray()[0]).toBe(BigInt.asIntN(64, exact));
});

test('a price that rounding lifted above 1 takes its little from the variance', () => {
  const sums = sumsOf([
    [0, 0, USD, SHARES],
    [0, 0, SHARES + 1, SHARES],
  ]).toRecords()[0] as Record<string, number>;
  expect(sums.n_bets).toBe(2);
  expect(sums.paid_variance).toBeLessThan(0.24 / 1e-13);
  expect(sums.paid_variance).toBeGreaterThan(0.2399 / 1e-13);
});
