/** The report's section of 10: how well future ROI can be told, by what, and what becomes of two published claims. */
import { type Block, chartBlock, type ReportSection } from '../charts/section.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { formatInterval } from './circularity.ts';
import type { Claim } from './roi_claims.ts';
import type { RoiTrial } from './roi_trial.ts';

export const ROI_SECTION = 'roi';

export interface RoiResultRow {
  readonly outcome: 'roi' | 'alpha';
  readonly model: string;
  readonly trial: RoiTrial;
}

interface FeatureImportance {
  readonly feature: string;
  /** Rise of the squared error when the column is shuffled. */
  readonly importance: number;
}

export interface PartialDependence {
  readonly feature: string;
  /** Value of the feature and mean prediction when all wallets have it, per cent. */
  readonly points: readonly { readonly value: number; readonly predicted: number }[];
}

export interface RoiReport {
  readonly results: readonly RoiResultRow[];
  readonly claims: readonly Claim[];
  readonly importances: readonly FeatureImportance[];
  readonly partial: readonly PartialDependence[];
  readonly verdict: string;
  readonly isPredictable: boolean;
}

/** The section from what 10 measured; the verdict's colour tells whether ROI is predictable at all. */
export function roiSection({
  results,
  claims,
  importances,
  partial,
  verdict,
  isPredictable,
}: RoiReport): ReportSection {
  return {
    id: ROI_SECTION,
    order: 100,
    title: 'Does a wallet that did well go on to do well?',
    blocks: [
      { kind: 'verdict', tone: isPredictable ? 'good' : 'bad', text: verdict },
      {
        kind: 'table',
        caption:
          'ROI of what a wallet trades after T, told from its profile at T, and the same above the mean of its window (alpha). The mean ranks nobody: its top tenth is everybody.',
        header: ['outcome', 'model', 'test rows', 'R²', 'Spearman', 'ROI of the top tenth, %', 'by money, %'],
        rows: results.map(({ outcome, model, trial }) => [
          outcome,
          model,
          trial.nRows,
          formatInterval(trial.r2),
          formatInterval(trial.spearman),
          formatInterval(trial.topRoi),
          formatInterval(trial.topRoiByMoney),
        ]),
      },
      chartBlock(
        'top_tenth',
        'Realised ROI of the tenth of the wallets that each model puts first, 95 % intervals over wallets.',
        rankedBarsPicture(
          results
            .filter(({ outcome }) => outcome === 'roi')
            .map(({ model, trial }) => ({
              label: model === 'mean' ? 'everybody' : model,
              value: trial.topRoi.estimate,
              low: trial.topRoi.low,
              high: trial.topRoi.high,
            })),
          'ROI, %',
        ),
      ),
      ...claims.map(
        ({ claim, sentence }): Block => ({ kind: 'paragraph', text: `Published claim "${claim}": ${sentence}.` }),
      ),
      chartBlock(
        'importance',
        'How much worse the saved model gets on the rows it learnt from when a column is shuffled.',
        rankedBarsPicture(
          importances.map(({ feature, importance }) => ({ label: feature, value: importance })),
          'rise of the squared error',
          12,
        ),
      ),
      ...partial.map(({ feature, points }) =>
        chartBlock(
          `partial_${feature}`,
          `Mean predicted ROI when every wallet had this ${feature} (partial dependence, Friedman 2001). What the model says, not what is so.`,
          linesPicture(
            [{ name: feature, points: points.map(({ value, predicted }) => ({ x: value, y: predicted })) }],
            {
              xTitle: feature,
              yTitle: 'predicted ROI, %',
            },
          ),
        ),
      ),
    ],
    limits: [
      'ROI here is before fees and delay, and values open positions at a last price; chapter 6 asks whether anything pays.',
    ],
  };
}
