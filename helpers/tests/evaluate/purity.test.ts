import { describe, expect, it } from 'vitest';
import { neighbourPurity } from '../../evaluate/purity.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';

const executor = createExecutor({ nThreads: 1 });
const N = 150;

/** Three blobs on a plane, far apart, of N points each, and the blob of every point. */
function islands(seed: number): { map: Matrix; blobs: string[] } {
  const random = createRandom(seed);
  const blobs = Array.from({ length: 3 * N }, (_, i) => `island ${i % 3}`);
  const values = Float32Array.from({ length: 6 * N }, (_, at) => random.normal() + 30 * ((at >> 1) % 3));
  return { map: createMatrix(values, 3 * N, 2), blobs };
}

describe('neighbourPurity', () => {
  it('is 1 where every label has its own island, far above its shuffled null', () => {
    const { map, blobs } = islands(1);
    const purity = neighbourPurity(map, blobs, 1, executor)!;
    expect(purity.purity).toBeCloseTo(1, 9);
    expect(purity.pValue).toBe(1 / 200);
    expect(purity.nullHigh).toBeLessThan(0.4);
    expect(purity.byLabel.map(({ n }) => n)).toEqual([N, N, N]);
  });

  it('lies within its null for labels that were dealt at random', () => {
    const { map } = islands(2);
    const random = createRandom(3);
    const dealt = Array.from({ length: map.nRows }, () => `label ${random.integer(3)}`);
    const { purity, nullMean, nullHigh, nullLow } = neighbourPurity(map, dealt, 1, executor)!;
    expect(Math.abs(purity - nullMean)).toBeLessThan(nullHigh - nullLow);
  });

  it('gives a rare label the same say as a common one', () => {
    const { map } = islands(4);
    // Ten points of one island have a label of their own, scattered among others: pure for the many, not for the few.
    const labels = Array.from({ length: map.nRows }, (_, i) => (i % 3 === 0 && i < 30 ? 'rare' : 'common'));
    const { purity, byLabel } = neighbourPurity(map, labels, 1, executor)!;
    expect(byLabel.find(({ label }) => label === 'common')!.purity).toBeGreaterThan(0.95);
    expect(purity).toBeLessThan(0.65);
  });

  it('asks of a label of five no more than its four others, and leaves out a label of one', () => {
    const { map } = islands(6);
    // Five points far from all and from no other point of their label, and one that is alone with its label.
    const labels = Array.from({ length: map.nRows }, (_, i) => (i < 5 ? 'five' : i === 5 ? 'alone' : 'common'));
    const values = map.values.slice();
    for (let i = 0; i < 5; i++) values.set([500 + i, 500], 2 * i);
    const found = neighbourPurity(createMatrix(values, map.nRows, 2), labels, 1, executor)!;
    const of = (name: string) => found.byLabel.find(({ label }) => label === name);
    expect([of('five')!.n, of('five')!.purity, of('alone'), found.nSingletons]).toEqual([5, 1, undefined, 1]);
    expect(found.purity).toBeCloseTo((1 + of('common')!.purity) / 2, 12);
  });

  it('gives the plain share of neighbours beside the mean over labels', () => {
    const { map, blobs } = islands(7);
    // Three labels are mixed on one island, the two others share one: two thirds of the points are pure.
    const labels = blobs.map((blob, i) => (blob === 'island 0' ? `part ${Math.floor(i / 3) % 3}` : 'common'));
    const found = neighbourPurity(map, labels, 1, executor)!;
    expect(found.plainShare).toBeCloseTo(
      found.byLabel.reduce((sum, { n, purity }) => sum + n * purity, 0) / (3 * N),
      12,
    );
    expect(found.plainShare).toBeGreaterThan(0.75);
    expect(found.purity).toBeLessThan(0.55);
  });

  it('is not measured with one label or too few points', () => {
    const { map, blobs } = islands(5);
    expect(neighbourPurity(map, new Array(map.nRows).fill('all'), 1, executor)).toBeNull();
    const few = createMatrix(map.values.slice(0, 20), 10, 2);
    expect(neighbourPurity(few, blobs.slice(0, 10), 1, executor)).toBeNull();
  });
});
