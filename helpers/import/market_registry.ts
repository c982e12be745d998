/**
 * What is known of markets while trades are imported. Fills are booked where market files put them, or where nothing else can
 * be: each token and each outcome without one by itself. When all files are read, what fills said decides where they belong.
 */
import type { DataFrame } from '../polars/polars.ts';
import type { MarketAdapter, MarketRow } from '../venues/adapter.ts';
import type { Venue } from '../venues/fees.ts';
import { ListedMarkets, sideOfName } from './listed_markets.ts';
import { marketsOf, marketTable, sideOf, writeEvidence } from './market_table.ts';
import { type Claim, claimOf, type FillHint, keyOf, NO_HINT, OutcomeClaims } from './outcome_claims.ts';
import { type Place, placeOfName, placeOfToken } from './place.ts';
import { type Settlement, settle } from './settlement.ts';

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

/** Where fills are booked while they are read. */
export interface BookedPlace extends Place {
  /** Of the claim that decides where they belong. */
  readonly claimKey: string;
  /** Token by which the fills are hashed; null when by market and outcome. */
  readonly tokenId: string | null;
  readonly eventId: string | null;
  /** Whether a file describes the market. */
  readonly isListed: boolean;
  /**
   * Tells apart the ways in which fills name this place beside its token, which is 0: fills that name it in different ways are
   * never counted as repeating each other.
   */
  readonly naming: number;
}

const UNLISTED = { eventId: null, isListed: false };

/** Fills of an earlier import at one place. */
interface OldPlace extends Place {
  readonly venue: Venue;
  readonly token: string | null;
  readonly eventId: string | null;
  /** Claims whose fills these are, where no token tells. */
  readonly keys: readonly string[];
}

/**
 * Files add rows (`addRow`), fills say what they know (`note`) and are booked (`book`); `settle` then tells where they belong and
 * what the rows of 10_markets are.
 */
export class MarketRegistry {
  private readonly listed = new ListedMarkets();
  private readonly claims = new OutcomeClaims();
  /** Keys of claims that fills of this run have made. */
  private readonly noted = new Set<string>();
  /** Places that fills of this run were given. */
  private readonly booked = new Map<string, BookedPlace>();
  private oldPlaces: readonly OldPlace[] = [];

  /** Adds a row of a market file that `adapter` reads. */
  addRow(row: MarketRow, adapter: Pick<MarketAdapter, 'venue' | 'source'>): void {
    this.listed.addRow(row, adapter);
  }

  /** Takes over the rows of an earlier import. */
  load(table: DataFrame): void {
    const known = marketsOf(table);
    for (const { entry, told, claims } of known) {
      for (const { source, row } of told) this.listed.addRow(row, { venue: entry.venue, source });
      for (const claim of claims) this.claims.add(claim);
    }
    const { places } = settle(this.listed, this.claims);
    this.oldPlaces = known.flatMap(({ entry, claims }) =>
      ([0, 1] as const).map((outcomeIndex) => {
        const { marketId, eventId, tokens } = entry.row;
        const keys = claims.filter(({ key }) => places.get(key)?.outcomeIndex === outcomeIndex).map(({ key }) => key);
        return { marketId, outcomeIndex, venue: entry.venue, token: sideOf(tokens, outcomeIndex), eventId, keys };
      }),
    );
  }

  /** Takes in what fills say of their market. */
  note(hint: FillHint, venue: Venue): void {
    const claim = claimOf(hint, venue);
    this.claims.add(claim);
    this.noted.add(claim.key);
  }

  /** Where fills with these identities are booked. */
  book(hint: FillHint): BookedPlace {
    const place = this.bookable(hint);
    this.booked.set(`${place.marketId}#${place.outcomeIndex}`, place);
    return place;
  }

  private bookable(hint: FillHint): BookedPlace {
    const claimKey = keyOf(hint);
    const { token, market, index, name } = hint;
    if (token !== null) {
      const place = this.listed.places.get(token);
      const named = { claimKey, tokenId: token, naming: 0 };
      return place === undefined ? { ...placeOfToken(token), ...named, ...UNLISTED } : this.listedPlace(place, named);
    }
    const marketId = this.listed.resolve(market!);
    const entry = this.listed.get(marketId);
    const side = index ?? sideOfName(entry?.row.outcomes ?? null, name);
    const place = side === null ? placeOfName(marketId, name!) : { marketId, outcomeIndex: side };
    // Of the outcomes that one name of a market is given with, a side has one by number and one by name.
    const naming = 1 + 2 * this.listed.numberOfName(market!, marketId) + (index === null ? 1 : 0);
    if (entry === undefined || side === null) return { ...place, claimKey, tokenId: null, naming, ...UNLISTED };
    return this.listedPlace(place, { claimKey, tokenId: sideOf(entry.row.tokens, side), naming });
  }

  private listedPlace(place: Place, named: Pick<BookedPlace, 'claimKey' | 'tokenId' | 'naming'>): BookedPlace {
    const { eventId } = this.listed.get(place.marketId)!.row;
    return { ...place, ...named, eventId, isListed: true };
  }

  /** What fills of this run have said so far, beside what was known of the same tokens and outcomes. */
  notedClaims(): Claim[] {
    return Array.from(this.noted, (key) => this.claims.get(key)!);
  }

  /** Takes over what fills said to other processes, which have read the same files of markets, and books them as those did. */
  takeOver(claims: Iterable<Claim>): void {
    for (const claim of claims) {
      this.claims.add(claim);
      const { token, markets, sides, names } = claim;
      this.book({ ...NO_HINT, token, market: markets[0] ?? null, index: sides[0] ?? null, name: names[0] ?? null });
    }
  }

  /** Books every token that files list. */
  bookListedTokens(): void {
    for (const token of this.listed.places.keys()) this.book({ ...NO_HINT, token });
  }

  /** Decides where everything belongs; to be asked when all files are read. */
  settle(): Settlement {
    for (const { token, venue } of this.oldPlaces)
      if (token !== null && !this.listed.places.has(token) && this.claims.get(token) === undefined)
        this.note({ ...NO_HINT, token }, venue);
    return settle(this.listed, this.claims);
  }

  /** Places of fills in the table that are others now, or whose token or event has become known. */
  reassignmentsOfTable(settlement: Settlement): MarketReassignment[] {
    return this.oldPlaces.flatMap(({ marketId, outcomeIndex, token, keys, eventId }) => {
      const from = { marketId, outcomeIndex };
      const key = token ?? keys[0];
      const to = key === undefined ? undefined : this.placeOf(key, settlement);
      return to === undefined ? [] : reassigned({ from, to, oldToken: token, eventId }, settlement);
    });
  }

  /** The same of fills that were read in this run. */
  reassignmentsOfRun(settlement: Settlement): MarketReassignment[] {
    return [...this.booked.values()].flatMap(({ marketId, outcomeIndex, claimKey, tokenId, eventId }) => {
      const from = { marketId, outcomeIndex };
      return reassigned(
        { from, to: this.placeOf(claimKey, settlement) ?? from, oldToken: tokenId, eventId },
        settlement,
      );
    });
  }

  private placeOf(claimKey: string, { places }: Settlement): Place | undefined {
    return places.get(claimKey) ?? this.listed.places.get(claimKey);
  }

  /** Markets whose result is left out because nobody tells which token is which outcome. */
  countUnaligned({ markets }: Settlement): number {
    const hasWinner = (marketId: string): boolean =>
      this.listed.rowsOf(marketId).some(({ row }) => row.winnerIndex !== null);
    return [...markets].filter(([id, { entry }]) => entry.row.winnerIndex === null && hasWinner(id)).length;
  }

  /** The rows of 10_markets, sorted by key. */
  toFrame({ markets }: Settlement): DataFrame {
    const entries = [...markets.values()].map(({ entry }) => entry);
    return marketTable(entries, (entry) => {
      const { marketId } = entry.row;
      return writeEvidence(entry, this.listed.rowsOf(marketId), markets.get(marketId)!.claims);
    });
  }
}

/** A reassignment where there is something to change, else none. */
function reassigned(
  { from, to, oldToken, eventId: oldEvent }: Omit<MarketReassignment, 'newToken'>,
  { markets }: Settlement,
): MarketReassignment[] {
  const { eventId, tokens } = markets.get(to.marketId)!.entry.row;
  const newToken = sideOf(tokens, to.outcomeIndex);
  const isMoved = to.marketId !== from.marketId || to.outcomeIndex !== from.outcomeIndex;
  if (!isMoved && (oldToken !== null || newToken === null) && eventId === oldEvent) return [];
  return [{ from, to, oldToken, newToken, eventId }];
}
