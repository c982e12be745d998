/** Fills put together to bets, and what follows from bets and fills alone. */
import type { Bet, LiveFill } from './facts.ts';

type WalletFill = LiveFill & { readonly wallet: string };

function hasWallet(fill: LiveFill): fill is WalletFill {
  return fill.wallet !== null;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function sum(fills: readonly WalletFill[], amountOf: (fill: WalletFill) => number): number {
  return fills.reduce((total, fill) => total + amountOf(fill), 0);
}

function betOf(fills: readonly WalletFill[]): Bet {
  const [{ venue, marketId, eventId, outcomeIndex, wallet, side }] = fills;
  const shares = sum(fills, (fill) => fill.shares);
  const withRole = fills.filter(({ role }) => role !== null);
  const roleUsd = sum(withRole, (fill) => fill.amountUsd);
  const makerUsd = sum(withRole, (fill) => (fill.role === 'maker' ? fill.amountUsd : 0));
  const times = fills.map(({ tsMs }) => tsMs);
  return {
    venue,
    marketId,
    eventId,
    outcomeIndex,
    wallet,
    side,
    amountUsd: sum(fills, (fill) => fill.amountUsd),
    shares,
    price: shares > 0 ? sum(fills, (fill) => fill.price * fill.shares) / shares : fills[0].price,
    nFills: fills.length,
    makerShare: roleUsd > 0 ? makerUsd / roleUsd : null,
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    receivedMs: Math.max(...fills.map(({ receivedMs }) => receivedMs)),
    fillId: fills.reduce((largest, fill) => (fill.amountUsd > largest.amountUsd ? fill : largest)).fillId,
    txs: [...new Set(fills.flatMap(({ tx }) => (tx === null ? [] : [tx])))],
  };
}

/** Bets from fills of one span of time, in order of their last fill; fills without a wallet make none. */
export function betsOf(fills: readonly LiveFill[]): Bet[] {
  const key = ({ venue, marketId, outcomeIndex, wallet, side }: LiveFill): string =>
    `${venue} ${marketId} ${outcomeIndex} ${wallet} ${side}`;
  return groupBy(fills.filter(hasWallet), key)
    .map(betOf)
    .sort((a, b) => a.lastMs - b.lastMs || (a.fillId < b.fillId ? -1 : 1));
}

/** The side of a market that a fill takes: selling one outcome is betting on the other. */
export function sideTaken({ side, outcomeIndex, price }: Pick<Bet, 'side' | 'outcomeIndex' | 'price'>): {
  outcome: 0 | 1;
  price: number;
} {
  if (side === 'BUY') return { outcome: outcomeIndex, price };
  return { outcome: outcomeIndex === 0 ? 1 : 0, price: 1 - price };
}
