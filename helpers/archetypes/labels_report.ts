/** Wallets by label, why some have none, and whether labels are together on a map, in lines and in a section. */
import { type Block, chartBlock, verdictBlocks } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { formatPurity, summarizePurity } from '../evaluate/purity_report.ts';
import { formatCount } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toTexts } from '../tables/matrix.ts';
import { LABELS } from '../tables/schemas.ts';
import { countArchetypes } from './archetypes.ts';
import type { LabelCheck, LabelMap } from './labels.ts';
import { formatCounts } from './waterfall_report.ts';

export const LABELS_SECTION = { id: 'labels', order: 70, title: 'Labels for training' };

/** How many wallets are unnamed for which reason, in a sentence; none where all have a name. */
function formatReasons(labels: readonly string[], rules: readonly string[]): string[] {
  const counts = new Map<string, number>();
  labels.forEach((label, row) => {
    if (label === 'unnamed') counts.set(rules[row], (counts.get(rules[row]) ?? 0) + 1);
  });
  if (counts.size === 0) return [];
  const reasons = [...counts].sort(([, a], [, b]) => b - a).map(([rule, n]) => `${rule} ${formatCount(n)}`);
  return [`Unnamed wallets, in no training set, by reason: ${reasons.join(', ')}.`];
}

function mapBlock({ rows, x, y }: LabelMap, labels: readonly string[]): Block {
  return chartBlock(
    'map',
    'A t-SNE map of a sample of wallets by label. Distances between islands mean nothing.',
    scatterPicture(
      rows.map((row, i) => ({ x: x[i], y: y[i], group: labels[row] })),
      { xTitle: '', yTitle: '', isMap: true },
    ),
  );
}

export function presentLabels(check: LabelCheck, view: PresentView<unknown>): Presentation {
  const table = view.read(LABELS);
  const [labels, rules] = ['archetype', 'rule'].map((name) => toTexts(table, name) as string[]);
  const counts = countArchetypes(labels);
  const reasons = formatReasons(labels, rules);
  const isSkipped = 'skippedReason' in check;
  const sentence = isSkipped
    ? `The labels were not checked on a map: ${check.skippedReason}.`
    : summarizePurity('label', check.purity);
  const details = isSkipped ? [] : formatPurity('label', check.purity);
  return {
    lines: [formatCounts(counts), ...reasons, sentence, ...details],
    blocks: [
      ...verdictBlocks(sentence, 'Purity by label', details),
      chartBlock(
        'counts',
        ['Wallets by label; unnamed ones are in no training set.', ...reasons].join(' '),
        rankedBarsPicture(
          Object.entries(counts).map(([label, value]) => ({ label, value, group: label })),
          'wallets',
        ),
      ),
      ...(isSkipped ? [] : [mapBlock(check.map, labels)]),
    ],
  };
}
