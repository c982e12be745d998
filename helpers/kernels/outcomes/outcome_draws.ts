/** Resolves all bets of wallets anew, many times, and counts the draws in which a wallet gets at least what it got. */
import type { Executor, Kernel } from '../executor.ts';
import { splitmix32 } from '../random.ts';

const OUTCOME_DRAWS: Kernel = { name: 'outcomeDraws', run: outcomeDraws };
const LANES = 8;
/** Weights of a wallet add up to about this, so that sums fit into 31 bits. */
const WEIGHT_SUM = 2 ** 30;

/** Bets of wallets; those of wallet i lie between starts[i] and starts[i + 1]. */
export interface Stakes {
  readonly starts: Uint32Array;
  /** Probability that the bet is won, its price. */
  readonly price: Float64Array;
  /** Shares, > 0: what the bet pays when it is won. */
  readonly shares: Float64Array;
  readonly isWon: Uint8Array;
}

/** Bets as the kernel takes them: whole numbers, so that equal payouts are equal whatever the order of their sum. */
export interface DrawPlan {
  readonly starts: Uint32Array;
  /** price · 2^32. */
  readonly thresholds: Uint32Array;
  /** Share of the wallet's largest payout in units of 2^-30. */
  readonly weights: Int32Array;
  /** What the wallet got, in the same units, less what rounding may have added. */
  readonly observed: Int32Array;
}

/** Prepares bets for `countDraws`. */
export function planDraws({ starts, price, shares, isWon }: Stakes): DrawPlan {
  const n = price.length;
  const thresholds = Uint32Array.from(price, (p) => Math.min(2 ** 32 - 1, Math.round(p * 2 ** 32)));
  const weights = new Int32Array(n);
  const observed = new Int32Array(starts.length - 1);
  for (let wallet = 0; wallet < observed.length; wallet++) {
    const [start, end] = [starts[wallet], starts[wallet + 1]];
    let total = 0;
    for (let i = start; i < end; i++) total += shares[i];
    let sum = 0;
    for (let i = start; i < end; i++) {
      const weight = Math.max(1, Math.round((shares[i] / total) * WEIGHT_SUM));
      weights[i] = weight;
      if (isWon[i] === 1) sum += weight;
    }
    observed[wallet] = sum - (end - start);
  }
  return { starts, thresholds, weights, observed };
}

/**
 * In how many of `nDraws`, in which every bet is won or lost with its price, each wallet is paid at least what it was.
 * @param keys what the draws of each wallet depend on besides `seed`, not its place
 * @param nDraws a multiple of 8
 */
export function countDraws(
  executor: Executor,
  { starts, thresholds, weights, observed }: DrawPlan,
  keys: Uint32Array,
  nDraws: number,
  seed: number,
): Uint32Array {
  if (nDraws % LANES !== 0) throw new Error(`nDraws must be a multiple of ${LANES}, got ${nDraws}`);
  return executor.scope(() => {
    const counts = executor.uint32(observed.length);
    const plan = [starts, thresholds, weights, observed, keys].map((array) => executor.place(array));
    executor.dispatch(OUTCOME_DRAWS, observed.length, ...plan, seed >>> 0, nDraws, counts);
    return Uint32Array.from(counts);
  });
}

/** Reference implementation of the WebAssembly kernel of the same name, with the same bits. */
function outcomeDraws(
  task: number,
  starts: Uint32Array,
  thresholds: Uint32Array,
  weights: Int32Array,
  observed: Int32Array,
  keys: Uint32Array,
  seed: number,
  nDraws: number,
  counts: Uint32Array,
): void {
  const next = splitmix32(seed ^ Math.imul(keys[task], 0x9e3779b1));
  let count = 0;
  for (let lane = 0; lane < LANES; lane++) {
    let [a, b, c, d] = [next(), next(), next(), next()];
    for (let draw = 0; draw < nDraws; draw += LANES) {
      let sum = 0;
      for (let i = starts[task]; i < starts[task + 1]; i++) {
        const u = (a + d) >>> 0;
        const t = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = (d << 11) | (d >>> 21);
        if (u < thresholds[i]) sum += weights[i];
      }
      if (sum >= observed[task]) count++;
    }
  }
  counts[task] = count;
}
