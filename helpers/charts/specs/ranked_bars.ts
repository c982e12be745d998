/** Named bars from the largest down, each name above its bar so that long names fit a phone; with intervals where known. */
import type { Picture } from '../section.ts';
import { ACCENT, colourScale, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { BY_RANK, pictureOf, rowNames, told } from './parts.ts';
import { AXIS_NUMBERS, short } from './words.ts';

export interface RankedBar {
  readonly label: string;
  readonly value: number;
  /** Ends of an interval around the value. */
  readonly low?: number;
  readonly high?: number;
  /** Kind of wallet or detector; decides the colour. */
  readonly group?: string;
}

/**
 * Draws bars by falling value; bars without a finite value are left out.
 * @param valueTitle what the bars measure, with its unit
 * @param nMax how many bars at most; the note says how many were left out
 */
export function rankedBarsPicture(bars: readonly RankedBar[], valueTitle: string, nMax = 30): Picture {
  const finite = bars.filter((bar) => Number.isFinite(bar.value)).sort((a, b) => b.value - a.value);
  if (finite.length === 0) return emptyPicture(`No values of ${valueTitle}.`);
  const shown = finite.slice(0, nMax);
  const note =
    shown.length === bars.length
      ? ''
      : `The ${shown.length} largest of ${bars.length.toLocaleString('en-US')} are drawn.`;
  const values = shown.map((bar, rank) => {
    const hasInterval = bar.low !== undefined && bar.high !== undefined;
    const words = `${short(bar.value)}${hasInterval ? ` (${short(bar.low!)} to ${short(bar.high!)})` : ''}`;
    return { ...bar, group: bar.group ?? '', rank, words };
  });
  const groups = values.map((bar) => bar.group);
  const hasGroups = groups.some((group) => group !== '');
  return pictureOf(
    {
      height: { step: 40 },
      data: { values },
      encoding: BY_RANK,
      layer: [
        {
          mark: { type: 'bar', height: 14, yOffset: 9, cornerRadiusEnd: 2 },
          encoding: {
            x: {
              field: 'value',
              type: 'quantitative',
              axis: { title: valueTitle, labelExpr: AXIS_NUMBERS, grid: true, tickCount: 5 },
            },
            color: hasGroups ? { field: 'group', type: 'nominal', scale: colourScale(groups) } : { value: ACCENT },
            tooltip: [told('label', ' '), told('words', valueTitle), ...(hasGroups ? [told('group', 'kind')] : [])],
          },
        },
        {
          transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
          mark: { type: 'rule', color: NEUTRAL.ink, strokeWidth: 1.5, yOffset: 9 },
          encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
        },
        ...rowNames('label', -9),
      ],
    },
    note,
  );
}
