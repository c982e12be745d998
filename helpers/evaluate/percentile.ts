/** Percentiles of numbers that may be missing. */

/** The value at a percentile, linear between order statistics (type 7 of Hyndman & Fan 1996). NaN for no values. */
export function percentile(values: Float64Array, percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(at);
  return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
