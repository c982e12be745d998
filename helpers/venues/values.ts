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

/** The strings of a list that a venue sends as a string of JSON; null when it is absent or not such a list. */
export function listOrNull(value: string | null | undefined): string[] | null {
  const text = textOrNull(value);
  if (text === null) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : null;
  } catch {
    return null;
  }
}

/** Exactly two strings, or null. */
export function pairOrNull(list: readonly string[] | null): readonly [string, string] | null {
  return list !== null && list.length === 2 ? [list[0], list[1]] : null;
}

/** The winner that final prices tell: index of the price that is exactly 1 while the other is exactly 0, else null. */
export function winnerOfPrices(prices: readonly string[] | null): 0 | 1 | null {
  if (prices === null || prices.length !== 2) return null;
  const [a, b] = prices.map(Number);
  if (a === 1 && b === 0) return 0;
  if (a === 0 && b === 1) return 1;
  return null;
}
