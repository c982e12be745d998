import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { damageBytes, importDamaged } from '../../bench/fuzz/damaged_files.ts';
import { importSamples } from '../../bench/fuzz/import_samples.ts';
import { createRandom } from '../../kernels/random.ts';
import { findStep } from '../../pipeline.ts';
import { namedCode } from '../../run/code.ts';
import { createLog } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';

const root = mkdtempSync(join(tmpdir(), 'spyhop-import-fuzz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const run: Run = {
  step: findStep('import_trades'),
  log: createLog({ quiet: true }),
  dataDir: join(root, 'data'),
  modelsDir: root,
  seed: 1,
  force: false,
  startedMs: 0,
  code: namedCode('fuzz'),
};

describe('the fuzz of the import', () => {
  it('begins with sound files, all of whose rows are used', async () => {
    for (const sample of importSamples()) {
      const { answer, failure } = await importDamaged(sample, sample.bytes, run, 500);
      expect({ sample: sample.name, answer, failure }).toEqual({
        sample: sample.name,
        answer: 'imported',
        failure: null,
      });
    }
  });

  it('damages a file in many ways, and the same way for a seed', () => {
    const [{ bytes }] = importSamples();
    const drawn = (seed: number): string[] => {
      const random = createRandom(seed);
      return Array.from({ length: 50 }, () => damageBytes(bytes, random).toString('latin1'));
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(new Set(drawn(1)).size).toBeGreaterThan(45);
  });

  it('loses no row of damaged files and shows no stack trace', async () => {
    const random = createRandom(3);
    for (const sample of importSamples())
      for (let i = 0; i < 3; i++) {
        const { failure } = await importDamaged(
          sample,
          damageBytes(sample.bytes, random),
          run,
          64 + random.integer(2000),
        );
        expect(failure).toBe(null);
      }
  });
});
