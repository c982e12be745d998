/** Lists and objects that venues hide in strings: JSON, or as Python programs write them with `str()`. */
import { textOrNull } from './text.ts';

/** Strings (either quote), and the three words that Python spells in its own way. */
const PYTHON_PIECE = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(True|False|None)\b/g;
const PYTHON_WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** A value from its JSON or, as Python programs write lists with `str()`, from its Python literal; null when it is neither. */
export function literalOrNull(text: string | null | undefined): unknown {
  const given = textOrNull(text);
  if (given === null) return null;
  return (parseJson(given) ?? parseJson(pythonToJson(given)))?.value ?? null;
}

function parseJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function pythonToJson(text: string): string {
  return text.replace(PYTHON_PIECE, (_, single?: string, double?: string, word?: string) => {
    if (word !== undefined) return PYTHON_WORDS[word];
    return JSON.stringify((single ?? double ?? '').replace(/\\(['"\\])/g, '$1'));
  });
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

/** The id (else the slug) of the first event of a list; a plain text is an id itself. */
export function eventIdOf(value: string | null | undefined): string | null {
  const text = textOrNull(value);
  if (text === null || !/^\s*\[/.test(text)) return text;
  const parsed = literalOrNull(text);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : null;
  if (typeof first !== 'object' || first === null) return null;
  const { id, slug } = first as Record<string, unknown>;
  const found = [id, slug].find((name) => (typeof name === 'string' && name !== '') || typeof name === 'number');
  return found === undefined ? null : String(found);
}

/** Exactly two strings, or null. */
export function pairOrNull(list: readonly string[] | null): readonly [string, string] | null {
  return list !== null && list.length === 2 ? [list[0], list[1]] : null;
}
