import { describe, expect, it } from 'vitest';
import { statePrecision } from '../../red_flags/stated_precision.ts';

const STYLE = { style: 'made up', medianUsd: 1000, shareUnderFloor: 0, bits: [10, 20] };

describe('the stated precision of a list', () => {
  it('is the number of planted wallets where all of them come before the tape', () => {
    // Of 1,000 wallets 1 % are insiders: Poisson with mean 10, and a list of 50 holds all of them.
    const tape = { bits: new Float64Array(100), nWallets: 1000 };
    const { mean, low, high } = statePrecision(tape, STYLE, 0.01, 50, 1);
    expect(Math.abs(mean - 10)).toBeLessThan(4 * Math.sqrt(10 / 200));
    expect(low).toBeGreaterThanOrEqual(2);
    expect(high).toBeLessThanOrEqual(20);
  });

  it('is 0 where the tape comes first, and never more than the list is long', () => {
    const strong = { bits: new Float64Array(100).fill(30), nWallets: 1000 };
    expect(statePrecision(strong, STYLE, 0.01, 20, 1)).toMatchObject({ mean: 0, low: 0, high: 0 });
    const weak = { bits: new Float64Array(0), nWallets: 100_000 };
    expect(statePrecision(weak, STYLE, 0.01, 20, 1)).toMatchObject({ mean: 20, low: 20, high: 20 });
  });

  it('leaves out planted wallets below the floor', () => {
    const tape = { bits: new Float64Array(100), nWallets: 1000 };
    const { mean } = statePrecision(tape, { ...STYLE, shareUnderFloor: 0.8 }, 0.01, 50, 1);
    expect(Math.abs(mean - 2)).toBeLessThan(4 * Math.sqrt(2 / 200));
  });
});
