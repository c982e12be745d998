import { describe, expect, test } from 'vitest';
import { conformalPValues } from '../../evaluate/conformal.ts';
import { createRandom } from '../../kernels/random.ts';
import { conformalP, packCalibration } from '../../trade_anomaly/calibration.ts';

describe('packed calibration scores', () => {
  test('few scores give the very p-values that all of them give', () => {
    const scores = Float64Array.from([0.4, 0.5, 0.5, 0.7, 0.9]);
    const asked = [0.3, 0.4, 0.5, 0.6, 0.9, 0.95];
    const pOf = conformalP(packCalibration(scores.slice()));
    expect(asked.map(pOf)).toEqual([...conformalPValues(scores, asked)]);
  });

  test('of 200,000 scores the highest tenth give exact p-values, the others none that is too small or off by a thousandth', () => {
    const random = createRandom(3);
    const scores = Float64Array.from({ length: 200_000 }, () => random.uniform());
    const asked = Array.from({ length: 3000 }, (_, i) => i / 3000);
    const exact = conformalPValues(scores, asked);
    const packed = packCalibration(scores.slice());
    const pOf = conformalP(packed);
    expect(packed.tail.length + packed.grid.length).toBeLessThan(22_000);
    asked.forEach((score, i) => {
      expect(pOf(score)).toBeGreaterThanOrEqual(exact[i]);
      expect(pOf(score) - exact[i]).toBeLessThan(score > 0.901 ? Number.EPSILON : 0.0011);
    });
  });
});
