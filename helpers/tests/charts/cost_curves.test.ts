import { describe, expect, it } from 'vitest';
import { type CostPoint, costCurvesSpec } from '../../charts/cost_curves.ts';
import { renderChart } from '../../charts/render_chart.ts';

const points: CostPoint[] = ['boosting', 'k-means'].flatMap((model, m) =>
  [1000, 10_000].flatMap((n) => [
    { model, axis: 'rows' as const, n, seconds: (n / 1000) * (m + 1) },
    { model, axis: 'columns' as const, n: n / 1000, seconds: n / 500 },
  ]),
);

describe('the picture of cost curves', () => {
  it('names both axes, both titles and every model, and repeats itself', async () => {
    const spec = costCurvesSpec(points, { rows: '13 columns', columns: '200k rows' });
    const { svg } = await renderChart(spec);
    for (const text of ['rows', 'columns', 'seconds', '13 columns', '200k rows', 'boosting', 'k-means']) {
      expect(svg).toContain(`>${text}<`);
    }
    expect((await renderChart(spec)).svg).toBe(svg);
  });

  it('is a PNG of the width asked for', async () => {
    const { png } = await renderChart(costCurvesSpec(points, { rows: 'a', columns: 'b' }), 640);
    const view = new DataView(png.buffer, png.byteOffset);
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    // Width is the first number of the header chunk.
    expect(view.getUint32(16)).toBe(640);
  });
});
