import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withScratch } from '../../run/scratch.ts';
import { fillCount, makeSandbox, refusalOf, type Sandbox } from '../import/sandbox.ts';
import { orderFilled, orderFilledFile, TOKEN_A, TOKEN_B } from '../venues/samples.ts';

/** Limits that send nearly every row to scratch files. */
const TIGHT = { memoryRows: 50, dayRows: 4000 };
const MEMORY_DISK = '/dev/shm';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
  const rows = Array.from({ length: 3000 }, (_, i) =>
    orderFilled({ ts: 1_700_000_000 + (i % 7) * 86_400 + i, token: i % 2 ? TOKEN_A : TOKEN_B, usd: 1 + i }),
  );
  box.write('a.csv', orderFilledFile(rows));
});
afterEach(() => {
  delete process.env.SPYHOP_SCRATCH;
  box.remove();
});

describe('a scratch folder', () => {
  test('is in the data folder unless SPYHOP_SCRATCH names a disk, is gone afterwards, also after an error', async () => {
    const seen: string[] = [];
    const use = (dataDir: string) =>
      withScratch(dataDir, '.x', async (folder) => {
        mkdirSync(folder, { recursive: true });
        seen.push(folder);
        throw new Error('stopped');
      }).catch(() => undefined);
    await use(join(box.root, 'd1'));
    process.env.SPYHOP_SCRATCH = join(box.root, 'disk');
    await use(join(box.root, 'd1'));
    await use(join(box.root, 'd2'));
    expect(seen[0]).toBe(join(box.root, 'd1/.x'));
    expect(seen[1]).toMatch(/disk\/\.x-[0-9a-f]{8}$/);
    expect(seen[2]).not.toBe(seen[1]);
    expect(seen.filter(existsSync)).toEqual([]);
  });

  test.skipIf(!existsSync(MEMORY_DISK) || statSync(MEMORY_DISK).dev === statSync(tmpdir()).dev)(
    'on another disk than the data gives the same tables (skipped where /dev/shm is none)',
    async () => {
      await box.load(undefined, { limits: TIGHT });
      const here = box.tableBytes();
      const disk = mkdtempSync(join(MEMORY_DISK, 'spyhop-'));
      process.env.SPYHOP_SCRATCH = disk;
      rmSync(box.dataDir, { recursive: true });
      await box.load(undefined, { limits: TIGHT });
      expect(box.tableBytes()).toEqual(here);
      expect(readdirSync(disk)).toEqual([]);
      rmSync(disk, { recursive: true });
    },
  );

  test.skipIf(userInfo().uid !== 0)('that is full is one line, and nothing is changed', async (context) => {
    const disk = join(box.root, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status !== 0) {
      context.skip('no file system can be mounted here');
      return;
    }
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(250_000));
      process.env.SPYHOP_SCRATCH = disk;
      const refused = await refusalOf(box.load(undefined, { limits: TIGHT }), box);
      expect(refused).toMatch(/^disk-full: no room left to write ~\/disk\/\.staging_import-/);
      expect(fillCount(box)).toBe(0);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
