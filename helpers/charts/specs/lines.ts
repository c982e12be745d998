/** Lines with confidence bands: cost curves, ROC and precision-recall curves, reliability, power against a threshold. */
import type { Picture } from '../section.ts';
import { colourScale, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import type { AxisScale } from './histogram.ts';
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

/** Draws series in the order given; a point whose x or y is not finite is left out. */
export function linesPicture(series: readonly LineSeries[], labels: LineLabels): Picture {
  const { xScale = 'linear', xFormat, yFormat, hasDiagonal = false, level } = labels;
  const drawable = series.map(({ name, points }) => ({
    name,
    points: points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (xScale === 'linear' || x > 0)),
  }));
  const thinned = drawable.map(({ name, points }) => ({ name, points: thin(points) }));
  const values = thinned.flatMap(({ name, points }) => points.map((point, order) => ({ name, order, ...point })));
  if (values.length === 0) return emptyPicture('No lines to draw.');
  const isThinned = thinned.some(({ points }, i) => points.length < drawable[i].points.length);
  const hasDots = thinned.every(({ points }) => points.length <= MAX_DOTS);
  const [xTold, yTold] = [xFormat ?? '.4~g', yFormat ?? '.4~g'];
  const bands = values.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const xEncoding = {
    type: 'quantitative',
    scale: { type: xScale, zero: false, nice: false },
    axis: {
      title: labels.xTitle,
      ...(xFormat === undefined ? { labelExpr: AXIS_NUMBERS } : { format: xFormat }),
      tickCount: 6,
    },
  } as const;
  const yEncoding = {
    type: 'quantitative',
    scale: { zero: false },
    axis: {
      title: labels.yTitle,
      ...(yFormat === undefined ? { labelExpr: AXIS_NUMBERS } : { format: yFormat }),
      tickCount: 5,
    },
  } as const;
  const color = {
    field: 'name',
    type: 'nominal',
    scale: colourScale(series.map(({ name }) => name)),
    ...(series.length === 1 ? { legend: null } : {}),
  } as const;
  const diagonal = hasDiagonal ? [0, 1].map((at) => ({ x: at, y: at })) : [];
  const levels = level === undefined ? [] : [level];
  return {
    note: isThinned ? `Long lines are drawn through about ${MAX_POINTS_PER_LINE} of their points.` : '',
    spec: {
      width: 'container',
      height: 280,
      layer: [
        {
          data: { values: bands },
          mark: { type: 'area', opacity: 0.16, interpolate: 'linear' },
          encoding: {
            x: { field: 'x', ...xEncoding },
            y: { field: 'low', ...yEncoding },
            y2: { field: 'high' },
            color,
          },
        },
        {
          data: { values: diagonal },
          mark: { type: 'line', color: NEUTRAL.muted, strokeDash: [4, 4], strokeWidth: 1 },
          encoding: { x: { field: 'x', ...xEncoding }, y: { field: 'y', ...yEncoding } },
        },
        {
          data: { values: levels },
          mark: { type: 'rule', color: NEUTRAL.muted, strokeDash: [4, 4] },
          encoding: { y: { field: 'y', ...yEncoding } },
        },
        {
          data: { values: levels },
          mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -3, color: NEUTRAL.muted },
          encoding: {
            x: { value: 0 },
            y: { field: 'y', ...yEncoding },
            text: { field: 'label', type: 'nominal' },
          },
        },
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2 },
          encoding: {
            x: { field: 'x', ...xEncoding },
            y: { field: 'y', ...yEncoding },
            order: { field: 'order', type: 'quantitative' },
            color,
          },
        },
        {
          data: { values },
          mark: { type: 'circle', size: 50, opacity: hasDots ? 1 : 0 },
          encoding: {
            x: { field: 'x', ...xEncoding },
            y: { field: 'y', ...yEncoding },
            color,
            tooltip: [
              { field: 'name', type: 'nominal', title: 'series' },
              { field: 'x', type: 'quantitative', title: labels.xTitle, format: xTold },
              { field: 'y', type: 'quantitative', title: labels.yTitle, format: yTold },
              ...(bands.length === 0
                ? []
                : ([
                    { field: 'low', type: 'quantitative', title: 'low', format: yTold },
                    { field: 'high', type: 'quantitative', title: 'high', format: yTold },
                  ] as const)),
            ],
          },
        },
      ],
    },
  };
}
