/** How much the waterfall depends on each threshold: it is moved by 20 % either way and the wallets that change are counted. */
import type { Archetype, WaterfallThresholds } from '../archetypes/archetypes.ts';
import { assignWaterfall } from '../archetypes/waterfall.ts';
import type { Executor } from '../kernels/executor.ts';
import { type DataFrame, releaseFrames } from '../polars/polars.ts';
import { frameOf } from '../tables/frame_of.ts';
import { THRESHOLD_SHIFTS } from '../tables/schemas.ts';

const SHIFTS = [0.8, 1.2];

export interface ThresholdShift {
  /** Name of the option. */
  readonly threshold: string;
  readonly value: number;
  readonly movedTo: number;
  readonly nChanged: number;
  readonly changedPct: number;
  /** The most frequent change, `from -> to`; null when nothing changed. */
  readonly largestMove: string | null;
  readonly nLargestMove: number;
}

type Move = (value: number, factor: number) => number;
const times: Move = (value, factor) => value * factor;

/** Option, threshold, and how it moves. */
const MOVABLE: readonly (readonly [string, keyof WaterfallThresholds, Move])[] = [
  ['whale-usd', 'whaleAggressionUsd', times],
  ['whale-days', 'whaleTenureDays', times],
  // 120 % of a percentile is no percentile: the share above it moves instead.
  ['grinder-percentile', 'grinderPercentile', (value, factor) => Math.max(0, 100 - (100 - value) * factor)],
  ['insider-win-rate', 'insiderWinRateMinPct', (value, factor) => Math.min(100, value * factor)],
  ['insider-markets', 'insiderMarketsMax', times],
  ['insider-daily', 'insiderDailyMax', times],
  // 20 % of 3 resolved markets is less than one: it moves by a whole one.
  ['insider-resolved', 'insiderResolvedMin', (value, factor) => (factor < 1 ? Math.floor : Math.ceil)(value * factor)],
  ['insider-edge', 'insiderEdgeMin', times],
];

/** Every threshold moved down and up by 20 %, the whole waterfall computed again each time. */
export async function shiftThresholds(
  profiles: DataFrame,
  thresholds: WaterfallThresholds,
  before: readonly Archetype[],
  seed: number,
  executor: Executor,
): Promise<ThresholdShift[]> {
  const shifts: ThresholdShift[] = [];
  for (const [option, key, move] of MOVABLE) {
    for (const factor of SHIFTS) {
      const shifted = { ...thresholds, [key]: move(thresholds[key], factor) };
      const { archetypes } = assignWaterfall(profiles, shifted, seed, executor);
      const moves = new Map<string, number>();
      let nChanged = 0;
      archetypes.forEach((after, row) => {
        if (after === before[row]) return;
        const move = `${before[row]} -> ${after}`;
        moves.set(move, (moves.get(move) ?? 0) + 1);
        nChanged++;
      });
      const [largest] = [...moves].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
      shifts.push({
        threshold: option,
        value: thresholds[key],
        movedTo: shifted[key],
        nChanged,
        changedPct: (100 * nChanged) / Math.max(1, before.length),
        largestMove: largest?.[0] ?? null,
        nLargestMove: largest?.[1] ?? 0,
      });
      await releaseFrames();
    }
  }
  return shifts;
}

/** Rows of 12_threshold_shifts. */
export function shiftsFrame(shifts: readonly ThresholdShift[]): DataFrame {
  return frameOf(THRESHOLD_SHIFTS, shifts, {
    threshold: (shift) => shift.threshold,
    value: (shift) => shift.value,
    moved_to: (shift) => shift.movedTo,
    n_changed: (shift) => shift.nChanged,
    changed_pct: (shift) => shift.changedPct,
    largest_move: (shift) => shift.largestMove,
    n_largest_move: (shift) => shift.nLargestMove,
  });
}
