/** Figures with their intervals, one line a name and one mark a series: what changes from step to step, and how surely. */
import type { Picture } from '../section.ts';
import { colourScale, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { pictureOf, told } from './parts.ts';
import { short } from './words.ts';

export interface IntervalMark {
  /** Line of the picture; lines come in the order of their first mark. */
  readonly name: string;
  readonly series: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What else the tooltip says, for example the number of rows. */
  readonly words: string;
}

export interface IntervalLabels {
  readonly xTitle: string;
  /** d3 number format of the axis, for example `.0%`. */
  readonly xFormat?: string;
  /** A level to compare with, for example break-even. */
  readonly level?: { readonly x: number; readonly label: string };
  /** Ends of the axis; marks beyond are drawn at the edge. */
  readonly domain?: readonly [number, number];
}

/** Draws marks whose value is finite; an interval that is not known is left out. */
export function intervalsPicture(marks: readonly IntervalMark[], labels: IntervalLabels): Picture {
  const drawable = marks.filter(({ value }) => Number.isFinite(value));
  if (drawable.length === 0) return emptyPicture(`No values of ${labels.xTitle}.`);
  const values = drawable.map((mark) => ({
    ...mark,
    told: `${short(mark.value)}${Number.isFinite(mark.low) ? ` (${short(mark.low)} to ${short(mark.high)})` : ''}`,
  }));
  const y = {
    field: 'name',
    type: 'ordinal',
    sort: [...new Set(marks.map(({ name }) => name))],
    scale: { paddingInner: 0.25 },
    axis: { title: null, labelLimit: 230, ticks: false, domain: false },
  } as const;
  const series = [...new Set(marks.map((mark) => mark.series))];
  const yOffset = { field: 'series', type: 'nominal', sort: series, scale: { paddingOuter: 0.3 } } as const;
  const scale = { zero: false, nice: labels.domain === undefined, clamp: true };
  const x = {
    type: 'quantitative',
    scale: labels.domain === undefined ? scale : { ...scale, domain: [...labels.domain] },
    axis: { title: labels.xTitle, tickCount: 6, ...(labels.xFormat === undefined ? {} : { format: labels.xFormat }) },
  } as const;
  const color = { field: 'series', type: 'nominal', scale: colourScale(series) } as const;
  const levels = labels.level === undefined ? [] : [labels.level];
  return pictureOf({
    height: { step: 20 * series.length + 8, for: 'position' },
    data: { values },
    layer: [
      {
        data: { values: levels },
        mark: { type: 'rule', color: NEUTRAL.muted, strokeDash: [4, 4] },
        encoding: {
          x: { field: 'x', ...x },
          tooltip: [told('label', 'level')],
        },
      },
      {
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
        encoding: { y, yOffset, x: { field: 'low', ...x }, x2: { field: 'high' }, color },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          y,
          yOffset,
          x: { field: 'value', ...x },
          color,
          tooltip: [told('name', ' '), told('series', 'series'), told('told', labels.xTitle), told('words', 'of')],
        },
      },
    ],
  });
}
