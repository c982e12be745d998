import { describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import {
  classProbabilities,
  fitClassifier,
  measureTrial,
  predictRows,
  ruleBaseline,
  walletTimeSplits,
} from '../../supervised/classifier_trial.ts';

const N_WALLETS = 400;
const N_SNAPSHOTS = 4;
const executor = createExecutor();
const wallets = Array.from({ length: N_WALLETS * N_SNAPSHOTS }, (_, i) => `w${i % N_WALLETS}`);
const snapshots = Int32Array.from(wallets, (_, i) => Math.floor(i / N_WALLETS));
const splits = walletTimeSplits(wallets, snapshots, N_SNAPSHOTS, 3, 5);

/** Two columns; the first tells the class when `isInformed`. */
function market(isInformed: boolean, seed: number): { x: ReturnType<typeof createMatrix>; labels: Int32Array } {
  const random = createRandom(seed);
  const byWallet = Array.from({ length: N_WALLETS }, () => random.integer(4));
  const labels = Int32Array.from(wallets, (_, i) => byWallet[i % N_WALLETS]);
  const values = new Float32Array(wallets.length * 2);
  for (let row = 0; row < wallets.length; row++) {
    values[row * 2] = isInformed ? labels[row] + random.uniform() * 0.5 : random.uniform();
    values[row * 2 + 1] = random.uniform();
  }
  return { x: createMatrix(values, wallets.length, 2), labels };
}

const trialOf = (kind: 'forest' | 'boosting', data: ReturnType<typeof market>, isIn?: Uint8Array) => {
  const input = { ...data, wallets, splits, featureNames: ['told', 'noise'], nPerClass: 200, seed: 1 };
  return measureTrial(kind, predictRows(kind, input, executor), input, isIn);
};

describe('walletTimeSplits', () => {
  it('has no wallet on both sides, and trains on snapshots older than any that it tests', () => {
    for (const { trainRows, testRows } of splits) {
      const trained = new Set(Array.from(trainRows, (row) => wallets[row]));
      expect(Array.from(testRows, (row) => wallets[row]).filter((wallet) => trained.has(wallet))).toEqual([]);
      expect(Math.min(...Array.from(trainRows, (row) => snapshots[row]))).toBe(2);
      expect(Math.max(...Array.from(testRows, (row) => snapshots[row]))).toBe(1);
    }
  });

  it('tests every row of the newer half once', () => {
    const tested = splits.flatMap((split) => [...split.testRows]).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from({ length: 2 * N_WALLETS }, (_, row) => row));
  });
});

describe('measureTrial', () => {
  it.each(['forest', 'boosting'] as const)('finds classes that a column tells (%s)', (kind) => {
    const trial = trialOf(kind, market(true, 3));
    expect(trial.whalePrAuc.estimate).toBeGreaterThan(0.98);
    expect(trial.accuracy.low).toBeGreaterThan(0.95);
  });

  it.each(['forest', 'boosting'] as const)('finds nothing where there is nothing to find (%s)', (kind) => {
    // 400 wallets, a quarter whales: that share is the average precision of a guess.
    expect(Math.abs(trialOf(kind, market(false, 4)).whalePrAuc.estimate - 0.25)).toBeLessThan(0.12);
  });

  it('counts the rows that it is told to count, by the same predictions', () => {
    const data = market(true, 3);
    const isIn = Uint8Array.from(wallets, (_, row) => (row % 2 === 0 ? 1 : 0));
    const half = trialOf('forest', data, isIn);
    const tested = Array.from({ length: 2 * N_WALLETS }, (_, row) => row).filter((row) => row % 2 === 0);
    expect(half.nRows).toBe(tested.length);
    expect(half.nWhales).toBe(tested.filter((row) => data.labels[row] === 3).length);
    expect(half.whalePrAuc.estimate).toBeGreaterThan(0.98);
  });

  it('gives the same figures for the same seed', () => {
    expect(trialOf('forest', market(true, 3))).toEqual(trialOf('forest', market(true, 3)));
  });
});

describe('classChances', () => {
  it('gives a class that training never saw no probability', () => {
    const { x, labels } = market(true, 6);
    const capped = labels.map((label) => Math.min(label, 2));
    const input = { x, featureNames: ['told', 'noise'], labels: capped, nPerClass: 200, seed: 1 };
    const probabilities = classProbabilities(fitClassifier('boosting', input, executor), x);
    expect(probabilities.length).toBe(x.nRows * 5);
    expect(probabilities.filter((_, i) => i % 5 >= 3).every((probability) => probability === 0)).toBe(true);
  });
});

describe('ruleBaseline', () => {
  it('ranks by the mean fill among wallets still young at T, by hand', () => {
    const featureNames = ['tenure_days', 'aggression_avg_usd'];
    // The second wallet bets most but will be too old; the whale comes second among the young.
    const x = createMatrix(Float32Array.of(1, 900, 6, 5000, 2, 800, 1, 10), 4, 2);
    const split = { trainRows: new Uint32Array(0), testRows: Uint32Array.of(0, 1, 2, 3) };
    const input = { x, featureNames, labels: Int32Array.of(0, 0, 3, 0), wallets: ['a', 'b', 'c', 'd'] };
    const own = { ...input, splits: [split], nPerClass: 10, seed: 1 };
    const rule = ruleBaseline(own, { horizonDays: 3, whaleDays: 7 });
    expect(rule.whalePrAuc.estimate).toBeCloseTo(0.5, 12);
    // Without the first wallet the whale comes first.
    const some = ruleBaseline(own, { horizonDays: 3, whaleDays: 7, isIn: Uint8Array.of(0, 1, 1, 1) });
    expect(some.whalePrAuc.estimate).toBe(1);
  });
});
