/** Vega-Lite specification to SVG and PNG without a browser: the same specification gives the same bytes everywhere. */
import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import { InputError } from '../run/errors.ts';
import { findFontFiles } from './fonts.ts';
import type { ChartSpec } from './section.ts';
import { textWidthPx } from './text_width.ts';
import { THEME } from './theme.ts';

const PICTURE_WIDTH_PX = 720;
const PNG_SCALE = 2;
const PNG_BACKGROUND = '#ffffff';

/** Vega's documented hook for measuring text; its type declarations leave it out. */
interface TextMetrics {
  width: (item: { readonly fontSize?: number }, text: unknown) => number;
}
const DEFAULT_FONT_SIZE_PX = 11;

/** Makes Vega measure text by our table, whatever the machine has installed. */
function measureByTable(): void {
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => textWidthPx(String(text ?? ''), item.fontSize ?? DEFAULT_FONT_SIZE_PX);
}

/** Vega-Lite's hints for authors; what they complain of still draws, and a step's output is no place for them. */
function silentLogger(): vega.LoggerInterface {
  return vega.logger(vega.None);
}

/** A loader that loads nothing: charts hold their data. */
function noLoader(): vega.Loader {
  const refuse = (): Promise<never> => Promise.reject(new Error('a chart tried to load a file'));
  return { load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as vega.Loader;
}

/** Compiles a specification with the theme; `width: 'container'` stays responsive. */
export function compileSpec(spec: ChartSpec): vega.Spec {
  return compile(spec, { config: THEME, logger: silentLogger() }).spec;
}

/** Ids of clip paths and gradients, renamed in order of appearance: Vega counts them through the life of a process. */
function renameIds(svg: string, prefix: string): string {
  const names = new Map([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id], i) => [id, `${prefix}-${i}`] as const));
  return svg
    .replace(/ id="([^"]+)"/g, (_, id: string) => ` id="${names.get(id)}"`)
    .replace(/url\(#([^)]+)\)/g, (whole, id: string) => (names.has(id) ? `url(#${names.get(id)})` : whole));
}

/**
 * Draws a chart as SVG.
 * @param idPrefix starts the ids within the SVG; different for each picture that shares a page
 * @returns one `<svg>` element as text, with a viewBox, `widthPx` wide
 */
export async function renderSvg(spec: ChartSpec, idPrefix: string, widthPx = PICTURE_WIDTH_PX): Promise<string> {
  measureByTable();
  const sized = 'width' in spec && spec.width === 'container' ? { ...spec, width: widthPx } : spec;
  const view = new vega.View(vega.parse(compileSpec(sized as ChartSpec)), {
    renderer: 'none',
    logger: silentLogger(),
    loader: noLoader(),
  });
  try {
    return renameIds(await view.toSVG(), idPrefix);
  } finally {
    view.finalize();
  }
}

/** Whether PNG pictures can be drawn with text here. */
export function canRenderPng(): boolean {
  return findFontFiles().length > 0;
}

/**
 * Draws an SVG as PNG, at twice its size, on white.
 * @throws InputError 'missing-dependency' where no font is found: a chart without words would mislead
 */
export function renderPng(svg: string): Uint8Array {
  const fontFiles = findFontFiles();
  if (fontFiles.length === 0)
    throw new InputError(
      'missing-dependency',
      'PNG pictures need the font DejaVu Sans, and this machine has none',
      'run `npm ci` (package dejavu-fonts-ttf) or install fonts-dejavu-core',
    );
  const image = new Resvg(svg, {
    background: PNG_BACKGROUND,
    fitTo: { mode: 'zoom', value: PNG_SCALE },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  return image.render().asPng();
}
