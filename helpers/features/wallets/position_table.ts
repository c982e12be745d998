/** Positions by wallet, market and outcome, in an open hash table that grows. */
import { type DataFrame, pl } from '../../polars/polars.ts';
import { countingSort } from '../counting_sort.ts';
import { ExactSums, grown } from '../exact_sums.ts';
import { type FillColumns, FLAGS, NOBODY, tokenOf } from './fill_columns.ts';

/** Whose position it is, and in what (see tokenOf). */
export const POSITION_KEYS = ['wallet_code', 'token'] as const;
/** What must be known of every position, to value it: all fills and the BUYs, in whole units of 1e-6 USD and 1e-6 shares. */
export const POSITION_SUMS = ['usd_u', 'buy_usd_u', 'shares_u', 'buy_shares_u'] as const;
const [WALLET_CODE, TOKEN] = POSITION_KEYS.keys();
const [USD, BUY_USD, SHARES, BUY_SHARES] = POSITION_SUMS.keys();
const N_KEYS = POSITION_KEYS.length;
const N_SUMS = POSITION_SUMS.length;
const SLOTS_MIN = 1024;

/** Positions, one after the other. */
export interface Positions {
  /** POSITION_KEYS. */
  readonly keys: Uint32Array;
  /** POSITION_SUMS. Exact to 2^53, 9 billion USD or shares in one position; above, sums of several spans are rounded. */
  readonly sums: Float64Array;
}

/** Sums of fills by position. */
export class PositionTable {
  private slots: Int32Array;
  private keys: Uint32Array;
  private readonly sums: ExactSums;
  /** Positions so far; they have numbers in the order in which they were met. */
  n = 0;

  /** @param nExpected positions that will come, about; room for more is made when they do */
  constructor(nExpected: number) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(nExpected, SLOTS_MIN)))).fill(-1);
    this.keys = new Uint32Array(N_KEYS * nExpected);
    this.sums = new ExactSums(POSITION_SUMS, nExpected);
  }

  /** The position of every fill that is a wallet's; to be handed to `add`. */
  number({ market, outcome, walletCode }: FillColumns): Uint32Array {
    this.keys = grown(this.keys, N_KEYS * (this.n + walletCode.length));
    const numbers = new Uint32Array(walletCode.length);
    for (let i = 0; i < walletCode.length; i++) {
      if (walletCode[i] === NOBODY) continue;
      numbers[i] = this.numberOf(walletCode[i], tokenOf(market[i], outcome[i]));
      if (4 * this.n > 3 * this.slots.length) this.rehash();
    }
    return numbers;
  }

  private numberOf(walletCode: number, token: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    for (let slot = hashOf(walletCode, token) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot];
      if (number < 0) {
        slots[slot] = this.n;
        keys[N_KEYS * this.n + WALLET_CODE] = walletCode;
        keys[N_KEYS * this.n + TOKEN] = token;
        return this.n++;
      }
      if (keys[N_KEYS * number + WALLET_CODE] === walletCode && keys[N_KEYS * number + TOKEN] === token) return number;
    }
  }

  private rehash(): void {
    const slots = new Int32Array(4 * this.slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.n; number++) {
      let slot = hashOf(this.keys[N_KEYS * number + WALLET_CODE], this.keys[N_KEYS * number + TOKEN]) & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.slots = slots;
  }

  /** @param numbers what `number` gave for these fills */
  add({ walletCode, flags, usd, shares }: FillColumns, numbers: Uint32Array): void {
    const { sums } = this;
    sums.makeRoom(this.n);
    for (let i = 0; i < walletCode.length; i++) {
      if (walletCode[i] === NOBODY) continue;
      const base = numbers[i] * N_SUMS;
      sums.add(base + USD, usd[i]);
      sums.add(base + SHARES, shares[i]);
      if ((flags[i] & FLAGS.buy) === 0) continue;
      sums.add(base + BUY_USD, usd[i]);
      sums.add(base + BUY_SHARES, shares[i]);
    }
  }

  /**
   * Ends the table; may be called once.
   * @param shardOf shard of each wallet
   * @param placeOf what stands for each wallet in its shard
   * @returns gives the positions of a shard; a copy, unless there is but one shard
   */
  result(shardOf: Uint16Array, placeOf: Uint32Array, nShards: number): (shard: number) => Positions {
    const all = {
      keys: this.keys.subarray(0, N_KEYS * this.n),
      sums: this.sums.doubles().subarray(0, N_SUMS * this.n),
    };
    const shards = new Uint32Array(nShards > 1 ? this.n : 0);
    for (let row = 0; row < this.n; row++) {
      const wallet = all.keys[N_KEYS * row + WALLET_CODE];
      if (nShards > 1) shards[row] = shardOf[wallet];
      all.keys[N_KEYS * row + WALLET_CODE] = placeOf[wallet];
    }
    if (nShards === 1) return () => all;
    const { rows, starts } = countingSort(shards, nShards);
    return (shard) => rowsOf(all, rows.subarray(starts[shard], starts[shard + 1]));
  }
}

function hashOf(walletCode: number, token: number): number {
  const mixed = Math.imul(walletCode, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
  const hash = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function rowsOf({ keys, sums }: Positions, rows: Uint32Array): Positions {
  const [ownKeys, ownSums] = [new Uint32Array(N_KEYS * rows.length), new Float64Array(N_SUMS * rows.length)];
  for (let i = 0; i < rows.length; i++) {
    for (let c = 0; c < N_KEYS; c++) ownKeys[N_KEYS * i + c] = keys[N_KEYS * rows[i] + c];
    for (let c = 0; c < N_SUMS; c++) ownSums[N_SUMS * i + c] = sums[N_SUMS * rows[i] + c];
  }
  return { keys: ownKeys, sums: ownSums };
}

/** Positions as a frame: POSITION_KEYS, and POSITION_SUMS as int64. */
export function positionFrame({ keys, sums }: Positions): DataFrame {
  const column = <T extends Uint32Array | Float64Array>(rows: T, into: T, c: number, width: number): T => {
    for (let i = 0; i < into.length; i++) into[i] = rows[width * i + c];
    return into;
  };
  const n = keys.length / N_KEYS;
  return pl.DataFrame([
    ...POSITION_KEYS.map((name, c) => pl.Series(name, column(keys, new Uint32Array(n), c, N_KEYS))),
    ...POSITION_SUMS.map((name, c) => pl.Series(name, column(sums, new Float64Array(n), c, N_SUMS)).cast(pl.Int64)),
  ]);
}

/** What positionFrame made a frame of. */
export function positionsOf(frame: DataFrame): Positions {
  const [keys, sums] = [new Uint32Array(N_KEYS * frame.height), new Float64Array(N_SUMS * frame.height)];
  POSITION_KEYS.forEach((name, c) => {
    const column = frame.getColumn(name).toTypedArray() as Uint32Array;
    for (let i = 0; i < column.length; i++) keys[N_KEYS * i + c] = column[i];
  });
  POSITION_SUMS.forEach((name, c) => {
    const column = frame.getColumn(name).cast(pl.Float64).toTypedArray() as Float64Array;
    for (let i = 0; i < column.length; i++) sums[N_SUMS * i + c] = column[i];
  });
  return { keys, sums };
}
