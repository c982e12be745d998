/**
 * How every chart looks. Colours are told apart by people with any of the common colour deficiencies (palette of Okabe
 * and Ito, 2008) and belong to a kind of wallet for good, so that an insider is the same colour in every chart.
 */
import type { Config } from 'vega-lite';

/** Neutral colours. The page swaps exactly these for lighter ones in dark mode, so use them for all text and lines. */
export const NEUTRAL = { ink: '#1f2a37', muted: '#5a6675', grid: '#e2e7ed', panel: '#eef2f6' } as const;

/** The colour of one series alone. */
export const ACCENT = '#0072b2';
/** Reference lines: thresholds, published figures. */
export const REFERENCE = '#d55e00';
/** Good and bad, distinguishable without red and green. */
export const VERDICT = { good: '#009e73', bad: '#d55e00' } as const;

/** Kinds of wallet, archetypes and planted types alike. */
const KIND_COLOURS: Readonly<Record<string, string>> = {
  casual: '#8793a1',
  insider: '#d55e00',
  whale: '#0072b2',
  'fresh whale': '#0072b2',
  fresh_whale: '#0072b2',
  insider_like: '#d55e00',
  grinder: '#009e73',
  copy_trader: '#cc79a7',
  wash: '#e69f00',
  unnamed: '#b3bcc7',
};

/** For whatever is no kind of wallet, in this order. */
const SERIES_COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7a5195',
  '#8793a1',
] as const;

/** A colour for every name: fixed for kinds of wallet, else the next free one of the palette. */
export function colourScale(names: readonly string[]): { domain: string[]; range: string[] } {
  const domain = [...new Set(names)];
  const taken = new Set(domain.map((name) => KIND_COLOURS[name.toLowerCase()]));
  const free = SERIES_COLOURS.filter((colour) => !taken.has(colour));
  const palette = free.length === 0 ? SERIES_COLOURS : free;
  let next = 0;
  const range = domain.map((name) => KIND_COLOURS[name.toLowerCase()] ?? palette[next++ % palette.length]);
  return { domain, range };
}

/** Fonts of the reader's device first; DejaVu Sans is what the PNG pictures are set in. */
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** The Vega-Lite configuration of all charts. */
export const THEME: Config = {
  background: 'transparent',
  font: FONT,
  padding: 4,
  autosize: { type: 'fit-x', contains: 'padding' },
  view: { stroke: null, continuousWidth: 640, continuousHeight: 260, discreteWidth: 640 },
  axis: {
    labelColor: NEUTRAL.muted,
    titleColor: NEUTRAL.muted,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridColor: NEUTRAL.grid,
    domainColor: NEUTRAL.grid,
    tickColor: NEUTRAL.grid,
    labelLimit: 150,
    labelOverlap: true,
  },
  axisY: { titleAngle: 0, titleAlign: 'left', titleAnchor: 'end', titleY: -10, titleX: 0, domain: false, ticks: false },
  axisX: { grid: false },
  legend: {
    orient: 'top',
    // Room for the title of the y axis, which stands above it.
    offset: 30,
    direction: 'horizontal',
    columns: 4,
    title: null,
    labelColor: NEUTRAL.ink,
    labelFontSize: 12,
    titleColor: NEUTRAL.muted,
    symbolType: 'circle',
    symbolOpacity: 1,
    labelLimit: 170,
    columnPadding: 12,
  },
  title: { color: NEUTRAL.ink, fontSize: 14, anchor: 'start' },
  text: { color: NEUTRAL.ink, fontSize: 12 },
  bar: { color: ACCENT },
  line: { color: ACCENT, strokeWidth: 2 },
  point: { color: ACCENT, filled: true },
  rule: { color: NEUTRAL.muted },
};
