import { describe, expect, it } from 'vitest';
import { conformalFlags } from '../../evaluate/conformal_flags.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';

const executor = createExecutor({ nThreads: 1 });
const N_OUTLIERS = 60;

/** Ordinary rows from a Gaussian, then outliers far from it. */
function planted(nOrdinary: number, seed: number): Matrix {
  const random = createRandom(seed);
  const values = Float32Array.from(
    { length: (nOrdinary + N_OUTLIERS) * 4 },
    (_, at) => random.normal() + (at >= nOrdinary * 4 ? 8 : 0),
  );
  return createMatrix(values, nOrdinary + N_OUTLIERS, 4);
}

describe('conformalFlags', () => {
  it('keeps the realised false discovery rate within its bound over seeds, and finds planted outliers', () => {
    const fdr = 0.1;
    const runs = Array.from({ length: 20 }, (_, seed) => {
      const x = planted(900, seed);
      // Every ordinary row is a true null: a flag on one is false.
      const isOrdinary = Uint8Array.from({ length: x.nRows }, (_, row) => (row < 900 ? 1 : 0));
      const { isFlagged, nFlagged, nFlaggedOrdinary } = conformalFlags(x, isOrdinary, fdr, seed, executor);
      const nTrue = isFlagged.subarray(900).reduce((a, b) => a + b, 0);
      expect(nFlaggedOrdinary).toBe(nFlagged - nTrue);
      return { share: nFlagged === 0 ? 0 : (nFlagged - nTrue) / nFlagged, power: nTrue / N_OUTLIERS };
    });
    const mean = runs.reduce((sum, run) => sum + run.share, 0) / runs.length;
    const deviation = Math.sqrt(runs.reduce((sum, run) => sum + (run.share - mean) ** 2, 0) / (runs.length - 1));
    expect(mean).toBeLessThan(fdr + (2 * deviation) / Math.sqrt(runs.length));
    expect(runs.reduce((sum, run) => sum + run.power, 0) / runs.length).toBeGreaterThan(0.9);
  });

  it('flags nobody when nobody is anomalous, in all but a few seeds', () => {
    const nRuns = Array.from({ length: 20 }, (_, seed) => {
      const random = createRandom(1000 + seed);
      const x = createMatrix(
        Float32Array.from({ length: 1200 }, () => random.normal()),
        300,
        4,
      );
      return conformalFlags(x, new Uint8Array(300).fill(1), 0.05, seed, executor).nFlagged > 0 ? 1 : 0;
    });
    // With no true anomaly any flag is false: the probability is at most .05 a run, four in 20 has probability .02.
    expect(nRuns.reduce((a: number, b) => a + b, 0)).toBeLessThan(4);
  });

  it('says how many must stand out together, and that too few ordinary wallets allow no flag', () => {
    const x = planted(900, 1);
    const few = conformalFlags(
      x,
      Uint8Array.from({ length: x.nRows }, (_, row) => (row < 12 ? 1 : 0)),
      0.05,
      1,
      executor,
    );
    expect(few.nFlagged).toBe(0);
    expect(few.pValues.every(Number.isNaN)).toBe(true);
    const some = conformalFlags(
      x,
      Uint8Array.from({ length: x.nRows }, (_, row) => (row < 900 ? 1 : 0)),
      0.05,
      1,
      executor,
    );
    expect(some.nTogether).toBe(Math.ceil(960 / (0.05 * (some.nCalibration + 1))));
  });
});
