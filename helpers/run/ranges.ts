/** What the number of an option may be: told with the option, checked before anything is read, refused in one form. */
import { InputError } from './errors.ts';

export interface Range {
  readonly from: number;
  /** No end when it is left out. */
  readonly to?: number;
  /** Whether `from` and `to` themselves are refused. */
  readonly isOpen?: boolean;
  readonly isWhole?: boolean;
  /** What the number counts, for the message: `hours`, `USD`, `a share`. */
  readonly unit?: string;
  /** What the hint says after its example. */
  readonly hint?: string;
}

/** A share, never per cent. */
export const SHARE = { from: 0, to: 1, unit: 'a share', hint: '5 per cent are 0.05' } as const satisfies Range;
/** A probability or rate that cannot be certain. */
export const OPEN_SHARE = { ...SHARE, isOpen: true } as const satisfies Range;

/** A whole number of at least `from`, and at most `to`. */
export function integerMin(from: number, to?: number): Range & { readonly isWhole: true } {
  return to === undefined ? { from, isWhole: true } : { from, to, isWhole: true };
}

const LARGE = 1e5;

function digits(value: number): string {
  return value >= LARGE ? value.toLocaleString('en-US') : String(value);
}

function limits({ from, to, isOpen = false }: Range): string {
  if (isOpen) return `above ${digits(from)}${to === undefined ? '' : ` and below ${digits(to)}`}`;
  return to === undefined ? `of at least ${digits(from)}` : `from ${digits(from)} to ${digits(to)}`;
}

function isIn(value: unknown, { from, to = Number.MAX_VALUE, isOpen = false, isWhole = false }: Range): boolean {
  if (typeof value !== 'number' || (isWhole && !Number.isSafeInteger(value))) return false;
  return isOpen ? value > from && value < to : value >= from && value <= to;
}

/**
 * Refuses a number outside its range.
 * @param example a value that would do, as a rule the default
 * @throws InputError 'bad-option' naming the option, its value and the range
 */
export function checkRange(option: string, value: unknown, range: Range, example: unknown): void {
  if (isIn(value, range)) return;
  const what = range.isWhole === true ? 'a whole number' : (range.unit ?? 'a number');
  const hint = range.hint === undefined ? '' : `; ${range.hint}`;
  throw new InputError(
    'bad-option',
    `--${option} ${value}: it must be ${what} ${limits(range)}`,
    `for example --${option} ${example}${hint}`,
  );
}

/** An option as far as its range goes. */
interface Ranged {
  readonly range?: Range;
  readonly default?: unknown;
}

/** checkRange for all options of `specs` that have a range and a value. */
export function checkRanges(specs: Readonly<Record<string, Ranged>>, values: object): void {
  for (const [name, { range, default: usual }] of Object.entries(specs)) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    if (range !== undefined && value !== undefined) checkRange(name, value, range, usual ?? range.from);
  }
}
