/** Bets of wallets made by hand, every one an event and a market of its own. */
import type { WalletBets } from '../../skill/bets.ts';

export interface Bet {
  readonly price: number;
  readonly isWon: boolean;
  readonly shares: number;
}

/** The bets of wallet i are bets[i]; their events are numbered from 0 in each wallet, their markets are all different. */
export function toWalletBets(bets: readonly (readonly Bet[])[]): WalletBets {
  const all = bets.flat();
  const starts = new Uint32Array(bets.length + 1);
  bets.forEach((own, i) => {
    starts[i + 1] = starts[i] + own.length;
  });
  return {
    wallets: bets.map((_, i) => `w${i}`),
    keys: Uint32Array.from(bets.keys()),
    bets: {
      starts,
      event: Uint32Array.from(bets.flatMap((own) => [...own.keys()])),
      market: Uint32Array.from(all.keys()),
      outcome: new Uint8Array(all.length),
      price: Float64Array.from(all, ({ price }) => price),
      shares: Float64Array.from(all, ({ shares }) => shares),
      isWon: Uint8Array.from(all, ({ isWon }) => (isWon ? 1 : 0)),
    },
  };
}
