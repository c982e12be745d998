/** From the receipt of a trade to the hand-over of its alert, out of the outbox itself: latency is data. */
import { join } from 'node:path';
import { quantile } from 'd3-array';
import { openOutbox } from '../alerts/outbox/outbox.ts';
import { streamFolder } from './service.ts';

export interface AlertLatency {
  readonly nAlerts: number;
  /** ms; null without any alert. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
}

const SINK = 'json_lines';

/** Of all alerts that the local file of lines was given; nobody may have the outbox open. */
export function alertLatency(dataDir: string, nowMs: number): AlertLatency {
  const outbox = openOutbox(join(streamFolder(dataDir), 'alerts'), nowMs);
  try {
    const ms = [...outbox.rows()].flatMap(({ record, deliveries }) => {
      const sentMs = deliveries.get(SINK)?.sentMs ?? null;
      return sentMs === null ? [] : [sentMs - record.receivedMs];
    });
    const at = (share: number): number | null => quantile(ms, share) ?? null;
    return { nAlerts: ms.length, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
  } finally {
    outbox.close();
  }
}
