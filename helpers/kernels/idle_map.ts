/** A map that forgets: above its limit the tenth of its entries that has been idle for longest goes. */

const SHARE_DROPPED = 0.1;

export class IdleMap<V extends { lastMs: number }> {
  private readonly kept = new Map<string, V>();

  constructor(private readonly nMax: number) {}

  get size(): number {
    return this.kept.size;
  }

  get(key: string): V | undefined {
    return this.kept.get(key);
  }

  entries(): IterableIterator<[string, V]> {
    return this.kept.entries();
  }

  /** Keeps an entry under a key that has none. */
  add(key: string, entry: V): V {
    if (this.kept.size >= this.nMax) this.dropIdle();
    this.kept.set(key, entry);
    return entry;
  }

  /** Keeps an entry in the place of the one before. */
  put(key: string, entry: V): void {
    if (this.kept.has(key)) this.kept.set(key, entry);
    else this.add(key, entry);
  }

  private dropIdle(): void {
    const byIdleness = [...this.kept].sort(([, a], [, b]) => a.lastMs - b.lastMs);
    for (const [key] of byIdleness.slice(0, Math.ceil(SHARE_DROPPED * this.nMax))) this.kept.delete(key);
  }
}
