/**
 * What fills say of their markets: of each token, and of each outcome that is named without one, the set of all that was said.
 * Sets know no order, so what is decided from them depends on none. They grow with the number of markets, not of fills.
 */
import type { Venue } from '../venues/fees.ts';
import { laterOf } from './market_merge.ts';

/** Different values that are kept of what should be one: the smallest, as more than one contradict each other anyway. */
const VALUES_MAX = 8;

/** What a fill's row says of its market. */
export interface FillHint {
  readonly token: string | null;
  /** The market as the row names it: its key, an alias, or `name:` and a slug or question. */
  readonly market: string | null;
  readonly index: 0 | 1 | null;
  readonly name: string | null;
  readonly question: string | null;
  readonly slug: string | null;
  readonly eventId: string | null;
}

/** A row that says nothing. */
export const NO_HINT: FillHint = {
  token: null,
  market: null,
  index: null,
  name: null,
  question: null,
  slug: null,
  eventId: null,
};

/** What all fills of one key say. Lists are sorted and hold each value once. */
export interface Claim {
  /** How its fills are looked up: the token, else market and outcome joined by #. */
  readonly key: string;
  readonly venue: Venue;
  readonly token: string | null;
  /** Of a token every market that it was said to belong to, of an outcome its one. */
  readonly markets: readonly string[];
  /** Of a token every side that it was said to be. Of an outcome the side that its key tells, none where that tells a name. */
  readonly sides: readonly (0 | 1)[];
  readonly names: readonly string[];
  readonly question: string | null;
  readonly slug: string | null;
  readonly eventId: string | null;
}

/** A name as it is compared. */
export function plainName(name: string): string {
  return name.trim().toLowerCase();
}

/** The key of the fills of a hint, which has a token, or a market with the number or the name of an outcome. */
export function keyOf({ token, market, index, name }: Pick<FillHint, 'token' | 'market' | 'index' | 'name'>): string {
  return token ?? `${market}#${index ?? plainName(name!)}`;
}

const NOTHING_SAID: Omit<Claim, 'key' | 'venue'> = {
  token: null,
  markets: [],
  sides: [],
  names: [],
  question: null,
  slug: null,
  eventId: null,
};

/** What one hint says. */
export function claimOf(hint: FillHint, venue: Venue): Claim {
  const { token, market, index, name, question, slug, eventId } = hint;
  return {
    key: keyOf(hint),
    venue,
    token,
    markets: market === null ? [] : [market],
    sides: index === null ? [] : [index],
    names: name === null ? [] : [name.trim()],
    question,
    slug,
    eventId,
  };
}

function union<T extends string | number>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.every((value) => a.includes(value))) return a;
  return [...new Set([...a, ...b])].sort((x, y) => (x < y ? -1 : 1)).slice(0, VALUES_MAX);
}

function together(a: Claim, b: Claim): Claim {
  return {
    ...a,
    venue: laterOf(a.venue, b.venue)!,
    markets: union(a.markets, b.markets),
    sides: union(a.sides, b.sides),
    names: union(a.names, b.names),
    question: laterOf(a.question, b.question),
    slug: laterOf(a.slug, b.slug),
    eventId: laterOf(a.eventId, b.eventId),
  };
}

/** All claims by key. */
export class OutcomeClaims {
  private readonly byKey = new Map<string, Claim>();

  add(claim: Claim): void {
    const old = this.byKey.get(claim.key);
    this.byKey.set(claim.key, old === undefined ? claim : together(old, claim));
  }

  get(key: string): Claim | undefined {
    return this.byKey.get(key);
  }

  all(): Iterable<Claim> {
    return this.byKey.values();
  }
}

/** Whether nothing is said of a token but that it was traded. */
export function isBare({ token, markets, sides, names, question, slug, eventId }: Claim): boolean {
  return token !== null && markets.length + sides.length + names.length === 0 && (question ?? slug ?? eventId) === null;
}

/** A claim as it stands in 10_markets: without what is not known, and with '' for the market in whose row it stands. */
export function writeClaim({ venue: _, key: _key, ...said }: Claim, marketId: string): Record<string, unknown> {
  const markets = said.markets.map((market) => (market === marketId ? '' : market));
  const isSaid = (value: unknown): boolean => value !== null && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries({ ...said, markets }).filter(([, value]) => isSaid(value)));
}

/** What writeClaim has written into the row of `marketId`. */
export function readClaim(written: Readonly<Record<string, unknown>>, marketId: string, venue: Venue): Claim {
  const { markets = [], ...rest } = written as Partial<Claim>;
  const said = {
    ...NOTHING_SAID,
    ...rest,
    markets: markets.map((market) => (market === '' ? marketId : market)).sort(),
  };
  const hint = { token: said.token, market: said.markets[0], index: said.sides[0] ?? null, name: said.names[0] };
  return { ...said, venue, key: keyOf(hint) };
}
