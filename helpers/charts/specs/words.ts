/** Numbers as people read them in tooltips and labels. */

/** `12,345`, `3.21`, `0.00123`, `–` for what is not a number. */
export function short(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(3)));
}
