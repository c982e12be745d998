/** Specification of the picture of training cost against rows and columns. */

import type { TopLevelSpec } from 'vega-lite';

export interface CostPoint {
  readonly model: string;
  /** What varies along the axis. */
  readonly axis: 'rows' | 'columns';
  /** Rows or columns. */
  readonly n: number;
  readonly seconds: number;
}

function panel(points: readonly CostPoint[], axis: CostPoint['axis'], title: string): object {
  const scale = { type: 'log', nice: false };
  return {
    title,
    width: 360,
    height: 300,
    data: { values: points.filter((point) => point.axis === axis) },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'n', type: 'quantitative', scale, title: axis, axis: { format: '~s' } },
      y: { field: 'seconds', type: 'quantitative', scale, title: 'seconds' },
      color: { field: 'model', type: 'nominal', title: 'model', legend: { labelLimit: 400 } },
    },
  };
}

/** Two panels with logarithmic axes, where a straight line of slope 1 is a cost in proportion. */
export function costCurvesSpec(
  points: readonly CostPoint[],
  titles: Readonly<Record<CostPoint['axis'], string>>,
): TopLevelSpec {
  const panels = [panel(points, 'rows', titles.rows), panel(points, 'columns', titles.columns)];
  return { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', hconcat: panels } as TopLevelSpec;
}
