/**
 * What is known of markets while trades are imported: which token is which outcome of which market. Markets that no file
 * describes are derived from the trades, and when a file comes later, the fills move to the market it tells.
 */
import type { DataFrame } from '../polars/polars.ts';
import { type MarketAdapter, type MarketRow, NOTHING_KNOWN } from '../venues/adapter.ts';
import type { Venue } from '../venues/fees.ts';
import { ADAPTERS } from '../venues/formats.ts';
import { FIRST_NAMES, fillUp, laterOf, mergeSnapshots } from './market_merge.ts';
import {
  DERIVED_SOURCE,
  type Entry,
  hasTokens,
  marketsOf,
  marketTable,
  type OutcomeOrder,
  sideOf,
  writeEvidence,
} from './market_table.ts';

/** What one source says of a market. */
interface Told {
  readonly venue: Venue;
  readonly row: MarketRow;
}

/** What markets are called of which nothing but one token is known. */
export const TOKEN_PREFIX = 'token:';

/** An event id that no event has. */
const CHANGED = '\u0000changed';

/** Where an identity (token, or market and outcome) leads. */
export interface Place {
  readonly marketId: string;
  readonly outcomeIndex: 0 | 1;
}

/** What has changed of a place since fills were booked there. */
export interface MarketReassignment {
  readonly from: Place;
  readonly to: Place;
  /** Token that the fills were hashed by; null when by market and outcome. */
  readonly oldToken: string | null;
  /** Token of the outcome as far as it is known now. */
  readonly newToken: string | null;
  readonly eventId: string | null;
}

/** A place with what is known of it. */
export interface KnownPlace extends Place {
  /** Token by which its fills are hashed; null when by market and outcome. */
  readonly tokenId: string | null;
  readonly eventId: string | null;
  /** Whether no file describes the market. */
  readonly isDerived: boolean;
}

/** Identities by which fills are looked up. */
export type PlaceKind = 'tokens' | 'outcomes' | 'both';

/** What a fill's row tells of its market beside the ids. */
export interface MarketHint {
  readonly tokenId: string | null;
  readonly wireMarket: string | null;
  readonly wireOutcome: number | null;
  readonly outcomeName: string | null;
}

/** What a fill's row says of its market in words. */
export interface MarketWords {
  readonly tokenId: string | null;
  readonly wireMarket: string | null;
  readonly title: string | null;
  readonly slug: string | null;
  readonly eventId: string | null;
}

/** Rank of rows derived from trades: below every file. */
const DERIVED_RANK = 9;

/** How far the sources that 10_markets names are trusted; smaller is better. */
export const RANK_OF_SOURCE: ReadonlyMap<string, number> = new Map([
  ...ADAPTERS.filter((adapter) => adapter.kind === 'markets').map(({ source, rank }) => [source, rank] as const),
  [DERIVED_SOURCE, DERIVED_RANK],
]);

const SECOND_NAMES: ReadonlySet<string> = new Set(['no', 'down', 'under']);

/** Where a name stands among a market's outcomes, whatever its case; -1 when it is not known or not there. */
function indexOfName(outcomes: readonly string[] | null, name: string | undefined): number {
  const wanted = name?.trim().toLowerCase() ?? '';
  return wanted === '' || outcomes === null ? -1 : outcomes.findIndex((o) => o.trim().toLowerCase() === wanted);
}

/** How a fill names a market by its slug or question, in lower case. */
const NAME_PREFIX = 'name:';

function addNames(names: Map<string, string | null>, { rank, row: { marketId, slug, question } }: Entry): void {
  // The names of a derived market come from the fills that look for one.
  if (rank === DERIVED_RANK) return;
  for (const text of [slug, question]) {
    if (text === null) continue;
    const name = `${NAME_PREFIX}${text.trim().toLowerCase()}`;
    const other = names.get(name);
    names.set(name, other === undefined || other === marketId ? marketId : null);
  }
}

const SURENESS: readonly OutcomeOrder[] = ['assumed', 'name', 'venue'];

/** How sure the order of a market's outcomes is once one more of them is known by `order`. */
function leastSure(old: Entry, order: OutcomeOrder): OutcomeOrder {
  const isTold = old.rank !== DERIVED_RANK || hasTokens(old.row);
  return isTold && SURENESS.indexOf(old.order) < SURENESS.indexOf(order) ? old.order : order;
}

/** Whether one outcome's token is known for certain, so that a second token can only be the other. */
function isOtherSideSure(old: Entry | undefined): boolean {
  return old !== undefined && old.order !== 'assumed' && hasTokens(old.row);
}

/**
 * The markets known so far. Files add rows, the best source winning (`addRow`); trades add what no file tells
 * (`derive`); fills look their place up (`find`, `knownPlaces`); `toFrame` gives the rows of 10_markets.
 */
export class MarketRegistry {
  /** What files say of each market, by source. */
  private readonly told = new Map<string, Map<string, Told>>();
  /** What fills say of each market. */
  private readonly derived = new Map<string, Entry>();
  /** Both together. */
  private readonly entries = new Map<string, Entry>();
  /** Events that fills of this run were given, by market. */
  private readonly given = new Map<string, string | null>();
  private readonly places = new Map<string, Place>();
  private readonly aliases = new Map<string, string>();
  /** Markets by slug and question, once a fill has asked for one; null where several have it. */
  private names: Map<string, string | null> | null = null;
  /** Markets whose result is left out because nobody tells which token is which outcome. */
  get nUnalignedMarkets(): number {
    const hasWinner = (marketId: string): boolean =>
      [...(this.told.get(marketId)?.values() ?? [])].some(({ row }) => row.winnerIndex !== null);
    return [...this.entries].filter(([id, { row }]) => row.winnerIndex === null && hasWinner(id)).length;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Adds a row of a market file that `adapter` reads. */
  addRow(row: MarketRow, { venue, source }: Pick<MarketAdapter, 'venue' | 'source'>): void {
    const told = this.toldOf(row.marketId);
    const old = told.get(source);
    told.set(source, { venue, row: old === undefined ? row : mergeSnapshots(old.row, row) });
    this.renew(row.marketId);
  }

  private toldOf(marketId: string): Map<string, Told> {
    let told = this.told.get(marketId);
    if (told === undefined) {
      told = new Map();
      this.told.set(marketId, told);
    }
    return told;
  }

  /** Puts together anew what files and trades say of a market. */
  private renew(marketId: string): void {
    const derived = this.derived.get(marketId);
    const [best, ...others] = [...(this.told.get(marketId) ?? [])]
      .map(([source, { venue, row }]) => ({ source, venue, row, rank: RANK_OF_SOURCE.get(source) ?? DERIVED_RANK }))
      .sort((a, b) => a.rank - b.rank || (a.source < b.source ? -1 : 1));
    if (best === undefined) {
      if (derived !== undefined) this.put(derived);
      return;
    }
    const row = others.reduce((known, other) => fillUp(known, other.row), best.row);
    const told: Entry = { ...best, order: 'venue', row };
    this.put(derived === undefined ? told : align(derived, told));
  }

  private put(entry: Entry): void {
    const { row } = entry;
    this.entries.set(row.marketId, entry);
    if (row.gammaId !== null && `gamma:${row.gammaId}` !== row.marketId)
      this.aliases.set(`gamma:${row.gammaId}`, row.marketId);
    if (row.marketMaker !== null) this.aliases.set(`fpmm:${row.marketMaker}`, row.marketId);
    if (this.names !== null) addNames(this.names, entry);
    row.tokens?.forEach((token, i) => {
      if (token !== '' && this.isBetterHolder(entry, token))
        this.places.set(token, { marketId: row.marketId, outcomeIndex: i as 0 | 1 });
    });
  }

  /** Whether a market is to have a token: where several claim it the best source counts, then the name. */
  private isBetterHolder({ rank, row: { marketId } }: Entry, token: string): boolean {
    const holder = this.entries.get(this.places.get(token)?.marketId ?? '');
    if (holder === undefined || holder.row.marketId === marketId || !holder.row.tokens?.includes(token)) return true;
    return rank !== holder.rank ? rank < holder.rank : marketId < holder.row.marketId;
  }

  /** The place of a token, or of a market and outcome, if a file or an earlier trade told it. */
  find(
    tokenId: string | null,
    wireMarket: string | null,
    wireOutcome: number | null,
    outcomeName: string | null = null,
  ): Place | null {
    if (tokenId !== null) return this.places.get(tokenId) ?? null;
    const marketId = this.marketNamed(wireMarket!);
    const entry = this.entries.get(marketId);
    if (entry === undefined) return null;
    const index = wireOutcome ?? indexOfName(entry.row.outcomes, outcomeName ?? undefined);
    return index === 0 || index === 1 ? { marketId, outcomeIndex: index } : null;
  }

  /** Whether several markets have the slug or question by which a fill names its market. */
  isNameOfSeveral(wireMarket: string | null): boolean {
    return wireMarket !== null && this.names?.get(wireMarket) === null;
  }

  /** The key of the market that a fill names by its key, an alias, or `name:` and its slug or question. */
  private marketNamed(wireMarket: string): string {
    if (wireMarket.startsWith(NAME_PREFIX) && this.names === null) {
      this.names = new Map();
      for (const entry of this.entries.values()) addNames(this.names, entry);
    }
    return this.aliases.get(wireMarket) ?? this.names?.get(wireMarket) ?? wireMarket;
  }

  /** The place of a fill's outcome, derived from its hint when nothing tells it. Null when the market has two other tokens. */
  derive(hint: MarketHint, venue: Venue): Place | null {
    const found = this.find(hint.tokenId, hint.wireMarket, hint.wireOutcome, hint.outcomeName);
    if (found !== null && (hint.wireMarket === null || !found.marketId.startsWith(TOKEN_PREFIX))) return found;
    const marketId = hint.wireMarket === null ? `${TOKEN_PREFIX}${hint.tokenId}` : this.marketNamed(hint.wireMarket);
    if (this.isNameOfSeveral(marketId)) return null;
    const old = this.entries.get(marketId);
    const index = this.chooseIndex(hint, old);
    if (index === null) return null;
    const placed = this.derived.get(marketId);
    const tokens: [string, string] = [placed?.row.tokens?.[0] ?? '', placed?.row.tokens?.[1] ?? ''];
    const outcomes: [string, string] = [placed?.row.outcomes?.[0] ?? '', placed?.row.outcomes?.[1] ?? ''];
    if (hint.tokenId !== null) tokens[index.value] = hint.tokenId;
    if (outcomes[index.value] === '' && hint.outcomeName !== null) outcomes[index.value] = hint.outcomeName;
    this.derived.set(marketId, {
      venue: old?.venue ?? venue,
      source: DERIVED_SOURCE,
      rank: DERIVED_RANK,
      order: placed === undefined ? index.order : leastSure(placed, index.order),
      row: { ...(placed?.row ?? { ...NOTHING_KNOWN, marketId }), tokens, outcomes },
    });
    this.renew(marketId);
    return { marketId, outcomeIndex: index.value };
  }

  /**
   * Takes in what a fill says of the question, slug and event of its market; of several texts one counts, whatever their order.
   * @returns whether anything has changed
   */
  observe({ tokenId, wireMarket, title, slug, eventId }: MarketWords): boolean {
    const place = tokenId === null ? null : (this.places.get(tokenId) ?? null);
    const marketId = place?.marketId ?? (wireMarket === null ? null : this.marketNamed(wireMarket));
    const entry = marketId === null ? undefined : this.entries.get(marketId);
    if (entry === undefined) return false;
    const old: Entry = this.derived.get(entry.row.marketId) ?? {
      venue: entry.venue,
      source: DERIVED_SOURCE,
      rank: DERIVED_RANK,
      order: 'venue',
      row: { ...NOTHING_KNOWN, marketId: entry.row.marketId },
    };
    const row = {
      ...old.row,
      question: laterOf(old.row.question, title),
      slug: laterOf(old.row.slug, slug),
      eventId: laterOf(old.row.eventId, eventId),
    };
    if (row.question === old.row.question && row.slug === old.row.slug && row.eventId === old.row.eventId) return false;
    this.derived.set(entry.row.marketId, { ...old, row });
    this.renew(entry.row.marketId);
    return true;
  }

  /** Which outcome a new token is: what the venue tells, else its name, else what is left. Null when both are taken. */
  private chooseIndex(hint: MarketHint, old: Entry | undefined): { value: 0 | 1; order: OutcomeOrder } | null {
    const taken = hint.tokenId === null ? old?.row.outcomes : old?.row.tokens;
    const isFree = (i: number): i is 0 | 1 => (i === 0 || i === 1) && (taken?.[i] ?? '') === '';
    if (hint.wireOutcome !== null && isFree(hint.wireOutcome)) return { value: hint.wireOutcome, order: 'venue' };
    const name = hint.outcomeName?.trim().toLowerCase() ?? '';
    const told = indexOfName(old?.row.outcomes ?? null, name);
    if (isFree(told)) return { value: told, order: old!.order };
    const isNamedElsewhere = told >= 0 || (old?.row.outcomes ?? []).every((outcome) => outcome !== '');
    if (!isNamedElsewhere || old === undefined) {
      if (FIRST_NAMES.has(name) && isFree(0)) return { value: 0, order: 'name' };
      if (SECOND_NAMES.has(name) && isFree(1)) return { value: 1, order: 'name' };
    }
    const order = isOtherSideSure(old) ? old!.order : 'assumed';
    if (isFree(0)) return { value: 0, order };
    return isFree(1) ? { value: 1, order } : null;
  }

  /** Takes over the rows of an earlier import. */
  load(table: DataFrame): void {
    for (const { marketId, venue, evidence } of marketsOf(table)) {
      for (const [source, { order, row }] of Object.entries(evidence)) {
        if (source === DERIVED_SOURCE)
          this.derived.set(row.marketId, { venue, source, rank: DERIVED_RANK, order, row });
        else this.toldOf(row.marketId).set(source, { venue, row });
      }
      this.renew(marketId);
    }
  }

  /**
   * What has changed about places since an earlier state: fills booked under `from` belong under `to`, whose token may have
   * become known only now, or its event. Also drops derived markets that a file has replaced.
   */
  reassignmentsSince(before: DataFrame): MarketReassignment[] {
    const reassignments: MarketReassignment[] = [];
    const columns = ['market_id', 'event_id', 'token_0', 'token_1', 'outcome_0', 'outcome_1', 'outcome_order'];
    for (const r of before.select(...columns).toRecords() as Record<string, string | null>[]) {
      const marketId = r.market_id!;
      for (const outcomeIndex of [0, 1] as const) {
        const oldToken = r[`token_${outcomeIndex}`];
        const name = r[`outcome_${outcomeIndex}`];
        const told = r.outcome_order === 'venue' || name === null ? outcomeIndex : null;
        const to = oldToken === null ? this.find(null, marketId, told, name) : (this.places.get(oldToken) ?? null);
        if (to === null) continue;
        const row = this.entries.get(to.marketId)?.row;
        const newToken = sideOf(row?.tokens, to.outcomeIndex);
        const eventId = row?.eventId ?? null;
        const isMoved = to.marketId !== marketId || to.outcomeIndex !== outcomeIndex;
        if (isMoved || (oldToken === null && newToken !== null) || eventId !== r.event_id)
          reassignments.push({ from: { marketId, outcomeIndex }, to, oldToken, newToken, eventId });
      }
    }
    for (const { from, to } of reassignments) if (from.marketId !== to.marketId) this.dropDerived(from.marketId);
    return reassignments;
  }

  /** Forgets a market that nothing but fills told of, and whose fills have gone to another. */
  private dropDerived(marketId: string): void {
    if (this.entries.get(marketId)?.rank !== DERIVED_RANK) return;
    this.entries.delete(marketId);
    this.derived.delete(marketId);
  }

  /** Remembers the event that fills of a market were given: one that changes later is put right at the end, for all of them. */
  give(marketId: string, eventId: string | null): void {
    const given = this.given.get(marketId);
    this.given.set(marketId, given === undefined || given === eventId ? eventId : CHANGED);
  }

  /** Markets whose event is another than the one that was given to fills of this run. */
  eventsSinceGiven(): MarketReassignment[] {
    return [...this.given].flatMap(([marketId, given]) => {
      const eventId = this.entries.get(marketId)?.row.eventId ?? null;
      if (given === eventId) return [];
      return ([0, 1] as const).map((outcomeIndex) => {
        const place = { marketId, outcomeIndex };
        return { from: place, to: place, oldToken: null, newToken: null, eventId };
      });
    });
  }

  /**
   * Every known place by the key that fills look it up by: a token id, or market and outcome (its number or its name) joined by #.
   * @param kind which keys: fills of a block that names tokens need no others
   */
  knownPlaces(kind: PlaceKind): Map<string, KnownPlace> {
    const byKey = new Map<string, KnownPlace>();
    const add = (key: string, marketId: string, outcomeIndex: 0 | 1, token: string | null): void => {
      const entry = this.entries.get(marketId);
      if (entry === undefined) return;
      const { row, rank } = entry;
      const tokenId = token ?? sideOf(row.tokens, outcomeIndex);
      byKey.set(key, { marketId, outcomeIndex, tokenId, eventId: row.eventId, isDerived: rank === DERIVED_RANK });
    };
    const addOutcomes = (name: string, marketId: string): void => {
      for (const outcome of [0, 1] as const) {
        add(`${name}#${outcome}`, marketId, outcome, null);
        const called = this.entries.get(marketId)?.row.outcomes?.[outcome].trim().toLowerCase() ?? '';
        if (called !== '' && !/^\d+$/.test(called)) add(`${name}#${called}`, marketId, outcome, null);
      }
    };
    if (kind !== 'outcomes')
      for (const [token, { marketId, outcomeIndex }] of this.places) add(token, marketId, outcomeIndex, token);
    if (kind !== 'tokens') {
      for (const marketId of this.entries.keys()) addOutcomes(marketId, marketId);
      // After the entries: an alias stands for its market even while a derived market of the same name is still there.
      for (const [alias, marketId] of [...this.aliases, ...(this.names ?? [])])
        if (marketId !== null) addOutcomes(alias, marketId);
    }
    return byKey;
  }

  /** The registry as rows of 10_markets, sorted by key. */
  toFrame(): DataFrame {
    return marketTable(this.entries.values(), ({ row: { marketId } }) => {
      const told = [...(this.told.get(marketId) ?? [])].map(([source, { row }]) => [source, row] as const);
      return writeEvidence(new Map(told), this.derived.get(marketId));
    });
  }

  countBySource(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { source } of this.entries.values()) counts[source] = (counts[source] ?? 0) + 1;
    return counts;
  }
}

/**
 * Puts a market whose tokens were placed by trades, and what files say of it, together: by tokens, else by the names of the
 * outcomes. Where neither tells, the result is left out.
 */
function align(placed: Entry, told: Entry): Entry {
  const { outcomes: known, tokens } = placed.row;
  const names = told.row.outcomes;
  const row = fillUp(told.row, { ...placed.row, tokens: null, outcomes: null, winnerIndex: null });
  const isPlaced = hasTokens(placed.row);
  if (!isPlaced && names === null && known !== null) return { ...told, row: { ...row, outcomes: known } };
  if (told.row.tokens !== null || !isPlaced || tokens === null) return { ...told, row };
  const first = indexOfName(names, known?.[0]);
  const second = indexOfName(names, known?.[1]);
  if (first === 0 || second === 1) return { ...told, row: { ...row, tokens } };
  if (first === 1 || second === 0) return { ...told, row: { ...row, tokens: [tokens[1], tokens[0]] } };
  if (placed.order === 'venue') return { ...told, row: { ...row, outcomes: names ?? known, tokens } };
  return { ...told, order: placed.order, row: { ...row, outcomes: known, tokens, winnerIndex: null } };
}
