/** The waterfall step by step, and what moving its thresholds changes, in lines for people. */

import type { WaterfallThresholds } from '../archetypes/archetypes.ts';
import { archetypeCounts } from '../archetypes/describe_archetypes.ts';
import { NO_WIN_RATE, type WaterfallResult } from '../archetypes/waterfall.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { ThresholdShift } from './threshold_shifts.ts';

interface WaterfallStepCount {
  readonly name: string;
  readonly rule: string;
  readonly nTaken: number;
  readonly nLeft: number;
}

/** Wallets that each step takes and leaves, in the order of the waterfall. */
export function waterfallSteps(result: WaterfallResult, thresholds: WaterfallThresholds): WaterfallStepCount[] {
  const counts = archetypeCounts(result);
  const nUnrated = result.rules.filter((rule) => rule === NO_WIN_RATE).length;
  const nUnnamed = (counts.unnamed ?? 0) - nUnrated;
  const steps = [
    [
      'fresh_whale',
      `mean fill of $${thresholds.whaleAggressionUsd} and more, tenure under ${thresholds.whaleTenureDays} days`,
      counts.fresh_whale ?? 0,
    ],
    [
      'grinder',
      `more than ${result.grinderFrequency.toPrecision(3)} fills/day or ${result.grinderMarkets.toPrecision(3)} markets`,
      counts.grinder ?? 0,
    ],
    ['unnamed', 'no resolved market, so no win rate', nUnrated],
    ['insider_like', 'cluster with a high win rate, narrow and slow', counts.insider_like ?? 0],
    ['casual', 'cluster without a high win rate', counts.casual ?? 0],
    ['unnamed', nUnnamed > 0 && result.refusal !== null ? result.refusal : 'cluster that no rule names', nUnnamed],
  ] as const;
  let nLeft = result.archetypes.length;
  return steps.map(([name, rule, nTaken]) => {
    nLeft -= nTaken;
    return { name, rule, nTaken, nLeft };
  });
}

/** The same in lines for people. */
export function describeSteps(result: WaterfallResult, thresholds: WaterfallThresholds): string {
  return formatTable(
    ['step', 'rule', 'taken', 'left'],
    waterfallSteps(result, thresholds).map(({ name, rule, nTaken, nLeft }) => [
      name,
      rule,
      formatCount(nTaken),
      formatCount(nLeft),
    ]),
  );
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
