/** The scorecard of the alerts: lines, and a section of the report. */
import { scorecardLines, verdictWords } from '../alerts/score/scorecard_report.ts';
import type { Block } from '../charts/section.ts';
import { formatCount } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { AlertScores } from './alert_scores.ts';

export const ALERT_SCORES_SECTION: SectionPlace = {
  id: 'alert_scores',
  order: 2200,
  title: 'What became of the alerts?',
};

const pct = (value: number): number | null => (Number.isNaN(value) ? null : Number((100 * value).toFixed(1)));

export function presentAlertScores({ scores, nDecisions, nLeftOut }: AlertScores): Presentation {
  const head = `${formatCount(nDecisions)} decisions were followed with $100 each${nLeftOut === 0 ? '' : `; ${formatCount(nLeftOut)} more name no market or price`}.`;
  const table: Block = {
    kind: 'table',
    header: [
      ...['rule', 'verdict', 'held for', 'decisions', 'scored', 'markets', 'gained %', 'return %'],
      ...['random %', 'difference %', 'low', 'high', 'so'],
    ],
    rows: scores.map((score) => [
      ...[score.rule, score.verdict.replaceAll('_', ' '), score.horizon, score.nDecisions, score.nScored],
      ...[score.nMarkets, pct(score.winRate), pct(score.meanReturn.estimate), pct(score.randomReturn.estimate)],
      ...[pct(score.difference.estimate), pct(score.difference.low), pct(score.difference.high)],
      verdictWords(score),
    ]),
    caption:
      'Returns after fees and half a cent of spread, beside random trades at the same prices on the same days and markets; 95 % intervals over whole markets.',
  };
  return {
    lines: [head, ...scorecardLines(scores)],
    blocks: [{ kind: 'verdict', tone: 'neutral', text: head }, ...(scores.length > 0 ? [table] : [])],
  };
}
