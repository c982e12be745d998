/** Everything between a rule's decision and a message, as verbs for scripts: send; note and serve, for one that goes on; test; preview. */
import { type HttpPorts, realPorts } from '../http/ports.ts';
import { MINUTE_MS } from '../run/clock.ts';
import type { Log } from '../run/console.ts';
import { Wake } from '../run/wake.ts';
import { noteStart, statusLines } from './commands/chat_desk.ts';
import { openMutes, withMutes } from './commands/mute.ts';
import { type AlertDesk, type AlertWatch, noteDecisions, noteDigests } from './decide.ts';
import { countDeliveries, type DispatchCounts, dispatchAlerts } from './dispatch.ts';
import { ALERT_LIMITS, type AlertLimits, createLimiter } from './limits.ts';
import { openOutbox } from './outbox/outbox.ts';
import type { AlertRecord } from './record.ts';
import { type ConfiguredSinks, configuredSinks } from './sinks/configured_sinks.ts';
import { createConsoleSink } from './sinks/console_sink.ts';
import type { AlertSink } from './sinks/sink.ts';
import { formatTestResult, sendTestAlerts } from './test_alerts.ts';

export interface AlertServiceOptions {
  /** Folder of the outbox and of the JSON lines. */
  readonly folder: string;
  readonly log: Pick<Log, 'result' | 'warn'>;
  readonly limits?: AlertLimits;
  readonly ports?: HttpPorts;
  /** Default: as the environment asks for them. */
  readonly sinks?: ConfiguredSinks;
  readonly watch?: AlertWatch;
}

export interface AlertService {
  /**
   * Notes decisions (the most important first) and digests, and sends what is pending, retries included, for at most `waitMs`; the
   * rest goes with the next call, also of another process.
   * @returns what has become of all alerts in the outbox so far
   */
  send(
    records: readonly AlertRecord[],
    options?: { readonly waitMs?: number; readonly signal?: AbortSignal },
  ): Promise<DispatchCounts>;
  /** Notes decisions, on disk when it returns. */
  note(records: readonly AlertRecord[]): void;
  /**
   * Sends what is noted and what will be, each sink at its own pace, and answers in the chats of those that have one, until `signal` is
   * aborted. @throws InputError as `send`
   */
  serve(signal: AbortSignal): Promise<void>;
  counts(): DispatchCounts;
  close(): void;
}

const WAIT_MS = 2 * MINUTE_MS;
/** A sink that waits looks again so soon: something may have been noted, or the pause that a service asked for may be over. */
const LOOK_MS = 200;

/**
 * Opens the outbox and the sinks. One process at a time may have them.
 * @throws InputError 'busy' when another has them, 'bad-option' for an address that is no webhook's
 */
export function openAlertService(options: AlertServiceOptions): AlertService {
  const { folder, log, limits = ALERT_LIMITS, ports = realPorts(), watch } = options;
  const { sinks, routes } = options.sinks ?? configuredSinks(folder, log, { ports });
  const outbox = openOutbox(folder, ports.nowMs());
  const mutes = openMutes(folder);
  const limiter = withMutes(createLimiter(outbox.rows(), limits), mutes);
  const desk: AlertDesk = { outbox, limiter, routes, watch };
  const stopped = new Set<string>();
  const warn = (line: string): void => log.warn(line);
  const base = { outbox, limiter, stopped, ports, watch, warn };
  const counts = (): DispatchCounts =>
    countDeliveries(
      outbox,
      sinks.map(({ name }) => name),
    );
  const keepUp = (): void => {
    noteDigests(desk, ports.nowMs());
    outbox.tidy(ports.nowMs());
  };
  const wakes = sinks.map(() => new Wake());
  return {
    async send(records, { waitMs = WAIT_MS, signal } = {}) {
      noteDecisions(desk, records);
      keepUp();
      await dispatchAlerts({ ...base, sinks, endMs: ports.nowMs() + waitMs, signal });
      return counts();
    },
    note(records) {
      noteDecisions(desk, records);
      for (const wake of wakes) wake.call();
    },
    async serve(signal) {
      keepUp();
      const startedMs = ports.nowMs();
      const timer = setInterval(keepUp, MINUTE_MS);
      const serveOne = async (sink: (typeof sinks)[number], wake: Wake): Promise<void> => {
        while (!signal.aborted) {
          await dispatchAlerts({ ...base, sinks: [sink], endMs: ports.nowMs() + LOOK_MS, signal });
          await wake.wait(LOOK_MS, signal);
        }
      };
      const listenOne = async (sink: AlertSink): Promise<void> => {
        if (sink.listen === undefined) return;
        noteStart(outbox, sink, startedMs);
        const desk = {
          folder,
          warn,
          mute: (untilMs: number) => mutes.mute(sink.name, untilMs),
          status: () =>
            statusLines(outbox, sink, { startedMs, nowMs: ports.nowMs(), mutedMs: mutes.untilMs(sink.name) }),
        };
        await sink.listen(desk, signal);
      };
      try {
        await Promise.all([...sinks.map((sink, i) => serveOne(sink, wakes[i])), ...sinks.map(listenOne)]);
      } finally {
        clearInterval(timer);
      }
    },
    counts,
    close: () => outbox.close(),
  };
}

/**
 * One marked message through every sink (`--test-alerts`): a line for each with what it answered.
 * @throws InputError 'bad-option' for an address that is no webhook's
 */
export async function testAlertSinks({
  folder,
  log,
  ports = realPorts(),
  sinks,
}: AlertServiceOptions): Promise<string[]> {
  const configured = sinks ?? configuredSinks(folder, log, { ports });
  return (await sendTestAlerts(configured.sinks, ports)).map(formatTestResult);
}

/** Prints what would be sent (`--dry-run`) as the limits stand without any alert before; nothing is noted, nothing leaves. */
export async function previewAlerts(
  records: readonly AlertRecord[],
  log: Pick<Log, 'result'>,
  limits: AlertLimits = ALERT_LIMITS,
): Promise<void> {
  const console = createConsoleSink(log);
  const limiter = createLimiter([], limits);
  for (const record of records.filter(({ verdict }) => verdict === 'alert')) {
    const heldBack = limiter.admit(record, console.name);
    if (heldBack === null) await console.deliver({ record, isRepeat: false });
    else log.result(`held back (${heldBack}): alert ${record.id}`);
  }
}
