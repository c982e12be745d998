/** The questions that are answered by yes or no, before any amount is looked at. Exits are asked only what could do harm. */
import { formatDuration, HOUR_MS } from '../../run/clock.ts';
import type { CostTerms } from '../fees/order_cost.ts';
import { MICROS_PER_USD, signedHundredths } from '../money.ts';
import type { Intent, RiskCheck, RiskState, Side } from '../types.ts';
import type { RiskLimits } from './limits.ts';
import { formatLock, type Lock } from './locks.ts';
import { heldHundredths, type MarketBook } from './market_book.ts';

/** An intent and what the engine knows when it is asked. */
export interface Question {
  readonly intent: Intent;
  readonly nowMs: number;
  readonly limits: RiskLimits;
  readonly state: RiskState;
  /** Why the state is what it is; empty when ACTIVE. */
  readonly stops: readonly string[];
  readonly terms: CostTerms | null;
  /** Side of what is held in the market; null when nothing is. */
  readonly heldSide: Side | null;
  /** It only makes a position smaller. */
  readonly isExit: boolean;
  /** Contracts held that no other order closes already. */
  readonly closableHundredths: number;
  readonly isKnownId: boolean;
  readonly locks: readonly Lock[];
  /** Times of admitted entries of the last 24 hours, rising. */
  readonly entriesMs: readonly number[];
  /** Positions, those that are correlated as one, if this entry were made. */
  readonly nPositions: number;
}

/** What an intent would close of a market's position. */
export function whatItCloses(
  { side, action }: Intent,
  book: MarketBook,
): Pick<Question, 'heldSide' | 'isExit' | 'closableHundredths'> {
  const held = heldHundredths(book);
  const bought = signedHundredths(side, action, 1) > 0 ? 'yes' : 'no';
  const closing = book.orders.reduce(
    (sum, order) => sum + (order.side === book.side ? 0 : order.remainingHundredths),
    0,
  );
  return {
    heldSide: held === 0 ? null : book.side,
    isExit: held > 0 && bought !== book.side,
    closableHundredths: Math.max(0, held - closing),
  };
}

/** A check of a name; its question returns why not, or null. */
export interface Gate {
  readonly name: string;
  /** Exits pass without being asked. */
  readonly isForEntries: boolean;
  readonly whyNot: (question: Question) => string | null;
}

/** How far the clock of whoever decided may be ahead of ours. */
const CLOCK_SLACK_MS = 5000;

function badForm({ intent, terms }: Question): string | null {
  const { limitPriceMicros: price, countHundredths: count } = intent;
  if (!Number.isInteger(price) || price <= 0 || price >= MICROS_PER_USD) return `${price} micro-dollars is no price`;
  if (!Number.isSafeInteger(count) || count <= 0) return `${count} hundredths is no size`;
  if (terms === null) return null;
  if (price % terms.priceStepMicros !== 0) return `${price} is off the price grid of ${terms.priceStepMicros}`;
  return count % terms.smallestFillHundredths === 0 ? null : `${count} hundredths is no whole number of contracts`;
}

function staleness({ intent, nowMs, limits }: Question): string | null {
  const ageMs = nowMs - intent.asOfMs;
  if (ageMs > limits.staleMs) return `decided on what was known ${formatDuration(ageMs)} ago`;
  return ageMs < -CLOCK_SLACK_MS ? `decided ${formatDuration(-ageMs)} from now: a clock is wrong` : null;
}

function holding({ intent, isExit, heldSide, closableHundredths }: Question): string | null {
  if (intent.action === 'sell' && heldSide !== intent.side) return `no ${intent.side} is held that could be sold`;
  return isExit && closableHundredths === 0 ? 'other orders close the whole position already' : null;
}

const nSince = (times: readonly number[], ms: number): number => times.filter((time) => time > ms).length;

export const GATES: readonly Gate[] = [
  { name: 'form', isForEntries: false, whyNot: badForm },
  {
    name: 'state',
    isForEntries: false,
    whyNot: ({ state, stops, isExit }) =>
      state === 'ACTIVE' || (state === 'REDUCING' && isExit) ? null : `trading is ${state}: ${stops.join('; ')}`,
  },
  { name: 'stale', isForEntries: false, whyNot: staleness },
  {
    name: 'duplicate',
    isForEntries: false,
    whyNot: ({ intent, isKnownId }) => (isKnownId ? `${intent.clientOrderId} was admitted before` : null),
  },
  { name: 'holding', isForEntries: false, whyNot: holding },
  {
    name: 'lock',
    isForEntries: true,
    whyNot: ({ locks }) => (locks.length === 0 ? null : locks.map(formatLock).join('; ')),
  },
  {
    name: 'fees',
    isForEntries: true,
    whyNot: ({ terms }) => (terms === null ? 'the fees of this market are not known' : null),
  },
  {
    name: 'hour',
    isForEntries: true,
    whyNot: ({ entriesMs, nowMs, limits: { nEntriesPerHour } }) =>
      nSince(entriesMs, nowMs - HOUR_MS) < nEntriesPerHour ? null : `${nEntriesPerHour} entries within an hour`,
  },
  {
    name: '24 hours',
    isForEntries: true,
    whyNot: ({ entriesMs, limits: { nEntriesPerDay } }) =>
      entriesMs.length < nEntriesPerDay ? null : `${nEntriesPerDay} entries within 24 hours`,
  },
  {
    name: 'positions',
    isForEntries: true,
    whyNot: ({ nPositions, limits: { nPositionsMax } }) =>
      nPositions <= nPositionsMax ? null : `it would be position ${nPositions} of at most ${nPositionsMax}`,
  },
];

/** What each gate says; one that throws is the caller's to catch. */
export function passGates(gates: readonly Gate[], question: Question): RiskCheck[] {
  return gates
    .filter(({ isForEntries }) => !isForEntries || !question.isExit)
    .map(({ name, whyNot }) => {
      const why = whyNot(question);
      return { name, isPassed: why === null, why: why ?? 'passed' };
    });
}
