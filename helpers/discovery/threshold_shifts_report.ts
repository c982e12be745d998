/** The waterfall step by step, where its thresholds lie, and what moving them changes, in lines and in a section. */
import type { WaterfallThresholds } from '../archetypes/archetypes.ts';
import type { WaterfallSummary } from '../archetypes/waterfall.ts';
import { type Block, chartBlock, type Picture, verdictBlock } from '../charts/section.ts';
import { binValues, histogramPicture } from '../charts/specs/histogram.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { type WaterfallStep, waterfallPicture } from '../charts/specs/waterfall.ts';
import type { DataFrame } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { THRESHOLD_SHIFTS, WALLET_PROFILES } from '../tables/schemas.ts';
import type { ThresholdShift } from './threshold_shifts.ts';

export const THRESHOLDS_SECTION = {
  id: 'thresholds',
  order: 60,
  title: 'How much the result depends on the thresholds',
};

/** Wallets that each step takes, in the order of the waterfall. */
function waterfallSteps(
  { counts, cuts, nWithoutWinRate, skippedReason }: WaterfallSummary,
  { whaleAggressionUsd, whaleTenureDays }: WaterfallThresholds,
): WaterfallStep[] {
  const nUnnamed = (counts.unnamed ?? 0) - nWithoutWinRate;
  const steps = [
    [
      'fresh_whale',
      `mean fill of at least $${whaleAggressionUsd}, tenure under ${whaleTenureDays} days`,
      counts.fresh_whale ?? 0,
    ],
    [
      'grinder',
      `more than ${cuts.frequency.toPrecision(3)} fills/day or ${cuts.markets.toPrecision(3)} markets`,
      counts.grinder ?? 0,
    ],
    ['unnamed', 'no resolved market, so no win rate', nWithoutWinRate],
    ['insider_like', 'cluster that wins often, narrow and slow, and won beyond its prices', counts.insider_like ?? 0],
    ['casual', 'no more than its prices say', counts.casual ?? 0],
    ['unnamed', nUnnamed > 0 && skippedReason !== null ? skippedReason : 'cluster that no rule names', nUnnamed],
  ] as const;
  return steps.map(([kind, rule, count]) => ({ kind, label: `${kind}: ${rule}`, count }));
}

/** The steps, each with the wallets that it takes and those that are left. */
function formatSteps(steps: readonly WaterfallStep[]): string {
  let nLeft = steps.reduce((sum, { count }) => sum + count, 0);
  const rows = steps.map(({ label, count }) => {
    nLeft -= count;
    return [label, formatCount(count), formatCount(nLeft)];
  });
  return formatTable(['step', 'taken', 'left'], rows);
}

/** The rows of 12_threshold_shifts. */
function shiftsOf(frame: DataFrame): ThresholdShift[] {
  const numbers = ['value', 'moved_to', 'n_changed', 'changed_pct', 'n_largest_move'].map((name) =>
    toNumbers(frame, name),
  );
  const [values, movedTo, nChanged, changedPct, nLargestMove] = numbers;
  const largestMoves = toTexts(frame, 'largest_move');
  return toTexts(frame, 'threshold').map((threshold, row) => ({
    threshold: threshold!,
    value: values[row],
    movedTo: movedTo[row],
    nChanged: nChanged[row],
    changedPct: changedPct[row],
    largestMove: largestMoves[row],
    nLargestMove: nLargestMove[row],
  }));
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

function formatShifts(shifts: readonly ThresholdShift[]): string {
  return formatTable(
    ['threshold', 'from', 'to', 'changed', 'share', 'mostly'],
    shifts.map(({ threshold, value, movedTo, nChanged, changedPct, largestMove, nLargestMove }) => [
      threshold,
      short(value),
      short(movedTo),
      formatCount(nChanged),
      `${changedPct.toFixed(1)}%`,
      largestMove === null ? '–' : `${largestMove} (${formatCount(nLargestMove)})`,
    ]),
  );
}

/** Where each threshold lies among the wallets. */
function thresholdBlocks(profiles: DataFrame, { cuts }: WaterfallSummary, thresholds: WaterfallThresholds): Block[] {
  const { whaleAggressionUsd, whaleTenureDays, grinderPercentile } = thresholds;
  const histogram = (column: string, xTitle: string, value: number, label: string): Picture =>
    histogramPicture(binValues(toNumbers(profiles, column), 'log'), {
      xTitle,
      yTitle: 'wallets',
      references: [{ value, label }],
    });
  return [
    chartBlock(
      'whale_usd',
      'Mean fill of a wallet (log axis) and the threshold of a fresh whale.',
      histogram('aggression_avg_usd', 'mean fill, USD', whaleAggressionUsd, 'fresh whale'),
    ),
    chartBlock(
      'whale_days',
      'Tenure (log axis) and the days within which a whale is fresh.',
      histogram('tenure_days', 'tenure, days', whaleTenureDays, 'fresh'),
    ),
    chartBlock(
      'grinder_frequency',
      `Fills a day (log axis) and percentile ${grinderPercentile}, above which a wallet is a grinder.`,
      histogram('frequency_trades_daily', 'fills a day', cuts.frequency, 'grinder'),
    ),
    chartBlock(
      'grinder_markets',
      `Markets of a wallet (log axis) and percentile ${grinderPercentile}, above which it is a grinder.`,
      histogram('diversification_markets_count', 'markets', cuts.markets, 'grinder'),
    ),
  ];
}

export function presentThresholds(summary: WaterfallSummary, view: PresentView<WaterfallThresholds>): Presentation {
  const steps = waterfallSteps(summary, view.settings);
  const shifts = shiftsOf(view.read(THRESHOLD_SHIFTS));
  const worst = shifts.reduce((most, shift) => (shift.changedPct > most.changedPct ? shift : most));
  return {
    lines: [formatSteps(steps), formatShifts(shifts)],
    blocks: [
      verdictBlock(
        `Moving one threshold by 20 % changes the archetype of at most ${worst.changedPct.toFixed(1)} % of the wallets (${worst.threshold}).`,
      ),
      chartBlock('waterfall', 'Wallets that each step of the waterfall takes.', waterfallPicture(steps, 'wallets')),
      ...thresholdBlocks(view.read(WALLET_PROFILES), summary, view.settings),
      chartBlock(
        'shifts',
        'Wallets with another archetype when one threshold moves by 20 %.',
        rankedBarsPicture(
          shifts.map(({ threshold, value, movedTo, largestMove, changedPct }) => ({
            label: `${threshold} ${short(value)} → ${short(movedTo)}${largestMove === null ? '' : `, mostly ${largestMove}`}`,
            value: changedPct,
          })),
          'wallets that change, %',
        ),
      ),
    ],
  };
}
