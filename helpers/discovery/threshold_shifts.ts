/** How much the waterfall depends on each threshold: it is moved by 20 % either way and the wallets that change are counted. */

import type { Archetype, WaterfallThresholds } from '../archetypes/archetypes.ts';
import { assignWaterfall } from '../archetypes/waterfall.ts';
import type { Executor } from '../kernels/executor.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { conform } from '../tables/schema.ts';
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

interface Movable {
  readonly option: string;
  readonly value: (thresholds: WaterfallThresholds) => number;
  readonly moved: (thresholds: WaterfallThresholds, factor: number) => WaterfallThresholds;
}

const MOVABLE: readonly Movable[] = [
  {
    option: 'whale-usd',
    value: (t) => t.whaleAggressionUsd,
    moved: (t, factor) => ({ ...t, whaleAggressionUsd: t.whaleAggressionUsd * factor }),
  },
  {
    option: 'whale-days',
    value: (t) => t.whaleTenureDays,
    moved: (t, factor) => ({ ...t, whaleTenureDays: t.whaleTenureDays * factor }),
  },
  {
    // 120 % of a percentile is no percentile: the share above it moves instead.
    option: 'grinder-percentile',
    value: (t) => t.grinderPercentile,
    moved: (t, factor) => ({ ...t, grinderPercentile: Math.max(0, 100 - (100 - t.grinderPercentile) * factor) }),
  },
  {
    option: 'insider-win-rate',
    value: (t) => t.insiderWinRateMinPct,
    moved: (t, factor) => ({ ...t, insiderWinRateMinPct: Math.min(100, t.insiderWinRateMinPct * factor) }),
  },
  {
    option: 'insider-markets',
    value: (t) => t.insiderMarketsMax,
    moved: (t, factor) => ({ ...t, insiderMarketsMax: t.insiderMarketsMax * factor }),
  },
  {
    option: 'insider-daily',
    value: (t) => t.insiderDailyMax,
    moved: (t, factor) => ({ ...t, insiderDailyMax: t.insiderDailyMax * factor }),
  },
  {
    // 20 % of 3 resolved markets is less than one: it moves by a whole one.
    option: 'insider-resolved',
    value: (t) => t.insiderResolvedMin,
    moved: (t, factor) => ({
      ...t,
      insiderResolvedMin: (factor < 1 ? Math.floor : Math.ceil)(t.insiderResolvedMin * factor),
    }),
  },
  {
    option: 'insider-edge',
    value: (t) => t.insiderEdgeMin,
    moved: (t, factor) => ({ ...t, insiderEdgeMin: t.insiderEdgeMin * factor }),
  },
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
  for (const { option, value, moved } of MOVABLE) {
    for (const factor of SHIFTS) {
      const shifted = moved(thresholds, factor);
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
        value: value(thresholds),
        movedTo: value(shifted),
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
  const frame = pl.DataFrame(
    {
      threshold: shifts.map((s) => s.threshold),
      value: shifts.map((s) => s.value),
      moved_to: shifts.map((s) => s.movedTo),
      n_changed: shifts.map((s) => s.nChanged),
      changed_pct: shifts.map((s) => s.changedPct),
      largest_move: shifts.map((s) => s.largestMove),
      n_largest_move: shifts.map((s) => s.nLargestMove),
    },
    {
      schema: {
        threshold: pl.Utf8,
        value: pl.Float64,
        moved_to: pl.Float64,
        n_changed: pl.Int64,
        changed_pct: pl.Float64,
        largest_move: pl.Utf8,
        n_largest_move: pl.Int64,
      },
    },
  );
  return conform(frame, THRESHOLD_SHIFTS);
}
