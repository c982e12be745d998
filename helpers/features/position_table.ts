/** Positions by wallet, market and outcome, in an open hash table that grows. */
import { pl, type Series } from '../tables/polars.ts';
import { ExactSums, grown } from './exact_sums.ts';
import { type FillColumns, FLAGS, NOBODY } from './fill_columns.ts';

/** What must be known of every position, to value it. */
const POSITION_SUMS = ['usd_u', 'buy_usd_u', 'shares_u', 'buy_shares_u'] as const;
const [USD, BUY_USD, SHARES, BUY_SHARES] = POSITION_SUMS.keys();
const SLOTS_MIN = 1024;

export class PositionTable {
  private slots: Int32Array;
  private owners: Uint32Array;
  /** 2 · market + outcome. */
  private outcomes: Uint32Array;
  private readonly sums: ExactSums;
  /** Positions so far; they have numbers in the order in which they were met. */
  n = 0;

  /** @param nExpected positions that will come, about; room for more is made when they do */
  constructor(nExpected: number) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(nExpected, SLOTS_MIN)))).fill(-1);
    this.owners = new Uint32Array(nExpected);
    this.outcomes = new Uint32Array(nExpected);
    this.sums = new ExactSums(POSITION_SUMS, nExpected);
  }

  /** The position of every fill that is a wallet's; to be handed to `add`. */
  number({ market, outcome, owner }: FillColumns): Uint32Array {
    this.owners = grown(this.owners, this.n + owner.length);
    this.outcomes = grown(this.outcomes, this.n + owner.length);
    const numbers = new Uint32Array(owner.length);
    for (let i = 0; i < owner.length; i++) {
      if (owner[i] === NOBODY) continue;
      numbers[i] = this.numberOf(owner[i], 2 * market[i] + outcome[i]);
      if (4 * this.n > 3 * this.slots.length) this.rehash();
    }
    return numbers;
  }

  private numberOf(owner: number, outcome: number): number {
    const { slots, owners, outcomes } = this;
    const mask = slots.length - 1;
    for (let slot = hashOf(owner, outcome) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot];
      if (number < 0) {
        slots[slot] = this.n;
        owners[this.n] = owner;
        outcomes[this.n] = outcome;
        return this.n++;
      }
      if (owners[number] === owner && outcomes[number] === outcome) return number;
    }
  }

  private rehash(): void {
    const slots = new Int32Array(4 * this.slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.n; number++) {
      let slot = hashOf(this.owners[number], this.outcomes[number]) & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.slots = slots;
  }

  /** @param numbers what `number` gave for these fills */
  add({ owner, flags, usd, shares }: FillColumns, numbers: Uint32Array): void {
    const { sums } = this;
    sums.makeRoom(this.n);
    for (let i = 0; i < owner.length; i++) {
      if (owner[i] === NOBODY) continue;
      const base = numbers[i] * POSITION_SUMS.length;
      sums.add(base + USD, usd[i]);
      sums.add(base + SHARES, shares[i]);
      if ((flags[i] & FLAGS.buy) === 0) continue;
      sums.add(base + BUY_USD, usd[i]);
      sums.add(base + BUY_SHARES, shares[i]);
    }
  }

  /** The positions ordered by the shard of their wallet, and where each shard begins; one more for the end. */
  byShard(shardOfWallet: Uint16Array, nShards: number): { order: Uint32Array; starts: Uint32Array } {
    const { n, owners } = this;
    const starts = new Uint32Array(nShards + 1);
    for (let number = 0; number < n; number++) starts[shardOfWallet[owners[number]] + 1]++;
    for (let shard = 0; shard < nShards; shard++) starts[shard + 1] += starts[shard];
    const next = starts.slice();
    const order = new Uint32Array(n);
    for (let number = 0; number < n; number++) order[next[shardOfWallet[owners[number]]]++] = number;
    return { order, starts };
  }

  /**
   * `owner`, `market`, `outcome_index` and POSITION_SUMS.
   * @param order numbers of positions, one for each row
   * @param placeOf what stands for each wallet in `owner`
   */
  columns(order: Uint32Array, placeOf: Uint32Array): Series[] {
    const [owner, market] = [new Uint32Array(order.length), new Uint32Array(order.length)];
    const outcome = new Uint8Array(order.length);
    for (let row = 0; row < order.length; row++) {
      owner[row] = placeOf[this.owners[order[row]]];
      market[row] = this.outcomes[order[row]] >>> 1;
      outcome[row] = this.outcomes[order[row]] & 1;
    }
    const keys = [pl.Series('owner', owner), pl.Series('market', market), pl.Series('outcome_index', outcome)];
    return [...keys, ...this.sums.columns(order)];
  }
}

function hashOf(owner: number, outcome: number): number {
  const mixed = Math.imul(owner, 0x9e3779b1) ^ Math.imul(outcome, 0x85ebca6b);
  const hash = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
