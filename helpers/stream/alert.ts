/** 19: takes decisions from their queue into the outbox, and sends them. */
import { type AlertServiceOptions, openAlertService } from '../alerts/alert_service.ts';
import { type DispatchCounts, formatCounts } from '../alerts/dispatch.ts';
import { ALERT_RECORD } from '../alerts/record.ts';
import { consume } from '../bus/consume.ts';
import { openBus } from '../bus/open_bus.ts';
import type { StepContext } from '../step/contract.ts';
import { ALERTS } from './events.ts';
import { untilStopped } from './service.ts';

export const NOTHING_SENT: DispatchCounts = { sent: 0, refused: 0, unknown: 0, pending: 0 };

const PREFETCH = 1000;
/** Decisions that one flush of the disk is for. */
const PER_BATCH = 100;

/** Sends until it is stopped. @throws InputError when the outbox or the queue is taken, or the disk is full */
export async function sendStreamAlerts(
  ctx: StepContext,
  busUrl: string,
  options: AlertServiceOptions,
): Promise<DispatchCounts> {
  const { log, status } = ctx;
  const alerts = openAlertService(options);
  const stopping = new AbortController();
  const bus = await openBus(busUrl, { onDown: log.warn });
  try {
    const consumer = await consume(bus, ALERTS, {
      prefetch: PREFETCH,
      nPerBatch: PER_BATCH,
      handle: (messages) => {
        alerts.note(messages.map(({ body }) => ALERT_RECORD.parse(JSON.parse(body))));
        status.succeeded();
      },
      warn: log.warn,
    });
    const serving = alerts.serve(stopping.signal);
    const failed = Promise.race([serving, consumer.done]).then(() => new Promise<never>(() => undefined));
    await untilStopped(failed, async () => {
      await consumer.close();
      stopping.abort();
      await serving;
      log.result(`Alerts: ${formatCounts(alerts.counts())}.`);
    });
    return alerts.counts();
  } finally {
    stopping.abort();
    await bus.close();
    alerts.close();
  }
}
