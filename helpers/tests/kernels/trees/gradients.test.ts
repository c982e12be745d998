import { afterAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { createRandom } from '../../../kernels/random.ts';
import { computeGradients, type Loss, portableExp } from '../../../kernels/trees/gradients.ts';
import { meanLoss, rawToProbabilities, weightedQuantile } from '../../../kernels/trees/losses.ts';
import { createTestExecutors } from '../../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

function gradientsOf(executor: Executor, loss: Loss, raw: number[], labels: number[], weights?: number[]): number[] {
  return executor.scope(() => {
    const nGroups = loss.kind === 'softmax' ? loss.nClasses : 1;
    const pairs = executor.float32(labels.length * 2 * nGroups);
    const placed = [Float64Array.from(raw), Float32Array.from(labels)] as const;
    const placedWeights = weights === undefined ? null : executor.place(Float32Array.from(weights));
    computeGradients(executor, loss, executor.place(placed[0]), executor.place(placed[1]), placedWeights, pairs);
    return [...pairs];
  });
}

describe('gradients', () => {
  test('the portable exponential is exp to 1e-12, and clamps', () => {
    for (let x = -40; x <= 40; x += 0.0137) expect(Math.abs(portableExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-12);
    expect(portableExp(0)).toBe(1);
    expect(portableExp(1e9)).toBe(portableExp(700));
    expect(Number.isFinite(portableExp(1e9))).toBe(true);
  });

  test('logistic: at raw score 0 the gradient is a half off the label, the hessian a quarter, times the weight', () => {
    for (const executor of executors) {
      expect(gradientsOf(executor, { kind: 'logistic' }, [0, 0], [0, 1], [1, 2])).toEqual([0.5, 0.25, -1, 0.5]);
    }
  });

  test('gradients are the slopes of the mean loss, for every loss', () => {
    const losses: Loss[] = [
      { kind: 'logistic' },
      { kind: 'softmax', nClasses: 3 },
      { kind: 'quantile', level: 0.8 },
      { kind: 'squared' },
    ];
    for (const loss of losses) {
      const nGroups = loss.kind === 'softmax' ? 3 : 1;
      const raw = Array.from({ length: 4 * nGroups }, (_, i) => 0.3 * i - 0.45);
      const labels = [0, 1, 1, loss.kind === 'softmax' ? 2 : 0];
      const pairs = gradientsOf(executors[1], loss, raw, labels);
      const objective = (at: Float64Array): number => {
        const mean = meanLoss(loss, at, Float32Array.from(labels), null);
        return loss.kind === 'squared' ? (mean * mean * 4) / 2 : mean * 4;
      };
      for (let i = 0; i < raw.length; i++) {
        const shifted = (by: number): Float64Array =>
          Float64Array.from(raw, (score, k) => (k === i ? score + by : score));
        const slope = (objective(shifted(1e-5)) - objective(shifted(-1e-5))) / 2e-5;
        const row = Math.floor(i / nGroups);
        const at = 2 * ((i % nGroups) * 4 + row);
        // Float32 gradients and a difference quotient: about seven digits.
        expect(Math.abs(pairs[at] - slope)).toBeLessThan(2e-6);
      }
    }
  });

  test('all engines give the same bits, also at raw scores beyond reason', () => {
    const random = createRandom(5);
    const raw = Array.from({ length: 9_000 }, (_, i) => (i % 100 === 0 ? 1e5 : 1) * random.normal());
    const binary = raw.map(() => random.integer(2));
    const three = raw.slice(0, 3_000).map(() => random.integer(3));
    const weights = raw.map(() => random.uniform());
    const cases = (executor: Executor): number[][] => [
      gradientsOf(executor, { kind: 'logistic' }, raw, binary, weights),
      gradientsOf(executor, { kind: 'softmax', nClasses: 3 }, raw, three),
      gradientsOf(executor, { kind: 'quantile', level: 0.1 }, raw, binary, weights),
      gradientsOf(executor, { kind: 'squared' }, raw, binary),
    ];
    const expected = cases(executors[0]);
    expect(expected.flat().every(Number.isFinite)).toBe(true);
    for (const executor of executors) expect(cases(executor)).toEqual(expected);
  });

  test('probabilities add up to one, and the weighted quantile is one of the values', () => {
    const probabilities = rawToProbabilities(Float64Array.of(1, 2, 1000, 0, 0, 0), 3);
    expect(probabilities[0] + probabilities[1] + probabilities[2]).toBeCloseTo(1, 12);
    expect(probabilities[3]).toBeCloseTo(1 / 3, 12);
    expect(weightedQuantile([5, 1, 3], null, 0.5)).toBe(3);
    expect(weightedQuantile([5, 1, 3], [10, 1, 1], 0.5)).toBe(5);
    expect(weightedQuantile([7], null, 0.99)).toBe(7);
    const random = createRandom(8);
    const values = Array.from({ length: 37 }, () => random.normal());
    const ones = values.map(() => 1);
    for (let level = 0.01; level < 1; level += 0.07) {
      expect(weightedQuantile(values, null, level)).toBe(weightedQuantile(values, ones, level));
    }
  });
});
