import { describe, expect, it } from 'vitest';
import { type CostPanel, costCurvesSpec } from '../../charts/cost_curves.ts';
import { renderChart } from '../../charts/render_chart.ts';

const points = ['boosting', 'k-means'].flatMap((series, m) =>
  [1000, 10_000].map((x) => ({ series, x, y: (x / 1000) * (m + 1) })),
);
const panels: CostPanel[] = [
  { title: '13 columns', xTitle: 'rows', yTitle: 'seconds', points },
  { title: '200k rows', xTitle: 'columns', yTitle: 'MiB', points },
];

describe('the picture of cost curves', () => {
  it('names both axes, both titles and every model, and repeats itself', async () => {
    const spec = costCurvesSpec(panels);
    const { svg } = await renderChart(spec);
    for (const text of ['rows', 'columns', 'seconds', 'MiB', '13 columns', '200k rows', 'boosting', 'k-means']) {
      expect(svg).toContain(`>${text}<`);
    }
    expect((await renderChart(spec)).svg).toBe(svg);
  });

  it('is a PNG of the width asked for', async () => {
    const { png } = await renderChart(costCurvesSpec(panels), 640);
    const view = new DataView(png.buffer, png.byteOffset);
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    // Width is the first number of the header chunk.
    expect(view.getUint32(16)).toBe(640);
  });
});
