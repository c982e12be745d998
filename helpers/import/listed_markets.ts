/** What market files say: one description a market, the best source winning, and which market a token, an id or a name belongs to. */
import type { MarketAdapter, MarketRow } from '../venues/adapter.ts';
import type { Venue } from '../venues/fees.ts';
import { ADAPTERS } from '../venues/formats.ts';
import { fillUp, mergeSnapshots, orderKey } from './market_merge.ts';
import { DERIVED_SOURCE, type Entry, type SourceRow } from './market_table.ts';
import { plainName } from './outcome_claims.ts';
import type { Place } from './place.ts';

/** What one source says of a market: its snapshots by the outcomes that they give, so that no order of them matters. */
interface Told {
  readonly venue: Venue;
  readonly byOutcomes: Map<string, MarketRow>;
}

/** Kinds of outcomes that are kept of one source and market: the first by order. */
const KINDS_MAX = 16;

/** Rank of what fills alone tell: below every file. */
const DERIVED_RANK = 9;

/** How far the sources that 10_markets names are trusted; smaller is better. */
export const RANK_OF_SOURCE: ReadonlyMap<string, number> = new Map([
  ...ADAPTERS.filter((adapter) => adapter.kind === 'markets').map(({ source, rank }) => [source, rank] as const),
  [DERIVED_SOURCE, DERIVED_RANK],
]);

/** How a fill names a market by its slug or question, in lower case. */
const NAME_PREFIX = 'name:';

/** Which of a market's outcomes has a name, whatever its case; null when none has. */
export function sideOfName(outcomes: MarketRow['outcomes'], name: string | null): 0 | 1 | null {
  const wanted = plainName(name ?? '');
  if (wanted === '' || outcomes === null) return null;
  const [first, second] = outcomes.map((outcome) => plainName(outcome) === wanted);
  return first ? 0 : second ? 1 : null;
}

function rankOf(source: string): number {
  return RANK_OF_SOURCE.get(source) ?? DERIVED_RANK;
}

/** All snapshots of one source as one. */
function rowOf(told: Told): MarketRow {
  return kindsOf(told).reduce(mergeSnapshots);
}

/** A row for each kind of outcomes, the base first. */
function kindsOf({ byOutcomes }: Told): MarketRow[] {
  return [...byOutcomes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Keys by which fills may name a market beside its own. */
function aliasesOf({ row: { gammaId, marketMaker } }: Entry): string[] {
  return [...(gammaId === null ? [] : [`gamma:${gammaId}`]), ...(marketMaker === null ? [] : [`fpmm:${marketMaker}`])];
}

/** Whether the first is trusted more than the second: the better source, then the smaller key. */
function isBetter(a: Entry, b: Entry): boolean {
  const [rank, other] = [a, b].map(({ source }) => rankOf(source));
  return rank !== other ? rank < other : a.row.marketId < b.row.marketId;
}

/** What is looked up among all markets; made anew when one of them has changed. */
interface Index {
  readonly places: ReadonlyMap<string, Place>;
  readonly aliases: ReadonlyMap<string, string>;
  /** Markets by slug and question, once one was asked for; null where several have it. */
  names: ReadonlyMap<string, string | null> | null;
}

/** The markets that files describe. Rows may come in any order. */
export class ListedMarkets {
  private readonly told = new Map<string, Map<string, Told>>();
  private readonly entries = new Map<string, Entry>();
  private index: Index | null = null;

  /** Adds a row of a market file that `adapter` reads. */
  addRow(row: MarketRow, { venue, source }: Pick<MarketAdapter, 'venue' | 'source'>): void {
    let told = this.told.get(row.marketId);
    if (told === undefined) {
      told = new Map();
      this.told.set(row.marketId, told);
    }
    const { byOutcomes } = told.get(source) ?? { byOutcomes: new Map<string, MarketRow>() };
    told.set(source, { venue, byOutcomes });
    const kind = orderKey(row);
    const old = byOutcomes.get(kind);
    byOutcomes.set(kind, old === undefined ? row : mergeSnapshots(old, row));
    if (byOutcomes.size > KINDS_MAX) byOutcomes.delete([...byOutcomes.keys()].sort().at(-1)!);
    this.entries.delete(row.marketId);
    this.index = null;
  }

  /** What each source says of a market: a row, or several where its snapshots give other outcomes. */
  rowsOf(marketId: string): SourceRow[] {
    return [...(this.told.get(marketId) ?? [])].flatMap(([source, told]) =>
      kindsOf(told).map((row) => ({ source, row })),
    );
  }

  ids(): Iterable<string> {
    return this.told.keys();
  }

  /** A market as its best source has it, filled up by the others; undefined when no file describes it. */
  get(marketId: string): Entry | undefined {
    const known = this.entries.get(marketId);
    const told = this.told.get(marketId);
    if (known !== undefined || told === undefined) return known;
    const [best, ...others] = [...told]
      .map(([source, one]) => ({ source, venue: one.venue, row: rowOf(one) }))
      .sort((a, b) => rankOf(a.source) - rankOf(b.source) || (a.source < b.source ? -1 : 1));
    const entry: Entry = {
      ...best,
      order: 'venue',
      row: others.reduce((row, other) => fillUp(row, other.row), best.row),
    };
    this.entries.set(marketId, entry);
    return entry;
  }

  /** Where files put tokens: of several markets that claim one the best source counts, then the smaller key. */
  get places(): ReadonlyMap<string, Place> {
    return this.indexed().places;
  }

  /** The key of the market that a fill names by its key, an alias, or `name:` and its slug or question; as it is when none is listed. */
  resolve(named: string): string {
    const index = this.indexed();
    const alias = index.aliases.get(named);
    if (alias !== undefined || !named.startsWith(NAME_PREFIX)) return alias ?? named;
    index.names ??= this.namesOfAll();
    return index.names.get(named) ?? named;
  }

  /**
   * Which of the names of a market a fill uses that `resolve` finds it by: 0 for its key, another number for each other one. It
   * depends on what files say alone, so every process that has read them comes to the same.
   */
  numberOfName(named: string, marketId: string): number {
    const rows = this.rowsOf(marketId);
    if (named === marketId || rows.length === 0) return 0;
    const texts = rows.flatMap(({ row: { question, slug, otherNames } }) => [question, slug, ...otherNames]);
    const names = texts.flatMap((text) => (text === null ? [] : [`${NAME_PREFIX}${plainName(text)}`]));
    const all = [...new Set([...aliasesOf(this.get(marketId)!), ...names])].sort();
    return 1 + all.indexOf(named);
  }

  /** Whether several markets have the slug or question by which a fill names its market. */
  isNameOfSeveral(named: string): boolean {
    return named.startsWith(NAME_PREFIX) && this.resolve(named) === named && this.indexed().names?.get(named) === null;
  }

  private indexed(): Index {
    this.index ??= this.makeIndex();
    return this.index;
  }

  private makeIndex(): Index {
    const places = new Map<string, Place>();
    const aliases = new Map<string, string>();
    const isBetterThan = (entry: Entry, other: string | undefined): boolean =>
      other === undefined || isBetter(entry, this.get(other)!);
    for (const marketId of this.told.keys()) {
      const entry = this.get(marketId)!;
      const { tokens } = entry.row;
      for (const alias of aliasesOf(entry))
        if (alias !== marketId && isBetterThan(entry, aliases.get(alias))) aliases.set(alias, marketId);
      tokens?.forEach((token, i) => {
        if (token !== '' && isBetterThan(entry, places.get(token)?.marketId))
          places.set(token, { marketId, outcomeIndex: i as 0 | 1 });
      });
    }
    return { places, aliases, names: null };
  }

  private namesOfAll(): Map<string, string | null> {
    const names = new Map<string, string | null>();
    const add = (marketId: string, text: string | null): void => {
      if (text === null) return;
      const name = `${NAME_PREFIX}${plainName(text)}`;
      const other = names.get(name);
      names.set(name, other === undefined || other === marketId ? marketId : null);
    };
    for (const [marketId, told] of this.told)
      for (const { question, slug, otherNames } of [...told.values()].map(rowOf))
        for (const text of [question, slug, ...otherNames]) add(marketId, text);
    return names;
  }
}
