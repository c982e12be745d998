/**
 * Text of a venue made safe to show: it is data, and may hold anything that somebody typed into the title of a market. (HTML is
 * escaped by escapeHtml of charts/page.)
 */

/** Longest run of code units that one visible character may take; longer ones are marks piled up to break a page. */
const GRAPHEME_LENGTH_MAX = 32;
const ELLIPSIS = '…';

/** Line and paragraph ends of any kind become spaces. */
const SPACES = /[\s\u0085\u2028\u2029]+/gu;
/**
 * Control characters, unpaired surrogates, private characters, and what is invisible or turns the direction of writing around
 * (category Cf), but for the two joiners that emoji and some scripts are written with.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line without control, invisible and bidirectional characters, and without spaces at its ends. */
export function cleanLine(text: string): string {
  return text.replace(SPACES, ' ').replace(UNSEEN, '').replace(/ {2,}/g, ' ').trim();
}

/**
 * The beginning of a line, cleaned, cut between whole visible characters so that what `escapeOne` makes of it has at most
 * `lengthMax` UTF-16 code units; it ends in an ellipsis where something was cut.
 * @param escapeOne what is done to each visible character
 */
export function fitLine(
  text: string,
  lengthMax: number,
  escapeOne: (grapheme: string) => string = (one) => one,
): string {
  let whole = '';
  let cut = '';
  for (const { segment } of graphemes.segment(cleanLine(text))) {
    if (segment.length > GRAPHEME_LENGTH_MAX) continue;
    whole += escapeOne(segment);
    if (whole.length > lengthMax) return `${cut.trimEnd()}${ELLIPSIS}`.slice(0, lengthMax);
    if (whole.length + ELLIPSIS.length <= lengthMax) cut = whole;
  }
  return whole.trimEnd();
}

/** A visible character that Discord's markdown shows as it is: no emphasis, list, link, mention or emoji comes of it. */
export function escapeMarkdown(grapheme: string): string {
  return grapheme.replace(/[\\`*_~|>#+\-[\]()<@:/]/g, '\\$&');
}

/** Text that HTML shows as it is, in Telegram's HTML and within its attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
