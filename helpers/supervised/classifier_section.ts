/** The report's section of 09-1: the circularity table, forest against boosting, and whether chances mean what they say. */
import { type Block, chartBlock, type ReportSection } from '../charts/section.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { formatInterval, type RowName } from './circularity.ts';
import type { Trial } from './classifier_trial.ts';

export const CLASSIFIER_SECTION = 'classifier';

export interface TrialRow {
  readonly row: RowName;
  readonly trial: Trial;
}

function reliabilityBlock(trials: readonly TrialRow[]): Block {
  const early = trials.filter(({ row }) => row === 'early detection');
  return chartBlock(
    'reliability',
    'Of wallets given a chance of being a fresh whale, the share that was one (early detection, test wallets). On the diagonal chances mean what they say; bins with few whales jump.',
    linesPicture(
      early.map(({ trial }) => ({
        name: trial.kind,
        points: trial.reliability.bins.map((bin) => ({ x: bin.meanProbability, y: bin.eventRate })),
      })),
      { xTitle: 'chance given', yTitle: 'share that was one', hasDiagonal: true, xFormat: '.0%', yFormat: '.0%' },
    ),
  );
}

/** @param rule PR-AUC of the whale rule applied to the first fills, which has learnt nothing */
export function classifierSection(trials: readonly TrialRow[], rule: BootstrapInterval): ReportSection {
  const early = trials.filter(({ row }) => row === 'early detection');
  const best = Math.max(...early.map(({ trial }) => trial.whalePrAuc.estimate));
  const bars = [
    ...trials.map(({ row, trial }) => ({
      label: `${row}, ${trial.kind}`,
      value: trial.whalePrAuc.estimate,
      low: trial.whalePrAuc.low,
      high: trial.whalePrAuc.high,
    })),
    { label: 'early detection, the rule itself', value: rule.estimate, low: rule.low, high: rule.high },
  ];
  return {
    id: CLASSIFIER_SECTION,
    order: 91,
    title: 'Can an archetype be told before it is obvious?',
    blocks: [
      {
        kind: 'verdict',
        tone: best > rule.estimate ? 'good' : 'bad',
        text:
          best > rule.estimate
            ? 'A model on the first fills tells fresh whales better than the rule applied to the same fills.'
            : 'No model beats the rule applied to the same first fills: use the rule early rather than a model.',
      },
      {
        kind: 'table',
        caption:
          'Three ways to ask. "All columns" learns the rule back from its own columns and measures nothing; "early detection" is the claim.',
        header: ['features', 'model', 'test rows', 'whales', 'accuracy', 'whale precision', 'whale PR-AUC', 'macro F1'],
        rows: trials.map(({ row, trial }) => [
          row,
          trial.kind,
          trial.nRows,
          trial.nWhales,
          formatInterval(trial.accuracy),
          formatInterval(trial.whalePrecision),
          formatInterval(trial.whalePrAuc),
          trial.macroF1,
        ]),
      },
      chartBlock(
        'pr_auc',
        'Area under the precision-recall curve for fresh whales, 95 % intervals over wallets.',
        rankedBarsPicture(bars, 'PR-AUC'),
      ),
      reliabilityBlock(trials),
    ],
    limits: [
      'A classifier of archetypes predicts what rules and clusters will say of a wallet, not what a person knows.',
    ],
  };
}
