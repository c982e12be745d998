/** Parts that several charts are made of. */
import type { ChartSpec, Picture } from '../section.ts';
import { NEUTRAL } from '../theme.ts';

export type Layers = Extract<ChartSpec, { layer: unknown }>['layer'];

type Unsized<S> = S extends unknown ? Omit<S, 'width'> : never;

/** A picture as wide as the page. @param note what its caption says besides */
export function pictureOf(spec: Unsized<ChartSpec>, note = ''): Picture {
  return { note, spec: { width: 'container', ...spec } as ChartSpec };
}

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
