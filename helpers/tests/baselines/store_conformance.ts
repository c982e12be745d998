/** What every store of baselines must do, whatever it is made of. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BaselineStore, StoredBaseline } from '../../baselines/baseline_store.ts';
import { DAY_MS } from '../../run/clock.ts';

export const baseline = (asOfMs: number, mean = 12.5): StoredBaseline => ({
  mean,
  deviation: 3.25,
  median: 10,
  mad: 2,
  n: 40,
  windowMs: 3 * DAY_MS,
  asOfMs,
});

/** @param open an empty store; the same one when called again in a test */
export function storeConformance(open: () => Promise<BaselineStore>, empty: () => Promise<void>): void {
  let store: BaselineStore;
  beforeEach(async () => {
    await empty();
    store = await open();
  });
  afterEach(() => store.close());

  it('is empty at first', async () => {
    expect(await store.load()).toEqual(new Map());
  });

  it('gives back what was saved, to the last digit and for any name', async () => {
    const saved = new Map([
      ['kalshi KXHIGHNY-26AUG13-B84.5', baseline(1_764_576_000_123.25, 0.1 + 0.2)],
      ['polymarket 0xé" \'; DROP TABLE', { ...baseline(5), deviation: 0, mad: 0, volume24h: [987_654, 0, 12.5] }],
    ]);
    await store.save(saved);
    expect(await store.load()).toEqual(saved);
  });

  it('replaces a baseline by a newer one, and keeps it for the next process', async () => {
    await store.save(
      new Map([
        ['a', baseline(1)],
        ['b', baseline(1)],
      ]),
    );
    await store.save(new Map([['a', baseline(2, 99)]]));
    await store.close();
    store = await open();
    expect(await store.load()).toEqual(
      new Map([
        ['a', baseline(2, 99)],
        ['b', baseline(1)],
      ]),
    );
  });

  it('forgets what is too old, and says how much', async () => {
    await store.save(
      new Map([
        ['old', baseline(1)],
        ['young', baseline(100)],
      ]),
    );
    expect(await store.prune(50)).toBe(1);
    expect([...(await store.load()).keys()]).toEqual(['young']);
  });

  it('holds 20,000 markets', async () => {
    const many = new Map(Array.from({ length: 20_000 }, (_, i) => [`m${i}`, baseline(i)]));
    await store.save(many);
    expect((await store.load()).size).toBe(20_000);
  });
}
