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

/** ms since 1970 UTC for ISO 8601 (`T` or space, `Z`, `+00` or nothing = UTC) or a count of seconds or milliseconds; else null. */
export function timeOrNull(value: string | null | undefined): number | null {
  const text = textOrNull(value);
  if (text === null) return null;
  const number = Number(text);
  if (Number.isFinite(number)) return number < 1e11 ? Math.floor(number * 1000) : Math.floor(number);
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
  return Number.isNaN(base) ? null : base - offsetMs + Math.floor(Number(`0.${fraction || '0'}`) * 1000);
}

/** A value from its JSON, or null when the text is not JSON. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The strings of a list that a venue sends as a string of JSON; null when it is absent or not such a list. */
export function listOrNull(value: string | null | undefined): string[] | null {
  const parsed = jsonOrNull(textOrNull(value) ?? 'null');
  return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : null;
}

/** Exactly two strings, or null. */
export function pairOrNull(list: readonly string[] | null): readonly [string, string] | null {
  return list !== null && list.length === 2 ? [list[0], list[1]] : null;
}

/** 0 or 1 with any zeros behind the point; an empty text is no price. */
const EXACT_PRICE = /^[01](\.0*)?$/;

/** The winner that final prices tell: index of the price that is exactly 1 while the other is exactly 0, else null. */
export function winnerOfPrices(prices: readonly string[] | null): 0 | 1 | null {
  if (prices === null || prices.length !== 2 || !prices.every((price) => EXACT_PRICE.test(price))) return null;
  const [a, b] = prices.map(Number);
  return a === b ? null : a === 1 ? 0 : 1;
}
