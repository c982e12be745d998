/** What 09-1 has measured, in lines and in a section: the three rows, forest against boosting, and calibration. */
import { type ChartBlock, chartBlock, detailsBlock, paragraph, verdictBlock } from '../charts/section.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import type { Presentation } from '../step/contract.ts';
import { EARLY, formatInterval, TRADED_ON } from './circularity.ts';
import { bestEarlyTrial, type ClassifierFacts, type TrialRow } from './classifier_model.ts';
import { formatWhollySeen } from './early_task_report.ts';
import { resultTable } from './result_table_report.ts';

export const CLASSIFIER_SECTION = {
  id: 'classifier',
  order: 91,
  title: 'Can an archetype be told before it is obvious?',
};

const COLUMNS: Readonly<Record<string, (own: TrialRow) => string | number>> = {
  features: ({ row }) => row,
  model: ({ trial }) => trial.kind,
  'test rows': ({ trial }) => trial.nRows,
  whales: ({ trial }) => trial.nWhales,
  accuracy: ({ trial }) => formatInterval(trial.accuracy),
  'whale precision': ({ trial }) => formatInterval(trial.whalePrecision),
  'whale PR-AUC': ({ trial }) => formatInterval(trial.whalePrAuc),
  'macro F1': ({ trial }) => trial.macroF1,
  'cal. error': ({ trial }) => trial.reliability.expectedCalibrationError,
};

function reliabilityBlock(trials: readonly TrialRow[]): ChartBlock {
  const early = trials.filter(({ row }) => row === EARLY);
  return chartBlock(
    'reliability',
    'Of wallets by predicted probability of being a fresh whale, the share that was one (early detection, test wallets). On the diagonal probabilities are calibrated; bins with few whales jump.',
    linesPicture(
      early.map(({ trial }) => ({
        name: trial.kind,
        points: trial.reliability.bins.map((bin) => ({ x: bin.meanProbability, y: bin.eventRate })),
      })),
      {
        xTitle: 'predicted probability',
        yTitle: 'share that was one',
        hasDiagonal: true,
        xFormat: '.0%',
        yFormat: '.0%',
      },
    ),
  );
}

function prAucBlock({ trials, rule, ruleTradedOn }: ClassifierFacts): ChartBlock {
  const bars = [
    ...trials.map(({ row, trial }) => ({ label: `${row}, ${trial.kind}`, interval: trial.whalePrAuc })),
    { label: 'early detection, the rule itself', interval: rule.whalePrAuc },
    { label: `${TRADED_ON}, the rule itself`, interval: ruleTradedOn.whalePrAuc },
  ];
  return chartBlock(
    'pr_auc',
    'Area under the precision-recall curve for fresh whales, 95 % intervals over wallets.',
    rankedBarsPicture(
      bars.map(({ label, interval: { estimate, low, high } }) => ({ label, value: estimate, low, high })),
      'PR-AUC',
    ),
  );
}

export function presentClassifier(facts: ClassifierFacts): Presentation {
  const { trials, rule, ruleTradedOn, winner } = facts;
  const best = bestEarlyTrial(trials);
  const isBetter = best.whalePrAuc.estimate > ruleTradedOn.whalePrAuc.estimate;
  const verdict = isBetter
    ? `Of wallets that trade on, a model of the first fills finds fresh whales (${best.nWhales} rows) better than the rule applied to the same fills.`
    : `Of wallets that trade on, no model finds fresh whales (${best.nWhales} rows) better than the rule applied to the same first fills.`;
  const table = resultTable(
    trials,
    COLUMNS,
    'Three ways to ask. "All columns" learns the rule back from its own columns and measures nothing; "early detection, traded on" is the claim.',
  );
  const seen = formatWhollySeen(facts);
  return {
    lines: [
      table.text,
      `The whale rule applied to the first fills, without any training: PR-AUC ${formatInterval(rule.whalePrAuc)}, of wallets that traded on ${formatInterval(ruleTradedOn.whalePrAuc)}.`,
      'The first row learns the rule back from its own columns and measures nothing; the last is the claim.',
      seen,
      verdict,
      `Saved: the ${winner} of the early-detection row.`,
    ],
    blocks: [
      verdictBlock(verdict, isBetter ? 'good' : 'bad'),
      prAucBlock(facts),
      detailsBlock('All figures, and whether probabilities are calibrated', [
        table.block,
        paragraph(seen),
        reliabilityBlock(trials),
      ]),
    ],
    limits: [
      'A classifier of archetypes predicts what rules and clusters will say of a wallet, not what a person knows.',
    ],
  };
}
