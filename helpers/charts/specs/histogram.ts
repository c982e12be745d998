/** Histogram on a linear or logarithmic axis, with reference lines; the counting is apart, so any amount of data fits. */
import type { Picture } from '../section.ts';
import { ACCENT, NEUTRAL, REFERENCE } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { pictureOf, told } from './parts.ts';
import { AXIS_NUMBERS, logTicks, short } from './words.ts';

export type AxisScale = 'linear' | 'log';

interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Histogram {
  readonly scale: AxisScale;
  readonly bins: readonly HistogramBin[];
  /** Values left out: not a number, or not above 0 on a log axis. */
  readonly nLeftOut: number;
}

/** Bins per factor of ten on a log axis. */
const BINS_PER_DECADE = 8;

const N_LINEAR_BINS = 40;

/** Counts values into bins: 40 of equal width, or eight per factor of ten. */
export function binValues(values: ArrayLike<number>, scale: AxisScale): Histogram {
  return scale === 'log' ? binLog(values) : binLinear(values, N_LINEAR_BINS);
}

function binLog(values: ArrayLike<number>): Histogram {
  const counter = createLogCounter();
  counter.add(values);
  return counter.finish();
}

/** Counts on a log axis piece by piece, for data that are never in memory at once. */
export function createLogCounter(): { add(values: ArrayLike<number>): void; finish(): Histogram } {
  const counts = new Map<number, number>();
  let nLeftOut = 0;
  return {
    add: (values) => {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (!(value > 0) || value === Infinity) nLeftOut++;
        else {
          const bin = Math.floor(Math.log10(value) * BINS_PER_DECADE + 1e-9);
          counts.set(bin, (counts.get(bin) ?? 0) + 1);
        }
      }
    },
    finish: () => {
      const used = [...counts.keys()].sort((a, b) => a - b);
      const edge = (bin: number): number => Number((10 ** (bin / BINS_PER_DECADE)).toPrecision(6));
      return {
        scale: 'log',
        nLeftOut,
        bins: used.map((bin) => ({ from: edge(bin), to: edge(bin + 1), count: counts.get(bin)! })),
      };
    },
  };
}

function binLinear(values: ArrayLike<number>, nBins: number): Histogram {
  let low = Infinity;
  let high = -Infinity;
  let nFinite = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
    nFinite++;
  }
  const nLeftOut = values.length - nFinite;
  if (nFinite === 0) return { scale: 'linear', bins: [], nLeftOut };
  if (low === high) return { scale: 'linear', bins: [{ from: low - 0.5, to: high + 0.5, count: nFinite }], nLeftOut };
  const counts = new Float64Array(nBins);
  const width = (high - low) / nBins;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) counts[Math.min(Math.floor((values[i] - low) / width), nBins - 1)]++;
  const bins = Array.from(counts, (count, k) => ({ from: low + k * width, to: low + (k + 1) * width, count }));
  return { scale: 'linear', bins: bins.filter((bin) => bin.count > 0), nLeftOut };
}

export interface HistogramLabels {
  readonly xTitle: string;
  readonly yTitle: string;
  /** Vertical lines with words: thresholds, medians. */
  readonly references?: readonly { readonly value: number; readonly label: string }[];
}

/** Draws a histogram. */
export function histogramPicture(histogram: Histogram, labels: HistogramLabels): Picture {
  const { bins, scale, nLeftOut } = histogram;
  const note =
    nLeftOut === 0
      ? ''
      : `${nLeftOut.toLocaleString('en-US')} values are not drawn (missing${scale === 'log' ? ', zero or negative' : ''}).`;
  if (bins.length === 0) return { ...emptyPicture(`No values of ${labels.xTitle}.`), note };
  const values = bins.map((bin) => ({
    ...bin,
    range: `${short(bin.from)} to ${short(bin.to)}`,
  }));
  const references = (labels.references ?? []).filter(({ value }) => scale === 'linear' || value > 0);
  const x = {
    type: 'quantitative' as const,
    scale: { type: scale, zero: false, nice: false },
    axis: {
      title: labels.xTitle,
      labelExpr: AXIS_NUMBERS,
      ...(scale === 'log' ? { values: logTicks(bins[0].from, bins[bins.length - 1].to) } : { tickCount: 6 }),
    },
  };
  return pictureOf(
    {
      height: 220,
      layer: [
        {
          data: { values },
          mark: { type: 'rect', color: ACCENT, x2Offset: -1 },
          encoding: {
            x: { field: 'from', ...x },
            x2: { field: 'to' },
            y: {
              field: 'count',
              type: 'quantitative',
              axis: { title: labels.yTitle, labelExpr: AXIS_NUMBERS, tickCount: 5 },
            },
            y2: { datum: 0 },
            tooltip: [
              told('range', labels.xTitle),
              { field: 'count', type: 'quantitative', title: labels.yTitle, format: ',' },
            ],
          },
        },
        {
          data: { values: references },
          mark: { type: 'rule', color: REFERENCE, strokeDash: [5, 3], strokeWidth: 1.5 },
          encoding: { x: { field: 'value', ...x }, tooltip: { field: 'label', type: 'nominal' } },
        },
        {
          data: { values: references },
          mark: { type: 'text', align: 'left', dx: 4, dy: 6, baseline: 'top', color: NEUTRAL.ink },
          encoding: { x: { field: 'value', ...x }, y: { value: 0 }, text: { field: 'label', type: 'nominal' } },
        },
      ],
    },
    note,
  );
}
