/** Locks stop entries for a time, never exits: each says why and until when. Runs of losses make them. */
import { formatDuration, minuteTime } from '../../run/clock.ts';
import type { MarketRef } from '../types.ts';
import type { RiskLimits } from './limits.ts';

/** What a lock is about: all entries, those of a category or those of a market; `name` is null for all. */
export interface Lock {
  readonly scope: 'all' | 'category' | 'market';
  readonly name: string | null;
  readonly why: string;
  readonly sinceMs: number;
  /** Null until somebody takes it away. */
  readonly untilMs: number | null;
}

/** Different locks that hold at once; one of the same scope, name and reason takes the place of the old. */
const N_LOCKS_MAX = 1000;

export function isInForce({ untilMs }: Lock, nowMs: number): boolean {
  return untilMs === null || nowMs < untilMs;
}

/** `entries paused until 2026-12-01T12:05:00.000Z: 3 losses in a row` */
export function formatLock({ scope, name, why, untilMs }: Lock): string {
  const what = scope === 'all' ? 'entries' : `entries in ${scope} ${name}`;
  return `${what} paused until ${untilMs === null ? 'somebody resumes them' : minuteTime(untilMs)}: ${why}`;
}

/** The locks that hold, and how many positions in a row were lost. */
export class Locks {
  constructor(
    private locks: readonly Lock[] = [],
    private nLosses = 0,
  ) {}

  get state(): { readonly locks: readonly Lock[]; readonly nLosses: number } {
    return { locks: this.locks, nLosses: this.nLosses };
  }

  /** @returns the lock as it stands now */
  add(lock: Lock, nowMs: number): Lock {
    const others = this.locks.filter(
      (one) => isInForce(one, nowMs) && !(one.scope === lock.scope && one.name === lock.name && one.why === lock.why),
    );
    this.locks = [...others, lock].slice(-N_LOCKS_MAX);
    return lock;
  }

  /** Takes away all locks of a scope and name. */
  remove(scope: Lock['scope'], name: string | null): void {
    this.locks = this.locks.filter((lock) => lock.scope !== scope || lock.name !== name);
  }

  /** The locks that keep entries out of a market. */
  against({ ticker, category }: MarketRef, nowMs: number): Lock[] {
    const names = { all: null, category, market: ticker };
    return this.locks.filter((lock) => isInForce(lock, nowMs) && names[lock.scope] === lock.name);
  }

  /** Counts a position that has ended; after a loss entries cool down, after several in a row they pause. */
  onClosed(pnlMicros: number, { nLossesInRow, pauseMs, cooldownMs }: RiskLimits, nowMs: number): Lock | null {
    if (pnlMicros >= 0) {
      this.nLosses = 0;
      return null;
    }
    this.nLosses++;
    const lock = (why: string, forMs: number): Lock =>
      this.add({ scope: 'all', name: null, why, sinceMs: nowMs, untilMs: nowMs + forMs }, nowMs);
    // A pause is the answer to a run of losses: the next run is counted from there, or nothing could ever end it.
    if (this.nLosses < nLossesInRow) return lock(`cool-down of ${formatDuration(cooldownMs)} after a loss`, cooldownMs);
    this.nLosses = 0;
    return lock(`${nLossesInRow} losses in a row`, pauseMs);
  }
}
