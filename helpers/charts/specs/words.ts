/** Numbers as people read them in tooltips and labels. */

/** `12,345`, `3.21`, `0.00123`, `–` for what is not a number. */
export function short(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(3)));
}

/** Vega expression for axis labels: `0.01`, `100`, `20k`, `1M`. */
export const AXIS_NUMBERS = "abs(datum.value) >= 1000 ? format(datum.value, '~s') : format(datum.value, '~g')";

/** Powers of ten between two positive numbers; with 2 and 5 times them when there are fewer than three. */
export function logTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => Number(`1e${from + i}`));
  const inside = (ticks: readonly number[]): number[] => ticks.filter((tick) => tick >= low && tick <= high);
  const coarse = inside(decades);
  return coarse.length >= 3 ? coarse : inside(decades.flatMap((tick) => [tick, 2 * tick, 5 * tick]));
}
