/** Text of data as HTML: it stays text, whatever it holds, and an address is never cut without the whole one at hand. */

/** Text for HTML content and attributes. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (letter) => names[letter]);
}

/** JSON that may stand in a script element: no tag and no comment can begin in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

/** Ten characters of forty-two: enough to tell the wallets of a page from each other. */
const ADDRESS_SHOWN = 10;
const ADDRESS = /(0x[0-9a-fA-F]{40})(?![0-9a-zA-Z])/;

/** What is not to be broken over two lines: a day, and a number from its sign of percent. */
const WHOLE = /\d{4}-\d\d-\d\d|\d[\d.,]* %/g;

/** A button that copies a text; copy.js brings it to life. */
export function copyButton(text: string, what: string): string {
  return `<button type="button" class="copy" data-copy="${escapeHtml(text)}" aria-label="Copy ${escapeHtml(what)}">copy</button>`;
}

/**
 * Text with its addresses cut short, each with the whole one as title and a button that copies it.
 * @param casesHref page that has a file on some wallets, or null; addresses then lead to it
 */
export function textHtml(text: string, casesHref: string | null): string {
  return text
    .split(ADDRESS)
    .map((piece, i) => {
      if (i % 2 === 0) return escapeHtml(piece).replace(WHOLE, (words) => `<span class="whole">${words}</span>`);
      const shown = `${piece.slice(0, ADDRESS_SHOWN)}…`;
      const name =
        casesHref === null
          ? `<span title="${piece}">${shown}</span>`
          : `<a href="${escapeHtml(casesHref)}#${piece}" title="${piece}">${shown}</a>`;
      return `<span class="address">${name} ${copyButton(piece, piece)}</span>`;
    })
    .join('');
}
