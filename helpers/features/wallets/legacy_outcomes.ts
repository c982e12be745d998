/** How it ended: positions of a wallet in an outcome of a market, what they came to, and the profile columns made of that. */
import { type ColumnTable, op, escape as rowwise } from 'arquero';

interface Position {
  readonly outcome_index: number;
  readonly winner: number | null;
  readonly cash_usd: number;
  readonly net_shares: number;
  readonly last_price: number;
  readonly n_buys: number;
  readonly buy_usd: number;
  readonly buy_shares: number;
}

interface MarketResult {
  readonly winner: number | undefined;
  readonly pnl_usd: number;
}

const MICRO = 1e6;

/**
 * Amounts and shares are multiples of 1e-6 by definition, and so are their sums: rounding takes away what floating point
 * has added, and "exactly zero" means zero again.
 */
export function roundMicro(value: number): number {
  return Math.round(value * MICRO) / MICRO;
}

/** Shares at a price in USD, rounded to 1e-6; a price of .50 makes true halves, and those go to the even neighbour. */
function markUsd(shares: number, price: number): number {
  const micro = Math.round(shares * MICRO) * price;
  const below = Math.floor(micro);
  const isHalf = micro - below === 0.5;
  return (isHalf ? below + (below % 2 === 0 ? 0 : 1) : Math.round(micro)) / MICRO;
}

/** One row per wallet from annotated fills: PnL of everything, and wins, edge and holding over resolved markets. */
export function outcomesOf(fills: ColumnTable): ColumnTable {
  const positions = positionsOf(fills);
  return positions
    .groupby('wallet')
    .rollup({ pnl_usd: op.sum('pnl_usd'), n_marked: op.sum('is_marked') })
    .join_left(marketResults(positions), 'wallet')
    .join_left(judgedPositions(positions), 'wallet');
}

/** One row per wallet, market and outcome with its cash flow, its net shares and the two together in USD as of T. */
function positionsOf(fills: ColumnTable): ColumnTable {
  const valueUsd = (p: Position): number => {
    const shares = roundMicro(p.net_shares);
    if (p.winner !== null) return p.winner === p.outcome_index ? shares : 0;
    return markUsd(shares, p.last_price);
  };
  return fills
    .derive({
      buy_usd: 'd => d.is_buy ? d.amount_usd : 0',
      buy_shares: 'd => d.is_buy ? d.shares : 0',
    })
    .groupby('wallet', 'market_id', 'outcome_index')
    .rollup({
      winner: op.max('winner'),
      last_price: op.max('last_price'),
      cash_usd: op.sum('cash_usd'),
      net_shares: op.sum('net_shares'),
      n_buys: op.sum('is_buy'),
      buy_usd: op.sum('buy_usd'),
      buy_shares: op.sum('buy_shares'),
    })
    .derive({ winner: rowwise((p: { winner: number | undefined }) => p.winner ?? null) })
    .derive({
      pnl_usd: rowwise((p: Position) => roundMicro(p.cash_usd + valueUsd(p))),
      is_marked: rowwise((p: Position) => (p.winner === null && roundMicro(p.net_shares) !== 0 ? 1 : 0)),
    });
}

/** Resolved markets of each wallet and those that paid. */
function marketResults(positions: ColumnTable): ColumnTable {
  return positions
    .groupby('wallet', 'market_id')
    .rollup({ winner: op.max('winner'), pnl_usd: op.sum('pnl_usd') })
    .filter(rowwise((m: MarketResult) => m.winner !== undefined))
    .derive({ is_win: rowwise((m: MarketResult) => (roundMicro(m.pnl_usd) > 0 ? 1 : 0)) })
    .groupby('wallet')
    .rollup({ unique_markets: op.count(), wins: op.sum('is_win') });
}

/** Bought positions in resolved markets: how many there are, are held and have won, and what their prices promised. */
function judgedPositions(positions: ColumnTable): ColumnTable {
  return positions
    .filter(rowwise((p: Position) => p.winner !== null && p.n_buys > 0))
    .derive({
      p: rowwise((p: Position) => p.buy_usd / p.buy_shares),
      is_held: rowwise((p: Position) => (roundMicro(p.net_shares) > 0 ? 1 : 0)),
      has_won: rowwise((p: Position) => (p.winner === p.outcome_index ? 1 : 0)),
    })
    .groupby('wallet')
    .rollup({
      n_judged: op.count(),
      n_held: op.sum('is_held'),
      n_won: op.sum('has_won'),
      expected_wins: op.sum('p'),
      variance_of_wins: 'd => op.sum(d.p * (1 - d.p))',
    });
}
