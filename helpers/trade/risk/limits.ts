/** What may be lost at most, and how often one may try. Every limit is a worst case: of positions and resting orders, with fees. */
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';

export interface RiskLimits {
  /** In one position: a market, or all markets that count as one (see `correlationMin`). */
  readonly perPositionMicros: number;
  readonly totalMicros: number;
  readonly perCategoryMicros: number;
  /** By what was entered since midnight UTC, and by what was realized since then. */
  readonly perDayMicros: number;
  /** Of the highest marked equity so far: how far below it the account may end, and at which loss on paper entries stop. */
  readonly drawdownShare: number;
  /** Of marked equity: how much may be at risk at once. */
  readonly heatShare: number;
  readonly nPositionsMax: number;
  /** So many losing positions in a row pause entries. */
  readonly nLossesInRow: number;
  readonly pauseMs: number;
  /** Entries wait so long after each loss. */
  readonly cooldownMs: number;
  readonly nEntriesPerHour: number;
  readonly nEntriesPerDay: number;
  /** Markets whose correlation exceeds this, with either sign, are one position. */
  readonly correlationMin: number;
  /** What was known, and the feed, may be so old. */
  readonly staleMs: number;
  /** Shrunk orders are multiples of this. */
  readonly countStepHundredths: number;
}

/** The defaults of 002 (money) and 003 (pauses and counts). */
export const RISK_LIMITS: RiskLimits = {
  perPositionMicros: 1_000_000,
  totalMicros: 10_000_000,
  perCategoryMicros: 6_000_000,
  perDayMicros: 5_000_000,
  drawdownShare: 0.2,
  heatShare: 0.2,
  nPositionsMax: 10,
  nLossesInRow: 3,
  pauseMs: HOUR_MS,
  cooldownMs: 5 * MINUTE_MS,
  nEntriesPerHour: 20,
  nEntriesPerDay: 100,
  correlationMin: 0.7,
  staleMs: MINUTE_MS,
  countStepHundredths: 100,
};
