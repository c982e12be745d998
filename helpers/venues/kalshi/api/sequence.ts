/**
 * Counts the frames of Kalshi's subscriptions. Every frame that carries a number counts, also the acknowledgements of commands;
 * a number that is left out means that something of the whole subscription was lost.
 */

/** A frame as far as it is counted. */
export interface Counted {
  readonly sid?: number | undefined;
  readonly seq?: number | undefined;
}

export interface Gap {
  readonly sid: number;
  readonly expected: number;
  readonly got: number;
}

export class SequenceChecker {
  private readonly last = new Map<number, number>();

  /** The gap in front of a frame, or null. Frames without a number are not counted; a number that has come is passed over. */
  check({ sid, seq }: Counted): Gap | null {
    if (sid === undefined || seq === undefined) return null;
    const before = this.last.get(sid) ?? 0;
    if (seq <= before) return null;
    this.last.set(sid, seq);
    return seq === before + 1 ? null : { sid, expected: before + 1, got: seq };
  }

  /** A subscription has ended: its number may be given to another. */
  drop(sid: number): void {
    this.last.delete(sid);
  }

  /** A new connection counts from the beginning. */
  reset(): void {
    this.last.clear();
  }
}
