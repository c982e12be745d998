/**
 * What a service that goes on knows of itself while it runs: how far trades and alerts have come, how old its feeds are, what waits
 * in its queues, and what is wrong. It lives in memory; the page, the health check and the metrics are views of it.
 */
import { nowMs as realNowMs } from '../run/clock.ts';

/** Where a trade or a decision can be on its way to a message, in order. */
export const STAGES = ['received', 'scored', 'above the bar', 'sent'] as const;
export type Stage = (typeof STAGES)[number];

/** What of a decision the page lists; an AlertRecord is one. */
export interface ListedAlert {
  readonly rule: string;
  readonly verdict: string;
  readonly whyNot: string | null;
  readonly title: string;
  readonly eventMs: number;
  readonly decidedMs: number;
  readonly score: number | null;
}

export interface FeedState {
  /** Receive time of the last event, ms since 1970 UTC; null before the first. */
  lastMs: number | null;
  nEvents: number;
  /** Sequence numbers that were missing. */
  nGaps: number;
  nReconnects: number;
}

export interface QueueState {
  /** Messages that wait. */
  depth: number;
  /** When the oldest of them was put in, ms since 1970 UTC; null when none waits. */
  oldestMs: number | null;
  /** Messages that failed too often and were put aside. */
  nDead: number;
}

/** A table of the page. */
export interface StatusTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A number of the metrics, by its labels. */
export interface StatusNumber {
  /** Without the prefix of all. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly rows: readonly (readonly [labels: readonly string[], value: number])[];
}

/** Alerts kept for the page. */
const N_ALERTS = 50;
/** Names of one kind (feeds, queues, limits, rules, sinks): they are few by design, and this keeps a fault from filling memory. */
const N_NAMES_MAX = 1000;

/** Counters by a name or by names joined with a tab. */
export class Counts {
  readonly values = new Map<string, number>();

  add(n: number, ...names: readonly string[]): void {
    const key = names.join('\t');
    if (!this.values.has(key) && this.values.size >= N_NAMES_MAX) return;
    this.values.set(key, (this.values.get(key) ?? 0) + n);
  }
}

export class StatusBoard {
  readonly startedMs: number;
  readonly stages = new Counts();
  /** By limit. */
  readonly heldBack = new Counts();
  /** By rule and verdict. */
  readonly decisions = new Counts();
  /** By sink and outcome: sent, refused, unknown. */
  readonly deliveries = new Counts();
  /** By outcome of one look or one batch: ok, failed. */
  readonly turns = new Counts();
  readonly feeds = new Map<string, FeedState>();
  readonly queues = new Map<string, QueueState>();
  /** The newest first. */
  readonly alerts: ListedAlert[] = [];
  /** Whoever wants a histogram of `latency` listens. */
  onLatency: ((seconds: number) => void) | null = null;
  scorecard: readonly string[] = [];
  /** What this service alone shows: tables by their caption, and numbers. */
  readonly tables = new Map<string, StatusTable>();
  numbers: readonly StatusNumber[] = [];
  lastOkMs: number | null = null;
  /** What was wrong in the last turn, or null. */
  problem: string | null = null;

  /**
   * @param service name of the step
   * @param staleMs without a success for so long the service is not healthy, ms
   */
  constructor(
    readonly service: string,
    readonly staleMs: number,
    readonly nowMs: () => number = realNowMs,
  ) {
    this.startedMs = nowMs();
  }

  succeeded(): void {
    this.lastOkMs = this.nowMs();
    this.problem = null;
    this.turns.add(1, 'ok');
  }

  failed(why: string): void {
    this.problem = why;
    this.turns.add(1, 'failed');
  }

  count(stage: Stage, n = 1): void {
    this.stages.add(n, stage);
  }

  /** Notes a decision: it counts by rule and verdict, and alerts are listed. @param heldBack the limits that hold it back */
  decided(alert: ListedAlert, heldBack: readonly string[] = []): void {
    for (const limit of heldBack) this.heldBack.add(1, limit);
    this.decisions.add(1, alert.rule, alert.verdict);
    if (alert.verdict !== 'alert') return;
    this.count('above the bar');
    this.alerts.unshift(alert);
    this.alerts.length = Math.min(this.alerts.length, N_ALERTS);
  }

  delivered(sink: string, outcome: 'sent' | 'refused' | 'unknown', n = 1): void {
    this.deliveries.add(n, sink, outcome);
    if (outcome === 'sent') this.count('sent', n);
  }

  /** From the receipt of a trade to the hand-over of its alert, s. */
  latency(seconds: number): void {
    this.onLatency?.(seconds);
  }

  /** The state of a feed, to be changed by its owner. */
  feed(name: string): FeedState {
    const known = this.feeds.get(name) ?? { lastMs: null, nEvents: 0, nGaps: 0, nReconnects: 0 };
    if (this.feeds.size < N_NAMES_MAX) this.feeds.set(name, known);
    return known;
  }

  queue(name: string, state: QueueState): void {
    if (this.queues.has(name) || this.queues.size < N_NAMES_MAX) this.queues.set(name, state);
  }
}

export interface Health {
  readonly isHealthy: boolean;
  readonly service: string;
  readonly upSeconds: number;
  readonly lastSuccessSeconds: number | null;
  /** One sentence each. */
  readonly problems: readonly string[];
}

/** Whether the service does what it is for; a service that has just begun is given time. */
export function healthOf(board: StatusBoard): Health {
  const now = board.nowMs();
  const seconds = (ms: number): number => Math.round((now - ms) / 1000);
  const since = board.lastOkMs ?? board.startedMs;
  const isStale = now - since > board.staleMs;
  const problems = [
    ...(board.problem === null ? [] : [`The last attempt failed: ${board.problem}.`]),
    ...(isStale ? [`No success for ${seconds(since)} s.`] : []),
    ...[...board.feeds].flatMap(([name, { lastMs }]) =>
      now - (lastMs ?? board.startedMs) > board.staleMs
        ? [`Nothing from ${name} for ${seconds(lastMs ?? board.startedMs)} s.`]
        : [],
    ),
  ];
  return {
    isHealthy: problems.length === 0,
    service: board.service,
    upSeconds: seconds(board.startedMs),
    lastSuccessSeconds: board.lastOkMs === null ? null : seconds(board.lastOkMs),
    problems,
  };
}
