/** Draws a Vega-Lite specification as SVG text and as a PNG picture. */

import { Resvg } from '@resvg/resvg-js';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface RenderedChart {
  readonly svg: string;
  readonly png: Uint8Array;
}

/**
 * The picture of a specification, its data included; the same specification gives the same SVG.
 * @param spec Vega-Lite specification with inline data
 * @param pngWidthPx width of the PNG, in pixels
 */
export async function renderChart(spec: TopLevelSpec, pngWidthPx = 1600): Promise<RenderedChart> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const png = new Resvg(svg, { fitTo: { mode: 'width', value: pngWidthPx }, background: 'white' }).render().asPng();
  return { svg, png };
}
