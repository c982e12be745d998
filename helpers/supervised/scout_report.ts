/** What behaviour alone predicts, in lines and in a section. */
import { chartBlock, detailsBlock, paragraph, verdictBlock } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { formatInterval } from './circularity.ts';
import { formatWhollySeen } from './early_task_report.ts';
import { resultTable } from './result_table_report.ts';
import type { ScoutFacts, ScoutRow, ScoutSettings } from './scout_model.ts';
import type { ScoutTrial } from './scout_trial.ts';

export const SCOUT_SECTION = { id: 'scout', order: 92, title: 'The scout: behaviour without money' };

const baseRate = ({ nTargets, nRows }: ScoutTrial): number => nTargets / nRows;

const COLUMNS: Readonly<Record<string, (own: ScoutRow) => string | number>> = {
  features: ({ row }) => row,
  'test rows': ({ trial }) => trial.nRows,
  targets: ({ trial }) => trial.nTargets,
  predicted: ({ trial }) => trial.nPredictedPositive,
  precision: ({ trial }) => formatInterval(trial.precision),
  recall: ({ trial }) => formatInterval(trial.recall),
  'PR-AUC': ({ trial }) => formatInterval(trial.prAuc),
  'base rate': ({ trial }) => baseRate(trial),
};

const percent = (share: number, nDigits = 0): string => `${(100 * share).toFixed(nDigits)} %`;

function formatShare({ estimate, low, high }: BootstrapInterval): string {
  return `${percent(estimate)} [${percent(low)}, ${percent(high)}]`;
}

/** One sentence on the early row. */
function formatVerdict(early: ScoutTrial, target: string): string {
  if (early.nPredictedPositive === 0) return `The scout predicts no test wallet that trades on to become ${target}.`;
  return `Of wallets that trade on, ${formatShare(early.precision)} of those predicted to become ${target} do; of all, ${percent(baseRate(early), 2)}.`;
}

export function presentScout(facts: ScoutFacts, { settings }: PresentView<ScoutSettings>): Presentation {
  const { trials } = facts;
  const { target, recallMin, nFolds } = settings;
  const early = trials[trials.length - 1].trial;
  const verdict = formatVerdict(early, target);
  const table = resultTable(trials, COLUMNS, `Forest on behaviour alone, looking for ${target}.`);
  const notes = [
    `${early.choices.length} of ${nFolds} folds had enough ${target} wallets to choose a threshold by.`,
    `Behaviour alone, no column of money. The threshold was chosen on validation wallets for a recall of ${recallMin}; test wallets and timestamps are others.`,
    formatWhollySeen(facts),
  ];
  return {
    lines: [table.text, ...notes, verdict, 'Saved: the forest of the early-detection row.'],
    blocks: [
      verdictBlock(verdict, early.precision.low > baseRate(early) ? 'good' : 'bad'),
      chartBlock(
        'precision',
        `Precision at the chosen threshold against the base rate of ${percent(baseRate(early), 2)}.`,
        rankedBarsPicture(
          trials.map(({ row, trial: { precision } }) => ({
            label: row,
            value: 100 * precision.estimate,
            low: 100 * precision.low,
            high: 100 * precision.high,
          })),
          'precision, %',
        ),
      ),
      detailsBlock('All figures, and how they were measured', [table.block, ...notes.map(paragraph)]),
    ],
  };
}
