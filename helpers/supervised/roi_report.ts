/** How well future ROI can be predicted, by what, and what becomes of two published claims, in lines and in a section. */
import { type ChartBlock, chartBlock, detailsBlock, paragraph, verdictBlock } from '../charts/section.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import type { Presentation } from '../step/contract.ts';
import { formatInterval } from './circularity.ts';
import type { PartialDependence } from './partial_dependence.ts';
import { resultTable } from './result_table_report.ts';
import { CLAIM_ROWS_MIN, type FilteringClaim, type WhaleClaim } from './roi_claims.ts';
import { isPredictable, type RoiResult } from './roi_comparison.ts';
import type { RoiFacts } from './roi_model.ts';

export const ROI_SECTION = { id: 'roi', order: 100, title: 'Does a wallet that did well go on to do well?' };

const COLUMNS: Readonly<Record<string, (own: RoiResult) => string | number>> = {
  outcome: ({ outcome }) => outcome,
  model: ({ model }) => model,
  'test rows': ({ trial }) => trial.nRows,
  'R²': ({ trial }) => formatInterval(trial.r2),
  Spearman: ({ trial }) => formatInterval(trial.spearman),
  'ROI of the top tenth, %': ({ trial }) => formatInterval(trial.topRoi),
  'by money, %': ({ trial }) => formatInterval(trial.topRoiByMoney),
};

/** "Filtering casuals improves ROI prediction", put to the data, in a sentence. */
export function formatFiltering({ change, nKept, nRows }: FilteringClaim): string {
  const answer = (): string => {
    if (change === null) return `only ${nKept} test rows are not casual, too few to say`;
    const says = change.low > 0 ? 'yes, here' : change.high < 0 ? 'no, it makes it worse' : 'not shown';
    return `${says}: Spearman changes by ${formatInterval(change, 3)} (${nKept} of ${nRows} test rows are left)`;
  };
  return `Published claim "filtering casuals improves ROI prediction": ${answer()}.`;
}

/** "Fresh whales earn a multiple of the base", put to the data, in a sentence. */
export function formatFreshWhales({ nWhales, roi }: WhaleClaim): string {
  const answer = (): string => {
    if (roi === null) return `only ${nWhales} rows are fresh whales, ${CLAIM_ROWS_MIN} are needed`;
    const { difference, base, ratio } = roi;
    const says = difference.low > 0 ? 'they earn more' : difference.high < 0 ? 'they earn less' : 'not shown';
    const multiple =
      base.low > 0
        ? `, ${formatInterval(ratio)} times the base`
        : '; a multiple means nothing, for the base may be zero or below';
    return `${says}: ${formatInterval(difference, 1)} percentage points beside a base of ${formatInterval(base, 1)} %${multiple} (${nWhales} rows)`;
  };
  return `Published claim "fresh whales earn a multiple of the base": ${answer()}.`;
}

function topTenthBlock(results: readonly RoiResult[]): ChartBlock {
  const own = results.filter(({ outcome }) => outcome === 'roi');
  return chartBlock(
    'top_tenth',
    'Realised ROI of the tenth of the wallets that each model ranks first, 95 % intervals over wallets.',
    rankedBarsPicture(
      own.map(({ model, trial: { topRoi } }) => ({
        label: model === 'mean' ? 'everybody' : model,
        value: topRoi.estimate,
        low: topRoi.low,
        high: topRoi.high,
      })),
      'ROI, %',
    ),
  );
}

function importanceBlock({ importances }: RoiFacts): ChartBlock {
  return chartBlock(
    'importance',
    'How much worse the saved model gets on the rows it learnt from when a column is shuffled.',
    rankedBarsPicture(
      importances.map(({ feature, importance }) => ({ label: feature, value: importance })),
      'rise of the squared error',
      12,
    ),
  );
}

function partialBlock({ feature, points }: PartialDependence): ChartBlock {
  const line = { name: feature, points: points.map(({ value, predicted }) => ({ x: value, y: predicted })) };
  return chartBlock(
    `partial_${feature}`,
    `Mean predicted ROI when every wallet has this ${feature} (partial dependence, Friedman 2001). It shows what the model predicts, not what causes it.`,
    linesPicture([line], { xTitle: feature, yTitle: 'predicted ROI, %' }),
  );
}

export function presentRoi(facts: RoiFacts): Presentation {
  const { results, claims, partial } = facts;
  const isPredicted = isPredictable(results);
  const verdict = isPredicted
    ? 'Future ROI can be predicted a little beyond its mean here.'
    : 'Future ROI is not shown to be predictable beyond its mean here.';
  const table = resultTable(
    results,
    COLUMNS,
    'ROI of what a wallet trades after T, predicted from its profile at T, and the same above the mean of its window (alpha). The mean ranks nobody: its top tenth is everybody.',
  );
  const claimLines = [formatFiltering(claims.filtering), formatFreshWhales(claims.freshWhales)];
  return {
    lines: [
      table.text,
      'The mean ranks nobody: its "top tenth" is everybody, the base to compare with.',
      verdict,
      ...claimLines,
    ],
    blocks: [
      verdictBlock(verdict, isPredicted ? 'good' : 'bad'),
      topTenthBlock(results),
      ...claimLines.map(paragraph),
      detailsBlock('All figures, and what the model looks at', [
        table.block,
        importanceBlock(facts),
        ...partial.map(partialBlock),
      ]),
    ],
    limits: [
      'ROI here is before fees and delay, and values open positions at a last price; chapter 6 asks whether anything pays.',
    ],
  };
}
