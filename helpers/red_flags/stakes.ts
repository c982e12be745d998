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
  private owners = new Uint32Array(FIRST_SLOTS).fill(NOBODY);
  private tokens = new Uint32Array(FIRST_SLOTS);
  private usd = new Float64Array(FIRST_SLOTS);
  private shares = new Float64Array(FIRST_SLOTS);
  private isRecent = new Uint8Array(FIRST_SLOTS);

  /** @param fromMs only stakes that were bought into from then on count, with all that was bought of them before */
  constructor(private readonly fromMs = Number.NEGATIVE_INFINITY) {}

  /** Adds the purchases of wallets whose number leaves `remainder` when divided by `nShards`. */
  add({ ms, market, outcome, owner, flags, usd, shares }: FillColumns, nShards: number, remainder: number): void {
    for (let i = 0; i < owner.length; i++) {
      if (owner[i] === NOBODY || (flags[i] & FLAGS.buy) === 0 || owner[i] % nShards !== remainder) continue;
      const slot = this.slotOf(owner[i], tokenOf(market[i], outcome[i]));
      this.usd[slot] += usd[i];
      this.shares[slot] += shares[i];
      if (ms[i] >= this.fromMs) this.isRecent[slot] = 1;
    }
  }

  private slotOf(owner: number, token: number): number {
    const mask = this.owners.length - 1;
    let slot = hashOf(owner, token) & mask;
    while (this.owners[slot] !== NOBODY) {
      if (this.owners[slot] === owner && this.tokens[slot] === token) return slot;
      slot = (slot + 1) & mask;
    }
    if (this.n >= FULL * this.owners.length) {
      this.grow();
      return this.slotOf(owner, token);
    }
    this.n++;
    this.owners[slot] = owner;
    this.tokens[slot] = token;
    return slot;
  }

  private grow(): void {
    const { owners, tokens, usd, shares, isRecent } = this;
    const nSlots = 2 * owners.length;
    this.owners = new Uint32Array(nSlots).fill(NOBODY);
    this.tokens = new Uint32Array(nSlots);
    this.usd = new Float64Array(nSlots);
    this.shares = new Float64Array(nSlots);
    this.isRecent = new Uint8Array(nSlots);
    this.n = 0;
    for (let old = 0; old < owners.length; old++) {
      if (owners[old] === NOBODY) continue;
      const slot = this.slotOf(owners[old], tokens[old]);
      this.usd[slot] = usd[old];
      this.shares[slot] = shares[old];
      this.isRecent[slot] = isRecent[old];
    }
  }

  /** Writes the largest stake of each wallet into `into`; of equal ones that of the smaller token. */
  writeLargest(into: LargestStakes): void {
    for (let slot = 0; slot < this.owners.length; slot++) {
      const owner = this.owners[slot];
      if (owner === NOBODY || this.isRecent[slot] === 0) continue;
      const [usd, token] = [this.usd[slot], this.tokens[slot]];
      if (usd < into.usd[owner] || (usd === into.usd[owner] && (usd === 0 || token > into.token[owner]))) continue;
      into.usd[owner] = usd;
      into.token[owner] = token;
      into.shares[owner] = this.shares[slot];
    }
  }
}

function hashOf(owner: number, token: number): number {
  const mixed = Math.imul(owner, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
  const hash = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Room for the largest stakes of `n` wallets, those that are there kept. */
export function grownStakes({ token, usd, shares }: LargestStakes, n: number): LargestStakes {
  const tokens = new Uint32Array(Math.max(n, token.length));
  tokens.set(token);
  return { token: tokens, usd: grown(usd, n), shares: grown(shares, n) };
}
