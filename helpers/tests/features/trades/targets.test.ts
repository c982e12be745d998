import { describe, expect, it } from 'vitest';
import {
  gainOf,
  labelOf,
  TARGET_OPTIONS,
  type TargetOptions,
  targetOf,
  targetSettings,
} from '../../../features/trades/targets.ts';
import { HOUR_MS } from '../../../run/clock.ts';
import { parseOptions } from '../../../run/options.ts';
import { rejection } from '../../refusal.ts';

const DEFAULTS: TargetOptions = { horizon: 6, target: 'roi', 'roi-min': 5, 'cents-min': 2, 'neutral-min': 0.1 };

describe('targets', () => {
  it('measure the gain of a share in its price, in dollars, or in its standard deviation', () => {
    expect(gainOf('roi', 0.4, 0.5)).toBeCloseTo(0.25, 12);
    expect(gainOf('cents', 0.4, 0.5)).toBeCloseTo(0.1, 12);
    expect(gainOf('neutral', 0.2, 0.3)).toBeCloseTo(0.1 / 0.4, 12);
  });

  it('need more than the threshold, and rounding does not count as more', () => {
    const twoCents = targetOf('cents', DEFAULTS);
    expect(0.52 - 0.5).toBeGreaterThan(0.02);
    expect(labelOf(twoCents, 0.5, 0.52)).toBe(0);
    expect(labelOf(twoCents, 0.5, 0.53)).toBe(1);
  });

  it('are price-neutral only as gain over √(p(1−p)): a martingale held to the end reaches all prices alike', () => {
    // Held to resolution a share of price p gains 1 − p with probability p: mean 0, standard deviation √(p(1−p)).
    const spread = (kind: 'roi' | 'neutral', p: number): number =>
      Math.sqrt(p * gainOf(kind, p, 1) ** 2 + (1 - p) * gainOf(kind, p, 0) ** 2);
    expect([0.05, 0.5, 0.95].map((p) => spread('neutral', p))).toEqual([1, 1, 1].map((one) => expect.closeTo(one, 12)));
    expect(spread('roi', 0.05) / spread('roi', 0.95)).toBeCloseTo(19, 6);
  });

  it('take 5 % after 6 hours, the published target, unless told otherwise', () => {
    const defaults = Object.fromEntries(Object.entries(TARGET_OPTIONS).map(([name, spec]) => [name, spec.default]));
    expect(defaults).toEqual(DEFAULTS);
    expect(targetSettings(DEFAULTS)).toEqual({ horizonMs: 6 * HOUR_MS, target: { kind: 'roi', threshold: 0.05 } });
  });

  it.each([
    ['--horizon', '0'],
    ['--horizon', 'soon'],
    ['--roi-min', 'Infinity'],
    ['--cents-min', '101', '--target', 'cents'],
  ])('refuse %s %s, which makes no sense', async (...words) => {
    const specs = { ...TARGET_OPTIONS, ablation: { type: 'boolean' } } as const;
    expect(await rejection(() => parseOptions(words, 'usage', specs))).toContain(words[0]);
  });
});
