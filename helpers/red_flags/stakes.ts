/** How much every wallet bought of every outcome: the largest of these stakes is what red flags look at. */
import { grown } from '../features/exact_sums.ts';
import { type FillColumns, FLAGS, NOBODY, tokenOf } from '../features/wallets/fill_columns.ts';

const FIRST_SLOTS = 1 << 16;
/** The table is made twice as large when more of it is taken. */
const FULL = 0.6;

/** The largest stake of wallets, by their numbers. */
export interface LargestStakes {
  /** The outcome, as in tokenOf; meaningless where the stake is 0. */
  readonly token: Uint32Array;
  /** What was bought of it, in whole units of 1e-6 USD and 1e-6 shares. */
  readonly usd: Float64Array;
  readonly shares: Float64Array;
}

/** BUY amounts by wallet and outcome: an open-addressing table in typed arrays, 32 bytes a stake. */
export class StakeTable {
  n = 0;
  private walletCodes = new Uint32Array(FIRST_SLOTS).fill(NOBODY);
  private tokens = new Uint32Array(FIRST_SLOTS);
  private usd = new Float64Array(FIRST_SLOTS);
  private shares = new Float64Array(FIRST_SLOTS);
  private isRecent = new Uint8Array(FIRST_SLOTS);

  /** @param fromMs only stakes that were bought into from then on count, with all that was bought of them before */
  constructor(private readonly fromMs = Number.NEGATIVE_INFINITY) {}

  /** Adds the purchases of wallets whose number leaves `remainder` when divided by `nShards`. */
  add({ ms, market, outcome, walletCode, flags, usd, shares }: FillColumns, nShards: number, remainder: number): void {
    for (let i = 0; i < walletCode.length; i++) {
      if (walletCode[i] === NOBODY || (flags[i] & FLAGS.buy) === 0 || walletCode[i] % nShards !== remainder) continue;
      const slot = this.slotOf(walletCode[i], tokenOf(market[i], outcome[i]));
      this.usd[slot] += usd[i];
      this.shares[slot] += shares[i];
      if (ms[i] >= this.fromMs) this.isRecent[slot] = 1;
    }
  }

  private slotOf(walletCode: number, token: number): number {
    const mask = this.walletCodes.length - 1;
    let slot = hashOf(walletCode, token) & mask;
    while (this.walletCodes[slot] !== NOBODY) {
      if (this.walletCodes[slot] === walletCode && this.tokens[slot] === token) return slot;
      slot = (slot + 1) & mask;
    }
    if (this.n >= FULL * this.walletCodes.length) {
      this.grow();
      return this.slotOf(walletCode, token);
    }
    this.n++;
    this.walletCodes[slot] = walletCode;
    this.tokens[slot] = token;
    return slot;
  }

  private grow(): void {
    const { walletCodes, tokens, usd, shares, isRecent } = this;
    const nSlots = 2 * walletCodes.length;
    this.walletCodes = new Uint32Array(nSlots).fill(NOBODY);
    this.tokens = new Uint32Array(nSlots);
    this.usd = new Float64Array(nSlots);
    this.shares = new Float64Array(nSlots);
    this.isRecent = new Uint8Array(nSlots);
    this.n = 0;
    for (let old = 0; old < walletCodes.length; old++) {
      if (walletCodes[old] === NOBODY) continue;
      const slot = this.slotOf(walletCodes[old], tokens[old]);
      this.usd[slot] = usd[old];
      this.shares[slot] = shares[old];
      this.isRecent[slot] = isRecent[old];
    }
  }

  /** Writes the largest stake of each wallet into `into`; of equal ones that of the smaller token. */
  writeLargest(into: LargestStakes): void {
    for (let slot = 0; slot < this.walletCodes.length; slot++) {
      const walletCode = this.walletCodes[slot];
      if (walletCode === NOBODY || this.isRecent[slot] === 0) continue;
      const [usd, token] = [this.usd[slot], this.tokens[slot]];
      if (usd < into.usd[walletCode] || (usd === into.usd[walletCode] && (usd === 0 || token > into.token[walletCode])))
        continue;
      into.usd[walletCode] = usd;
      into.token[walletCode] = token;
      into.shares[walletCode] = this.shares[slot];
    }
  }
}

function hashOf(walletCode: number, token: number): number {
  const mixed = Math.imul(walletCode, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
  const hash = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Room for the largest stakes of `n` wallets, those that are there kept. */
export function grownStakes({ token, usd, shares }: LargestStakes, n: number): LargestStakes {
  const tokens = new Uint32Array(Math.max(n, token.length));
  tokens.set(token);
  return { token: tokens, usd: grown(usd, n), shares: grown(shares, n) };
}
