/** Rows of 10_markets: what the registry of markets writes, and finds again when it goes on from an earlier import. */
import { domainOf } from '../features/domain.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { polarsType } from '../tables/schema.ts';
import { MARKETS } from '../tables/schemas.ts';
import { type MarketRow, NOTHING_KNOWN } from '../venues/adapter.ts';
import type { Venue } from '../venues/fees.ts';
import { ENDING_FIELDS, FIELDS } from './market_merge.ts';

/** How it is known which outcome is the first. */
export type OutcomeOrder = 'venue' | 'name' | 'assumed';

/** One market as the registry holds it: a row of 10_markets, with the rank of its best source. */
export interface Entry {
  readonly venue: Venue;
  readonly source: string;
  readonly rank: number;
  readonly order: OutcomeOrder;
  readonly row: MarketRow;
}

/** What a source says of a market. */
type Evidence = Readonly<Record<string, { readonly order: OutcomeOrder; readonly row: MarketRow }>>;

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

export function hasTokens({ tokens }: MarketRow): boolean {
  return tokens?.some((token) => token !== '') ?? false;
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
export function marketsOf(table: DataFrame): { marketId: string; venue: Venue; evidence: Evidence }[] {
  return (table.toRecords() as Record<string, string | number | boolean | bigint | null>[]).map((record) => {
    const text = (name: string): string | null => (record[name] ?? null) as string | null;
    const pair = (a: string | null, b: string | null): [string, string] | null =>
      a === null && b === null ? null : [a ?? '', b ?? ''];
    const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : (value ?? null));
    const marketId = text('market_id')!;
    const own = (): Evidence => ({
      [text('source')!]: {
        order: text('outcome_order') as OutcomeOrder,
        row: {
          marketId,
          ...NOTHING_KNOWN,
          ...Object.fromEntries(PLAIN_FIELDS.map((name) => [name, plain(record[columnOf(name)])])),
          tags: (text('tags') ?? '').split(';').filter((tag) => tag !== ''),
          outcomes: pair(text('outcome_0'), text('outcome_1')),
          tokens: pair(text('token_0'), text('token_1')),
        },
      },
    });
    return { marketId, venue: text('venue') as Venue, evidence: readEvidence(text('evidence')) ?? own() };
  });
}

/**
 * What each source says of a market, as JSON, where that cannot be told from the market's row: so that the next import comes to what
 * one import of all files would. Of fills only what no file tells.
 * @param told rows by source
 */
export function writeEvidence(told: ReadonlyMap<string, MarketRow>, derived: Entry | undefined): string | null {
  if (told.size === 0) return null;
  const rest = derived === undefined ? null : withoutTold(derived.row, [...told.values()]);
  if (told.size + (rest === null ? 0 : 1) < 2) return null;
  const parts: [string, unknown][] = [...told]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, row]) => [source, { order: 'venue', row: known(row) }]);
  if (rest !== null) parts.push([DERIVED_SOURCE, { order: derived!.order, row: known(rest) }]);
  return JSON.stringify(Object.fromEntries(parts));
}

/** What the column `evidence` holds; null where it holds nothing. */
function readEvidence(text: string | null): Evidence | null {
  if (text === null) return null;
  const parts = Object.entries(JSON.parse(text) as Evidence);
  return Object.fromEntries(
    parts.map(([source, { order, row }]) => [source, { order, row: { ...NOTHING_KNOWN, ...row } }]),
  );
}

/** A row without what is not known, its keys in one order. */
function known(row: MarketRow): Record<string, unknown> {
  const entries = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What fills say of a market and no file does; null for nothing. */
function withoutTold(derived: MarketRow, told: readonly MarketRow[]): MarketRow | null {
  const words = ['question', 'slug', 'eventId'] as const;
  const toldWords = words.filter((name) => told.some((row) => row[name] !== null));
  const knowsTokens = told.some(({ tokens }) => tokens?.every((token) => token !== '') ?? false);
  const rest = {
    ...derived,
    ...Object.fromEntries(toldWords.map((name) => [name, null])),
    ...(knowsTokens ? { tokens: null, outcomes: null } : {}),
  };
  const isNothing = [...words, 'tokens' as const, 'outcomes' as const].every((name) => rest[name] === null);
  return isNothing ? null : rest;
}
