/**
 * Which outcome of a market each token and each name is, decided from the set of all that was said of it, and so in no order:
 * a market file counts before fills, a side that fills tell before names, names before what is left over. What contradicts
 * itself, and a third of two outcomes, is none of them.
 */
import type { MarketRow } from '../venues/adapter.ts';
import { sideOfName } from './listed_markets.ts';
import { FIRST_NAMES } from './market_merge.ts';
import type { OutcomeOrder } from './market_table.ts';
import { type Claim, plainName } from './outcome_claims.ts';
import { type Place, placeOfName, placeOfToken } from './place.ts';

type Side = Place['outcomeIndex'];
const SIDES = [0, 1] as const;
const SECOND_NAMES: ReadonlySet<string> = new Set(['no', 'down', 'under']);

/** What a market comes to. */
export interface SettledMarket {
  /** The place of each claim by its key: in this market, or apart. */
  readonly places: ReadonlyMap<string, Place>;
  readonly order: OutcomeOrder;
}

/** The one value of a list of equal ones, nulls left out; null when there are several, or none. */
function single<T>(values: readonly (T | null)[]): T | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 && known.every((value) => value === known[0]) ? known[0] : null;
}

function conventionalSide(name: string): Side | null {
  if (FIRST_NAMES.has(plainName(name))) return 0;
  return SECOND_NAMES.has(plainName(name)) ? 1 : null;
}

/** The sides of a market, while they are being decided. */
class Sides {
  readonly of = new Map<string, Side>();
  /** Sides that several tokens claim, which none of them is given. */
  readonly isContested: [boolean, boolean] = [false, false];
  private readonly hasToken: [boolean, boolean] = [false, false];
  private readonly names = [new Set<string>(), new Set<string>()] as const;

  put({ key, token, names }: Claim, side: Side): void {
    this.of.set(key, side);
    if (token !== null) this.hasToken[side] = true;
    for (const name of names) if (plainName(name) !== '') this.names[side].add(plainName(name));
  }

  isFree(side: Side): boolean {
    return !this.hasToken[side] && !this.isContested[side];
  }

  /** Gives tokens the free sides that they alone claim. @returns the tokens that claim none, or one that is taken */
  putAlone(tokens: readonly Claim[], sideOf: (claim: Claim) => Side | null): Claim[] {
    const told = tokens.map(sideOf);
    const isFree = SIDES.map((side) => this.isFree(side));
    for (const side of SIDES) {
      const own = tokens.filter((_, i) => told[i] === side);
      if (!isFree[side] || own.length === 0) continue;
      if (own.length === 1) this.put(own[0], side);
      else this.isContested[side] = true;
    }
    return tokens.filter((_, i) => told[i] === null || !isFree[told[i]]);
  }

  sideOfName(name: string): Side | null {
    const [first, second] = this.names.map((names) => names.has(plainName(name)));
    return first === second ? null : first ? 0 : 1;
  }

  /** The side that is left for a token, where the other one has its token. */
  get tokenless(): Side | null {
    const side = this.hasToken[0] ? 1 : 0;
    return this.hasToken[1 - side] && this.isFree(side) ? side : null;
  }

  /** Gives the one name of a market that is not known yet to the side without a name, where only one side has none. */
  putLastName(names: ReadonlySet<string>): void {
    const unknown = [...names].filter((name) => this.names.every((known) => !known.has(name)));
    const nameless = this.names.filter((known) => known.size === 0);
    if (unknown.length === 1 && nameless.length === 1) nameless[0].add(unknown[0]);
  }
}

/** Tokens of a market whose file tells none. @returns those of which nothing tells a side */
function putTokens(
  outcomes: MarketRow['outcomes'],
  tokens: readonly Claim[],
  names: ReadonlySet<string>,
  sides: Sides,
): Claim[] {
  const unnamed = sides.putAlone(
    tokens,
    (claim) => single(claim.names.map((name) => sideOfName(outcomes, name))) ?? single(claim.sides),
  );
  if (outcomes === null) sides.putLastName(names);
  const rest = sides.putAlone(unnamed, ({ names }) => single(names.map((name) => sides.sideOfName(name))));
  const left = sides.tokenless;
  if (rest.length !== 1 || left === null) return rest;
  sides.put(rest[0], left);
  return [];
}

/** Sides for one or two of which nobody tells them: Yes before No, else in the order of the alphabet. */
function assumeSides(items: readonly { readonly id: string; readonly names: readonly string[] }[]) {
  const sorted = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const [first, second = null] = sorted.map(({ names }) => single(names.map(conventionalSide)));
  const isNamed = first !== second;
  const side = first ?? (second === 0 ? 1 : 0);
  const sideOfFirst: Side = isNamed ? side : 0;
  return {
    sides: new Map(sorted.map(({ id }, i) => [id, i === 0 ? sideOfFirst : ((1 - sideOfFirst) as Side)])),
    order: isNamed ? ('name' as const) : ('assumed' as const),
  };
}

/**
 * Decides a market.
 * @param listed what files say of it, or null
 * @param claims what fills say of the tokens and outcomes that belong to it and to no other
 */
export function settleMarket(marketId: string, listed: MarketRow | null, claims: readonly Claim[]): SettledMarket {
  const outcomes = listed?.outcomes ?? null;
  const tokens = claims.filter(({ token }) => token !== null);
  const [numbered, named] = [true, false].map((isNumbered) =>
    claims.filter(({ token, sides }) => token === null && sides.length > 0 === isNumbered),
  );
  const names = new Set(claims.flatMap((claim) => claim.names.map(plainName)).filter((name) => name !== ''));
  const sides = new Sides();
  for (const claim of numbered) sides.put(claim, claim.sides[0]);
  const pair = listed?.tokens ?? null;
  const loose = pair === null ? putTokens(outcomes, tokens, names, sides) : [];
  if (pair !== null)
    for (const claim of tokens) if (pair.includes(claim.token!)) sides.put(claim, pair[0] === claim.token ? 0 : 1);

  const places = new Map<string, Place>();
  const isListed = named.some(({ names }) => sideOfName(outcomes, names[0]) !== null);
  // An assumption holds only while nothing else is booked in the market: what two feeds made one cannot be parted again.
  const isOpen = pair === null && sides.of.size === 0 && !sides.isContested.includes(true) && !isListed;
  let order: OutcomeOrder = 'venue';
  if (isOpen && loose.length > 0 && loose.length <= 2) {
    const assumed = assumeSides(loose.map(({ key, names }) => ({ id: key, names })));
    order = assumed.order;
    for (const [key, outcomeIndex] of assumed.sides) places.set(key, { marketId, outcomeIndex });
  }
  for (const { key, token } of [...numbered, ...tokens]) {
    const outcomeIndex = sides.of.get(key);
    if (outcomeIndex !== undefined) places.set(key, { marketId, outcomeIndex });
    else if (!places.has(key)) places.set(key, placeOfToken(token!));
  }

  if (outcomes === null) sides.putLastName(names);
  const placeOf = (name: string): Place | null => {
    const called = tokens.filter((claim) => claim.names.some((other) => plainName(other) === name));
    const listedSide = sideOfName(outcomes, name);
    if (listedSide === null && called.length === 1) return places.get(called[0].key)!;
    const outcomeIndex = listedSide ?? sides.sideOfName(name);
    return outcomeIndex === null ? null : { marketId, outcomeIndex };
  };
  const unknown = new Set(named.map((claim) => plainName(claim.names[0])).filter((name) => placeOf(name) === null));
  const isAssumed = isOpen && outcomes === null && tokens.length === 0 && unknown.size > 0 && unknown.size <= 2;
  const assumed = isAssumed ? assumeSides([...unknown].map((name) => ({ id: name, names: [name] }))) : null;
  for (const { key, names: spelled } of named) {
    const name = plainName(spelled[0]);
    const outcomeIndex = assumed?.sides.get(name);
    const assumedPlace = outcomeIndex === undefined ? placeOfName(marketId, name) : { marketId, outcomeIndex };
    places.set(key, placeOf(name) ?? assumedPlace);
  }
  return { places, order: assumed?.order ?? order };
}
