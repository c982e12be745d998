/**
 * What several descriptions of a market come to. Whichever came first, the result is the same: two snapshots of one source
 * are joined field by field, and sources are asked in the order in which they are trusted.
 */
import type { MarketRow } from '../venues/adapter.ts';

type Pair = readonly [string, string];

/** Fields that are taken one by one; outcomes, tokens and how it ended go together. */
export const FIELDS = [
  'gammaId',
  'eventId',
  'marketMaker',
  'question',
  'slug',
  'negRisk',
  'createdMs',
  'openMs',
  'closeMs',
  'resolvedMs',
  'feeRate',
  'feeExponent',
  'lifetimeVolumeUsd',
] as const;

/** What is known of two values: the later by size or alphabet, as nobody tells which snapshot is the younger. */
export function laterOf<T extends string | number | boolean>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** The tags of a market; none is an empty list. */
function tagsOf({ tags }: MarketRow): readonly string[] {
  return tags.filter((tag) => tag !== '');
}

/** Other names that are kept of a market. */
const OTHER_NAMES_MAX = 8;

/** What two descriptions call a market, beside how it is called from now on: the first by the alphabet. */
function otherNamesOf(a: MarketRow, b: MarketRow, now: Pick<MarketRow, 'question' | 'slug'>): readonly string[] {
  const names = [a, b].flatMap(({ question, slug, otherNames }) => [question, slug, ...otherNames]);
  const others = names.filter((name) => name !== null && name !== now.question && name !== now.slug);
  return [...new Set(others as string[])].sort().slice(0, OTHER_NAMES_MAX);
}

const sameName = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
const isWhole = (pair: Pair | null): pair is Pair => pair?.every((side) => side !== '') ?? false;

/** Whether two pairs name the same in the same order, in the other order, or cannot be held against each other. */
function orderOf(
  a: Pair | null,
  b: Pair | null,
  isSame: (a: string, b: string) => boolean,
): 'same' | 'turned' | 'other' | null {
  if (!isWhole(a) || !isWhole(b)) return null;
  if (isSame(a[0], b[0]) && isSame(a[1], b[1])) return 'same';
  return isSame(a[0], b[1]) && isSame(a[1], b[0]) ? 'turned' : 'other';
}

/** How the outcomes of two descriptions lie to each other: by their tokens, else by their names. */
function orderBetween(a: MarketRow, b: MarketRow): 'same' | 'turned' | 'other' {
  return orderOf(a.tokens, b.tokens, (x, y) => x === y) ?? orderOf(a.outcomes, b.outcomes, sameName) ?? 'same';
}

/** The same market with its outcomes in the other order. */
function turned(row: MarketRow): MarketRow {
  const turn = (pair: Pair | null): Pair | null => (pair === null ? null : [pair[1], pair[0]]);
  const { winnerIndex, settlementValue } = row;
  return {
    ...row,
    outcomes: turn(row.outcomes),
    tokens: turn(row.tokens),
    winnerIndex: winnerIndex === null ? null : winnerIndex === 0 ? 1 : 0,
    settlementValue: settlementValue === null ? null : 1 - settlementValue,
  };
}

/** A description with its outcomes in the order of another one; without them where the two do not agree. */
function inOrderOf(base: MarketRow, row: MarketRow): MarketRow {
  const order = orderBetween(base, row);
  if (order === 'same') return row;
  return order === 'turned' ? turned(row) : { ...row, outcomes: null, tokens: null, ...endingOf(null) };
}

/** How a market ended. */
export const ENDING_FIELDS = ['winnerIndex', 'isVoid', 'settlementValue'] as const;
type Ending = Pick<MarketRow, (typeof ENDING_FIELDS)[number]>;

function endingOf(row: MarketRow | null): Ending {
  return {
    winnerIndex: row?.winnerIndex ?? null,
    isVoid: row?.isVoid ?? null,
    settlementValue: row?.settlementValue ?? null,
  };
}

/** How much an ending says: a winner, then void at a stated value, then void, then nothing. */
function weightOf({ winnerIndex, isVoid, settlementValue }: Ending): number {
  if (winnerIndex !== null) return 6 - winnerIndex;
  if (isVoid !== true) return isVoid === null ? 0 : 1;
  return 2 + (settlementValue ?? -1);
}

/** Which order of its outcomes a market is given where its snapshots differ: Yes before No, else by token, else by name. */
export const FIRST_NAMES: ReadonlySet<string> = new Set(['yes', 'up', 'over']);
export function orderKey({ outcomes, tokens }: MarketRow): string {
  const isFirst = FIRST_NAMES.has(outcomes?.[0].trim().toLowerCase() ?? '');
  return [isFirst ? '0' : '1', tokens?.join(' ') ?? '', outcomes?.join(' ') ?? ''].join(' ');
}

/**
 * Two snapshots of a market by one source, in either order. Those that give the same outcomes may be joined in any grouping; of others the one
 * whose outcomes come first is the base, so all of a kind are joined before kinds are.
 */
export function mergeSnapshots(a: MarketRow, b: MarketRow): MarketRow {
  const [base, second] = orderKey(a) <= orderKey(b) ? [a, b] : [b, a];
  const other = inOrderOf(base, second);
  const fields = Object.fromEntries(FIELDS.map((name) => [name, laterOf<string | number | boolean>(a[name], b[name])]));
  const [tags, moreTags] = [tagsOf(a), tagsOf(b)];
  return {
    ...base,
    ...(fields as Pick<MarketRow, (typeof FIELDS)[number]>),
    otherNames: otherNamesOf(a, b, fields as Pick<MarketRow, 'question' | 'slug'>),
    tags: tags.join(';') > moreTags.join(';') ? tags : moreTags,
    outcomes: base.outcomes ?? other.outcomes,
    tokens: base.tokens ?? other.tokens,
    ...endingOf(weightOf(endingOf(base)) >= weightOf(endingOf(other)) ? base : other),
  };
}

/** The better trusted of two descriptions, filled up from the other where they agree on the outcomes. */
export function fillUp(best: MarketRow, rest: MarketRow): MarketRow {
  const other = inOrderOf(best, rest);
  const fields = Object.fromEntries(FIELDS.map((name) => [name, best[name] ?? other[name]]));
  return {
    ...best,
    ...(fields as Pick<MarketRow, (typeof FIELDS)[number]>),
    tags: tagsOf(best).length > 0 ? tagsOf(best) : tagsOf(other),
    outcomes: best.outcomes ?? other.outcomes,
    tokens: best.tokens ?? other.tokens,
    ...endingOf(weightOf(endingOf(best)) > 0 ? best : other),
  };
}
