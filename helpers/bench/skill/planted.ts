/** Wallets that win more than half of their bets at .50, among others that do not, and how many of them must be found. */
import { poissonBinomialTail } from '../../evaluate/poisson_binomial.ts';
import { createRandom } from '../../kernels/random.ts';
import type { WalletBets } from '../../skill/bets.ts';
import type { FlaggedSkill } from '../../skill/test_wallets.ts';

const N_BETS = 100;
const N_PLANTED = 300;
const N_OTHERS = 700;
const PRICE = 0.5;
const WIN_CHANCE = 0.6;

/** 300 wallets with skill, then 700 without; every bet is an event of its own, of one share. */
export function plantSkill(seed: number): { bets: WalletBets; isSkilled: boolean[] } {
  const random = createRandom(seed);
  const nWallets = N_PLANTED + N_OTHERS;
  const n = nWallets * N_BETS;
  const starts = Uint32Array.from({ length: nWallets + 1 }, (_, wallet) => wallet * N_BETS);
  const event = Uint32Array.from({ length: n }, (_, i) => i);
  const price = new Float64Array(n).fill(PRICE);
  const isWon = Uint8Array.from({ length: n }, (_, i) =>
    random.uniform() < (i < N_PLANTED * N_BETS ? WIN_CHANCE : PRICE) ? 1 : 0,
  );
  const outcome = new Uint8Array(n);
  const shares = new Float64Array(n).fill(1);
  return {
    bets: {
      wallets: Array.from({ length: nWallets }, (_, wallet) => `wallet ${wallet}`),
      keys: Uint32Array.from({ length: nWallets }, (_, wallet) => wallet),
      bets: { starts, event, market: event, outcome, price, shares, isWon },
    },
    isSkilled: Array.from({ length: nWallets }, (_, wallet) => wallet < N_PLANTED),
  };
}

export interface Power {
  readonly nPlanted: number;
  readonly nFound: number;
  readonly found: number;
  /** Wins of the flagged wallet with the fewest. */
  readonly winsNeeded: number;
  /** P(so many wins or more), of a wallet with skill. */
  readonly promised: number;
  readonly nFlagged: number;
  readonly nFalse: number;
}

/** How many wallets with skill were found, and how many the binomial distribution lets one expect at the same bar. */
export function powerOf(flagged: readonly FlaggedSkill[], isSkilled: readonly boolean[]): Power {
  const nPlanted = isSkilled.filter((own) => own).length;
  const found = flagged.filter(({ isFlagged }) => isFlagged);
  const nFound = flagged.filter(({ isFlagged }, i) => isFlagged && isSkilled[i]).length;
  const winsNeeded = found.reduce((least, { nWon }) => Math.min(least, nWon), N_BETS + 1);
  const promised = poissonBinomialTail(new Float64Array(N_BETS).fill(WIN_CHANCE), winsNeeded);
  const nFlagged = found.length;
  return { nPlanted, nFound, found: nFound / nPlanted, winsNeeded, promised, nFlagged, nFalse: nFlagged - nFound };
}
