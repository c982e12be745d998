/**
 * What the trader keeps over restarts, in one file that is replaced as a whole: the risk engine, how far of the ledger it has taken, the
 * funnel of the day, and the markets in which something is held or ordered.
 */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import { readJsonAs, writeJsonAtomic } from '../run/files.ts';
import type { FunnelState } from '../trade/funnel.ts';
import { newRiskState, parseRiskState, RISK_STATE_HINT, type RiskEngineState } from '../trade/risk/state.ts';
import { TRADED_MARKET, type TradedMarket } from './markets.ts';

export interface TraderState {
  readonly version: 1;
  /** Id of the key of the account, or `paper`. */
  readonly accountId: string;
  readonly engine: RiskEngineState;
  /** Number of the last entry of the ledger that the engine has taken. */
  readonly ledgerId: number;
  /** Of the UTC day `day`. */
  readonly funnel: FunnelState | null;
  readonly day: string;
  /** Tenths of the money brought in by which equity has grown, as far as somebody was told. */
  readonly milestone: number;
  readonly markets: readonly TradedMarket[];
  /** Differences that the last reconciliation has found. */
  readonly differences: readonly string[];
  /** The venue's own kill switch has been pulled and not been taken back. */
  readonly isHaltedAtVenue: boolean;
}

const STATE = z.object({
  version: z.literal(1),
  accountId: z.string(),
  engine: z.unknown(),
  ledgerId: z.number().int().min(0),
  funnel: z.custom<FunnelState>((value) => value === null || typeof value === 'object').nullable(),
  day: z.string(),
  milestone: z.number().int(),
  markets: z.array(TRADED_MARKET),
  differences: z.array(z.string()),
  isHaltedAtVenue: z.boolean(),
});

/**
 * The state in a file, or one that has done nothing.
 * @throws InputError 'corrupt-file', or 'bad-option' for that of another account: nothing may be traded then
 */
export function readTraderState(path: string, accountId: string, nowMs: number): TraderState {
  if (!existsSync(path))
    return {
      version: 1,
      accountId,
      engine: newRiskState(0, nowMs),
      ledgerId: 0,
      funnel: null,
      day: '',
      milestone: 0,
      markets: [],
      differences: [],
      isHaltedAtVenue: false,
    };
  const state = readJsonAs(path, STATE, 'the state of the trader', RISK_STATE_HINT);
  if (state.accountId !== accountId)
    throw new InputError(
      'bad-option',
      `${path} is about another account`,
      'give each account a data folder of its own',
    );
  return { ...state, engine: parseRiskState(state.engine, path) };
}

export function writeTraderState(path: string, state: TraderState): void {
  writeJsonAtomic(path, state);
}
