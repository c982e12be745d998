/** What files and fills together come to: the rows of 10_markets, and where the fills of each token and outcome belong. */
import { type MarketRow, NOTHING_KNOWN } from '../venues/adapter.ts';
import type { ListedMarkets } from './listed_markets.ts';
import { laterOf } from './market_merge.ts';
import { DERIVED_SOURCE, type Entry } from './market_table.ts';
import { type Claim, type OutcomeClaims, plainName } from './outcome_claims.ts';
import { type Place, placeOfToken } from './place.ts';
import { settleMarket } from './settle_market.ts';

/** A market with what fills say of it. */
interface Settled {
  readonly entry: Entry;
  readonly claims: readonly Claim[];
}

export interface Settlement {
  readonly markets: ReadonlyMap<string, Settled>;
  /** Where fills belong, by the key of their claim. */
  readonly places: ReadonlyMap<string, Place>;
  /** Keys of claims that name a market and stand apart from it, as they contradict what is known of it or nobody tells their side. */
  readonly apart: ReadonlySet<string>;
}

/** Decides all markets at once, from sets alone: rows, files and imports in any order come to the same. */
export function settle(listed: ListedMarkets, claims: OutcomeClaims): Settlement {
  const places = new Map<string, Place>();
  const orders = new Map<string, Entry['order']>();
  const marketOfClaim = (claim: Claim): string => marketOf(claim, listed) ?? '';
  for (const [marketId, own] of grouped(claims.all(), marketOfClaim)) {
    if (marketId === '') {
      for (const { key, token } of own) places.set(key, placeOfToken(token!));
      continue;
    }
    const settled = settleMarket(marketId, listed.get(marketId)?.row ?? null, own);
    orders.set(marketId, settled.order);
    for (const [key, place] of settled.places) places.set(key, place);
  }
  const booked = grouped(claims.all(), ({ key }) => places.get(key)!.marketId);
  const markets = new Map<string, Settled>();
  for (const marketId of new Set([...listed.ids(), ...booked.keys()])) {
    const entry = listed.get(marketId);
    const own = booked.get(marketId) ?? [];
    const order = orders.get(marketId) ?? (entry === undefined ? 'assumed' : 'venue');
    markets.set(marketId, {
      entry: entry === undefined ? derivedEntry(marketId, order, own, places) : filledUp(entry, order, own, places),
      claims: own,
    });
  }
  const isApart = ({ key, markets: named }: Claim): boolean => {
    const { marketId } = places.get(key)!;
    if (named.length === 0 || listed.get(marketId) !== undefined) return false;
    return !named.some((market) => listed.resolve(market) === marketId && !listed.isNameOfSeveral(market));
  };
  return { markets, places, apart: new Set([...claims.all()].filter(isApart).map(({ key }) => key)) };
}

/** Markets by their best source. */
export function countBySource({ markets }: Settlement): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { entry } of markets.values()) counts[entry.source] = (counts[entry.source] ?? 0) + 1;
  return counts;
}

function grouped(claims: Iterable<Claim>, keyOf: (claim: Claim) => string): Map<string, Claim[]> {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = keyOf(claim);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [claim]);
    else group.push(claim);
  }
  return groups;
}

/** The one market of a claim; null when its token stands for itself, as no market or more than one was told. */
function marketOf({ token, markets }: Claim, listed: ListedMarkets): string | null {
  const place = token === null ? undefined : listed.places.get(token);
  if (place !== undefined) return place.marketId;
  const named = new Set(markets.map((market) => listed.resolve(market)));
  return named.size === 1 ? [...named][0] : null;
}

type Places = ReadonlyMap<string, Place>;

/** One text for each side, '' where none is known: the first by the alphabet. */
function bySide(
  claims: readonly Claim[],
  places: Places,
  textOf: (claim: Claim) => readonly string[],
): [string, string] {
  const [first, second] = ([0, 1] as const).map(
    (side) =>
      claims
        .filter(({ key }) => places.get(key)!.outcomeIndex === side)
        .flatMap(textOf)
        .sort()[0] ?? '',
  );
  return [first, second];
}

function wordsOf(claims: readonly Claim[]): Pick<MarketRow, 'question' | 'slug' | 'eventId'> {
  const later = (name: 'question' | 'slug' | 'eventId'): string | null =>
    claims.reduce<string | null>((known, claim) => laterOf(known, claim[name]), null);
  return { question: later('question'), slug: later('slug'), eventId: later('eventId') };
}

function tokensOf(claims: readonly Claim[], places: Places): [string, string] {
  return bySide(claims, places, ({ token }) => (token === null ? [] : [token]));
}

function namesOf(claims: readonly Claim[], places: Places): [string, string] {
  return bySide(claims, places, ({ names }) => names.filter((name) => plainName(name) !== ''));
}

/** A market that no file describes. */
function derivedEntry(marketId: string, order: Entry['order'], claims: readonly Claim[], places: Places): Entry {
  const venue = claims.map((claim) => claim.venue).reduce((a, b) => laterOf(a, b)!);
  const [tokens, outcomes] = [tokensOf(claims, places), namesOf(claims, places)];
  const row = { ...NOTHING_KNOWN, marketId, ...wordsOf(claims), tokens, outcomes };
  return { venue, source: DERIVED_SOURCE, order, row };
}

/** A listed market with what only fills tell. The result is left out where nobody tells which token is which outcome. */
function filledUp(entry: Entry, order: Entry['order'], claims: readonly Claim[], places: Places): Entry {
  const { row } = entry;
  if (claims.length === 0) return entry;
  const words = wordsOf(claims);
  const [tokens, outcomes] = [tokensOf(claims, places), namesOf(claims, places)];
  const known = {
    ...row,
    question: row.question ?? words.question,
    slug: row.slug ?? words.slug,
    eventId: row.eventId ?? words.eventId,
    tokens: row.tokens ?? (tokens.join('') === '' ? null : tokens),
  };
  if (order !== 'venue') return { ...entry, order, row: { ...known, outcomes, winnerIndex: null } };
  return { ...entry, row: { ...known, outcomes: row.outcomes ?? (outcomes.join('') === '' ? null : outcomes) } };
}
