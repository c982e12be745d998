/** Lists and objects that venues hide in strings: JSON, or as Python programs write them with `str()`. */
import { textOrNull } from './text.ts';

/** Longer texts are no list of a venue. */
const TEXT_LENGTH_MAX = 1 << 20;
const PYTHON_WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);

/** A value from its JSON or, as Python programs write lists with `str()`, from its Python literal; null when it is neither. */
export function literalOrNull(text: string | null | undefined): unknown {
  const given = textOrNull(text);
  if (given === null || given.length > TEXT_LENGTH_MAX) return null;
  return (parseJson(given) ?? parseJson(pythonToJson(given)))?.value ?? null;
}

function parseJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** What Python writes with `str()` as JSON, read once from left to right: strings of either quote, and three words of its own. */
function pythonToJson(text: string): string {
  const out: string[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at];
    if (char === "'" || char === '"') {
      const end = closingQuote(text, at);
      if (end < 0) return '';
      out.push(JSON.stringify(text.slice(at + 1, end).replace(/\\(['"\\])/g, '$1')));
      at = end + 1;
    } else if (WORD.test(char)) {
      let end = at + 1;
      while (end < text.length && WORD.test(text[end])) end++;
      const word = text.slice(at, end);
      out.push(PYTHON_WORDS.get(word) ?? word);
      at = end;
    } else {
      out.push(char);
      at++;
    }
  }
  return out.join('');
}

const WORD = /\w/;

/** Where the string that opens at `from` closes; -1 where it does not. */
function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[from]) return at;
  }
  return -1;
}

/** The strings of a list that a venue sends as text; null when it is absent or not a list of strings alone. */
export function listOrNull(value: string | null | undefined): string[] | null {
  const parsed = literalOrNull(value);
  return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : null;
}

/** The prices of a list, as strings or numbers, as text; null when it is absent or not such a list. */
export function pricesOrNull(value: string | null | undefined): string[] | null {
  const parsed = literalOrNull(value);
  return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string' || typeof item === 'number')
    ? parsed.map(String)
    : null;
}

/** Tags as a list of names: joined by `;`, or a list of names or of objects with a slug or a label. */
export function tagsOf(value: string | null | undefined): string[] {
  const text = textOrNull(value);
  if (text === null) return [];
  const parsed = literalOrNull(text);
  const tags = Array.isArray(parsed) ? parsed.map(nameOfTag) : text.split(';');
  return tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
}

function nameOfTag(tag: unknown): string {
  if (typeof tag !== 'object' || tag === null) return String(tag ?? '');
  const { slug, label } = tag as Record<string, unknown>;
  return [slug, label].map((name) => (typeof name === 'string' ? name : '')).find((name) => name !== '') ?? '';
}

/**
 * The slug (else the id) of the first event of a list; a plain text is a name itself. Fills of the Data API name their event by its slug
 * alone, so that siblings of which one source tells and those of which another does are in one event.
 */
export function eventIdOf(value: string | null | undefined): string | null {
  const text = textOrNull(value);
  if (text === null || !/^\s*\[/.test(text)) return text;
  const parsed = literalOrNull(text);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : null;
  if (typeof first !== 'object' || first === null) return null;
  const { id, slug } = first as Record<string, unknown>;
  const found = [slug, id].find((name) => (typeof name === 'string' && name !== '') || typeof name === 'number');
  return found === undefined ? null : String(found);
}

/** Exactly two strings that differ, or null. */
export function pairOrNull(list: readonly string[] | null): readonly [string, string] | null {
  return list !== null && list.length === 2 && list[0] !== list[1] ? [list[0], list[1]] : null;
}
