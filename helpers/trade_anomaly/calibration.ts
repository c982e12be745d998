/** Scores of calibration trades in little room: the highest as they are, of the others every so many. */
import { bisectLeft } from 'd3-array';
import { z } from 'zod';

const N_TAIL = 20_000;
const N_GRID = 1000;

export const CALIBRATION = z.object({
  /** Calibration trades. */
  n: z.number().int().min(1),
  /** The highest scores, ascending. */
  tail: z.array(z.number()).min(1),
  /** Of the lower scores, ascending, every `stride`-th from the lowest on. */
  grid: z.array(z.number()),
  stride: z.number().int().min(1),
});
export type Calibration = Readonly<z.infer<typeof CALIBRATION>>;

/** @param scores finite, at least one; they are sorted in place */
export function packCalibration(scores: Float64Array): Calibration {
  const n = scores.sort().length;
  const nBelow = Math.max(0, n - N_TAIL);
  const stride = Math.max(1, Math.ceil(nBelow / N_GRID));
  const grid = Array.from({ length: Math.ceil(nBelow / stride) }, (_, i) => scores[i * stride]);
  return { n, tail: Array.from(scores.subarray(nBelow)), grid, stride };
}

/**
 * Conformal p-value (1 + #{calibration scores ≥ s}) / (n + 1) of a score (Vovk 2005): exact among the highest, never too small below.
 * P(p ≤ t) ≤ t for a trade like the calibration trades.
 */
export function conformalP({ n, tail, grid, stride }: Calibration): (score: number) => number {
  const sortedTail = Float64Array.from(tail);
  const sortedGrid = Float64Array.from(grid);
  return (score) => {
    if (score > sortedTail[0] || grid.length === 0) return (1 + tail.length - bisectLeft(sortedTail, score)) / (n + 1);
    // The scores below are at least as many as stand before the last one of the grid that is lower.
    const nLower = Math.max(0, (bisectLeft(sortedGrid, score) - 1) * stride + 1);
    return (1 + n - nLower) / (n + 1);
  };
}
