/** Scales and lines for small drawings: numbers in, pixels out. */

/** A drawing and the room around what is plotted in it, in px. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A point of a drawing, px from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A linear scale; where there is but one value, it lies in the middle. */
export function linearScale(from: number, to: number, start: number, end: number): (value: number) => number {
  if (from === to) return () => (start + end) / 2;
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Scales of a frame: time from left to right, values from bottom to top. */
export function frameScales(
  { width, height, left, right, top, bottom }: Frame,
  [fromMs, toMs]: readonly [number, number],
  [low, high]: readonly [number, number],
): { x: (ms: number) => number; y: (value: number) => number } {
  return {
    x: linearScale(fromMs, toMs, left, width - right),
    y: linearScale(low, high, height - bottom, top),
  };
}

/** Pixels to a tenth: more is not seen, and takes room. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A line that keeps its value until the next point, as the path data of SVG. */
export function stepPath(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => (i === 0 ? `M${px(x)} ${px(y)}` : `H${px(x)}V${px(y)}`)).join('');
}

/** A line from point to point, as the path data of SVG. */
export function straightPath(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('');
}
