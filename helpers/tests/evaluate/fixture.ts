/** The committed reference values of scikit-learn and SciPy (made by `helpers/tests/fixtures/make_fixtures.py`). */
import { readFileSync } from 'node:fs';

interface EvaluateFixture {
  labels: number[];
  probabilities: number[];
  roc: { fpr: number[]; tpr: number[]; thresholds: number[]; auc: number };
  pr: { precision: number[]; recall: number[]; thresholds: number[]; averagePrecision: number };
  logLoss: number;
  brier: number;
  classes: number[];
  predicted: number[];
  confusion: number[];
  perClass: { precision: number[]; recall: number[]; f1: number[] };
  macroF1: number;
  balancedAccuracy: number;
  otherPartition: number[];
  adjustedRand: number;
  reliability: { eventRate: number[]; meanProbability: number[] };
  isotonic: { grid: number[]; values: number[] };
  platt: { slope: number; offset: number };
  pValues: number[];
  bhAdjusted: number[];
  spearman: { x: number[]; y: number[]; rho: number };
  normal: { z: number[]; cdf: number[]; p: number[]; quantile: number[] };
  moments: { skewness: number; kurtosis: number };
}

const text = readFileSync(new URL('../fixtures/evaluate.json', import.meta.url), 'utf8');
export const reference = JSON.parse(text) as EvaluateFixture;

/** The largest |a − b|; Infinity when the lengths differ or a value is NaN. */
export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i] - b[i]);
    largest = Number.isNaN(gap) ? Infinity : Math.max(largest, gap);
  }
  return largest;
}
