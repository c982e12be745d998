/** Rows of 10_markets: what the registry of markets writes, and finds again when it goes on from an earlier import. */
import { domainOf } from '../features/domain.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { polarsType } from '../tables/schema.ts';
import { MARKETS } from '../tables/schemas.ts';
import { type MarketRow, NOTHING_KNOWN } from '../venues/adapter.ts';
import type { Venue } from '../venues/fees.ts';
import { ENDING_FIELDS, FIELDS } from './market_merge.ts';
import { type Claim, claimOf, isBare, readClaim, writeClaim } from './outcome_claims.ts';
import { TOKEN_PREFIX } from './place.ts';

/** How it is known which outcome is the first. */
export type OutcomeOrder = 'venue' | 'name' | 'assumed';

/** One market as a row of 10_markets. */
export interface Entry {
  readonly venue: Venue;
  /** The best of its sources. */
  readonly source: string;
  readonly order: OutcomeOrder;
  readonly row: MarketRow;
}

/** What market files of one source say of a market. */
export interface SourceRow {
  readonly source: string;
  readonly row: MarketRow;
}

/** A market of an earlier import. */
export interface KnownMarket {
  readonly entry: Entry;
  /** Of one source several where its snapshots give other outcomes. */
  readonly told: readonly SourceRow[];
  readonly claims: readonly Claim[];
}

/** Source of rows derived from trades. */
export const DERIVED_SOURCE = 'trades';
/** Words beyond these are not looked at to tell what a market is about. */
const QUESTION_LENGTH_MAX = 2000;
/** Fields that stand in one column each, of the same name in other spelling. */
const PLAIN_FIELDS = [...FIELDS, ...ENDING_FIELDS] as const;

function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What is known of one side of a pair; a side not yet known is ''. */
export function sideOf(pair: readonly [string, string] | null | undefined, i: 0 | 1): string | null {
  return pair?.[i] || null;
}

/**
 * Rows of 10_markets, sorted by key.
 * @param evidenceOf what the column `evidence` is to hold
 */
export function marketTable(markets: Iterable<Entry>, evidenceOf: (entry: Entry) => string | null): DataFrame {
  const entries = [...markets].sort((a, b) => (a.row.marketId < b.row.marketId ? -1 : 1));
  const records = entries.map(
    (entry): Record<string, unknown> => ({ ...recordOf(entry), evidence: evidenceOf(entry) }),
  );
  const columns = MARKETS.columns.map(({ name, type }) =>
    pl.Series(
      name,
      records.map((record) => record[name] ?? null),
      polarsType(type),
    ),
  );
  return pl.DataFrame(columns);
}

function recordOf({ venue, source, order, row }: Entry): Record<string, unknown> {
  const tags = row.tags.filter((tag) => tag !== '');
  const domain = domainOf(tags, row.question?.slice(0, QUESTION_LENGTH_MAX) ?? null);
  return {
    market_id: row.marketId,
    venue,
    ...Object.fromEntries(PLAIN_FIELDS.map((name) => [columnOf(name), row[name]])),
    tags: tags.length === 0 ? null : tags.join(';'),
    domain: domain?.domain,
    domain_source: domain?.source,
    outcome_0: sideOf(row.outcomes, 0),
    outcome_1: sideOf(row.outcomes, 1),
    token_0: sideOf(row.tokens, 0),
    token_1: sideOf(row.tokens, 1),
    outcome_order: order,
    resolution_source: row.winnerIndex === null ? null : 'venue',
    source,
  };
}

/** The markets of a table, with what each source says of them. */
export function marketsOf(table: DataFrame): KnownMarket[] {
  return (table.toRecords() as Record<string, string | number | boolean | bigint | null>[]).map((record) => {
    const text = (name: string): string | null => (record[name] ?? null) as string | null;
    const pair = (a: string | null, b: string | null): [string, string] | null =>
      a === null && b === null ? null : [a ?? '', b ?? ''];
    const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : (value ?? null));
    const row = {
      marketId: text('market_id')!,
      ...NOTHING_KNOWN,
      ...Object.fromEntries(PLAIN_FIELDS.map((name) => [name, plain(record[columnOf(name)])])),
      tags: (text('tags') ?? '').split(';').filter((tag) => tag !== ''),
      outcomes: pair(text('outcome_0'), text('outcome_1')),
      tokens: pair(text('token_0'), text('token_1')),
    };
    const order = text('outcome_order') as OutcomeOrder;
    const entry: Entry = { venue: text('venue') as Venue, source: text('source')!, order, row };
    return { entry, ...readEvidence(text('evidence'), entry) };
  });
}

/** The column `evidence`: rows of market files by source, and what fills say as a list. */
type Evidence = Readonly<Record<string, FileEvidence | readonly Record<string, unknown>[]>>;
interface FileEvidence {
  readonly order: OutcomeOrder;
  readonly row: Partial<MarketRow>;
  /** Where snapshots of the source give the outcomes in other orders. */
  readonly others?: readonly Partial<MarketRow>[];
}

/**
 * What each source says of a market, as JSON, where that cannot be told from the market's row: so that the next import comes to what
 * one import of all files would.
 * @param claims what fills say of the tokens and outcomes of the market
 */
export function writeEvidence(
  { row, order }: Entry,
  told: readonly SourceRow[],
  claims: readonly Claim[],
): string | null {
  const said = claims.filter((claim) => !isBare(claim)).sort((a, b) => (a.key < b.key ? -1 : 1));
  const isOwn = (one: MarketRow): boolean =>
    order === 'venue' && one.otherNames.length === 0 && JSON.stringify(known(one)) === JSON.stringify(known(row));
  const rows = told.length === 1 && isOwn(told[0].row) ? [] : told;
  if (rows.length === 0 && said.length === 0) return null;
  const sources = [...new Set(rows.map(({ source }) => source))].sort();
  const parts: [string, unknown][] = sources.map((source) => {
    const [first, ...others] = rows.filter((one) => one.source === source).map(({ row: one }) => known(one));
    return [source, { order: 'venue', row: first, ...(others.length === 0 ? {} : { others }) }];
  });
  if (said.length > 0) parts.push([DERIVED_SOURCE, said.map((claim) => writeClaim(claim, row.marketId))]);
  return JSON.stringify(Object.fromEntries(parts));
}

/** What writeEvidence has written of a market. */
function readEvidence(text: string | null, entry: Entry): Omit<KnownMarket, 'entry'> {
  const { venue, source, row } = entry;
  const { [DERIVED_SOURCE]: said, ...rows } = (text === null ? {} : JSON.parse(text)) as Evidence;
  const told = Object.entries(rows).flatMap(([from, one]): SourceRow[] =>
    'row' in one
      ? [one.row, ...(one.others ?? [])].map((some) => ({
          source: from,
          row: { ...NOTHING_KNOWN, marketId: row.marketId, ...some },
        }))
      : [],
  );
  if (source !== DERIVED_SOURCE && told.length === 0) told.push({ source, row });
  if (Array.isArray(said)) return { told, claims: said.map((one) => readClaim(one, row.marketId, venue)) };
  if (source === DERIVED_SOURCE) return { told, claims: impliedClaims(entry) };
  if (said === undefined) return { told, claims: [] };
  // An earlier version kept of fills what no file told, as a row.
  const { order, row: rest } = said as FileEvidence;
  const { marketId, tokens } = row;
  return { told, claims: impliedClaims({ ...entry, order, row: { ...NOTHING_KNOWN, tokens, ...rest, marketId } }) };
}

/** What fills must have said of a derived market that has no evidence: of one token, or what an earlier version kept in the row. */
function impliedClaims({ venue, order, row }: Entry): Claim[] {
  const { marketId, question, slug, eventId } = row;
  const market = marketId.startsWith(TOKEN_PREFIX) ? null : marketId;
  return ([0, 1] as const).flatMap((side) => {
    const [token, name] = [sideOf(row.tokens, side), sideOf(row.outcomes, side)];
    const index = order === 'venue' ? side : null;
    const isNothing = token === null && (market === null || (index === null && name === null));
    return isNothing ? [] : [claimOf({ token, market, index, name, question, slug, eventId }, venue)];
  });
}

/** A row without what is not known, its keys in one order. */
function known({ otherNames, ...row }: MarketRow): Record<string, unknown> {
  const fields = otherNames.length === 0 ? row : { ...row, otherNames };
  const entries = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
