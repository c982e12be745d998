/** From the receipt of a trade to the hand-over of its alert, out of the lines of alerts that were sent: latency is data. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from 'd3-array';
import { streamFolder } from './service.ts';

export interface SentAlert {
  readonly tradeId: string;
  /** When this machine had the trade, and when its alert was handed to the file of lines, ms since 1970 UTC. */
  readonly receivedMs: number;
  readonly sentMs: number;
}

/** All alerts that the local lines hold, one a line. */
export function sentAlerts(dataDir: string): SentAlert[] {
  const folder = join(streamFolder(dataDir), 'alerts', 'sent');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const { sent_ms, alert } = JSON.parse(line);
        return { tradeId: String(alert.tradeId), receivedMs: alert.receivedMs, sentMs: sent_ms };
      }),
  );
}

export interface Latency {
  /** ms; null without any alert. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly p999_ms: number | null;
}

export function latencyOf(sent: readonly SentAlert[]): Latency {
  const ms = sent.map(({ receivedMs, sentMs }) => sentMs - receivedMs);
  const at = (share: number): number | null => quantile(ms, share) ?? null;
  return { p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999) };
}
