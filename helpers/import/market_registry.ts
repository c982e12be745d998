/**
 * What is known of markets while trades are imported: which token is which outcome of which market. Markets that no file
 * describes are derived from the trades, and when a file comes later, the fills move to the market it tells.
 */
import { domainOf } from '../features/domain.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { polarsType, type TableSchema } from '../tables/schema.ts';
import { MARKETS } from '../tables/schemas.ts';
import type { MarketAdapter, MarketRow } from '../venues/adapter.ts';
import type { Venue } from '../venues/fees.ts';
import { ADAPTERS } from '../venues/formats.ts';

type OutcomeOrder = 'venue' | 'name' | 'assumed';

/** One market as the registry holds it: a row of 10_markets, with the rank of its best source. */
interface Entry {
  readonly venue: Venue;
  readonly source: string;
  readonly rank: number;
  readonly order: OutcomeOrder;
  readonly row: MarketRow;
}

/** Where an identity (token, or market and outcome) leads. */
export interface Place {
  readonly marketId: string;
  readonly outcomeIndex: 0 | 1;
}

/** Fills of one place that belong to another, or whose token has become known. */
export interface MarketReassignment {
  readonly from: Place;
  readonly to: Place;
  readonly newToken: string | null;
}

/** Identities by which fills are looked up. */
export type PlaceKind = 'tokens' | 'outcomes' | 'both';

/** What a fill's row tells of its market beside the ids. */
export interface MarketHint {
  readonly tokenId: string | null;
  readonly wireMarket: string | null;
  readonly wireOutcome: number | null;
  readonly outcomeName: string | null;
  readonly title: string | null;
  readonly slug: string | null;
  readonly eventId: string | null;
}

/** Source and rank of rows derived from trades: below every file. */
const DERIVED_SOURCE = 'trades';
const DERIVED_RANK = 9;

/** How far the sources that 10_markets names are trusted; smaller is better. */
export const RANK_OF_SOURCE: ReadonlyMap<string, number> = new Map([
  ...ADAPTERS.filter((adapter) => adapter.kind === 'markets').map(({ source, rank }) => [source, rank] as const),
  [DERIVED_SOURCE, DERIVED_RANK],
]);

const FIRST_NAMES: ReadonlySet<string> = new Set(['yes', 'up', 'over']);
const SECOND_NAMES: ReadonlySet<string> = new Set(['no', 'down', 'under']);

const NOTHING_KNOWN: Omit<MarketRow, 'marketId'> = {
  gammaId: null,
  eventId: null,
  marketMaker: null,
  question: null,
  slug: null,
  tags: [],
  outcomes: null,
  tokens: null,
  negRisk: null,
  createdMs: null,
  openMs: null,
  closeMs: null,
  resolvedMs: null,
  winnerIndex: null,
  isVoid: null,
  feeRate: null,
  feeExponent: null,
  lifetimeVolumeUsd: null,
};

/** The better-known of two rows, filled up from the other. Outcomes, tokens and result are taken from one row together. */
function mergeRows(best: MarketRow, other: MarketRow): MarketRow {
  const merged: Record<string, unknown> = { ...best };
  for (const key of [
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
  ] as const)
    merged[key] = best[key] ?? other[key];
  if (best.tags.every((tag) => tag === '')) merged.tags = other.tags;
  const isSameOrder = best.tokens === null || other.tokens === null || best.tokens[0] === other.tokens[0];
  const isNamedAlike = best.outcomes === null || other.outcomes === null || best.outcomes[0] === other.outcomes[0];
  if (isSameOrder && isNamedAlike) {
    merged.outcomes = best.outcomes ?? other.outcomes;
    merged.tokens = best.tokens ?? other.tokens;
    merged.winnerIndex = best.winnerIndex ?? other.winnerIndex;
    merged.isVoid = best.isVoid ?? other.isVoid;
    merged.settlementValue = best.settlementValue ?? other.settlementValue;
  }
  return merged as unknown as MarketRow;
}

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
  const hasTokens = old.row.tokens?.some((token) => token !== '') ?? false;
  const isTold = old.rank !== DERIVED_RANK || hasTokens;
  return isTold && SURENESS.indexOf(old.order) < SURENESS.indexOf(order) ? old.order : order;
}

/** Whether one outcome's token is known for certain, so that a second token can only be the other. */
function isOtherSideSure(old: Entry | undefined): boolean {
  return old !== undefined && old.order !== 'assumed' && (old.row.tokens?.some((token) => token !== '') ?? false);
}

/**
 * The markets known so far. Files add rows, the best source winning (`addRow`); trades add what no file tells
 * (`derive`); fills look their place up (`find`, `placesFrame`); `toFrame` gives the rows of 10_markets.
 */
export class MarketRegistry {
  private readonly entries = new Map<string, Entry>();
  private readonly places = new Map<string, Place>();
  private readonly aliases = new Map<string, string>();
  /** Markets by slug and question, once a fill has asked for one; null where several have it. */
  private names: Map<string, string | null> | null = null;
  /** Markets whose result was dropped because nobody tells which token is which outcome. */
  nUnalignedMarkets = 0;

  get size(): number {
    return this.entries.size;
  }

  /** Adds a row of a market file that `adapter` reads. */
  addRow(row: MarketRow, { venue, source, rank }: Pick<MarketAdapter, 'venue' | 'source' | 'rank'>): void {
    const old = this.entries.get(row.marketId);
    const fresh: Entry = { venue, source, rank, order: 'venue', row };
    if (old === undefined) this.put(fresh);
    else if (old.order !== 'venue' || old.rank === DERIVED_RANK) this.put(this.align(old, fresh));
    else
      this.put(
        rank <= old.rank ? { ...fresh, row: mergeRows(row, old.row) } : { ...old, row: mergeRows(old.row, row) },
      );
  }

  /**
   * Puts a market whose tokens were placed by trades, and a description of it, together: by tokens, else by the names of
   * the outcomes. Where neither tells, the result is left out.
   */
  private align(placed: Entry, told: Entry): Entry {
    const { tokens, outcomes: known } = placed.row;
    const names = told.row.outcomes;
    if (told.row.tokens !== null || tokens === null)
      return { ...told, row: mergeRows(told.row, { ...placed.row, tokens: null, outcomes: null, winnerIndex: null }) };
    const row = mergeRows(told.row, { ...placed.row, tokens: null, outcomes: null, winnerIndex: null });
    const first = indexOfName(names, known?.[0]);
    const second = indexOfName(names, known?.[1]);
    if (first === 0 || second === 1) return { ...told, row: { ...row, tokens } };
    if (first === 1 || second === 0) return { ...told, row: { ...row, tokens: [tokens[1], tokens[0]] } };
    if (placed.order === 'venue') return { ...told, row: { ...row, outcomes: names ?? known, tokens } };
    if (told.row.winnerIndex !== null) this.nUnalignedMarkets++;
    return { ...told, order: placed.order, row: { ...row, outcomes: known, tokens, winnerIndex: null } };
  }

  private put(entry: Entry): void {
    const { row } = entry;
    this.entries.set(row.marketId, entry);
    if (row.gammaId !== null && `gamma:${row.gammaId}` !== row.marketId)
      this.aliases.set(`gamma:${row.gammaId}`, row.marketId);
    if (row.marketMaker !== null) this.aliases.set(`fpmm:${row.marketMaker}`, row.marketId);
    if (this.names !== null) addNames(this.names, entry);
    row.tokens?.forEach((token, i) => {
      if (token !== '') this.places.set(token, { marketId: row.marketId, outcomeIndex: i as 0 | 1 });
    });
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
    if (found !== null) return found;
    const marketId = hint.wireMarket === null ? `token:${hint.tokenId}` : this.marketNamed(hint.wireMarket);
    if (this.isNameOfSeveral(marketId)) return null;
    const old = this.entries.get(marketId);
    const index = this.chooseIndex(hint, old);
    if (index === null) return null;
    const tokens: [string, string] = [old?.row.tokens?.[0] ?? '', old?.row.tokens?.[1] ?? ''];
    // A guess against a told order: neither its names nor its result can be given to these tokens.
    const isGuess =
      index.order === 'assumed' && old !== undefined && old.rank !== DERIVED_RANK && old.order === 'venue';
    const known = isGuess ? null : old?.row.outcomes;
    const outcomes: [string, string] = [known?.[0] ?? '', known?.[1] ?? ''];
    if (hint.tokenId !== null) tokens[index.value] = hint.tokenId;
    if (outcomes[index.value] === '' && hint.outcomeName !== null) outcomes[index.value] = hint.outcomeName;
    const base: MarketRow = old?.row ?? {
      ...NOTHING_KNOWN,
      marketId,
      question: hint.title,
      slug: hint.slug,
      eventId: hint.eventId,
    };
    if (isGuess && base.winnerIndex !== null) this.nUnalignedMarkets++;
    this.put({
      venue: old?.venue ?? venue,
      source: old?.source ?? DERIVED_SOURCE,
      rank: old?.rank ?? DERIVED_RANK,
      order: old === undefined ? index.order : leastSure(old, index.order),
      row: { ...base, tokens, outcomes, winnerIndex: isGuess ? null : base.winnerIndex },
    });
    return { marketId, outcomeIndex: index.value };
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
    for (const r of table.toRecords() as Record<string, string | number | boolean | bigint | null>[]) {
      const text = (name: string): string | null =>
        r[name] === null || r[name] === undefined ? null : String(r[name]);
      const number = (name: string): number | null =>
        r[name] === null || r[name] === undefined ? null : Number(r[name]);
      const flag = (name: string): boolean | null =>
        r[name] === null || r[name] === undefined ? null : Boolean(r[name]);
      const pair = (a: string, b: string): [string, string] | null =>
        text(a) === null && text(b) === null ? null : [text(a) ?? '', text(b) ?? ''];
      const source = text('source')!;
      this.put({
        venue: text('venue') as Venue,
        source,
        rank: RANK_OF_SOURCE.get(source) ?? DERIVED_RANK,
        order: text('outcome_order') as OutcomeOrder,
        row: {
          marketId: text('market_id')!,
          gammaId: text('gamma_id'),
          eventId: text('event_id'),
          marketMaker: text('market_maker'),
          question: text('question'),
          slug: text('slug'),
          tags: (text('tags') ?? '').split(';'),
          outcomes: pair('outcome_0', 'outcome_1'),
          tokens: pair('token_0', 'token_1'),
          negRisk: flag('neg_risk'),
          createdMs: number('created_ms'),
          openMs: number('open_ms'),
          closeMs: number('close_ms'),
          resolvedMs: number('resolved_ms'),
          winnerIndex: number('winner_index') as 0 | 1 | null,
          isVoid: flag('is_void'),
          settlementValue: number('settlement_value'),
          feeRate: number('fee_rate'),
          feeExponent: number('fee_exponent'),
          lifetimeVolumeUsd: number('lifetime_volume_usd'),
        },
      });
    }
  }

  /**
   * What has changed about places since an earlier state: fills booked under `from` belong under `to`, whose token may
   * have become known only now. Also drops derived markets that a file has replaced.
   */
  reassignmentsSince(before: DataFrame): MarketReassignment[] {
    const reassignments: MarketReassignment[] = [];
    const columns = ['market_id', 'token_0', 'token_1', 'outcome_0', 'outcome_1', 'outcome_order'];
    for (const r of before.select(...columns).toRecords() as Record<string, string | null>[]) {
      const marketId = r.market_id!;
      for (const outcomeIndex of [0, 1] as const) {
        const token = r[`token_${outcomeIndex}`];
        const name = r[`outcome_${outcomeIndex}`];
        const told = r.outcome_order === 'venue' || name === null ? outcomeIndex : null;
        const to = token === null ? this.find(null, marketId, told, name) : (this.places.get(token) ?? null);
        if (to === null) continue;
        const newToken = token === null ? sideOf(this.entries.get(to.marketId)?.row.tokens, to.outcomeIndex) : null;
        if (newToken !== null || to.marketId !== marketId || to.outcomeIndex !== outcomeIndex)
          reassignments.push({ from: { marketId, outcomeIndex }, to, newToken });
      }
    }
    for (const { from, to } of reassignments)
      if (from.marketId !== to.marketId && this.entries.get(from.marketId)?.rank === DERIVED_RANK)
        this.entries.delete(from.marketId);
    return reassignments;
  }

  /**
   * Every known identity as a frame: `key` (token id, or market and outcome joined by #), `market_id`, `outcome_index`,
   * `place_event`, `place_token`, `place_is_derived` (no file describes the market).
   * @param kind which identities: fills of a block that names tokens need no others
   */
  placesFrame(kind: PlaceKind): DataFrame {
    const byKey = new Map<string, readonly [string, string, number, string | null, string | null, boolean]>();
    const add = (key: string, marketId: string, outcome: 0 | 1): void => {
      const entry = this.entries.get(marketId);
      if (entry === undefined) return;
      const { row, rank } = entry;
      byKey.set(key, [key, marketId, outcome, row.eventId, sideOf(row.tokens, outcome), rank === DERIVED_RANK]);
    };
    const addOutcome = (name: string, marketId: string, outcome: 0 | 1): void => {
      add(`${name}#${outcome}`, marketId, outcome);
      const called = this.entries.get(marketId)?.row.outcomes?.[outcome].trim().toLowerCase() ?? '';
      if (called !== '' && !/^\d+$/.test(called)) add(`${name}#${called}`, marketId, outcome);
    };
    if (kind !== 'outcomes') for (const [token, place] of this.places) add(token, place.marketId, place.outcomeIndex);
    if (kind !== 'tokens') {
      for (const marketId of this.entries.keys())
        for (const outcome of [0, 1] as const) addOutcome(marketId, marketId, outcome);
      // After the entries: an alias stands for its market even while a derived market of the same name is still there.
      for (const [alias, marketId] of [...this.aliases, ...(this.names ?? [])])
        if (marketId !== null) for (const outcome of [0, 1] as const) addOutcome(alias, marketId, outcome);
    }
    const rows = [...byKey.values()];
    const column = (i: number): unknown[] => rows.map((row) => row[i]);
    return pl.DataFrame(
      {
        key: column(0),
        market_id: column(1),
        outcome_index: column(2),
        place_event: column(3),
        place_token: column(4),
        place_is_derived: column(5),
      },
      {
        schema: {
          key: pl.Utf8,
          market_id: pl.Utf8,
          outcome_index: pl.UInt8,
          place_event: pl.Utf8,
          place_token: pl.Utf8,
          place_is_derived: pl.Bool,
        },
      },
    );
  }

  /** The registry as rows of 10_markets, sorted by key. */
  toFrame(): DataFrame {
    const entries = [...this.entries.values()].sort((a, b) => (a.row.marketId < b.row.marketId ? -1 : 1));
    return frameOf(entries.map(toRecord), MARKETS);
  }

  countBySource(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { source } of this.entries.values()) counts[source] = (counts[source] ?? 0) + 1;
    return counts;
  }
}

/** What is known of one side of a pair; a side not yet known is ''. */
function sideOf(pair: readonly [string, string] | null | undefined, i: 0 | 1): string | null {
  const side = pair?.[i] ?? '';
  return side === '' ? null : side;
}

/** Words beyond these are not looked at to tell what a market is about. */
const QUESTION_LENGTH_MAX = 2000;

function toRecord({ venue, source, order, row }: Entry): Record<string, unknown> {
  const tags = row.tags.filter((tag) => tag !== '');
  const domain = domainOf(tags, row.question?.slice(0, QUESTION_LENGTH_MAX) ?? null);
  return {
    market_id: row.marketId,
    venue,
    gamma_id: row.gammaId,
    event_id: row.eventId,
    market_maker: row.marketMaker,
    question: row.question,
    slug: row.slug,
    tags: tags.length === 0 ? null : tags.join(';'),
    domain: domain?.domain ?? null,
    domain_source: domain?.source ?? null,
    outcome_0: sideOf(row.outcomes, 0),
    outcome_1: sideOf(row.outcomes, 1),
    token_0: sideOf(row.tokens, 0),
    token_1: sideOf(row.tokens, 1),
    outcome_order: order,
    neg_risk: row.negRisk,
    created_ms: row.createdMs,
    open_ms: row.openMs,
    close_ms: row.closeMs,
    resolved_ms: row.resolvedMs,
    winner_index: row.winnerIndex,
    is_void: row.isVoid,
    settlement_value: row.settlementValue ?? null,
    resolution_source: row.winnerIndex === null ? null : 'venue',
    fee_rate: row.feeRate,
    fee_exponent: row.feeExponent,
    lifetime_volume_usd: row.lifetimeVolumeUsd,
    source,
  };
}

function frameOf(records: readonly Record<string, unknown>[], schema: TableSchema): DataFrame {
  const columns = schema.columns.map((c) => [c.name, records.map((record) => record[c.name] ?? null)] as const);
  const types = Object.fromEntries(schema.columns.map((c) => [c.name, polarsType(c.type)]));
  return pl.DataFrame(Object.fromEntries(columns), { schema: types });
}
