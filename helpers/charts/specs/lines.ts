/** Lines with confidence bands: cost curves, ROC and precision-recall curves, reliability, power against a threshold. */
import type { Picture } from '../section.ts';
import { colourScale, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import type { AxisScale } from './histogram.ts';
import { type Layers, pictureOf, told } from './parts.ts';
import { AXIS_NUMBERS } from './words.ts';

interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the band at x. */
  readonly low?: number;
  readonly high?: number;
}

export interface LineSeries {
  readonly name: string;
  readonly points: readonly LinePoint[];
}

export interface LineLabels {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xScale?: AxisScale;
  /** d3 number formats of the axes, for example `.0%`. */
  readonly xFormat?: string;
  readonly yFormat?: string;
  /** Draws y = x: the diagonal for ROC, truth for reliability. */
  readonly hasDiagonal?: boolean;
  /** A level to compare with, for example break-even or the base rate. */
  readonly level?: { readonly y: number; readonly label: string };
}

const MAX_POINTS_PER_LINE = 400;
/** Up to so many points a line gets a dot at each. */
const MAX_DOTS = 40;

/** Every k-th point with the first and the last, at most MAX_POINTS_PER_LINE + 1. */
function thin(points: readonly LinePoint[]): readonly LinePoint[] {
  const stride = Math.ceil(points.length / MAX_POINTS_PER_LINE);
  return stride <= 1 ? points : points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

interface Axes {
  readonly x: object;
  readonly y: object;
}

function axesOf({ xTitle, yTitle, xScale = 'linear', xFormat, yFormat }: LineLabels): Axes {
  const numbers = (format: string | undefined) => (format === undefined ? { labelExpr: AXIS_NUMBERS } : { format });
  const type = 'quantitative';
  return {
    x: {
      type,
      scale: { type: xScale, zero: false, nice: false },
      axis: { title: xTitle, ...numbers(xFormat), tickCount: 6 },
    },
    y: { type, scale: { zero: false }, axis: { title: yTitle, ...numbers(yFormat), tickCount: 5 } },
  };
}

/** What lines are compared with: the diagonal, and a level with its name. */
function comparisons({ hasDiagonal = false, level }: LineLabels, { x, y }: Axes): Layers {
  const levels = level === undefined ? [] : [level];
  return [
    {
      data: { values: hasDiagonal ? [0, 1].map((at) => ({ x: at, y: at })) : [] },
      mark: { type: 'line', color: NEUTRAL.muted, strokeDash: [4, 4], strokeWidth: 1 },
      encoding: { x: { field: 'x', ...x }, y: { field: 'y', ...y } },
    },
    {
      data: { values: levels },
      mark: { type: 'rule', color: NEUTRAL.muted, strokeDash: [4, 4] },
      encoding: { y: { field: 'y', ...y } },
    },
    {
      data: { values: levels },
      mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -3, color: NEUTRAL.muted },
      encoding: { x: { value: 0 }, y: { field: 'y', ...y }, text: { field: 'label', type: 'nominal' } },
    },
  ] as Layers;
}

/** Points of all series, and whether some were left out of long lines. */
function pointsOf(series: readonly LineSeries[], xScale: AxisScale) {
  const drawable = series.map(({ name, points }) => ({
    name,
    points: points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (xScale === 'linear' || x > 0)),
  }));
  const thinned = drawable.map(({ name, points }) => ({ name, points: thin(points) }));
  return {
    values: thinned.flatMap(({ name, points }) => points.map((point, order) => ({ name, order, ...point }))),
    isThinned: thinned.some(({ points }, i) => points.length < drawable[i].points.length),
    hasDots: thinned.every(({ points }) => points.length <= MAX_DOTS),
  };
}

/** Draws series in the order given; a point whose x or y is not finite is left out. */
export function linesPicture(series: readonly LineSeries[], labels: LineLabels): Picture {
  const { values, isThinned, hasDots } = pointsOf(series, labels.xScale ?? 'linear');
  if (values.length === 0) return emptyPicture('No lines to draw.');
  const bands = values.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const axes = axesOf(labels);
  const at = { x: { field: 'x', ...axes.x }, y: { field: 'y', ...axes.y } };
  const color = {
    field: 'name',
    type: 'nominal',
    scale: colourScale(series.map(({ name }) => name)),
    ...(series.length === 1 ? { legend: null } : {}),
  };
  const number = (field: string, title: string, format = '.4~g') => ({ field, type: 'quantitative', title, format });
  const ends = bands.length === 0 ? [] : ['low', 'high'].map((end) => number(end, end, labels.yFormat));
  const layer = [
    {
      data: { values: bands },
      mark: { type: 'area', opacity: 0.16, interpolate: 'linear' },
      encoding: { x: at.x, y: { field: 'low', ...axes.y }, y2: { field: 'high' }, color },
    },
    ...comparisons(labels, axes),
    {
      data: { values },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: { ...at, order: { field: 'order', type: 'quantitative' }, color },
    },
    {
      data: { values },
      mark: { type: 'circle', size: 50, opacity: hasDots ? 1 : 0 },
      encoding: {
        ...at,
        color,
        tooltip: [
          told('name', 'series'),
          number('x', labels.xTitle, labels.xFormat),
          number('y', labels.yTitle, labels.yFormat),
          ...ends,
        ],
      },
    },
  ] as Layers;
  const note = isThinned ? `Long lines are drawn through about ${MAX_POINTS_PER_LINE} of their points.` : '';
  return pictureOf({ height: 280, layer }, note);
}
