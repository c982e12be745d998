import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAhead } from '../../import/read_ahead.ts';
import { createRandom } from '../../kernels/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(nBytes: number): { path: string; bytes: Buffer } {
  const random = createRandom(nBytes);
  const bytes = Buffer.from(Uint32Array.from({ length: Math.ceil(nBytes / 4) }, () => random.uint32()).buffer);
  const path = join(folder, `${nBytes}.bin`);
  writeFileSync(path, bytes.subarray(0, nBytes));
  return { path, bytes: bytes.subarray(0, nBytes) };
}

describe('readAhead', () => {
  it('gives every byte once and in order, also when buffers come round again, and the hash of all', async () => {
    for (const nBytes of [0, 1, 4_194_304, 45_000_001]) {
      const { path, bytes } = fileOf(nBytes);
      let digest = '';
      let at = 0;
      const spans = [[0, nBytes]] as const;
      for await (const { bytes: piece } of readAhead(path, spans, (sha256) => {
        digest = sha256;
      })) {
        // A slow reader: the thread must not write into what is still being looked at.
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(piece.equals(bytes.subarray(at, at + piece.length))).toBe(true);
        at += piece.length;
      }
      expect(at).toBe(nBytes);
      expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('gives the bytes of several spans as if they followed each other', async () => {
    const { path, bytes } = fileOf(45_000_001);
    const pieces: Buffer[] = [];
    for await (const { bytes: piece } of readAhead(
      path,
      [
        [0, 7],
        [9, 9],
        [5_000_000, 44_000_003],
      ],
      null,
    ))
      pieces.push(Buffer.from(piece));
    const wanted = Buffer.concat([bytes.subarray(0, 7), bytes.subarray(5_000_000, 44_000_003)]);
    expect(Buffer.concat(pieces).equals(wanted)).toBe(true);
  });

  it('tells what the system told: a file that is not there', async () => {
    const pieces = readAhead(join(folder, 'none.bin'), [[0, 1]], () => undefined);
    await expect(pieces.next()).rejects.toThrow(/ENOENT/);
  });

  it('lets go of the file when the rest is not wanted', async () => {
    const { path } = fileOf(45_000_001);
    let digest: string | null = null;
    const wanted = readAhead(path, [[0, 45_000_001]], (sha256) => {
      digest = sha256;
    });
    for await (const { bytes: piece } of wanted) {
      expect(piece.length).toBe(4_194_304);
      break;
    }
    expect(digest).toBe(null);
  });
});
