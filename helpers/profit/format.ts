/** Numbers as chapter 6 writes them: in its model cards, its lines and its sections. */
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';

type Interval = Pick<BootstrapInterval, 'estimate' | 'low' | 'high'>;

/** `.61 [.55, .70]`, or a dash where it does not exist. */
export function formatShare({ estimate, low, high }: Interval): string {
  if (!Number.isFinite(estimate)) return '–';
  const short = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.');
  return Number.isFinite(low) ? `${short(estimate)} [${short(low)}, ${short(high)}]` : short(estimate);
}

/** `3.1%`, or a dash where it does not exist. */
export function formatPercent(value: number): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)}%` : '–';
}

/** `3.1% (1.0% to 5.2%)`, or a dash where it does not exist. */
export function formatPercentInterval({ estimate, low, high }: Interval): string {
  return Number.isFinite(estimate)
    ? `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)})`
    : '–';
}

/** A threshold as it is named: `0.75`. */
export function formatThreshold(threshold: number): string {
  return threshold.toFixed(2);
}
