/** A calendar of planned actions, earliest first (binary heap; equal times leave in the order they came). */

export interface PlannedAction {
  readonly timeS: number;
  readonly kind: 'insider' | 'copy' | 'wash';
  /** The insider, the follower, or the ring. */
  readonly actor: number;
  /** What the kind needs: the information event of an insider, the market of a copied trade. */
  readonly target: number;
  readonly outcome: number;
  readonly isBuy: boolean;
  readonly usd: number;
}

/** Holds actions that are planned; times in seconds since 1970 UTC. */
export class Agenda {
  private readonly heap: { action: PlannedAction; order: number }[] = [];
  private nPushed = 0;

  get size(): number {
    return this.heap.length;
  }

  /** The time of the earliest action, Infinity when there is none. */
  nextTimeS(): number {
    return this.heap.length > 0 ? this.heap[0].action.timeS : Number.POSITIVE_INFINITY;
  }

  push(action: PlannedAction): void {
    const entry = { action, order: this.nPushed++ };
    let i = this.heap.length;
    this.heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(entry, this.heap[parent])) break;
      this.heap[i] = this.heap[parent];
      i = parent;
    }
    this.heap[i] = entry;
  }

  /** Removes and returns the earliest action; the agenda must not be empty. */
  pop(): PlannedAction {
    const first = this.heap[0];
    const last = this.heap.pop()!;
    const n = this.heap.length;
    if (n > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= n) break;
        if (child + 1 < n && isBefore(this.heap[child + 1], this.heap[child])) child++;
        if (!isBefore(this.heap[child], last)) break;
        this.heap[i] = this.heap[child];
        i = child;
      }
      this.heap[i] = last;
    }
    return first.action;
  }
}

function isBefore(a: { action: PlannedAction; order: number }, b: { action: PlannedAction; order: number }): boolean {
  return a.action.timeS < b.action.timeS || (a.action.timeS === b.action.timeS && a.order < b.order);
}
