/** Sends what is pending in the outbox: each sink in its own order and at its own pace, all at once. */
import type { HttpPorts } from '../http/ports.ts';
import { formatCount } from '../run/console.ts';
import type { AlertWatch } from './decide.ts';
import type { Limiter } from './limits.ts';
import { beginAttempt, type Delivery, endAttempt, isDue, type Outcome } from './outbox/delivery.ts';
import type { Outbox, OutboxRow } from './outbox/outbox.ts';
import type { AlertSink } from './sinks/sink.ts';

export interface Dispatch {
  readonly outbox: Outbox;
  readonly limiter: Limiter;
  readonly sinks: readonly AlertSink[];
  /** Names of sinks that are of no use until their settings are mended; kept by the caller for as long as the process lives. */
  readonly stopped: Set<string>;
  readonly ports: Pick<HttpPorts, 'nowMs' | 'sleep'>;
  /** What is not sent by then stays for the next time, ms since 1970 UTC. */
  readonly endMs: number;
  readonly signal?: AbortSignal;
  readonly warn: (line: string) => void;
  readonly watch?: AlertWatch;
}

export interface DispatchCounts {
  readonly sent: number;
  readonly refused: number;
  readonly unknown: number;
  /** Left for the next time. */
  readonly pending: number;
}

interface Next {
  readonly row: OutboxRow;
  readonly delivery: Delivery;
}

function pendingAt(outbox: Outbox, sink: string): Next[] {
  return [...outbox.unfinished(sink)].flatMap((row) => {
    const delivery = row.deliveries.get(sink);
    return delivery?.state === 'pending' ? [{ row, delivery }] : [];
  });
}

/** The first that may be tried now, else the one that may be tried first. */
function nextAt(outbox: Outbox, sink: string, nowMs: number): Next | undefined {
  const pending = pendingAt(outbox, sink);
  const due = pending.find(({ delivery }) => isDue(delivery, nowMs));
  return due ?? pending.sort((a, b) => a.delivery.notBeforeMs - b.delivery.notBeforeMs)[0];
}

/** Attempts within the minutes in which a service knows a message again. */
const N_SAFE_ATTEMPTS = 5;

/** What did not answer may be asked again, without a mark, for as long as it shows no message twice. */
function repeatable(outcome: Outcome, { nAttempts }: Delivery): Outcome {
  if (outcome.kind !== 'unknown' || nAttempts >= N_SAFE_ATTEMPTS) return outcome;
  return { kind: 'refused', why: outcome.why, retry: { afterMs: null }, stopsSink: false };
}

/** One attempt; it is in the outbox before the request leaves, and its end as soon as it is known. */
async function attempt(sink: AlertSink, { row, delivery }: Next, dispatch: Dispatch): Promise<void> {
  const { outbox, limiter, ports, signal, stopped, warn, watch } = dispatch;
  const { id } = row.record;
  const sending = beginAttempt(delivery);
  outbox.update(id, sending);
  const told = await sink.deliver({ record: row.record, isRepeat: delivery.isMarked }, signal);
  const outcome = sink.isIdempotent === true ? repeatable(told, sending) : told;
  const after = endAttempt(sending, outcome, ports.nowMs());
  outbox.update(id, after);
  watch?.delivered(sink.name, outcome.kind);
  if (after.state === 'refused') {
    limiter.release(id, sink.name);
    warn(`alert ${id} was refused by ${sink.name}: ${after.why}`);
  }
  if (outcome.kind === 'refused' && outcome.stopsSink) {
    stopped.add(sink.name);
    warn(
      `${sink.name} is stopped (${outcome.why}): mend its address; what waits for it is sent by the next run within a day`,
    );
  }
}

async function serve(sink: AlertSink, dispatch: Dispatch): Promise<void> {
  const { outbox, ports, endMs, signal, stopped } = dispatch;
  while (signal?.aborted !== true && !stopped.has(sink.name)) {
    const nowMs = ports.nowMs();
    const next = nextAt(outbox, sink.name, nowMs);
    if (next === undefined) return;
    const startMs = Math.max(next.delivery.notBeforeMs, sink.readyAtMs());
    if (Math.max(startMs, nowMs) >= endMs) return;
    if (startMs > nowMs) await ports.sleep(startMs - nowMs, signal).catch(() => undefined);
    else await attempt(sink, next, dispatch);
  }
}

/** What has become of all deliveries to the sinks of these names. */
export function countDeliveries(outbox: Outbox, sinks: readonly string[]): DispatchCounts {
  const counts = { sent: 0, refused: 0, unknown: 0, pending: 0, sending: 0, held_back: 0 };
  const names = new Set(sinks);
  for (const { deliveries } of outbox.rows())
    for (const { sink, state } of deliveries.values()) if (names.has(sink)) counts[state]++;
  return counts;
}

/** `3 sent, 1 refused, 0 unknown, 2 pending` */
export function formatCounts({ sent, refused, unknown, pending }: DispatchCounts): string {
  const words = { sent, refused, unknown, pending };
  return Object.entries(words)
    .map(([word, n]) => `${formatCount(n)} ${word}`)
    .join(', ');
}

/**
 * Sends until nothing is pending, `endMs` has come, `signal` is aborted or no sink is of use; retries and waits are in it.
 * @throws InputError when the outbox cannot be written
 */
export async function dispatchAlerts(dispatch: Dispatch): Promise<void> {
  await Promise.all(dispatch.sinks.map((sink) => serve(sink, dispatch)));
}
