/** Parts that several charts are made of. */
import type { ChartSpec } from '../section.ts';
import { NEUTRAL } from '../theme.ts';

export type Layers = Extract<ChartSpec, { layer: unknown }>['layer'];

/** A line of a tooltip. */
export const told = (field: string, title: string) => ({ field, type: 'nominal', title }) as const;

/** Rows below each other by `rank`, without an axis: each has its name above it. */
export const BY_RANK = { y: { field: 'rank', type: 'ordinal', axis: null, scale: { padding: 0.1 } } } as const;

/** The names of rows, above what is drawn in them. @param dy pixels from the middle of a row, negative for upwards */
export function rowNames(field: string, dy: number): Layers {
  return [
    {
      mark: { type: 'text', align: 'left', baseline: 'middle', dy, color: NEUTRAL.ink, limit: { expr: 'width' } },
      encoding: { x: { value: 0 }, text: { field, type: 'nominal' } },
    },
  ];
}
