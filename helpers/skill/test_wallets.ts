/** Whether wallets were right, or earned, more than their prices promised: exact p-values, price being the null. */
import { benjaminiHochberg } from '../evaluate/multiple_testing.ts';
import { poissonBinomialTail } from '../evaluate/poisson_binomial.ts';
import type { Executor } from '../kernels/executor.ts';
import { countDraws, planDraws, type Stakes } from '../kernels/outcomes/outcome_draws.ts';
import type { Bets, WalletBets } from './bets.ts';

/** Draws after which a wallet is looked at; it goes on to the next stage while fewer than REACHED_MIN of them paid as much. */
const DRAWS_AT = [10_000, 100_000, 1_000_000] as const;
const REACHED_MIN = 100;
/** Each wallet has two tests. */
const N_TESTS = 2;

/** What the tests found of one wallet. */
export interface WalletSkill {
  readonly wallet: string;
  readonly nEvents: number;
  readonly nWon: number;
  /** Bets that the prices let one expect to win. */
  readonly expectedWins: number;
  /** P(as many wins or more), exact. */
  readonly accuracyP: number;
  /** What the bets pay when held to the end, less their prices, USD. */
  readonly gainUsd: number;
  /** (1 + draws that pay as much) / (draws + 1). */
  readonly moneyP: number;
  readonly nDraws: number;
  /** Twice the smaller of the two (Bonferroni). */
  readonly p: number;
}

/**
 * (1 + #) / (n + 1) of draws in which every bet is won or lost with its price (Gómez-Cram et al. 2026). Wallets with few
 * draws as good as what happened get ten times as many, up to a million: the p-values stay exact, as one that goes on is never
 * larger than it was where it might have ended (compare Besag and Clifford 1991).
 * @param keys what each wallet's draws depend on besides `seed`
 */
function moneyPValues(
  bets: Stakes,
  keys: Uint32Array,
  seed: number,
  executor: Executor,
): { p: Float64Array; nDraws: Uint32Array } {
  const p = new Float64Array(keys.length);
  const nDraws = new Uint32Array(keys.length);
  const nReached = new Float64Array(keys.length);
  let rows = [...keys.keys()];
  let nBefore = 0;
  DRAWS_AT.forEach((nAll, stage) => {
    if (rows.length === 0) return;
    const plan = planDraws(takeBets(bets, rows));
    const ownKeys = Uint32Array.from(rows, (i) => keys[i]);
    const counts = countDraws(executor, plan, ownKeys, nAll - nBefore, seed + stage);
    rows.forEach((i, k) => {
      nReached[i] += counts[k];
      nDraws[i] = nAll;
      p[i] = (1 + nReached[i]) / (nAll + 1);
    });
    rows = rows.filter((i) => nReached[i] < REACHED_MIN);
    nBefore = nAll;
  });
  return { p, nDraws };
}

/** The bets of some wallets, in the order given. */
function takeBets({ starts, price, shares, isWon }: Stakes, wallets: readonly number[]): Stakes {
  const ownStarts = new Uint32Array(wallets.length + 1);
  wallets.forEach((i, k) => {
    ownStarts[k + 1] = ownStarts[k] + starts[i + 1] - starts[i];
  });
  const n = ownStarts[wallets.length];
  const own = { price: new Float64Array(n), shares: new Float64Array(n), isWon: new Uint8Array(n) };
  wallets.forEach((i, k) => {
    own.price.set(price.subarray(starts[i], starts[i + 1]), ownStarts[k]);
    own.shares.set(shares.subarray(starts[i], starts[i + 1]), ownStarts[k]);
    own.isWon.set(isWon.subarray(starts[i], starts[i + 1]), ownStarts[k]);
  });
  return { starts: ownStarts, ...own };
}

/** The exact test of accuracy, and the sums that go with both. */
function testAccuracy({ starts, price, shares, isWon }: Bets, wallet: number) {
  const [start, end] = [starts[wallet], starts[wallet + 1]];
  let [nWon, expectedWins, gainUsd] = [0, 0, 0];
  for (let i = start; i < end; i++) {
    nWon += isWon[i];
    expectedWins += price[i];
    gainUsd += shares[i] * (isWon[i] - price[i]);
  }
  const accuracyP = poissonBinomialTail(price.subarray(start, end), nWon);
  return { nEvents: end - start, nWon, expectedWins, gainUsd, accuracyP };
}

/**
 * Tests every wallet twice: how often its bets were won (excess accuracy, Della Vedova 2026; exact Poisson-binomial tail), and how
 * much they paid, the larger ones counting more (outcomes drawn by price).
 */
export function testWallets({ wallets, keys, bets }: WalletBets, seed: number, executor: Executor): WalletSkill[] {
  const money = moneyPValues(bets, keys, seed, executor);
  return wallets.map((wallet, i) => {
    const accuracy = testAccuracy(bets, i);
    const moneyP = money.p[i];
    const p = Math.min(1, N_TESTS * Math.min(accuracy.accuracyP, moneyP));
    return { wallet, ...accuracy, moneyP, nDraws: money.nDraws[i], p };
  });
}

/** Wallets with what their p-values are worth together: `q`, the lowest false discovery rate at which each is flagged. */
export function flagSkilled(tested: readonly WalletSkill[], fdr: number) {
  const { adjusted, rejected, nRejected } = benjaminiHochberg(
    tested.map(({ p }) => p),
    fdr,
  );
  const flagged = tested.map((own, i) => ({ ...own, q: adjusted[i], isFlagged: rejected[i] === 1 }));
  return { flagged, nFlagged: nRejected };
}

export type FlaggedSkill = ReturnType<typeof flagSkilled>['flagged'][number];
