import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProfileJob } from '../../../features/wallets/build_profiles.ts';
import { buildChunk, mergeChunks, profileChunks } from '../../../features/wallets/profile_chunks.ts';
import { pl } from '../../../polars/polars.ts';
import { HOUR_MS } from '../../../run/clock.ts';
import { rejection } from '../../refusal.ts';
import { bytesOf, jobOf, newFolder, removeFolders, START_MS, streamed, writeTables } from '../tables.ts';

afterAll(removeFolders);

describe('chunks of profiles', () => {
  let dataDir: string;
  let job: ProfileJob;
  const asOfMs = START_MS + 400 * HOUR_MS;
  beforeAll(() => {
    dataDir = writeTables(
      Array.from({ length: 600 }, (_, i) => ({
        at: START_MS + i * HOUR_MS,
        wallet: `w${i % 37}`,
        market: `m${i % 11}`,
        price: ((i % 97) + 1) / 100,
        shares: 1.000001 * (i + 1),
      })),
    );
    job = jobOf(dataDir, asOfMs);
  });

  test('are done once: a task that starts again finds its chunk, and --force makes it anew', async () => {
    const folder = newFolder();
    const rows = await buildChunk(job, folder, 1, 2);
    expect(rows).toBeGreaterThan(0);
    expect(await buildChunk(job, folder, 1, 2)).toBe(null);
    expect(await buildChunk(job, folder, 1, 2, true)).toBe(rows);
  });

  test.each(['marks', 'wallets', 'positions'])('are not merged when one bit of their %s has changed', async (name) => {
    const folder = newFolder();
    await buildChunk(job, folder, 1, 2);
    await buildChunk(job, folder, 2, 2);
    const own = join(folder, 'chunk-0002-of-0002');
    const path = join(own, readdirSync(own).find((file) => file.startsWith(name))!);
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(path, bytes);
    expect(await rejection(() => mergeChunks(job, folder))).toContain(`corrupt-file: ${path} `);
  });

  test('built twice at the same moment are one chunk, and nothing is left of the slower twin', async () => {
    const folder = newFolder();
    await Promise.all([buildChunk(job, folder, 1, 2), buildChunk(job, folder, 1, 2), buildChunk(job, folder, 2, 2)]);
    expect(readdirSync(folder).sort()).toEqual(['chunk-0001-of-0002', 'chunk-0002-of-0002']);
    expect(bytesOf(await mergeChunks(job, folder))).toBe(bytesOf(await streamed(dataDir, asOfMs)));
  });

  test('of an earlier run with other data, another moment, other code or another number are swept away', async () => {
    const folder = newFolder();
    const other = jobOf(writeTables([{ at: START_MS }, { at: START_MS + 48 * HOUR_MS }]), asOfMs);
    const others: ProfileJob[] = [
      { ...job, codeHash: 'other' },
      { ...job, asOfMs: asOfMs - 24 * HOUR_MS },
      { ...job, trades: other.trades, markets: other.markets },
      { ...job, markets: job.markets.withColumns(pl.lit('sports').alias('domain')) },
      { ...job, markets: job.markets.withColumns(pl.lit(START_MS).cast(pl.Int64).alias('created_ms')) },
    ];
    await buildChunk(job, folder, 1, 4);
    await buildChunk(job, folder, 1, 3);
    for (const other of others) {
      const folderOfBoth = newFolder();
      await buildChunk(other, folderOfBoth, 1, 2);
      expect(profileChunks(job, folderOfBoth).finished()).toBe(null);
      cpSync(join(folderOfBoth, 'chunk-0001-of-0002'), join(folder, 'chunk-0001-of-0002'), { recursive: true });
      await buildChunk(job, folder, 1, 3);
      expect(readdirSync(folder)).toEqual(['chunk-0001-of-0003']);
      expect(profileChunks(other, folder).finished()).toBe(null);
    }
    expect(profileChunks(job, folder).finished()).toEqual({ nChunks: 3, finished: [1] });
  });

  test('of markets that have another domain by now are not merged with the others', async () => {
    const folder = newFolder();
    await buildChunk({ ...job, markets: job.markets.withColumns(pl.lit('sports').alias('domain')) }, folder, 1, 2);
    cpSync(join(folder, 'chunk-0001-of-0002'), join(folder, 'kept'), { recursive: true });
    await buildChunk(job, folder, 2, 2);
    renameSync(join(folder, 'kept'), join(folder, 'chunk-0001-of-0002'));
    expect(await rejection(() => mergeChunks(job, folder))).toMatch(
      /^bad-value: chunk 1\/2 .* of other trades or markets/,
    );
  });

  test('that are missing are an error, never a smaller result', async () => {
    const folder = newFolder();
    for (const chunk of [1, 3]) await buildChunk(job, folder, chunk, 3);
    // What a killed task leaves is no chunk.
    mkdirSync(join(folder, 'chunk-0002-of-0003.0a1b2c3d.tmp'));
    writeFileSync(join(folder, 'chunk-0002-of-0003.0a1b2c3d.tmp/chunk.json'), '{}');
    expect(await rejection(() => mergeChunks(job, folder))).toMatch(/^missing-input: chunk 2\/3 is not in /);
    await buildChunk(job, folder, 2, 3);
    expect(bytesOf(await mergeChunks(job, folder))).toBe(bytesOf(await streamed(dataDir, asOfMs)));
    profileChunks(job, folder).remove();
    expect(existsSync(folder)).toBe(false);
  });
});
