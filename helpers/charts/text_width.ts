/** How wide text is where there is no browser to ask, so that headless charts leave the right room for labels. */

/** Advance widths of DejaVu Sans for the characters from space to tilde, in hundredths of the font size. */
const WIDTHS = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
  84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
  69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
  82, 59, 59, 52, 64, 34, 64, 84,
] as const;
const FIRST = 32;
/** Letters outside ASCII are taken as wide as the widest common ones. */
const OTHER_WIDTH = 70;

/** Width of a line of text in px at a font size in px; the same on every machine. */
export function textWidthPx(text: string, fontSizePx: number): number {
  let hundredths = 0;
  for (const letter of text) hundredths += WIDTHS[(letter.codePointAt(0) ?? 0) - FIRST] ?? OTHER_WIDTH;
  return (hundredths * fontSizePx) / 100;
}
