/** 20: reads the log, folds it into the flow of markets, and puts decisions into the queue of alerts, which 19 sends. */

import { join } from 'node:path';
import { consume } from '../bus/consume.ts';
import type { Message } from '../bus/message_bus.ts';
import { openBus } from '../bus/open_bus.ts';
import { createPatientPublisher } from '../bus/patient_publisher.ts';
import { SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { StepContext } from '../step/contract.ts';
import { ALERTS, FLOW_TRADES, parseEvent } from '../stream/events.ts';
import { openFoldState } from '../stream/fold_state.ts';
import { replayRecording } from '../stream/replay_recording.ts';
import { streamFolder, untilStopped } from '../stream/service.ts';
import type { CorrelatedGroup } from './correlated_groups.ts';
import { FlowMonitor, type FlowSettings } from './flow_monitor.ts';

/** Trades that may be folded and not acknowledged: what a killed monitor folds again. */
const PREFETCH = 60_000;
const PER_BATCH = 500;
const ALERTS_WAITING_MAX = 100_000;
const LINGER_MS = 1;
const SETTLE_MS = 5 * SECOND_MS;

export interface WatchSettings extends FlowSettings {
  readonly busUrl: string;
}

export interface FlowFactsOfRun {
  readonly nTrades: number;
  readonly nDuplicates: number;
  readonly nLate: number;
  readonly nAlerts: number;
  readonly nNearMisses: number;
  /** Groups of correlated markets of the last day. */
  readonly groups: readonly CorrelatedGroup[];
}

/** `Flow: 12 trades, 1 alerts, …` */
export function formatFlow({ nTrades, nAlerts, nNearMisses, nDuplicates, nLate, groups }: FlowFactsOfRun): string {
  const counts = [
    [nTrades, 'trades'],
    [nAlerts, 'alerts'],
    [nNearMisses, 'near misses'],
    [nDuplicates, 'came twice'],
    [nLate, 'late'],
    [groups.length, 'groups of correlated markets'],
  ] as const;
  return `Flow: ${counts.map(([n, what]) => `${formatCount(n)} ${what}`).join(', ')}.`;
}

/** Watches until it is stopped. @throws InputError when the queue is taken or the disk is full */
export async function watchFlow(
  { log, status, dataDir }: StepContext,
  settings: WatchSettings,
): Promise<FlowFactsOfRun> {
  const monitor = new FlowMonitor(settings);
  const state = openFoldState(join(streamFolder(dataDir), 'flow.sqlite'));
  monitor.restore(state.load(monitor));
  const verdicts = { nAlerts: 0, nNearMisses: 0 };
  const facts = (): FlowFactsOfRun => ({ ...monitor.counts, ...verdicts, groups: monitor.correlated });
  const bus = await openBus(settings.busUrl, { onDown: log.warn });
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const alerts = createPatientPublisher(bus, ALERTS, {
    nMax: ALERTS_WAITING_MAX,
    lingerMs: LINGER_MS,
    warn: log.warn,
    onFault: fail,
  });
  const handle = async (messages: readonly Message[]): Promise<void> => {
    // One by one: what was decided of messages before one that cannot be used must not be lost with it.
    for (const { body } of messages) {
      const decided = monitor.take(parseEvent(body));
      if (decided.length === 0) continue;
      const lines = decided.map((record) => JSON.stringify(record));
      while (!alerts.offer(lines)) await alerts.flush();
      for (const record of decided) {
        status.decided(record);
        if (record.verdict === 'alert') verdicts.nAlerts++;
        else verdicts.nNearMisses++;
      }
    }
    status.succeeded();
  };
  /** Alerts first, then what follows from having decided them: a death in between repeats alerts, which their ids tell. */
  const settle = async (): Promise<void> => {
    await alerts.flush();
    state.save(monitor);
  };
  try {
    const consumer = await consume(bus, FLOW_TRADES, {
      prefetch: PREFETCH,
      nPerBatch: PER_BATCH,
      handle,
      settle: { work: settle, everyMs: SETTLE_MS },
      warn: log.warn,
    });
    consumer.done.catch(fail);
    await untilStopped(failed, async () => {
      await consumer.close();
      log.result(formatFlow(facts()));
    });
    return facts();
  } finally {
    alerts.close();
    await bus.close();
    state.close();
  }
}

/** What the monitor decides about a recording of 21, from nothing. @throws InputError when there is no recording */
export async function watchRecording(
  ctx: StepContext,
  settings: FlowSettings,
  folder: string,
): Promise<FlowFactsOfRun> {
  const monitor = new FlowMonitor(settings);
  const decided = await replayRecording(ctx, folder, (event) => monitor.take(event));
  const nAlerts = decided.filter(({ verdict }) => verdict === 'alert').length;
  return { ...monitor.counts, nAlerts, nNearMisses: decided.length - nAlerts, groups: monitor.correlated };
}
