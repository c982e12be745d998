/** The waterfall step by step, and what moving its thresholds changes, in lines for people. */
import { formatCount, formatTable } from '../run/console.ts';
import type { WaterfallThresholds } from './archetypes.ts';
import { archetypeCounts } from './describe_archetypes.ts';
import type { ThresholdShift } from './threshold_shifts.ts';
import type { WaterfallResult } from './waterfall.ts';

/** Wallets that each step takes and leaves. */
export function describeSteps(result: WaterfallResult, thresholds: WaterfallThresholds): string {
  const counts = archetypeCounts(result);
  const steps = [
    [
      'fresh_whale',
      `mean fill of $${thresholds.whaleAggressionUsd} and more, tenure under ${thresholds.whaleTenureDays} days`,
    ],
    [
      'grinder',
      `more than ${result.grinderFrequency.toPrecision(3)} fills/day or ${result.grinderMarkets.toPrecision(3)} markets`,
    ],
    ['insider_like', 'cluster with a high win rate, narrow and slow'],
    ['casual', 'cluster without a high win rate'],
    ['unnamed', result.refusal ?? 'cluster that no rule names'],
  ] as const;
  let left = result.archetypes.length;
  const rows = steps.map(([name, rule]) => {
    const taken = counts[name] ?? 0;
    left -= taken;
    return [name, rule, formatCount(taken), formatCount(left)];
  });
  return formatTable(['step', 'rule', 'taken', 'left'], rows);
}

/** One row a move. */
export function describeShifts(shifts: readonly ThresholdShift[]): string {
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return formatTable(
    ['threshold', 'from', 'to', 'changed', 'share', 'mostly'],
    shifts.map((s) => [
      s.threshold,
      short(s.value),
      short(s.movedTo),
      formatCount(s.nChanged),
      `${s.changedPct.toFixed(1)}%`,
      s.largestMove === null ? '–' : `${s.largestMove} (${formatCount(s.nLargestMove)})`,
    ]),
  );
}
