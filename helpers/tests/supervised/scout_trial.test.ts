import { describe, expect, it } from 'vitest';
import type { Split } from '../../evaluate/group_split.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import {
  chooseThreshold,
  measureScout,
  predictScout,
  type ScoutInput,
  tuneScout,
} from '../../supervised/scout_trial.ts';

const executor = createExecutor({ nThreads: 1 });

describe('chooseThreshold', () => {
  const truth = Uint8Array.from([1, 1, 0, 1, 0]);
  const probabilities = Float64Array.from([0.9, 0.8, 0.7, 0.6, 0.1]);

  it('is the most precise of the thresholds that reach the recall, not the first', () => {
    expect(chooseThreshold(truth, probabilities, 0.5)).toEqual({ threshold: 0.8, precision: 1, recall: 2 / 3 });
    expect(chooseThreshold(truth, probabilities, 0.7)).toEqual({ threshold: 0.6, precision: 3 / 4, recall: 1 });
  });

  it('predicts everybody positive when probabilities are all the same', () => {
    expect(chooseThreshold(truth, new Float64Array(5).fill(0.3), 0.5)).toEqual({
      threshold: 0.3,
      precision: 3 / 5,
      recall: 1,
    });
  });
});

const N = 400;
/** The first half trains, the second tests; a tenth are targets, told by the first column when `isInformed`. */
function task(isInformed: boolean, nTargets = N / 10): ScoutInput {
  const random = createRandom(7);
  const isTarget = Uint8Array.from({ length: N }, (_, row) => (row % (N / nTargets) === 0 ? 1 : 0));
  const values = Float32Array.from({ length: 2 * N }, (_, at) =>
    at % 2 === 0 && isInformed ? isTarget[at >> 1] + 0.3 * random.normal() : random.normal(),
  );
  const rows = Uint32Array.from({ length: N }, (_, row) => row);
  const split: Split = { trainRows: rows.slice(0, N / 2), testRows: rows.slice(N / 2) };
  return {
    x: createMatrix(values, N, 2),
    featureNames: ['told', 'noise'],
    isTarget,
    wallets: Array.from(rows, (row) => `w${row}`),
    splits: [split],
    nPerClass: 1000,
    recallMin: 0.5,
    seed: 1,
  };
}

/** Predicted and measured. */
const runScoutTrial = (input: ScoutInput, isIn?: Uint8Array) =>
  measureScout(predictScout(input, executor), input, isIn);

describe('measureScout', () => {
  it('is precise at the recall asked for where a column tells', () => {
    const trial = runScoutTrial(task(true))!;
    expect(trial.nRows).toBe(N / 2);
    expect(trial.nTargets).toBe(20);
    expect(trial.precision.estimate).toBeGreaterThan(0.8);
    // Asked for .5 on validation; 20 test targets leave an error of .11.
    expect(trial.recall.estimate).toBeGreaterThan(0.25);
    expect(trial.prAuc.low).toBeGreaterThan(0.6);
  });

  it('is about as precise as the base rate where nothing tells', () => {
    const trial = runScoutTrial(task(false))!;
    expect(trial.prAuc.estimate).toBeLessThan(0.3);
  });

  it('chooses leaves and threshold by wallets that test neither', () => {
    const input = task(true);
    const choice = tuneScout(input, input.splits[0].trainRows, executor)!;
    const flipped = { ...input, isTarget: input.isTarget.map((flag, row) => (row < N / 2 ? flag : 1 - flag)) };
    expect(tuneScout(flipped, input.splits[0].trainRows, executor)).toEqual(choice);
  });

  it('is none without a target, or with one too few to validate by', () => {
    const input = task(true);
    expect(runScoutTrial({ ...input, isTarget: new Uint8Array(N) })).toBeNull();
    const one = Uint8Array.from({ length: N }, (_, row) => (row === 0 ? 1 : 0));
    expect(runScoutTrial({ ...input, isTarget: one })).toBeNull();
  });
});
