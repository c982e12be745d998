/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2018) seeded through splitmix32, so that equal seeds give equal
 * streams on every machine. The only source of randomness in the project.
 */

export interface Random {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number;
  /** Uniform integer in [0, n), unbiased; n in 1..2^32. */
  integer(n: number): number;
  /** Standard normal (polar method, Marsaglia 1964). */
  normal(): number;
  /** Puts `items` into random order, in place (Fisher & Yates 1938, from the end), and returns them. */
  shuffle<T extends Shuffled>(items: T): T;
  /** `n` of `items` (all when there are fewer), without replacement, in the order drawn; `items` stay as they are. */
  sample<T extends Sliced>(items: T, n: number): T;
  /** An independent stream named by `key`; drawing from it leaves this one unchanged. */
  fork(key: number): Random;
}

/** A list whose entries may change places: an array or a typed array. */
interface Shuffled {
  readonly length: number;
  [index: number]: unknown;
}

interface Sliced extends Shuffled {
  slice(start?: number, end?: number): this;
}

/** Numbers of 32 bits that begin other generators (splitmix32). */
export function splitmix32(state: number): () => number {
  let s = state | 0;
  return () => {
    s = (s + 0x9e3779b9) | 0;
    let z = s ^ (s >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

function swap(items: Shuffled, a: number, b: number): void {
  const item = items[a];
  items[a] = items[b];
  items[b] = item;
}

/** A generator for `seed` (any finite number; its low 53 bits count). */
export function createRandom(seed: number): Random {
  const low = seed >>> 0;
  const high = Math.floor(Math.abs(seed) / 2 ** 32) >>> 0;
  const mix = splitmix32(low ^ Math.imul(high, 0x9e3779b1));
  let a = mix();
  let b = mix();
  let c = mix();
  let d = mix();
  const forkBase = mix();
  let spare = Number.NaN;

  const uint32 = (): number => {
    const m = Math.imul(b, 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  const integer = (n: number): number => {
    const limit = 4294967296 - (4294967296 % n);
    let x = uint32();
    while (x >= limit) x = uint32();
    return x % n;
  };
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const z = spare;
      spare = Number.NaN;
      return z;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const f = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * f;
        return u * f;
      }
    }
  };
  const fork = (key: number): Random => createRandom((forkBase ^ Math.imul(key, 0x85ebca6b)) >>> 0);
  const shuffle = <T extends Shuffled>(items: T): T => {
    for (let i = items.length - 1; i > 0; i--) swap(items, i, integer(i + 1));
    return items;
  };
  const sample = <T extends Sliced>(items: T, n: number): T => {
    const pool = items.slice();
    const nDrawn = Math.min(n, pool.length);
    for (let i = 0; i < nDrawn; i++) swap(pool, i, i + integer(pool.length - i));
    return pool.slice(0, nDrawn);
  };
  return { uint32, uniform, integer, normal, shuffle, sample, fork };
}
