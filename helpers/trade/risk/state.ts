/** What the risk engine keeps over restarts, as plain JSON, and the check of what is read back. */
import { z } from 'zod';
import { InputError } from '../../run/errors.ts';
import type { Correlation } from './correlation.ts';
import type { Lock } from './locks.ts';
import { Portfolio, type PortfolioState } from './portfolio.ts';
import { STOP_NAMES, type Stop } from './stops.ts';

export interface RiskEngineState {
  readonly version: 1;
  readonly portfolio: PortfolioState;
  readonly locks: readonly Lock[];
  /** Losing positions in a row. */
  readonly nLosses: number;
  readonly stops: readonly Stop[];
  readonly correlations: readonly Correlation[];
  readonly entriesMs: readonly number[];
  readonly orderIds: readonly string[];
  readonly fillIds: readonly string[];
}

/** An account that has done nothing yet. */
export function newRiskState(bankrollMicros: number, nowMs: number): RiskEngineState {
  return {
    version: 1,
    portfolio: Portfolio.begin(bankrollMicros, nowMs).state,
    locks: [],
    nLosses: 0,
    stops: [],
    correlations: [],
    entriesMs: [],
    orderIds: [],
    fillIds: [],
  };
}

const WHOLE = z.number().int();
const COUNT = WHOLE.min(0);
const SIDE = z.enum(['yes', 'no']);
const LOT = z.object({ hundredths: COUNT, costMicros: WHOLE });
const MARKET = z.object({
  venue: z.enum(['polymarket', 'kalshi']),
  ticker: z.string().min(1),
  event: z.string(),
  series: z.string(),
  category: z.string(),
});
const ORDER = z.object({
  clientOrderId: z.string().min(1),
  side: SIDE,
  priceMicros: WHOLE.min(1).max(999_999),
  remainingHundredths: COUNT,
  reservedMicros: COUNT,
  isMaker: z.boolean(),
});
const BOOK = z.object({
  market: MARKET,
  side: SIDE,
  carried: LOT,
  today: LOT,
  orders: z.array(ORDER),
  realizedMicros: WHOLE,
  feesMicros: COUNT,
  runMicros: WHOLE,
  openedMs: z.number().nullable(),
  markMicros: COUNT.max(1_000_000).nullable(),
});
const STATE = z.object({
  version: z.literal(1),
  portfolio: z.object({
    dayMs: z.number(),
    fundedMicros: WHOLE,
    realizedMicros: WHOLE,
    realizedTodayMicros: WHOLE,
    peakMicros: WHOLE,
    books: z.array(BOOK),
  }),
  locks: z.array(
    z.object({
      scope: z.enum(['all', 'category', 'market']),
      name: z.string().nullable(),
      why: z.string(),
      sinceMs: z.number(),
      untilMs: z.number().nullable(),
    }),
  ),
  nLosses: COUNT,
  stops: z.array(
    z.object({
      name: z.enum(STOP_NAMES),
      state: z.enum(['REDUCING', 'HALTED']),
      why: z.string(),
      sinceMs: z.number(),
    }),
  ),
  correlations: z.array(z.object({ tickers: z.tuple([z.string(), z.string()]), rho: z.number().min(-1).max(1) })),
  entriesMs: z.array(z.number()),
  orderIds: z.array(z.string()),
  fillIds: z.array(z.string()),
});

/** What is to be done about a state that cannot be read. */
export const RISK_STATE_HINT =
  'restore it from a copy, or move it away after the account was looked at: positions and locks are in it';

/**
 * What a snapshot said, from its JSON as it was parsed.
 * @param what names it in the message, such as its path
 * @throws InputError 'corrupt-file': without its locks and positions nothing may be traded
 */
export function parseRiskState(value: unknown, what: string): RiskEngineState {
  const parsed = STATE.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError('corrupt-file', `${what}: ${issue.path.join('.')}: ${issue.message}`, RISK_STATE_HINT);
}
