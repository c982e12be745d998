/** Wallets by label, and why some have none, in lines and in a section. */
import { chartBlock, verdictBlocks } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { formatCount } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toTexts } from '../tables/matrix.ts';
import { LABELS } from '../tables/schemas.ts';
import { countArchetypes } from './archetypes.ts';
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

/** How many wallets can teach. */
function sentenceOf(counts: Readonly<Record<string, number>>): string {
  const n = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const nLabelled = n - (counts.unnamed ?? 0);
  return `${formatCount(nLabelled)} of ${formatCount(n)} wallets have a label to learn from.`;
}

export function presentLabels(_: object, view: PresentView<unknown>): Presentation {
  const table = view.read(LABELS);
  const [labels, rules] = ['archetype', 'rule'].map((name) => toTexts(table, name) as string[]);
  const counts = countArchetypes(labels);
  const reasons = formatReasons(labels, rules);
  return {
    lines: [formatCounts(counts), ...reasons],
    blocks: [
      ...verdictBlocks(sentenceOf(counts), 'Why wallets have no label', reasons),
      chartBlock(
        'counts',
        'Wallets by label; unnamed ones are in no training set.',
        rankedBarsPicture(
          Object.entries(counts).map(([label, value]) => ({ label, value, group: label })),
          'wallets',
        ),
      ),
    ],
  };
}
