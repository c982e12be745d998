/** Figures against published ones: each row has its own unit, so all bounds are stretched to the same width. */
import type { Picture } from '../section.ts';
import { VERDICT } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { BY_RANK, pictureOf, rowNames, told } from './parts.ts';
import { short } from './words.ts';

export interface BoundedFigure {
  readonly name: string;
  readonly value: number;
  readonly published: number;
  readonly low: number;
  readonly high: number;
  /** False when the data are too few to judge; drawn hollow. */
  readonly applies: boolean;
}

/** How far outside the bound a dot may be drawn, in widths of the bound; further out it sits on the edge. */
const REACH = 0.35;

/** Draws a dot (ours) and a line (published) on each row's bound. */
export function againstBoundsPicture(figures: readonly BoundedFigure[]): Picture {
  if (figures.length === 0) return emptyPicture('No figures to compare.');
  const place = ({ low, high }: BoundedFigure, value: number): number =>
    Math.max(-REACH, Math.min(1 + REACH, high === low ? 0.5 : (value - low) / (high - low)));
  const values = figures.map((figure, rank) => {
    const isInside = figure.value >= figure.low && figure.value <= figure.high;
    const verdict = !figure.applies ? 'not judged: too few data' : isInside ? 'inside its bound' : 'outside its bound';
    return {
      rank,
      name: figure.name,
      ours: short(figure.value),
      theirs: short(figure.published),
      bound: `${short(figure.low)} to ${short(figure.high)}`,
      at: place(figure, figure.value),
      publishedAt: place(figure, figure.published),
      verdict,
      text: `${short(figure.value)} · ${figure.name}`,
      from: 0,
      to: 1,
    };
  });
  const x = {
    type: 'quantitative' as const,
    scale: { domain: [-REACH, 1 + REACH], nice: false },
    axis: {
      title: null,
      values: [0, 1],
      labelExpr: "datum.value === 0 ? 'low end of the bound' : 'high end'",
      labelAlign: 'center' as const,
    },
  };
  const verdicts = ['inside its bound', 'outside its bound', 'not judged: too few data'];
  const present = verdicts.filter((verdict) => values.some((row) => row.verdict === verdict));
  const colours = [VERDICT.good, VERDICT.bad, '#8793a1'];
  const tooltip = [
    told('name', 'figure'),
    told('ours', 'here'),
    told('theirs', 'published'),
    told('bound', 'bound'),
    told('verdict', 'verdict'),
  ];
  return pictureOf({
    height: { step: 38 },
    data: { values },
    encoding: BY_RANK,
    layer: [
      {
        mark: { type: 'bar', height: 12, yOffset: 9, color: '#b8cfe0', cornerRadius: 6 },
        encoding: { x: { field: 'from', ...x }, x2: { field: 'to' }, tooltip },
      },
      {
        mark: { type: 'tick', thickness: 2, height: 16, yOffset: 9, color: '#3f4d5c' },
        encoding: { x: { field: 'publishedAt', ...x }, tooltip },
      },
      {
        mark: { type: 'point', size: 90, yOffset: 9, filled: true, opacity: 1 },
        encoding: {
          x: { field: 'at', ...x },
          color: {
            field: 'verdict',
            type: 'nominal',
            scale: { domain: present, range: present.map((verdict) => colours[verdicts.indexOf(verdict)]) },
          },
          tooltip,
        },
      },
      ...rowNames('text', -8),
    ],
  });
}
