/** A calendar of planned actions, earliest first (equal times leave in the order they came). */
import { EventQueue } from '../kernels/event_queue.ts';

export interface PlannedAction {
  readonly timeS: number;
  readonly kind: 'insider' | 'hedge' | 'copy' | 'wash' | 'visit';
  /** The insider, the follower, the visitor, or the ring. */
  readonly actor: number;
  /** What the kind needs: the information event of an insider (and of its hedge), the market of a copied trade or a visit (-1: any). */
  readonly target: number;
  readonly outcome: number;
  readonly isBuy: boolean;
  readonly usd: number;
}

/** Holds actions that are planned; times in seconds since 1970 UTC. */
export class Agenda {
  private readonly queue = new EventQueue();
  /** By number, in the order they came. */
  private readonly actions = new Map<number, PlannedAction>();
  private nPushed = 0;

  /** The time of the earliest action, Infinity when there is none. */
  nextTimeS(): number {
    return this.queue.nextTime();
  }

  push(action: PlannedAction): void {
    this.actions.set(this.nPushed, action);
    this.queue.push(action.timeS, this.nPushed++);
  }

  /** Removes and returns the earliest action; the agenda must not be empty. */
  pop(): PlannedAction {
    const number = this.queue.pop();
    const action = this.actions.get(number)!;
    this.actions.delete(number);
    return action;
  }
}
