/** The report's section of 06: the waterfall step by step, where its thresholds lie, and what moving them changes. */

import type { WaterfallThresholds } from '../../archetypes/archetypes.ts';
import type { WaterfallResult } from '../../archetypes/waterfall.ts';
import { chartBlock, type ReportSection } from '../../charts/section.ts';
import { binValues, histogramPicture } from '../../charts/specs/histogram.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import { waterfallPicture } from '../../charts/specs/waterfall.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { waterfallSteps } from '../describe_thresholds.ts';
import type { ThresholdShift } from '../threshold_shifts.ts';

export const THRESHOLDS_SECTION = 'thresholds';

/**
 * @param result the waterfall with thresholds as they are
 * @param shifts what moving each threshold changes; at least one
 */
export function thresholdsSection(
  profiles: DataFrame,
  result: WaterfallResult,
  thresholds: WaterfallThresholds,
  shifts: readonly ThresholdShift[],
): ReportSection {
  const histogram = (name: string, xTitle: string, value: number, label: string) =>
    histogramPicture(binValues(toNumbers(profiles, name), 'log'), {
      xTitle,
      yTitle: 'wallets',
      references: [{ value, label }],
    });
  const worst = shifts.reduce((most, shift) => (shift.changedPct > most.changedPct ? shift : most), shifts[0]);
  return {
    id: THRESHOLDS_SECTION,
    order: 60,
    title: 'How much hangs on the thresholds',
    blocks: [
      {
        kind: 'verdict',
        tone: 'neutral',
        text: `Moving one threshold by 20 % changes the archetype of at most ${worst.changedPct.toFixed(1)} % of the wallets (${worst.threshold}).`,
      },
      chartBlock(
        'waterfall',
        'What each step of the waterfall takes away from all wallets.',
        waterfallPicture(
          waterfallSteps(result, thresholds).map(({ name, rule, nTaken }) => ({
            label: `${name}: ${rule}`,
            count: nTaken,
            kind: name,
          })),
          'wallets',
        ),
      ),
      chartBlock(
        'whale_usd',
        'Mean fill of a wallet (log axis) and the threshold of a fresh whale.',
        histogram('aggression_avg_usd', 'mean fill, USD', thresholds.whaleAggressionUsd, 'fresh whale'),
      ),
      chartBlock(
        'whale_days',
        'Tenure (log axis) and the days within which a whale is fresh.',
        histogram('tenure_days', 'tenure, days', thresholds.whaleTenureDays, 'fresh'),
      ),
      chartBlock(
        'grinder_frequency',
        `Fills a day (log axis) and percentile ${thresholds.grinderPercentile}, above which a wallet is a grinder.`,
        histogram('frequency_trades_daily', 'fills a day', result.grinderFrequency, 'grinder'),
      ),
      chartBlock(
        'grinder_markets',
        `Markets of a wallet (log axis) and percentile ${thresholds.grinderPercentile}, above which it is a grinder.`,
        histogram('diversification_markets_count', 'markets', result.grinderMarkets, 'grinder'),
      ),
      chartBlock(
        'shifts',
        'Wallets with another archetype when one threshold moves by 20 %.',
        rankedBarsPicture(
          shifts.map((shift) => ({
            label: `${shift.threshold} ${Number(shift.value.toPrecision(4))} → ${Number(shift.movedTo.toPrecision(4))}${
              shift.largestMove === null ? '' : `, mostly ${shift.largestMove}`
            }`,
            value: shift.changedPct,
          })),
          'wallets that change, %',
        ),
      ),
    ],
  };
}
