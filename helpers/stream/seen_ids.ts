/**
 * Ids that have been there, for the last so many of them, in little memory: 64 bits of a hash each. Two of 16 million ids have the same hash
 * with a probability of one in 140,000.
 */

const N_FIRST = 1 << 12;
const LOAD_MAX = 0.5;

/** Hashes with open addressing; the pair 0, 0 stands for an empty place. */
class HashSet {
  private words = new Uint32Array(2 * N_FIRST);
  size = 0;

  has(high: number, low: number): boolean {
    const at = 2 * this.place(high, low);
    return this.words[at] !== 0 || this.words[at + 1] !== 0;
  }

  add(high: number, low: number): void {
    if (this.size >= LOAD_MAX * (this.words.length / 2)) this.grow();
    const at = this.place(high, low);
    if (this.words[2 * at] === 0 && this.words[2 * at + 1] === 0) this.size++;
    this.words[2 * at] = high;
    this.words[2 * at + 1] = low;
  }

  /** Where a hash is, or where it would be put. */
  private place(high: number, low: number): number {
    const { words } = this;
    const mask = words.length / 2 - 1;
    let at = low & mask;
    for (;;) {
      const [h, l] = [words[2 * at], words[2 * at + 1]];
      if ((h === 0 && l === 0) || (h === high && l === low)) return at;
      at = (at + 1) & mask;
    }
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0 && old[i + 1] === 0) continue;
      const at = this.place(old[i], old[i + 1]);
      this.words[2 * at] = old[i];
      this.words[2 * at + 1] = old[i + 1];
    }
  }
}

/** Two hashes of 32 bits of a text (FNV-1a with two seeds, mixed as in MurmurHash3); never 0, 0. */
function hash(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 15);
  }
  const [high, low] = [mix(a) >>> 0, mix(b) >>> 0];
  return high === 0 && low === 0 ? [0, 1] : [high, low];
}

function mix(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** The last `nKept` to twice as many ids. */
export class SeenIds {
  private current = new HashSet();
  private previous = new HashSet();
  /** Counts up when the older half is forgotten. */
  generation = 0;
  private fresh: number[] = [];

  constructor(private readonly nKept: number) {}

  get size(): number {
    return this.current.size + this.previous.size;
  }

  has(id: string): boolean {
    const [high, low] = hash(id);
    return this.current.has(high, low) || this.previous.has(high, low);
  }

  /** Notes an id; @returns whether it is new. */
  add(id: string): boolean {
    if (this.has(id)) return false;
    const [high, low] = hash(id);
    if (this.current.size >= this.nKept) {
      this.previous = this.current;
      this.current = new HashSet();
      this.generation++;
    }
    this.current.add(high, low);
    this.fresh.push(high, low);
    return true;
  }

  /** Hashes noted since `kept` was last called. */
  unkept(): Uint32Array {
    return Uint32Array.from(this.fresh);
  }

  /** What was not kept is on disk now. */
  kept(): void {
    this.fresh = [];
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
}
