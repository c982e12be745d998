/** Market lists of Polymarket: Gamma objects, poly_data's two CSV files and the archive's Parquet. */
import { z } from 'zod';
import { type MarketAdapter, type MarketRow, NOTHING_KNOWN, type WireRow } from '../adapter.ts';
import { type Ending, endingOfPrices, NO_ENDING } from '../values/ending.ts';
import { eventIdOf, listOrNull, literalOrNull, pairOrNull, pricesOrNull, tagsOf } from '../values/json_text.ts';
import type { MarketValues } from '../values/market_values.ts';
import { numberWithin } from '../values/number.ts';
import { booleanOrNull, textOrNull } from '../values/text.ts';
import { wireFlagMaybe, wireList, wireNumber, wireNumberMaybe, wireText, wireTextMaybe } from '../wire.ts';

/** Condition ids are 32 bytes, or 31 since protocol V2. */
const CONDITION_ID = /^0x(?:[0-9a-f]{62}|[0-9a-f]{64})$/i;
const TOKEN_ID = /^\d{1,78}$/;

/** The key of a market: its condition id, else `gamma:<id>`; null when it has neither. */
function marketIdOf(conditionId: string | null, gammaId: string | null): string | null {
  if (conditionId !== null && CONDITION_ID.test(conditionId)) return conditionId.toLowerCase();
  return gammaId === null ? null : `gamma:${gammaId}`;
}

function tokensOf(list: readonly string[] | null): readonly [string, string] | null {
  const pair = pairOrNull(list);
  return pair?.every((token) => TOKEN_ID.test(token)) ? pair : null;
}

/** More than any market of any venue has traded. */
const VOLUME_MAX_USD = 1e12;

const NOT_TWO_OUTCOMES = 'not a market of two outcomes';

/** Resolved: closed, exactly two outcomes, prices exactly 0 and 1. */
function resolutionOf(closed: boolean | null, prices: readonly string[] | null): Ending {
  return closed === true ? endingOfPrices(prices) : NO_ENDING;
}

const ADDRESS = /^0x[0-9a-f]{40}$/i;

/** The address of a market's automated market maker, in lower case; markets since 2023 have none. */
function marketMakerOf(text: string | null | undefined): string | null {
  const address = textOrNull(text);
  return address !== null && ADDRESS.test(address) ? address.toLowerCase() : null;
}

/** Names of the two outcomes, or null when one is missing. */
function outcomesOf(list: readonly string[] | null): readonly [string, string] | null {
  const pair = pairOrNull(list);
  return pair?.every((name) => name.trim() !== '') ? pair : null;
}

/** A tag or an event: only its names are used. */
const NAMED = z.object({ id: wireNumber.nullish(), slug: wireTextMaybe, label: wireTextMaybe });

/**
 * Gamma `/markets` objects, flattened by the JSON reader. Where `closed` is left out (some public extracts keep resolved
 * markets only) a `closedTime` says that it was.
 */
export const GAMMA_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'gamma_markets',
  what: 'Gamma markets (JSON, JSONL)',
  venue: 'polymarket',
  source: 'gamma',
  rank: 0,
  required: ['question', 'outcomes', 'outcomePrices'],
  optional: [
    'conditionId',
    'id',
    'slug',
    'clobTokenIds',
    'closed',
    'closedTime',
    'umaEndDate',
    'createdAt',
    'startDate',
    'endDate',
    'negRisk',
    'tags',
    'events',
    'feeSchedule',
    'volume',
    'marketMakerAddress',
  ],
  wire: z.object({
    question: wireText,
    outcomes: wireList.nullish(),
    outcomePrices: wireList.nullish(),
    conditionId: wireTextMaybe,
    id: wireNumberMaybe,
    slug: wireTextMaybe,
    clobTokenIds: z.union([z.string(), z.array(z.string())]).nullish(),
    closed: wireFlagMaybe,
    closedTime: wireTextMaybe,
    umaEndDate: wireTextMaybe,
    createdAt: wireTextMaybe,
    startDate: wireTextMaybe,
    endDate: wireTextMaybe,
    negRisk: wireFlagMaybe,
    tags: z.union([z.string(), z.array(z.union([z.string(), NAMED]))]).nullish(),
    events: z.union([z.string(), z.array(NAMED)]).nullish(),
    feeSchedule: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
    volume: wireNumberMaybe,
    marketMakerAddress: wireTextMaybe,
  }),
  market: (row, values) => {
    const marketId = marketIdOf(textOrNull(row.conditionId), textOrNull(row.id));
    if (marketId === null) return 'no market id';
    const outcomes = listOrNull(row.outcomes);
    if (outcomes !== null && outcomes.length !== 2) return NOT_TWO_OUTCOMES;
    const closedMs = values.time(row.closedTime) ?? values.time(row.umaEndDate);
    const closed = booleanOrNull(row.closed) ?? (closedMs === null ? null : true);
    return {
      ...NOTHING_KNOWN,
      marketId,
      gammaId: textOrNull(row.id),
      eventId: eventIdOf(row['events']),
      marketMaker: marketMakerOf(row.marketMakerAddress),
      question: textOrNull(row.question),
      slug: textOrNull(row.slug),
      tags: tagsOf(row.tags),
      outcomes: outcomesOf(outcomes),
      tokens: tokensOf(listOrNull(row.clobTokenIds)),
      negRisk: booleanOrNull(row.negRisk),
      createdMs: values.time(row.createdAt),
      openMs: values.time(row.startDate),
      closeMs: values.time(row.endDate),
      resolvedMs: closed === true ? closedMs : null,
      ...resolutionOf(closed, pricesOrNull(row.outcomePrices)),
      ...feesOf(row.feeSchedule),
      lifetimeVolumeUsd: numberWithin(row.volume, 0, VOLUME_MAX_USD),
    };
  },
};

/** Exponents of the published schedules are 0 to 2. */
const FEE_EXPONENT_MAX = 8;

const FEES = z.object({ rate: wireNumberMaybe, exponent: wireNumberMaybe });

/** Rate and exponent of `feeSchedule`; `takerBaseFee` and `makerBaseFee` are no rates. */
function feesOf(text: string | null | undefined): Pick<MarketRow, 'feeRate' | 'feeExponent'> {
  const { rate, exponent } = FEES.safeParse(literalOrNull(text)).data ?? {};
  return {
    feeRate: numberWithin(rate?.toString(), 0, 1),
    feeExponent: numberWithin(exponent?.toString(), 0, FEE_EXPONENT_MAX),
  };
}

/** poly_data `markets.csv` and `missing_markets.csv` of v1: 13 columns, no prices, so no resolution can be told from it. */
export const POLY_DATA_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'poly_data_markets',
  what: 'poly_data markets.csv (v1)',
  venue: 'polymarket',
  source: 'poly_data',
  rank: 2,
  required: ['id', 'question', 'answer1', 'answer2', 'token1', 'token2'],
  optional: ['createdAt', 'neg_risk', 'market_slug', 'condition_id', 'volume', 'ticker', 'closedTime'],
  market: (row, values) => {
    const marketId = marketIdOf(textOrNull(row.condition_id), textOrNull(row.id));
    if (marketId === null) return 'no market id';
    return {
      ...NOTHING_KNOWN,
      marketId,
      gammaId: textOrNull(row.id),
      eventId: textOrNull(row.ticker),
      question: textOrNull(row.question),
      slug: textOrNull(row.market_slug),
      outcomes: outcomesOf([row.answer1 ?? '', row.answer2 ?? '']),
      tokens: tokensOf([row.token1 ?? '', row.token2 ?? '']),
      negRisk: booleanOrNull(row.neg_risk),
      createdMs: values.time(row.createdAt),
      resolvedMs: values.time(row.closedTime),
      lifetimeVolumeUsd: numberWithin(row.volume, 0, VOLUME_MAX_USD),
    };
  },
};

const CLOB_OPTIONAL = [
  'closed',
  'neg_risk',
  'market_slug',
  'end_date_iso',
  'accepting_order_timestamp',
  'tags',
  'neg_risk_market_id',
] as const;

const CLOB_WIRE = {
  condition_id: wireTextMaybe,
  question: wireTextMaybe,
  closed: wireFlagMaybe,
  neg_risk: wireFlagMaybe,
  market_slug: wireTextMaybe,
  end_date_iso: wireTextMaybe,
  accepting_order_timestamp: wireTextMaybe,
  tags: z.union([z.string(), z.array(z.string())]).nullish(),
  neg_risk_market_id: wireTextMaybe,
};

/** Sides of a market, or a list of them hidden in a string. */
const CLOB_TOKENS = z.union([z.string(), z.array(z.record(z.string(), z.unknown()))]);

function clobMarket(row: WireRow, values: MarketValues): MarketRow | string {
  const marketId = marketIdOf(textOrNull(row.condition_id) ?? textOrNull(row.id), null);
  if (marketId === null) return 'no market id';
  const ids = listOrNull(row.clobTokenIds);
  const given = literalOrNull(row.tokens);
  const nOutcomes = [ids, given].map((list) => (Array.isArray(list) ? list.length : 0));
  if (nOutcomes.some((n) => n !== 0 && n !== 2)) return NOT_TWO_OUTCOMES;
  const tokens = tokensOf(ids);
  const sides = clobSides(row.tokens, tokens);
  return {
    ...NOTHING_KNOWN,
    marketId,
    eventId: textOrNull(row.neg_risk_market_id),
    question: textOrNull(row.question),
    slug: textOrNull(row.market_slug),
    tags: tagsOf(row.tags),
    outcomes: sides === null ? null : outcomesOf(sides.map((side) => side.outcome)),
    tokens: tokens ?? tokensOf(sides?.map((side) => side.token_id) ?? null),
    negRisk: booleanOrNull(row.neg_risk),
    openMs: values.time(row.accepting_order_timestamp),
    closeMs: values.time(row.end_date_iso),
    ...endingOfSides(booleanOrNull(row.closed), sides),
  };
}

/**
 * poly_data `data/markets.csv` of v2: CLOB market fields with `id` (= condition id) and `clobTokenIds` in front; its
 * `missing_markets.csv` has few of them and calls two otherwise.
 */
export const POLY_DATA_CLOB_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'poly_data_clob_markets',
  what: 'poly_data markets.csv and missing_markets.csv (v2, CLOB fields)',
  venue: 'polymarket',
  source: 'clob',
  rank: 1,
  required: ['id', 'clobTokenIds', 'condition_id', 'question'],
  optional: ['tokens', ...CLOB_OPTIONAL],
  aliases: { slug: 'market_slug' },
  wire: z.object({ ...CLOB_WIRE, id: wireText, clobTokenIds: wireList.nullish(), tokens: CLOB_TOKENS.nullish() }),
  market: clobMarket,
};

/** CLOB API `/markets`. */
export const CLOB_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'clob_markets',
  what: 'CLOB API markets',
  venue: 'polymarket',
  source: 'clob',
  rank: 1,
  required: ['condition_id', 'question', 'tokens'],
  optional: CLOB_OPTIONAL,
  wire: z.object({ ...CLOB_WIRE, condition_id: wireText, tokens: CLOB_TOKENS }),
  market: clobMarket,
};

const CLOB_SIDE = z.object({
  token_id: z.string(),
  outcome: z.string(),
  price: wireNumberMaybe,
  winner: z.boolean().nullish(),
});
const CLOB_PAIR = z.tuple([CLOB_SIDE, CLOB_SIDE]);
type ClobPair = z.infer<typeof CLOB_PAIR>;

/** The two sides of a CLOB market, in the order of `tokens` where that is known. */
function clobSides(text: string | null | undefined, tokens: readonly [string, string] | null): ClobPair | null {
  const sides = CLOB_PAIR.safeParse(literalOrNull(text)).data ?? null;
  if (sides === null || tokens === null) return sides;
  const [first, second] = sides;
  if (first.token_id === tokens[0] && second.token_id === tokens[1]) return sides;
  return first.token_id === tokens[1] && second.token_id === tokens[0] ? [second, first] : null;
}

/** A closed market's winner flag; while neither side has it the market is void only if both are paid a half. */
function endingOfSides(closed: boolean | null, sides: ClobPair | null): Ending {
  if (closed !== true || sides === null) return NO_ENDING;
  const [first, second] = sides.map((side) => side.winner === true);
  if (first !== second) return { winnerIndex: first ? 0 : 1, isVoid: false };
  const { isVoid } = endingOfPrices(sides.map((side) => String(side.price ?? '')));
  return { winnerIndex: null, isVoid: isVoid === true ? true : null };
}

/** prediction-market-analysis `polymarket/markets`. It has no closing time, so when a result became known stays unknown. */
export const ARCHIVE_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'archive_polymarket_markets',
  what: 'prediction-market-analysis polymarket/markets',
  venue: 'polymarket',
  source: 'archive',
  rank: 1,
  required: ['id', 'condition_id', 'question', 'outcomes', 'outcome_prices'],
  optional: ['slug', 'clob_token_ids', 'volume', 'closed', 'end_date', 'created_at', 'market_maker_address'],
  market: (row, values) => {
    const marketId = marketIdOf(textOrNull(row.condition_id), textOrNull(row.id));
    if (marketId === null) return 'no market id';
    const outcomes = listOrNull(row.outcomes);
    if (outcomes !== null && outcomes.length !== 2) return NOT_TWO_OUTCOMES;
    return {
      ...NOTHING_KNOWN,
      marketId,
      gammaId: textOrNull(row.id),
      marketMaker: marketMakerOf(row.market_maker_address),
      question: textOrNull(row.question),
      slug: textOrNull(row.slug),
      outcomes: outcomesOf(outcomes),
      tokens: tokensOf(listOrNull(row.clob_token_ids)),
      createdMs: values.time(row.created_at),
      closeMs: values.time(row.end_date),
      ...resolutionOf(booleanOrNull(row.closed), pricesOrNull(row.outcome_prices)),
      lifetimeVolumeUsd: numberWithin(row.volume, 0, VOLUME_MAX_USD),
    };
  },
};
