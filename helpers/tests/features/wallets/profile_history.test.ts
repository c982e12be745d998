import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProfiles, ProfileHistory } from '../../../features/wallets/build_profiles.ts';
import { createRandom } from '../../../kernels/random.ts';
import { type DataFrame, pl } from '../../../polars/polars.ts';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { rejection } from '../../refusal.ts';
import { bytesOf, type FillSpec, jobOf, removeFolders, START_MS, writeTables } from '../tables.ts';

afterAll(removeFolders);

/** Fills of six days, none of them on the fourth, some within the same minute and some at the moments themselves. */
function manyFills(): FillSpec[] {
  const random = createRandom(4);
  return Array.from({ length: 400 }, (_, i) => {
    const day = [0, 1, 2, 4, 5][random.integer(5)];
    const at = START_MS + day * DAY_MS + (i % 20 === 0 ? 12 * HOUR_MS : random.integer(DAY_MS));
    return {
      at,
      market: `m${random.integer(6)}`,
      outcome: random.integer(2) as 0 | 1,
      wallet: `w${random.integer(25)}`,
      role: random.uniform() < 0.3 ? 'maker' : 'taker',
      side: random.uniform() < 0.6 ? 'BUY' : 'SELL',
      price: 0.05 + 0.9 * random.uniform(),
      shares: 1 + random.integer(500),
    };
  });
}

const MARKETS_KNOWN = [
  { id: 'm0', domain: 'sports', createdMs: START_MS - DAY_MS, resolvedMs: START_MS + 2.2 * DAY_MS, winner: 1 as const },
  { id: 'm1', domain: 'crypto', createdMs: START_MS, resolvedMs: START_MS + 4.6 * DAY_MS, winner: 0 as const },
];
/** Within days, on their borders, twice within one day, two with no day between them that has a fill, and two a millisecond apart. */
const MOMENTS = [1.5, 2, 2.25, 3, 3.5, 4.5, 4.75, 6].map((days) => START_MS + days * DAY_MS);
MOMENTS.splice(3, 0, MOMENTS[2] + 1);

describe.each([
  ['in memory', undefined, MOMENTS],
  // Every shard is a file, so the disk sees fewer moments.
  ['on disk and in shards, some hundred fills at a time', 100, MOMENTS.filter((_, i) => i % 2 === 0)],
])('ProfileHistory, %s', (_, batchRows, moments) => {
  it('gives at each moment the bytes that profiles built anew have, and of each span those of its fills alone', async () => {
    const fills = manyFills();
    const dataDir = writeTables(fills, MARKETS_KNOWN);
    const scratch = join(dataDir, 'history');
    const history = new ProfileHistory(jobOf(dataDir, 0, batchRows), moments[moments.length - 1], scratch);
    let fromMs: number | undefined;
    for (const asOfMs of moments) {
      await history.advance(asOfMs);
      const anew = await buildProfiles(jobOf(dataDir, asOfMs, batchRows), join(dataDir, 'anew'));
      expect(bytesOf(await history.profiles())).toBe(bytesOf(anew));
      const isBetween = (at: number): boolean => at < asOfMs && at >= (fromMs ?? 0);
      expect(history.hasNewFills).toBe(fills.some(({ at }) => isBetween(at!)));
      if (history.hasNewFills) {
        const job = { ...jobOf(dataDir, asOfMs, batchRows), fromMs };
        const alone = await buildProfiles(job, join(dataDir, 'anew'));
        // A bet's share of its market's volume counts the volume before the span too.
        const rest = (frame: DataFrame): string =>
          bytesOf(frame.withColumns(pl.lit(0).cast(pl.Float64).alias('max_bet_vs_market_volume_pct')));
        expect(rest(await history.latestSpan())).toBe(rest(alone));
      }
      fromMs = asOfMs;
    }
    expect(existsSync(scratch)).toBe(batchRows !== undefined);
    history.close();
    expect(readdirSync(dataDir).filter((name) => name === 'history' || name === 'anew')).toEqual([]);
  });

  it('says that nothing lies before a moment before all fills, and goes on to the next', async () => {
    const fills = manyFills();
    const dataDir = writeTables(fills);
    const history = new ProfileHistory(jobOf(dataDir, 0, batchRows), START_MS + DAY_MS, join(dataDir, 'history'));
    await history.advance(START_MS - DAY_MS);
    expect(await rejection(() => history.profiles())).toMatch(/^empty-input: no trade lies before/);
    await history.advance(START_MS + DAY_MS);
    const seen = new Set(fills.filter(({ at }) => at! < START_MS + DAY_MS).map(({ wallet }) => wallet));
    expect((await history.profiles()).height).toBe(seen.size);
    history.close();
  });
});
