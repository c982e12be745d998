/** How it ended: positions of a wallet in an outcome of a market, what they came to, and the profile columns made of that. */
import { type ColumnTable, op, escape as rowwise } from 'arquero';

interface Position {
  readonly outcome_index: number;
  /** Null while the market is open. */
  readonly payout_0: number | null;
  readonly mark_0: number | undefined;
  readonly mark_ms: number | undefined;
  readonly cash_usd: number;
  readonly net_shares: number;
  readonly n_buys: number;
  readonly buy_usd: number;
  readonly buy_shares: number;
}

interface MarketResult {
  readonly payout_0: number | undefined;
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
    .rollup({ pnl_usd: op.sum('pnl_usd'), n_marked: op.sum('is_marked'), oldest_mark_ms: op.min('held_mark_ms') })
    .join_left(marketResults(positions), 'wallet')
    .join_left(settledPositions(positions), 'wallet')
    .join_left(judgedPositions(positions), 'wallet');
}

/** One row per wallet, market and outcome with its cash flow, its net shares and the two together in USD as of T. */
function positionsOf(fills: ColumnTable): ColumnTable {
  const valueUsd = (p: Position): number => {
    const price0 = p.payout_0 ?? p.mark_0 ?? null;
    if (price0 === null) return 0;
    return markUsd(roundMicro(p.net_shares), p.outcome_index === 0 ? price0 : 1 - price0);
  };
  return fills
    .derive({
      buy_usd: 'd => d.is_buy ? d.amount_usd : 0',
      buy_shares: 'd => d.is_buy ? d.shares : 0',
    })
    .groupby('wallet', 'market_id', 'outcome_index')
    .rollup({
      payout_0: op.max('payout_0'),
      mark_0: op.max('mark_0'),
      mark_ms: op.max('mark_ms'),
      cash_usd: op.sum('cash_usd'),
      net_shares: op.sum('net_shares'),
      n_buys: op.sum('is_buy'),
      buy_usd: op.sum('buy_usd'),
      buy_shares: op.sum('buy_shares'),
    })
    .derive({ payout_0: rowwise((p: MarketResult) => p.payout_0 ?? null) })
    .derive({
      pnl_usd: rowwise((p: Position) => roundMicro(p.cash_usd + valueUsd(p))),
      is_marked: rowwise((p: Position) => (isOpen(p) ? 1 : 0)),
      held_mark_ms: rowwise((p: Position) => (isOpen(p) ? p.mark_ms : undefined)),
    });
}

function isOpen(p: Position): boolean {
  return p.payout_0 === null && roundMicro(p.net_shares) !== 0;
}

/** Resolved markets of each wallet and those that paid. */
function marketResults(positions: ColumnTable): ColumnTable {
  return positions
    .groupby('wallet', 'market_id')
    .rollup({ payout_0: op.max('payout_0'), pnl_usd: op.sum('pnl_usd') })
    .filter(rowwise((m: MarketResult) => m.payout_0 !== undefined))
    .derive({ is_win: rowwise((m: MarketResult) => (roundMicro(m.pnl_usd) > 0 ? 1 : 0)) })
    .groupby('wallet')
    .rollup({ unique_markets: op.count(), wins: op.sum('is_win') });
}

/** Bought positions in settled markets: how many there are, and are held. */
function settledPositions(positions: ColumnTable): ColumnTable {
  return positions
    .filter(rowwise((p: Position) => p.payout_0 !== null && p.n_buys > 0))
    .derive({ is_held: rowwise((p: Position) => (roundMicro(p.net_shares) > 0 ? 1 : 0)) })
    .groupby('wallet')
    .rollup({ n_settled: op.count(), n_held: op.sum('is_held') });
}

/** Bought positions in markets with a winner: how many have won, and what their prices promised. */
function judgedPositions(positions: ColumnTable): ColumnTable {
  return positions
    .filter(rowwise((p: Position) => (p.payout_0 === 0 || p.payout_0 === 1) && p.n_buys > 0))
    .derive({
      p: rowwise((p: Position) => p.buy_usd / p.buy_shares),
      has_won: rowwise((p: Position) => (p.payout_0 === 1 - p.outcome_index ? 1 : 0)),
    })
    .groupby('wallet')
    .rollup({
      n_won: op.sum('has_won'),
      expected_wins: op.sum('p'),
      variance_of_wins: 'd => op.sum(d.p * (1 - d.p))',
    });
}
