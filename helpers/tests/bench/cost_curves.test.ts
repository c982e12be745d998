import { describe, expect, it } from 'vitest';
import { type CostPanel, costCurvesSpec } from '../../bench/curves/cost_curves.ts';
import { renderPng, renderSvg } from '../../charts/render.ts';

const points = ['boosting', 'k-means'].flatMap((series, m) =>
  [1000, 10_000].map((x) => ({ series, x, y: (x / 1000) * (m + 1) })),
);
const panels: CostPanel[] = [
  { title: '13 columns', xTitle: 'rows', yTitle: 'seconds', points },
  { title: '200k rows', xTitle: 'columns', yTitle: 'MiB', points },
];
const PANEL_WIDTH_PX = 360;

describe('the picture of cost curves', () => {
  it('names both axes, both titles and every model, and repeats itself', async () => {
    const spec = costCurvesSpec(panels);
    const svg = await renderSvg(spec, 'p');
    for (const text of ['rows', 'columns', 'seconds', 'MiB', '13 columns', '200k rows', 'boosting', 'k-means']) {
      expect(svg).toContain(`>${text}<`);
    }
    expect(await renderSvg(spec, 'p')).toBe(svg);
  });

  it('has room for both panels side by side, and a PNG of twice that width', async () => {
    const svg = await renderSvg(costCurvesSpec(panels), 'p');
    const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
    expect(width).toBeGreaterThan(panels.length * PANEL_WIDTH_PX);
    const png = renderPng(svg);
    const view = new DataView(png.buffer, png.byteOffset);
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    // Width is the first number of the header chunk.
    expect(view.getUint32(16)).toBe(2 * width);
  });
});
