/**
 * A wallet's edge: how many of its bets won, against how many the prices it paid had promised. A bet is a position, bought
 * (in part), whose market has resolved; its price p is the mean price paid. Profiles count all that was bought before T,
 * chapter 6 what was bought before the market resolved.
 */
import { float, int, numberWhere } from '../polars/expressions.ts';
import { type DataFrame, type Expr, pl, type Series } from '../polars/polars.ts';
import { roundHalfToEven } from './amounts.ts';
import { ExactSums } from './exact_sums.ts';

/** p and p(1−p) are summed as whole numbers of this unit: sums do not depend on the order, and 900,000 bets fit into 64 bits. */
const EDGE_UNIT = 1e-13;

/** What adds up over a wallet's bets: how many, how many won, Σp and Σp(1−p). */
export const BET_SUMS = ['n_bets', 'n_bets_won', 'paid', 'paid_variance'] as const;
const [N_BETS, N_BETS_WON, PAID, PAID_VARIANCE] = BET_SUMS.keys();

/**
 * Adds a position to the BET_SUMS that begin at `at`, if it is a bet.
 * @param winner outcome that won its market; -1 while that is not known
 * @param buyUsd paid for `buyShares`, in the same unit
 * @returns whether it is one
 */
export function addBet(
  sums: ExactSums,
  at: number,
  winner: number,
  outcome: number,
  buyUsd: number,
  buyShares: number,
): boolean {
  if (winner < 0 || buyShares <= 0) return false;
  const price = buyUsd / buyShares;
  sums.values[at + N_BETS]++;
  if (winner === outcome) sums.values[at + N_BETS_WON]++;
  sums.add(at + PAID, roundHalfToEven(price / EDGE_UNIT));
  // A rounded price may lie a little above 1.
  sums.addSigned(at + PAID_VARIANCE, roundHalfToEven((price * (1 - price)) / EDGE_UNIT));
  return true;
}

/**
 * BET_SUMS of positions as int64, row by row.
 * @param positions `winner` (null for none), `outcome_index`, `buy_usd_u` and `buy_shares_u`
 */
export function betColumns(positions: DataFrame): Series[] {
  const numbers = positions.select(
    pl.col('winner').cast(pl.Float64).fillNull(pl.lit(-1)),
    ...['outcome_index', 'buy_usd_u', 'buy_shares_u'].map((name) => pl.col(name).cast(pl.Float64)),
  );
  const [winner, outcome, usd, shares] = numbers
    .getColumns()
    .map((column: Series) => column.toTypedArray() as Float64Array);
  const sums = new ExactSums(BET_SUMS, positions.height);
  for (let i = 0; i < positions.height; i++)
    addBet(sums, i * BET_SUMS.length, winner[i], outcome[i], usd[i], shares[i]);
  return sums.columns(Uint32Array.from(winner.keys()));
}

/** (wins − Σp)/√Σp(1−p) of sums of bets; null where there is no uncertain bet. */
export function edgeZ(): Expr {
  const units = (name: string): Expr => float(name).mul(pl.lit(EDGE_UNIT));
  const edge = float('n_bets_won').minus(units('paid')).div(units('paid_variance').pow(0.5));
  return numberWhere(pl.col('paid_variance').gt(int(0)), edge);
}
