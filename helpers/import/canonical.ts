/** Wire fills to canonical trades: each fill's market and outcome are looked up, or derived when no file tells them. */
import { dividedBy } from '../polars/divide.ts';
import { type DataFrame, type Expr, pl } from '../polars/polars.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { TradeAdapter } from '../venues/adapter.ts';
import { type MarketHint, type MarketRegistry, type PlaceKind, TOKEN_PREFIX } from './market_registry.ts';
import type { Reject } from './row_block.ts';
import { hashParts, sumOfHashParts, THIRD_OUTCOME } from './wire_fills.ts';

const MICRO = 1e6;

/** Looks fills up in the registry; keeps the registry as a frame between blocks. */
export class Canonicaliser {
  private readonly registry: MarketRegistry;
  private readonly known = new Map<PlaceKind, DataFrame>();
  /** Fills that went to markets which no file describes, so far. */
  nDerivedFills = 0;

  constructor(registry: MarketRegistry) {
    this.registry = registry;
  }

  /**
   * Canonical trades of a block, in its row order; `fill_id` is that of the first of identical rows.
   * Fills of a third token of a two-outcome market come back as rejects.
   */
  async apply(fills: DataFrame, adapter: TradeAdapter): Promise<{ trades: DataFrame; rejects: Reject[] }> {
    const nWithout = fills.getColumn('token_id').nullCount();
    const kind: PlaceKind = nWithout === 0 ? 'tokens' : nWithout === fills.height ? 'outcomes' : 'both';
    const which = pl.col('wire_outcome').cast(pl.Utf8).fillNull(pl.col('outcome_name').str.strip().str.toLowerCase());
    const outcome = pl.concatString([pl.col('wire_market'), which], '#');
    const keyed = fills.withColumn(
      (kind === 'tokens' ? pl.col('token_id') : pl.col('token_id').fillNull(outcome)).alias('key'),
    );
    let placed = await this.place(keyed, kind);
    const lacksMarket = placed.filter(pl.col('market_id').isNull().or(isBetterNamed()));
    if (lacksMarket.height > 0) {
      this.derive(lacksMarket, adapter);
      this.known.clear();
    }
    if (this.observe(keyed)) this.known.clear();
    if (this.known.size === 0) placed = await this.place(keyed, kind);
    const isWhole = placed.getColumn('market_id').nullCount() === 0;
    const lost = isWhole ? [] : placed.filter(pl.col('market_id').isNull()).toRecords();
    const rejects = lost.map((row) => ({
      reason: this.reasonOf(row),
      text: [row.ts_ms, row.wallet, row.key].join(','),
    }));
    const kept = isWhole ? placed : placed.filter(pl.col('market_id').isNotNull());
    for (const row of kept.select('market_id', 'place_event').unique().toRecords())
      this.registry.give(row.market_id as string, row.place_event as string | null);
    this.nDerivedFills += Number(kept.getColumn('place_is_derived').cast(pl.UInt32).sum());
    return { trades: await toTrades(kept, adapter.venue), rejects };
  }

  /** Why a fill has no place. */
  private reasonOf({ token_id, wire_market }: Record<string, unknown>): string {
    if (!isTokenId(token_id)) return 'bad token id';
    return this.registry.isNameOfSeveral(wire_market as string | null) ? 'market named by several' : THIRD_OUTCOME;
  }

  /** Fills with what the registry tells of their keys, and the parts of their hashes. */
  private place(keyed: DataFrame, kind: PlaceKind): Promise<DataFrame> {
    return keyed
      .lazy()
      .join(this.places(kind).lazy(), { on: 'key', how: 'left' })
      .withColumns(pl.col('token_id').fillNull(pl.col('place_token')).alias('token_id'))
      .withColumns(...hashParts())
      .collect();
  }

  private places(kind: PlaceKind): DataFrame {
    let frame = this.known.get(kind);
    if (frame === undefined) {
      frame = this.registry.placesFrame(kind);
      this.known.set(kind, frame);
    }
    return frame;
  }

  /** Lets the registry know what fills say of their markets; whether that was new. */
  private observe(fills: DataFrame): boolean {
    const said = ['title', 'slug', 'event_id'];
    if (said.every((name) => fills.getColumn(name).nullCount() === fills.height)) return false;
    const hints = fills.select('token_id', 'wire_market', ...said).unique({ keep: 'first' });
    let isNew = false;
    for (const row of hints.toRecords() as Record<string, string | null>[]) {
      const { token_id: tokenId, wire_market: wireMarket, title, slug, event_id: eventId } = row;
      if (this.registry.observe({ tokenId, wireMarket, title, slug, eventId })) isNew = true;
    }
    return isNew;
  }

  private derive(unknown: DataFrame, adapter: TradeAdapter): void {
    const hints = unknown.unique({ subset: ['key', 'wire_market'], keep: 'first', maintainOrder: true }).toRecords();
    // Rows that tell their outcome come first, so that a row that does not is given what they leave.
    const ordered = [
      ...hints.filter((row) => row.wire_outcome !== null),
      ...hints.filter((row) => row.wire_outcome === null),
    ];
    for (const row of ordered) {
      const text = (name: string): string | null =>
        row[name] === null || row[name] === undefined ? null : String(row[name]);
      const hint: MarketHint = {
        tokenId: text('token_id'),
        wireMarket: text('wire_market'),
        wireOutcome: row.wire_outcome === null ? null : Number(row.wire_outcome),
        outcomeName: text('outcome_name'),
      };
      if (hint.tokenId === null || isTokenId(hint.tokenId)) this.registry.derive(hint, adapter.venue);
    }
  }
}

/** Whether a fill names the market of a token that stood for itself so far. */
function isBetterNamed(): Expr {
  return pl.col('wire_market').isNotNull().and(pl.col('market_id').str.startsWith(TOKEN_PREFIX));
}

/** Token ids are 256-bit integers in decimal, 78 digits at most; 0 is cash. */
function isTokenId(text: unknown): boolean {
  return text === null || (typeof text === 'string' && /^[1-9]\d{0,77}$/.test(text));
}

function toTrades(fills: DataFrame, venue: string): Promise<DataFrame> {
  const micro = (name: string, as: string) => dividedBy(pl.col(name), MICRO).alias(as);
  const columns = {
    venue: pl.lit(venue).alias('venue'),
    event_id: pl.col('place_event').alias('event_id'),
    shares: micro('shares_u', 'shares'),
    amount_usd: micro('usd_u', 'amount_usd'),
    fee_usd: micro('fee_u', 'fee_usd'),
    fill_id: sumOfHashParts().alias('fill_id'),
  };
  return fills
    .lazy()
    .select(
      ...RAW_TRADES.columns.map(({ name }) => (name in columns ? columns[name as keyof typeof columns] : pl.col(name))),
    )
    .collect();
}
