/**
 * Ids that have been there, for the last so many of them, in little memory: 64 bits of a hash each. Two of 16 million ids have the same hash
 * with a probability of one in 140,000.
 */

/** A set grows one part of it at a time, so that no single id has to wait while millions are moved. */
const N_PARTS_LOG2 = 12;
const N_FIRST = 1 << 4;
const LOAD_MAX = 0.5;

/** Hashes with open addressing; the pair 0, 0 stands for an empty place. */
class HashPart {
  private words = new Uint32Array(2 * N_FIRST);
  private n = 0;

  has(high: number, low: number): boolean {
    const at = this.place(high, low);
    return this.words[at] !== 0 || this.words[at + 1] !== 0;
  }

  /** @returns whether it is new */
  add(high: number, low: number): boolean {
    const at = this.place(high, low);
    if (this.words[at] !== 0 || this.words[at + 1] !== 0) return false;
    this.words[at] = high;
    this.words[at + 1] = low;
    if (++this.n > LOAD_MAX * (this.words.length / 2)) this.grow();
    return true;
  }

  /** Where a hash is, or where it would be put. */
  private place(high: number, low: number): number {
    const { words } = this;
    const mask = words.length - 1;
    for (let at = (2 * low) & mask; ; at = (at + 2) & mask) {
      const [h, l] = [words[at], words[at + 1]];
      if ((h === 0 && l === 0) || (h === high && l === low)) return at;
    }
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0 && old[i + 1] === 0) continue;
      const at = this.place(old[i], old[i + 1]);
      this.words[at] = old[i];
      this.words[at + 1] = old[i + 1];
    }
  }
}

class HashSet {
  private readonly parts = new Array<HashPart | undefined>(1 << N_PARTS_LOG2);
  size = 0;

  has(high: number, low: number): boolean {
    return this.parts[high >>> (32 - N_PARTS_LOG2)]?.has(high, low) ?? false;
  }

  add(high: number, low: number): void {
    const at = high >>> (32 - N_PARTS_LOG2);
    const part = this.parts[at] ?? new HashPart();
    this.parts[at] = part;
    if (part.add(high, low)) this.size++;
  }
}

function mix(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The last `nKept` to twice as many ids. */
export class SeenIds {
  private current = new HashSet();
  private previous = new HashSet();
  /** Counts up when the older half is forgotten. */
  generation = 0;
  private fresh = new Uint32Array(1 << 10);
  private nFresh = 0;
  /** Of the id asked for last: two hashes of 32 bits (FNV-1a with two seeds, mixed as in MurmurHash3), never 0, 0. */
  private high = 0;
  private low = 0;

  /** @param isSaved whether somebody takes what is `unkept`, again and again */
  constructor(
    private readonly nKept: number,
    private readonly isSaved = false,
  ) {}

  get size(): number {
    return this.current.size + this.previous.size;
  }

  has(id: string): boolean {
    this.hash(id);
    return this.current.has(this.high, this.low) || this.previous.has(this.high, this.low);
  }

  /** Notes an id; @returns whether it is new. */
  add(id: string): boolean {
    if (this.has(id)) return false;
    if (this.current.size >= this.nKept) {
      this.previous = this.current;
      this.current = new HashSet();
      this.generation++;
    }
    this.current.add(this.high, this.low);
    if (this.isSaved) this.remember();
    return true;
  }

  /** Hashes noted since `kept` was last called. */
  unkept(): Uint32Array {
    return this.fresh.slice(0, this.nFresh);
  }

  /** What was not kept is on disk now. */
  kept(): void {
    this.nFresh = 0;
  }

  /** Puts back what was kept of a generation, in the order in which it was kept. */
  restore(generation: number, hashes: Uint32Array): void {
    if (generation > this.generation) {
      this.previous = generation === this.generation + 1 ? this.current : new HashSet();
      this.current = new HashSet();
      this.generation = generation;
    }
    for (let i = 0; i < hashes.length; i += 2) this.current.add(hashes[i], hashes[i + 1]);
  }

  private remember(): void {
    if (this.nFresh === this.fresh.length) {
      const longer = new Uint32Array(2 * this.nFresh);
      longer.set(this.fresh);
      this.fresh = longer;
    }
    this.fresh[this.nFresh++] = this.high;
    this.fresh[this.nFresh++] = this.low;
  }

  private hash(text: string): void {
    let a = 0x811c9dc5;
    let b = 0x9e3779b9;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 15);
    }
    this.high = mix(a);
    this.low = mix(b);
    if (this.high === 0 && this.low === 0) this.low = 1;
  }
}
