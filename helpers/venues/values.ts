/** Single values as venues write them in market files: times, numbers, yes and no, and lists hidden in strings of JSON. */

/** Text of an absent value becomes null. */
export function textOrNull(value: string | null | undefined): string | null {
  return value === null || value === undefined || value.trim() === '' ? null : value;
}

/** A finite number, or null. */
export function numberOrNull(value: string | null | undefined): number | null {
  const text = textOrNull(value);
  if (text === null) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** true, false or null, for `true`, `True`, `1` and their opposites. */
export function booleanOrNull(value: string | null | undefined): boolean | null {
  const text = textOrNull(value)?.toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  return null;
}

/** ms since 1970 UTC for ISO 8601 (`T` or space, `Z`, `+00` or nothing = UTC) or a count of seconds, milliseconds or microseconds; else null. */
export function timeOrNull(value: string | null | undefined): number | null {
  const text = textOrNull(value);
  if (text === null) return null;
  const number = Number(text);
  if (Number.isFinite(number))
    return Math.floor(number < 1e11 ? number * 1000 : number < 1e14 ? number : number / 1000);
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?$/.exec(
      text.trim(),
    );
  if (match === null) return null;
  const [, day, time = '00:00:00', fraction = '', zone = 'Z'] = match;
  const base = Date.parse(`${day}T${time}Z`);
  const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  const offsetMs =
    offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * 60_000;
  return Number.isNaN(base) ? null : base - offsetMs + Math.floor(Number(`0.${fraction}`) * 1000);
}

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

/** How a market ended. */
export interface Ending {
  readonly winnerIndex: 0 | 1 | null;
  readonly isVoid: boolean | null;
}

export const NO_ENDING: Ending = { winnerIndex: null, isVoid: null };

const ZERO = /^0?(\.0*)?$/;
const ONE = /^1(\.0*)?$/;
const HALF = /^0?\.50*$/;

/**
 * What the final prices of a closed market say: exactly 0 and 1 name the winner, an even split is void. Anything else (0 and 0
 * of old markets, prices still on their way) says nothing.
 */
export function endingOfPrices(prices: readonly string[] | null): Ending {
  if (prices?.length !== 2 || prices.some((price) => !/\d/.test(price))) return NO_ENDING;
  const [a, b] = prices;
  if (ONE.test(a) && ZERO.test(b)) return { winnerIndex: 0, isVoid: false };
  if (ZERO.test(a) && ONE.test(b)) return { winnerIndex: 1, isVoid: false };
  return { winnerIndex: null, isVoid: HALF.test(a) && HALF.test(b) ? true : null };
}
