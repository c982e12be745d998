import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hashFile, hashFileAsync } from '../../run/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('hashFileAsync', () => {
  it('gives what hashFile gives, for files of any length', async () => {
    for (const nBytes of [0, 1, 4 << 20, (4 << 20) + 7]) {
      const path = join(folder, `${nBytes}.bin`);
      writeFileSync(path, Buffer.alloc(nBytes, `${nBytes}`));
      expect(await hashFileAsync(path)).toBe(hashFile(path));
    }
  });

  it('names the file that is not there', async () => {
    await expect(hashFileAsync(join(folder, 'none.bin'))).rejects.toThrow(/none\.bin/);
  });
});
