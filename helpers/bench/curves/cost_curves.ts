/** Specification of pictures of cost against size: time or memory, one line a series, one panel a question. */
import type { ChartSpec } from '../../charts/section.ts';

export interface CostPanel {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Values above 0: both axes are logarithmic. */
  readonly points: readonly { readonly series: string; readonly x: number; readonly y: number }[];
}

function panelSpec({ title, xTitle, yTitle, points }: CostPanel): object {
  const scale = { type: 'log', nice: false };
  return {
    title,
    width: 360,
    height: 300,
    data: { values: points },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'quantitative', scale, title: xTitle, axis: { format: '~s' } },
      y: { field: 'y', type: 'quantitative', scale, title: yTitle, axis: { format: '~s' } },
      color: { field: 'series', type: 'nominal', legend: { labelLimit: 400, title: null } },
    },
  };
}

/** Panels side by side with logarithmic axes, where a straight line of slope 1 is a cost in proportion. */
export function costCurvesSpec(panels: readonly CostPanel[]): ChartSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    // The theme's fit-x would leave panels that stand side by side no width.
    autosize: 'pad',
    hconcat: panels.map(panelSpec),
  } as ChartSpec;
}
