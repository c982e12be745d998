/** One marked message through every sink, to see whether the way is open; it goes past the outbox, and no limit counts it. */
import type { HttpPorts } from '../http/ports.ts';
import { formatDuration, isoTime, SECOND_MS } from '../run/clock.ts';
import type { Outcome } from './outbox/delivery.ts';
import { type AlertRecord, messageRecord } from './record.ts';
import type { AlertSink } from './sinks/sink.ts';

/** A service that is busy for no longer than this is asked once more. */
const PATIENCE_MS = 30 * SECOND_MS;

export interface TestResult {
  readonly sink: string;
  readonly outcome: Outcome;
}

function testRecord(nowMs: number): AlertRecord {
  const message = {
    rule: 'test',
    period: isoTime(nowMs),
    title: 'Alerts of Spyhop arrive here',
    eventMs: nowMs,
    reasons: [`This is a test of ${isoTime(nowMs)}; nothing has happened in any market.`],
    known: {},
    isTest: true,
  };
  return messageRecord(message, nowMs);
}

async function tryOne(
  sink: AlertSink,
  record: AlertRecord,
  ports: Pick<HttpPorts, 'nowMs' | 'sleep'>,
): Promise<Outcome> {
  const outcome = await sink.deliver({ record, isRepeat: false });
  if (outcome.kind !== 'refused' || outcome.stopsSink || outcome.retry === null) return outcome;
  const waitMs = Math.max(outcome.retry.afterMs ?? SECOND_MS, sink.readyAtMs() - ports.nowMs());
  if (waitMs > PATIENCE_MS) return outcome;
  await ports.sleep(waitMs);
  return sink.deliver({ record, isRepeat: outcome.isDoubtful === true });
}

/** Sends the test message; one result a sink, in their order. */
export function sendTestAlerts(
  sinks: readonly AlertSink[],
  ports: Pick<HttpPorts, 'nowMs' | 'sleep'>,
): Promise<TestResult[]> {
  const record = testRecord(ports.nowMs());
  return Promise.all(sinks.map(async (sink) => ({ sink: sink.name, outcome: await tryOne(sink, record, ports) })));
}

/** `discord: sent (message 123)`, or what the service answered. */
export function formatTestResult({ sink, outcome }: TestResult): string {
  if (outcome.kind === 'sent')
    return `${sink}: sent${outcome.messageId === null ? '' : ` (message ${outcome.messageId})`}`;
  if (outcome.kind === 'unknown') return `${sink}: unknown, the message may have arrived (${outcome.why})`;
  const wait = outcome.retry?.afterMs ?? null;
  return `${sink}: refused (${outcome.why})${wait === null ? '' : `, it asks to wait ${formatDuration(wait)}`}`;
}
