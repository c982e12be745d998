import { describe, expect, it } from 'vitest';
import { type CheckResult, judgeCheck, spreadOverHalves, validityOf } from '../../evaluate/cluster_checks.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';

describe('judgeCheck', () => {
  // 1.96 standard deviations of .01 are .0196.
  it.each([
    ['passes', 0.07, true],
    ['cannot tell', 0.07, false],
    ['cannot tell', 0.069, true],
    ['cannot tell', 0.031, true],
    ['fails', 0.03, true],
  ])('says that it %s at %f with a bar of .05 (significant: %s)', (outcome, value, isSignificant) => {
    expect(judgeCheck('gap', value, 0.01, 0.05, isSignificant).outcome).toBe(outcome);
  });

  it('gives the interval that the deviation makes', () => {
    const { low, high } = judgeCheck('gap', 0.5, 0.1, 0);
    expect([low, high].map((end) => Number(end.toFixed(4)))).toEqual([0.304, 0.696]);
  });
});

describe('validityOf', () => {
  const of = (...outcomes: CheckResult['outcome'][]) =>
    validityOf(outcomes.map((outcome) => ({ ...judgeCheck('gap', 0, 0, 0), outcome })));
  it('needs every check to pass, one to fail, and cannot tell else', () => {
    expect(of('passes', 'passes')).toBe('supported');
    expect(of('passes', 'cannot tell')).toBe('cannot tell');
    expect(of('fails', 'cannot tell')).toBe('not supported');
  });
});

describe('spreadOverHalves', () => {
  it('is the standard error of a mean, whose formula is known', () => {
    const random = createRandom(3);
    const values = Float32Array.from({ length: 400 }, () => random.normal());
    const points = createMatrix(values, 400, 1);
    const [spread] = spreadOverHalves(points, 2000, createRandom(4), ({ values: own, nRows }) => [
      own.reduce((sum, value) => sum + value, 0) / nRows,
    ]);
    // 1/√400; the spread of 2,000 halves is within 5 % of it, the sample's own deviation within 10 %.
    expect(spread).toBeGreaterThan(0.05 * 0.87);
    expect(spread).toBeLessThan(0.05 * 1.13);
  });
});
