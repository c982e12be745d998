import { describe, expect, it } from 'vitest';
import { measureStrangeness } from '../../discovery/strangeness.ts';
import { conformalFlags, describeConformal } from '../../evaluate/conformal_flags.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { refusal } from '../refusal.ts';

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
      const { isFlagged, nFlagged } = conformalFlags(x, isOrdinary, fdr, seed, executor);
      const nTrue = isFlagged.subarray(900).reduce((a, b) => a + b, 0);
      return { share: nFlagged === 0 ? 0 : (nFlagged - nTrue) / nFlagged, power: nTrue / N_OUTLIERS };
    });
    const mean = runs.reduce((sum, run) => sum + run.share, 0) / runs.length;
    const deviation = Math.sqrt(runs.reduce((sum, run) => sum + (run.share - mean) ** 2, 0) / (runs.length - 1));
    expect(mean).toBeLessThan(fdr + (2 * deviation) / Math.sqrt(runs.length));
    expect(runs.reduce((sum, run) => sum + run.power, 0) / runs.length).toBeGreaterThan(0.9);
  });

  it('flags nobody when there is nobody strange, in all but a few seeds', () => {
    const nRuns = Array.from({ length: 20 }, (_, seed) => {
      const random = createRandom(1000 + seed);
      const x = createMatrix(
        Float32Array.from({ length: 1200 }, () => random.normal()),
        300,
        4,
      );
      return conformalFlags(x, new Uint8Array(300).fill(1), 0.05, seed, executor).nFlagged > 0 ? 1 : 0;
    });
    // With no true anomaly any flag is false: the chance is at most .05 a run, four in 20 has probability .02.
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
    expect(describeConformal(few, 0.05)).toMatch(/ordinary wallets a fold are too few to calibrate/);
    const some = conformalFlags(
      x,
      Uint8Array.from({ length: x.nRows }, (_, row) => (row < 900 ? 1 : 0)),
      0.05,
      1,
      executor,
    );
    expect(some.nTogether).toBe(Math.ceil(960 / (0.05 * (some.nCalibration + 1))));
  });

  it.each([0, 1, Number.NaN])('refuses a rate of %s', (fdr) => {
    expect(refusal(() => conformalFlags(planted(60, 1), new Uint8Array(120), fdr, 1, executor))).toMatch(
      /^bad-option: --fdr/,
    );
  });
});

describe('measureStrangeness', () => {
  it('marks the asked share and explains a row that is strange in one feature by that feature', () => {
    const x = planted(400, 3);
    x.values[2] = 60;
    const { isTop, scores, explain } = measureStrangeness(x, ['a', 'b', 'c', 'd'], 0.05, 1, executor);
    expect(isTop.reduce((a, b) => a + b, 0)).toBe(23);
    expect(Math.min(...scores.filter((_, row) => isTop[row] === 1))).toBeGreaterThanOrEqual(
      Math.max(...scores.filter((_, row) => isTop[row] === 0)),
    );
    expect(explain([0])[0][0].feature).toBe('c');
    expect(explain([0])[0]).toHaveLength(3);
  });

  it('refuses a share that is none', () => {
    expect(refusal(() => measureStrangeness(planted(60, 1), ['a', 'b', 'c', 'd'], 5, 1, executor))).toMatch(
      /^bad-option: --top-share/,
    );
  });
});
