/** A map that forgets: above its limit the tenth of its entries that has been idle for longest goes. */

const SHARE_DROPPED = 0.1;

export class IdleMap<V extends { lastMs: number }> {
  private readonly entries = new Map<string, V>();

  constructor(private readonly nMax: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  /** Keeps an entry under a key that has none. */
  add(key: string, entry: V): V {
    if (this.entries.size >= this.nMax) this.dropIdle();
    this.entries.set(key, entry);
    return entry;
  }

  private dropIdle(): void {
    const byIdleness = [...this.entries].sort(([, a], [, b]) => a.lastMs - b.lastMs);
    for (const [key] of byIdleness.slice(0, Math.ceil(SHARE_DROPPED * this.nMax))) this.entries.delete(key);
  }
}
