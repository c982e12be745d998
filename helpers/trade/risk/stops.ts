/**
 * What has stopped trading, or lets positions only shrink: each stop has a name, says why and since when, and holds over restarts until
 * it is cleared. The state of the engine is the strictest of them.
 */
import { minuteTime } from '../../run/clock.ts';
import type { RiskState } from '../types.ts';

/** Who can stop trading. */
export const STOP_NAMES = [
  /** A person. */
  'command',
  /** A file that is there. */
  'file',
  /** The venue's order group was triggered. */
  'order group',
  /** Our books and the venue's differ and nothing explains it. */
  'reconciliation',
  /** A fill that belongs to no order of ours, or is larger than what was left of it. */
  'unexplained fill',
  /** An order has cost more than it could. */
  'fees',
  /** A check threw: nobody knows what is allowed. */
  'failed check',
  /** Marked equity has fallen too far below its highest. */
  'drawdown',
] as const;
export type StopName = (typeof STOP_NAMES)[number];

export interface Stop {
  readonly name: StopName;
  readonly state: Exclude<RiskState, 'ACTIVE'>;
  readonly why: string;
  readonly sinceMs: number;
}

export function formatStop({ name, state, why, sinceMs }: Stop): string {
  return `${state} by ${name} since ${minuteTime(sinceMs)}: ${why}`;
}

export class Stops {
  private readonly stops: Map<StopName, Stop>;

  constructor(stops: readonly Stop[] = []) {
    this.stops = new Map(stops.map((stop) => [stop.name, stop]));
  }

  get all(): readonly Stop[] {
    return [...this.stops.values()];
  }

  get state(): RiskState {
    if (this.all.some(({ state }) => state === 'HALTED')) return 'HALTED';
    return this.stops.size > 0 ? 'REDUCING' : 'ACTIVE';
  }

  /** The first reason stays until it is cleared; only a stricter state replaces it. @returns whether anything changed */
  raise(stop: Stop): boolean {
    const before = this.stops.get(stop.name);
    if (before !== undefined && (before.state === 'HALTED' || stop.state === 'REDUCING')) return false;
    this.stops.set(stop.name, stop);
    return true;
  }

  /** @returns whether it was there */
  clear(name: StopName): boolean {
    return this.stops.delete(name);
  }
}
