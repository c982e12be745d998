/** The scorecard of 11 in the report: what the chances are worth, and whether they mean what they say. */
import { chartBlock, type ReportSection } from '../charts/section.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import { reliability } from '../evaluate/reliability.ts';
import { formatCount } from '../run/console.ts';
import { formatShare, type Judged, type Scorecard } from './scorecard.ts';

export const PROFIT_SECTION = 'profitability';
const SECTION_ORDER = 110;
const SHOWN = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9];

function reliabilityPoints(labels: ArrayLike<number>, chances: ArrayLike<number>): { x: number; y: number }[] {
  return reliability(labels, chances, 20).bins.map((bin) => ({ x: bin.meanProbability, y: bin.eventRate }));
}

/**
 * The section of the report.
 * @param target what label 1 means, in words
 * @param lines how the folds were cut, in words
 */
export function profitSection(
  card: Scorecard,
  judged: Judged,
  target: string,
  verdict: string,
  lines: readonly string[],
): ReportSection {
  const header = ['', 'AUC', 'log loss', ...SHOWN.map((threshold) => `precision at ${threshold}`)];
  const rows = card.scores.map((score) => [
    score.name as string,
    formatShare(score.auc),
    score.logLoss.toFixed(4),
    ...SHOWN.map((threshold) => {
      const picks = score.picks.find((p) => p.threshold === threshold)!;
      return picks.nPicks === 0 ? 'no picks' : `${formatShare(picks.precision)} n ${formatCount(picks.nPicks)}`;
    }),
  ]);
  const base = ['base rate', '.500', null, ...SHOWN.map(() => formatShare(card.baseRate))];
  const beats = card.top.returnDifference.low > 0;
  return {
    id: PROFIT_SECTION,
    order: SECTION_ORDER,
    title: 'Can it be told beforehand whether following a trade pays?',
    blocks: [
      { kind: 'verdict', text: verdict, tone: beats ? 'good' : 'neutral' },
      {
        kind: 'paragraph',
        text:
          `Label 1 is a ${target}. ${formatCount(card.nRows)} test fills of ${formatCount(card.nMarkets)} markets, each scored by a model that learned ` +
          'from earlier fills of other markets and events. Returns are before costs; the next sections subtract them.',
      },
      { kind: 'table', header, rows: [base, ...rows], caption: 'With 95 % intervals from a bootstrap over markets.' },
      chartBlock(
        'reliability',
        'How often fills of a given chance reached the target, in twenty groups of equal size; on the diagonal chances mean what they say.',
        linesPicture(
          [
            { name: 'model', points: reliabilityPoints(judged.labels, judged.probability) },
            { name: 'price only', points: reliabilityPoints(judged.labels, judged.priceOnly) },
          ],
          {
            xTitle: 'chance',
            yTitle: 'share that reached the target',
            hasDiagonal: true,
            xFormat: '.0%',
            yFormat: '.0%',
          },
        ),
      ),
      {
        kind: 'details',
        summary: 'How the rows were cut',
        blocks: lines.map((text) => ({ kind: 'paragraph' as const, text })),
      },
    ],
    limits: [
      'Fills after which nobody traded within the horizon have no label and are not judged.',
      'A high chance is not an edge: a dear share in a market that is about to end is easy to guess and pays little.',
    ],
  };
}
