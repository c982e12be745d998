/** Wire fills to canonical trades: each fill's market and outcome are looked up, or derived when no file tells them. */
import { dividedBy } from '../polars/divide.ts';
import { type DataFrame, type Expr, pl } from '../polars/polars.ts';
import { type ColumnType, polarsType } from '../tables/schema.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { TradeAdapter } from '../venues/adapter.ts';
import { hashesOfPlaces, rowHashes, sumOfHashes } from './fill_hash.ts';
import { type KnownPlace, type MarketRegistry, type PlaceKind, TOKEN_PREFIX } from './market_registry.ts';
import type { Reject } from './row_block.ts';
import { THIRD_OUTCOME } from './wire_fills.ts';

const MICRO = 1e6;
/** What fills may say of their market in words. */
const WORDS = ['title', 'slug', 'event_id'] as const;

/** Known places, and as a frame to join fills with: `key`, `place` (its number), `market_id`, `outcome_index`, `place_event`, `place_hash`. */
interface Places {
  readonly list: readonly KnownPlace[];
  readonly frame: DataFrame;
}

type Texts = Readonly<Record<string, string | null>>;

/** Looks fills up in the registry; keeps the registry as a frame between blocks. */
export class Canonicaliser {
  private readonly known = new Map<PlaceKind, Places>();
  /** Fills that went to markets which no file describes, so far. */
  nDerivedFills = 0;

  constructor(private readonly registry: MarketRegistry) {}

  /**
   * Canonical trades of a block, in its row order; `fill_id` is that of the first of identical rows.
   * Fills of a third token of a two-outcome market come back as rejects.
   * @param fills columns of FILL_COLUMNS; one that is not there counts as null
   */
  async apply(fills: DataFrame, adapter: TradeAdapter): Promise<{ trades: DataFrame; rejects: Reject[] }> {
    const columns = new Set(fills.columns);
    const nWithout = columns.has('token_id') ? fills.getColumn('token_id').nullCount() : fills.height;
    const kind: PlaceKind = nWithout === 0 ? 'tokens' : nWithout === fills.height ? 'outcomes' : 'both';
    const keyed = fills.withColumn(keyOf(kind, columns).alias('key'));
    let placed = await this.place(keyed, kind);
    const lacksMarket = withoutMarket(placed);
    if (lacksMarket !== null) {
      this.derive(lacksMarket, adapter);
      this.known.clear();
    }
    if (this.observe(keyed)) this.known.clear();
    if (this.known.size === 0) placed = await this.place(keyed, kind);
    const isWhole = placed.getColumn('place').nullCount() === 0;
    const lost = isWhole ? [] : (placed.filter(pl.col('place').isNull()).toRecords() as Texts[]);
    const rejects = lost.map((row) => ({
      reason: this.reasonOf(row),
      text: [row.ts_ms, row.wallet, row.key].join(','),
    }));
    const kept = isWhole ? placed : placed.filter(pl.col('place').isNotNull());
    this.count(kept, kind);
    return { trades: await toTrades(kept, adapter.venue), rejects };
  }

  /** Why a fill has no place. */
  private reasonOf({ token_id = null, wire_market = null }: Texts): string {
    if (!isTokenId(token_id)) return 'bad token id';
    return this.registry.isNameOfSeveral(wire_market) ? 'market named by several' : THIRD_OUTCOME;
  }

  /** Fills with what the registry tells of their keys, and the hashes of what they say. */
  private place(keyed: DataFrame, kind: PlaceKind): Promise<DataFrame> {
    return keyed
      .lazy()
      .join(this.places(kind).frame.lazy(), { on: 'key', how: 'left' })
      .withColumns(...rowHashes(new Set(keyed.columns)))
      .collect();
  }

  private places(kind: PlaceKind): Places {
    let places = this.known.get(kind);
    if (places === undefined) {
      places = placesOf(this.registry.knownPlaces(kind));
      this.known.set(kind, places);
    }
    return places;
  }

  /** Counts fills by place, and remembers the events that they were given. */
  private count(placed: DataFrame, kind: PlaceKind): void {
    const { list } = this.places(kind);
    const counts = placed.groupBy(['place']).agg(pl.len().alias('n'));
    const numbers = counts.getColumn('n').toTypedArray() as Uint32Array;
    (counts.getColumn('place').toTypedArray() as Uint32Array).forEach((place, i) => {
      const { marketId, eventId, isDerived } = list[place];
      this.registry.give(marketId, eventId);
      if (isDerived) this.nDerivedFills += numbers[i];
    });
  }

  /** Lets the registry know what fills say of their markets; whether that was new. */
  private observe(fills: DataFrame): boolean {
    const said = WORDS.filter((name) => fills.columns.includes(name));
    if (said.every((name) => fills.getColumn(name).nullCount() === fills.height)) return false;
    const identities = ['token_id', 'wire_market'].filter((name) => fills.columns.includes(name));
    const hints = fills.select(...identities, ...said).unique({ keep: 'first' });
    let isNew = false;
    for (const row of hints.toRecords() as Texts[]) {
      const { token_id: tokenId = null, wire_market: wireMarket = null, title = null, slug = null } = row;
      if (this.registry.observe({ tokenId, wireMarket, title, slug, eventId: row.event_id ?? null })) isNew = true;
    }
    return isNew;
  }

  private derive(unknown: DataFrame, adapter: TradeAdapter): void {
    const subset = ['key', 'wire_market'].filter((name) => unknown.columns.includes(name));
    const hints = unknown.unique({ subset, keep: 'first', maintainOrder: true }).toRecords() as Texts[];
    const outcomeOf = ({ wire_outcome = null }: Texts): number | null =>
      wire_outcome === null ? null : Number(wire_outcome);
    // Rows that tell their outcome come first, so that a row that does not is given what they leave.
    const ordered = [
      ...hints.filter((row) => outcomeOf(row) !== null),
      ...hints.filter((row) => outcomeOf(row) === null),
    ];
    for (const row of ordered) {
      const { token_id: tokenId = null, wire_market: wireMarket = null, outcome_name: outcomeName = null } = row;
      if (isTokenId(tokenId))
        this.registry.derive({ tokenId, wireMarket, wireOutcome: outcomeOf(row), outcomeName }, adapter.venue);
    }
  }
}

/** The key by which the place of a fill is looked up: its token, else its market and outcome joined by #. */
function keyOf(kind: PlaceKind, columns: ReadonlySet<string>): Expr {
  if (kind === 'tokens') return pl.col('token_id');
  const text = (name: string): Expr => (columns.has(name) ? pl.col(name) : pl.lit(null)).cast(pl.Utf8);
  const which = text('wire_outcome').fillNull(text('outcome_name').str.strip().str.toLowerCase());
  const outcome = pl.concatString([text('wire_market'), which], '#');
  return kind === 'outcomes' ? outcome : pl.col('token_id').fillNull(outcome);
}

function placesOf(known: ReadonlyMap<string, KnownPlace>): Places {
  const list = [...known.values()];
  const columns = {
    key: [...known.keys()],
    place: list.map((_, i) => i),
    token_id: list.map(({ tokenId }) => tokenId),
    market_id: list.map(({ marketId }) => marketId),
    outcome_index: list.map(({ outcomeIndex }) => outcomeIndex),
    place_event: list.map(({ eventId }) => eventId),
  };
  // In the order of the columns.
  const schema = {
    key: pl.Utf8,
    place: pl.UInt32,
    token_id: pl.Utf8,
    market_id: pl.Utf8,
    outcome_index: pl.UInt8,
    place_event: pl.Utf8,
  };
  const frame = pl.DataFrame(columns, { schema });
  const hashes = pl.Series('place_hash', hashesOfPlaces(frame) as unknown as bigint[], pl.UInt64);
  return { list, frame: frame.drop('token_id').withColumn(hashes) };
}

/** Fills whose place is not known, or that name the market of a token that stood for itself so far; null for none. */
function withoutMarket(placed: DataFrame): DataFrame | null {
  const isUnplaced = pl.col('place').isNull();
  const namesMarket =
    placed.columns.includes('wire_market') && placed.getColumn('wire_market').nullCount() < placed.height;
  if (!namesMarket) return placed.getColumn('place').nullCount() === 0 ? null : placed.filter(isUnplaced);
  const isBetterNamed = pl.col('wire_market').isNotNull().and(pl.col('market_id').str.startsWith(TOKEN_PREFIX));
  const rows = placed.filter(isUnplaced.or(isBetterNamed));
  return rows.height === 0 ? null : rows;
}

/** Token ids are 256-bit integers in decimal, 78 digits at most; 0 is cash. */
function isTokenId(text: string | null): boolean {
  return text === null || /^[1-9]\d{0,77}$/.test(text);
}

function toTrades(fills: DataFrame, venue: string): Promise<DataFrame> {
  const present = new Set(fills.columns);
  const micro = (name: string): Expr => dividedBy(pl.col(name), MICRO);
  const columns: Readonly<Record<string, Expr>> = {
    venue: pl.lit(venue),
    event_id: pl.col('place_event'),
    shares: micro('shares_u'),
    amount_usd: micro('usd_u'),
    ...(present.has('fee_u') ? { fee_usd: micro('fee_u') } : {}),
    fill_id: sumOfHashes(),
  };
  const value = (name: string, type: ColumnType): Expr =>
    columns[name] ?? (present.has(name) ? pl.col(name) : pl.lit(null).cast(polarsType(type)));
  return fills
    .lazy()
    .select(...RAW_TRADES.columns.map(({ name, type }) => value(name, type).alias(name)))
    .collect();
}
