/** Text as venues write it: blanks around a value mean nothing, and an empty text is an absent value. */

/** Text without blanks around it; null when nothing is left. */
export function textOrNull(value: string | null | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}

/** true, false or null, for `true`, `1` and their opposites, whatever their case. */
export function booleanOrNull(value: string | null | undefined): boolean | null {
  const text = textOrNull(value)?.toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  return null;
}
