import { describe, expect, it } from 'vitest';
import { balancedSample, ratioSample } from '../../archetypes/sampling.ts';

const targets = [...new Array(3).fill(3), ...new Array(500).fill(0), ...new Array(40).fill(1), null, null];

describe('balancedSample', () => {
  const sample = balancedSample(targets, 3, 100, 7);

  it('keeps every whale and at most the asked number of each other class', () => {
    expect(sample.counts).toEqual([
      { target: 0, available: 500, taken: 100 },
      { target: 1, available: 40, taken: 40 },
      { target: 3, available: 3, taken: 3 },
    ]);
  });

  it('gives each taken wallet the number of wallets that it stands for, so that weights add up to all of them', () => {
    expect(sample.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(543, 9);
  });

  it('takes no row twice and none without a class', () => {
    expect(new Set(sample.rows).size).toBe(143);
    expect([...sample.rows].every((row) => targets[row] !== null)).toBe(true);
  });

  it('draws the same rows for the same seed and others for another', () => {
    expect(balancedSample(targets, 3, 100, 7).rows).toEqual(sample.rows);
    expect(balancedSample(targets, 3, 100, 8).rows).not.toEqual(sample.rows);
  });
});

describe('ratioSample', () => {
  it('takes the asked number of others for each whale, in proportion to their classes', () => {
    const sample = ratioSample(targets, 3, 30, 1);
    expect(sample.counts).toEqual([
      { target: 0, available: 500, taken: 83 },
      { target: 1, available: 40, taken: 7 },
      { target: 3, available: 3, taken: 3 },
    ]);
    expect(sample.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(543, 9);
  });

  it('takes everybody when there are fewer others than asked for', () => {
    expect(ratioSample([3, 0, 1], 3, 30, 1).rows).toEqual(Int32Array.from([0, 1, 2]));
  });

  it('gives an empty sample for no wallets', () => {
    expect(ratioSample([], 3, 30, 1).rows.length).toBe(0);
  });
});
