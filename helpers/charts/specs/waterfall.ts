/** Waterfall of counts: from all wallets, what each rule takes away, and who is left. */
import type { Picture } from '../section.ts';
import { colourScale } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { BY_RANK, pictureOf, rowNames, told } from './parts.ts';
import { AXIS_NUMBERS } from './words.ts';

export interface WaterfallStep {
  /** What the rule says, with its threshold. */
  readonly label: string;
  readonly count: number;
  /** Kind of wallet that the rule finds; decides the colour. */
  readonly kind: string;
}

/**
 * Draws the whole and, below it, every step as a bar that begins where the step before ended.
 * @param steps in the order of the rules; counts that do not overlap
 */
export function waterfallPicture(steps: readonly WaterfallStep[], countTitle: string): Picture {
  const total = steps.reduce((sum, step) => sum + step.count, 0);
  if (total === 0) return emptyPicture(`No ${countTitle}.`);
  let end = total;
  const rows = steps.map(({ label, count, kind }, i) => {
    const from = end - count;
    const words = `${count.toLocaleString('en-US')} (${((100 * count) / total).toFixed(1)} %)`;
    const row = { rank: i + 1, label, kind, from, to: end, text: `${words} · ${label}`, words };
    end = from;
    return row;
  });
  const all = `${total.toLocaleString('en-US')} · all`;
  const values = [{ rank: 0, label: 'all', kind: 'all', from: 0, to: total, text: all, words: all }, ...rows];
  const kinds = colourScale(steps.map((step) => step.kind));
  const x = { type: 'quantitative' } as const;
  return pictureOf({
    height: { step: 40 },
    data: { values },
    encoding: BY_RANK,
    layer: [
      {
        mark: { type: 'bar', height: 14, yOffset: 9, cornerRadius: 2 },
        encoding: {
          x: { field: 'from', ...x, axis: { title: countTitle, labelExpr: AXIS_NUMBERS, grid: true, tickCount: 5 } },
          x2: { field: 'to' },
          color: {
            field: 'kind',
            type: 'nominal',
            legend: null,
            scale: { domain: ['all', ...kinds.domain], range: ['#3f4d5c', ...kinds.range] },
          },
          tooltip: [told('label', 'step'), told('words', countTitle)],
        },
      },
      ...rowNames('text', -9),
    ],
  });
}
