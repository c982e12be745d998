/** Market lists of Polymarket: Gamma objects, poly_data's two CSV files and the archive's Parquet. */
import { z } from 'zod';
import type { MarketAdapter, MarketRow, WireRow } from '../adapter.ts';
import {
  booleanOrNull,
  jsonOrNull,
  listOrNull,
  numberOrNull,
  pairOrNull,
  textOrNull,
  timeOrNull,
  winnerOfPrices,
} from '../values.ts';
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

const NOT_TWO_OUTCOMES = 'not a market of two outcomes';

/** Resolved: closed, exactly two outcomes, prices exactly 0 and 1. Closed with anything else is void. */
function resolutionOf(
  closed: boolean | null,
  outcomes: readonly string[] | null,
  prices: readonly string[] | null,
): Pick<MarketRow, 'winnerIndex' | 'isVoid'> {
  if (closed !== true || prices?.length !== 2 || outcomes?.length !== 2) return { winnerIndex: null, isVoid: null };
  const winnerIndex = winnerOfPrices(prices);
  return { winnerIndex, isVoid: winnerIndex === null };
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
  }),
  market: (row) => {
    const marketId = marketIdOf(textOrNull(row.conditionId), textOrNull(row.id));
    if (marketId === null) return 'no market id';
    const outcomes = listOrNull(row.outcomes);
    if (outcomes !== null && outcomes.length !== 2) return NOT_TWO_OUTCOMES;
    const resolvedMs = timeOrNull(row.closedTime) ?? timeOrNull(row.umaEndDate);
    const closed = booleanOrNull(row.closed) ?? (resolvedMs === null ? null : true);
    const fees = feeScheduleOf(textOrNull(row.feeSchedule));
    return {
      marketId,
      gammaId: textOrNull(row.id),
      eventId: textOrNull(row['events']),
      question: textOrNull(row.question),
      slug: textOrNull(row.slug),
      tags: (textOrNull(row.tags) ?? '').split(';'),
      outcomes: pairOrNull(outcomes),
      tokens: tokensOf(listOrNull(row.clobTokenIds)),
      negRisk: booleanOrNull(row.negRisk),
      createdMs: timeOrNull(row.createdAt),
      openMs: timeOrNull(row.startDate),
      closeMs: timeOrNull(row.endDate),
      resolvedMs,
      ...resolutionOf(closed, outcomes, listOrNull(row.outcomePrices)),
      ...fees,
      lifetimeVolumeUsd: numberOrNull(row.volume),
    };
  },
};

const FEES = z.object({ rate: z.number().nullish(), exponent: z.number().nullish() });

function feeScheduleOf(text: string | null): Pick<MarketRow, 'feeRate' | 'feeExponent'> {
  const parsed = FEES.safeParse(text === null ? null : jsonOrNull(text));
  return { feeRate: parsed.data?.rate ?? null, feeExponent: parsed.data?.exponent ?? null };
}

const NOTHING_ABOUT_FEES = { feeRate: null, feeExponent: null } as const;

/** poly_data `markets.csv` and `missing_markets.csv` of v1: 13 columns, no prices, so no resolution can be told from it. */
export const POLY_DATA_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'poly_data_markets',
  what: 'poly_data markets.csv (v1)',
  venue: 'polymarket',
  rank: 2,
  required: ['id', 'question', 'answer1', 'answer2', 'token1', 'token2'],
  optional: ['createdAt', 'neg_risk', 'market_slug', 'condition_id', 'volume', 'ticker', 'closedTime'],
  market: (row) => {
    const marketId = marketIdOf(textOrNull(row.condition_id), textOrNull(row.id));
    if (marketId === null) return 'no market id';
    return {
      marketId,
      gammaId: textOrNull(row.id),
      eventId: textOrNull(row.ticker),
      question: textOrNull(row.question),
      slug: textOrNull(row.market_slug),
      tags: [],
      outcomes: pairOrNull([row.answer1 ?? '', row.answer2 ?? '']),
      tokens: tokensOf([row.token1 ?? '', row.token2 ?? '']),
      negRisk: booleanOrNull(row.neg_risk),
      createdMs: timeOrNull(row.createdAt),
      openMs: null,
      closeMs: null,
      resolvedMs: timeOrNull(row.closedTime),
      winnerIndex: null,
      isVoid: null,
      ...NOTHING_ABOUT_FEES,
      lifetimeVolumeUsd: numberOrNull(row.volume),
    };
  },
};

/** poly_data `data/markets.csv` of v2: CLOB market fields with `id` (= condition id) and `clobTokenIds` in front. */
export const POLY_DATA_CLOB_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'poly_data_clob_markets',
  what: 'poly_data markets.csv (v2, CLOB fields)',
  venue: 'polymarket',
  rank: 1,
  required: ['id', 'clobTokenIds', 'condition_id', 'question'],
  optional: [
    'tokens',
    'closed',
    'neg_risk',
    'market_slug',
    'end_date_iso',
    'accepting_order_timestamp',
    'tags',
    'neg_risk_market_id',
  ],
  market: (row) => {
    const marketId = marketIdOf(textOrNull(row.condition_id) ?? textOrNull(row.id), null);
    if (marketId === null) return 'no market id';
    const sides = clobTokens(row);
    const closed = booleanOrNull(row.closed);
    const winners = sides?.map((side) => side.winner) ?? null;
    return {
      marketId,
      gammaId: null,
      eventId: textOrNull(row.neg_risk_market_id),
      question: textOrNull(row.question),
      slug: textOrNull(row.market_slug),
      tags: listOrNull(row.tags) ?? [],
      outcomes: sides === null ? null : [sides[0].outcome, sides[1].outcome],
      tokens: tokensOf(listOrNull(row.clobTokenIds)) ?? tokensOf(sides?.map((side) => side.token_id) ?? null),
      negRisk: booleanOrNull(row.neg_risk),
      createdMs: null,
      openMs: timeOrNull(row.accepting_order_timestamp),
      closeMs: timeOrNull(row.end_date_iso),
      resolvedMs: null,
      ...resolutionOf(closed, ['', ''], winners === null ? null : winners.map((won) => (won === true ? '1' : '0'))),
      ...NOTHING_ABOUT_FEES,
      lifetimeVolumeUsd: null,
    };
  },
};

const CLOB_TOKEN = z.object({ token_id: z.string(), outcome: z.string(), winner: z.boolean().optional() });
const CLOB_PAIR = z.tuple([CLOB_TOKEN, CLOB_TOKEN]);

/** The two sides of a CLOB market, from JSON or from the Python literal that poly_data writes. */
function clobTokens(row: WireRow): z.infer<typeof CLOB_PAIR> | null {
  const text = textOrNull(row.tokens);
  if (text === null) return null;
  const python = text.replaceAll("'", '"').replaceAll('True', 'true').replaceAll('False', 'false');
  return CLOB_PAIR.safeParse(jsonOrNull(text) ?? jsonOrNull(python)).data ?? null;
}

/** prediction-market-analysis `polymarket/markets`. It has no closing time, so when a result became known stays unknown. */
export const ARCHIVE_MARKETS: MarketAdapter = {
  kind: 'markets',
  format: 'archive_polymarket_markets',
  what: 'prediction-market-analysis polymarket/markets',
  venue: 'polymarket',
  rank: 1,
  required: ['id', 'condition_id', 'question', 'outcomes', 'outcome_prices'],
  optional: ['slug', 'clob_token_ids', 'volume', 'closed', 'end_date', 'created_at'],
  market: (row) => {
    const marketId = marketIdOf(textOrNull(row.condition_id), textOrNull(row.id));
    if (marketId === null) return 'no market id';
    const outcomes = listOrNull(row.outcomes);
    if (outcomes !== null && outcomes.length !== 2) return NOT_TWO_OUTCOMES;
    return {
      marketId,
      gammaId: textOrNull(row.id),
      eventId: null,
      question: textOrNull(row.question),
      slug: textOrNull(row.slug),
      tags: [],
      outcomes: pairOrNull(outcomes),
      tokens: tokensOf(listOrNull(row.clob_token_ids)),
      negRisk: null,
      createdMs: timeOrNull(row.created_at),
      openMs: null,
      closeMs: timeOrNull(row.end_date),
      resolvedMs: null,
      ...resolutionOf(booleanOrNull(row.closed), outcomes, listOrNull(row.outcome_prices)),
      ...NOTHING_ABOUT_FEES,
      lifetimeVolumeUsd: numberOrNull(row.volume),
    };
  },
};
