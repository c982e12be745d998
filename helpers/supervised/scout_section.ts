/** The report's section of 09-2: what behaviour alone tells. */
import { chartBlock, type ReportSection } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { formatInterval, type RowName } from './circularity.ts';
import type { ScoutTrial } from './scout_trial.ts';

export const SCOUT_SECTION = 'scout';

export interface ScoutRow {
  readonly row: RowName;
  readonly trial: ScoutTrial;
}

/** @param claim one sentence on the early row */
export function scoutSection(rows: readonly ScoutRow[], target: string, claim: string): ReportSection {
  const early = rows[rows.length - 1].trial;
  const base = early.nTargets / early.nRows;
  return {
    id: SCOUT_SECTION,
    order: 92,
    title: 'The scout: behaviour without money',
    blocks: [
      { kind: 'verdict', tone: early.precision.low > base ? 'good' : 'bad', text: claim },
      {
        kind: 'table',
        caption: `Forest on behaviour alone, looking for ${target}; the threshold was chosen on validation wallets.`,
        header: ['features', 'test rows', 'targets', 'called', 'precision', 'recall', 'PR-AUC', 'base rate'],
        rows: rows.map(({ row, trial }) => [
          row,
          trial.nRows,
          trial.nTargets,
          trial.nCalled,
          formatInterval(trial.precision),
          formatInterval(trial.recall),
          formatInterval(trial.prAuc),
          trial.nTargets / trial.nRows,
        ]),
      },
      chartBlock(
        'precision',
        `Precision at the chosen threshold against the base rate of ${(100 * base).toFixed(2)} %.`,
        rankedBarsPicture(
          rows.map(({ row, trial }) => ({
            label: row,
            value: 100 * trial.precision.estimate,
            low: 100 * trial.precision.low,
            high: 100 * trial.precision.high,
          })),
          'precision, %',
        ),
      ),
    ],
  };
}
