/** Wire fills to canonical trades: each fill is booked where files put it or by itself, and what it says of its market is noted. */
import { dividedBy } from '../polars/divide.ts';
import { type DataFrame, type Expr, pl } from '../polars/polars.ts';
import { type ColumnType, polarsType } from '../tables/schema.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { TradeAdapter } from '../venues/adapter.ts';
import { hashesOfPlaces, rowHashes, sumOfHashes } from './fill_hash.ts';
import type { BookedPlace, MarketRegistry } from './market_registry.ts';
import { type FillHint, NO_HINT } from './outcome_claims.ts';
import type { Reject } from './row_block.ts';

const MICRO = 1e6;
/** What fills may say of their market beside the token. */
const HINTS = ['wire_market', 'wire_outcome', 'outcome_name', 'title', 'slug', 'event_id'] as const;

type Texts = Readonly<Record<string, string | null>>;

/** Fills with the places where they are booked until all files are read. */
interface BookedFills {
  readonly trades: DataFrame;
  /** BookedPlace.naming of all of them. */
  readonly naming: number;
}

/** Books fills; keeps the places that were asked for as a frame between blocks. */
export class Canonicaliser {
  private readonly list: BookedPlace[] = [];
  private readonly keys = new Set<string>();
  /** `key`, `place` (its number in the list), `market_id`, `outcome_index`, `place_event`, `place_hash`, `place_naming`. */
  private frame: DataFrame | null = null;
  /** Whether a place was named by anything but its token. */
  private isNamed = false;
  /** Fills by the key of the claim that decides where they belong, where no file does. */
  readonly nUnlisted = new Map<string, number>();

  constructor(private readonly registry: MarketRegistry) {}

  /**
   * Canonical trades of a block, in its row order; `fill_id` is that of the first of identical rows.
   * @param fills columns of FILL_COLUMNS; one that is not there counts as null
   */
  async apply(fills: DataFrame, adapter: TradeAdapter): Promise<{ booked: BookedFills[]; rejects: Reject[] }> {
    const columns = new Set(fills.columns);
    const keyed = fills.withColumn(keyOf(fills, columns).alias('key'));
    const said = HINTS.filter((name) => columns.has(name) && fills.getColumn(name).nullCount() < fills.height);
    if (said.length === 0) this.bookTokens(keyed, adapter);
    else this.book(keyed, said, adapter);
    const placed = await this.place(keyed);
    const isUnplaced = pl.col('place').isNull();
    const isWhole = placed.getColumn('place').nullCount() === 0;
    const lost = isWhole ? [] : (placed.filter(isUnplaced).toRecords() as Texts[]);
    const rejects = lost.map((row) => ({
      reason: 'bad token id',
      text: [row.ts_ms, row.wallet, row.key].join(','),
    }));
    const kept = isWhole ? placed : placed.filter(isUnplaced.not());
    this.count(kept);
    const namings = this.isNamed ? distinct(kept, 'place_naming') : [0];
    const booked: BookedFills[] = [];
    for (const naming of namings) {
      const own = namings.length === 1 ? kept : kept.filter(pl.col('place_naming').eq(pl.lit(naming)));
      booked.push({ trades: await toTrades(own, adapter.venue), naming });
    }
    return { booked, rejects };
  }

  /** Fills with the places of their keys, and the hashes of what they say. */
  private place(keyed: DataFrame): Promise<DataFrame> {
    this.frame ??= placesFrame([], [], 0);
    return keyed
      .lazy()
      .join(this.frame.lazy(), { on: 'key', how: 'left' })
      .withColumns(...rowHashes(new Set(keyed.columns)))
      .collect();
  }

  /** Counts fills that are booked where no file puts them. */
  private count(placed: DataFrame): void {
    if (this.list.every(({ isListed }) => isListed)) return;
    const counts = placed.groupBy(['place']).agg(pl.len().alias('n'));
    const numbers = counts.getColumn('n').toTypedArray() as Uint32Array;
    (counts.getColumn('place').toTypedArray() as Uint32Array).forEach((place, i) => {
      const { claimKey, isListed } = this.list[place];
      if (!isListed) this.nUnlisted.set(claimKey, (this.nUnlisted.get(claimKey) ?? 0) + numbers[i]);
    });
  }

  /** Lets the registry know what fills say of their markets, and asks it for the places of keys that are new. */
  private book(keyed: DataFrame, said: readonly string[], { venue }: TradeAdapter): void {
    const identities = ['key', 'token_id'].filter((name) => keyed.columns.includes(name));
    const added = new Map<string, BookedPlace>();
    for (const row of keyed
      .select(...identities, ...said)
      .unique({ keep: 'first' })
      .toRecords() as Texts[]) {
      if (!isTokenId(row.token_id ?? null)) continue;
      const hint = hintOf(row);
      this.registry.note(hint, venue);
      if (!this.keys.has(row.key!) && !added.has(row.key!)) added.set(row.key!, this.registry.book(hint));
    }
    this.learn([...added.keys()], [...added.values()]);
  }

  /** The same of fills that tell nothing but their token: nothing need be known of those that a file lists. */
  private bookTokens(keyed: DataFrame, { venue }: TradeAdapter): void {
    const tokens = keyed.select('key').unique().getColumn('key').toArray() as (string | null)[];
    const added = new Map<string, BookedPlace>();
    for (const token of tokens) {
      if (token === null || this.keys.has(token) || !isTokenId(token)) continue;
      const hint = { ...NO_HINT, token };
      const place = this.registry.book(hint);
      if (!place.isListed) this.registry.note(hint, venue);
      added.set(token, place);
    }
    this.learn([...added.keys()], [...added.values()]);
  }

  private learn(keys: readonly string[], places: readonly BookedPlace[]): void {
    if (keys.length === 0) return;
    const frame = placesFrame(keys, places, this.list.length);
    this.isNamed ||= places.some(({ naming }) => naming > 0);
    this.frame = this.frame === null ? frame : pl.concat([this.frame, frame]);
    this.list.push(...places);
    for (const key of keys) this.keys.add(key);
  }
}

/** What a row tells, an outcome named 0 or 1 being that one. */
function hintOf(row: Texts): FillHint {
  const { token_id: token = null, wire_market: market = null, wire_outcome: number = null } = row;
  const { outcome_name: name = null, title = null, slug = null, event_id: eventId = null } = row;
  const isNumber = number === null && token === null && /^\s*[01]\s*$/.test(name ?? '');
  const index = isNumber ? Number(name) : number === null ? null : Number(number);
  return {
    token,
    market,
    index: index as FillHint['index'],
    name: isNumber ? null : name,
    question: title,
    slug,
    eventId,
  };
}

/** The key by which the place of a fill is looked up: its token, else its market and outcome joined by #. */
function keyOf(fills: DataFrame, columns: ReadonlySet<string>): Expr {
  const nWithout = columns.has('token_id') ? fills.getColumn('token_id').nullCount() : fills.height;
  if (nWithout === 0) return pl.col('token_id');
  const text = (name: string): Expr => (columns.has(name) ? pl.col(name) : pl.lit(null)).cast(pl.Utf8);
  const which = text('wire_outcome').fillNull(text('outcome_name').str.strip().str.toLowerCase());
  const outcome = pl.concatString([text('wire_market'), which], '#');
  return nWithout === fills.height ? outcome : pl.col('token_id').fillNull(outcome);
}

/** @param firstNumber the number of the first of these places */
function placesFrame(keys: readonly string[], places: readonly BookedPlace[], firstNumber: number): DataFrame {
  const columns = {
    key: [...keys],
    place: places.map((_, i) => firstNumber + i),
    token_id: places.map(({ tokenId }) => tokenId),
    market_id: places.map(({ marketId }) => marketId),
    outcome_index: places.map(({ outcomeIndex }) => outcomeIndex),
    place_event: places.map(({ eventId }) => eventId),
    place_naming: places.map(({ naming }) => naming),
  };
  // In the order of the columns.
  const schema = {
    key: pl.Utf8,
    place: pl.UInt32,
    token_id: pl.Utf8,
    market_id: pl.Utf8,
    outcome_index: pl.UInt8,
    place_event: pl.Utf8,
    place_naming: pl.UInt32,
  };
  const frame = pl.DataFrame(columns, { schema });
  const hashes = pl.Series('place_hash', hashesOfPlaces(frame) as unknown as bigint[], pl.UInt64);
  return frame.drop('token_id').withColumn(hashes);
}

function distinct(frame: DataFrame, name: string): number[] {
  return frame.select(name).unique().getColumn(name).toArray() as number[];
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
