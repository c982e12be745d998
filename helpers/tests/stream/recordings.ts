/** Recordings of 21 for tests: a quiet market with a whale at its end, and what the stream makes of a folder. */
import { FrameLog } from '../../record/frame_log.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import type { StreamEvent } from '../../stream/events.ts';
import { recordedEvents } from '../../stream/recorded_events.ts';

export const START_MS = Date.UTC(2026, 10, 21, 10);

interface Sent {
  readonly atMs: number;
  readonly text: string;
}

/** Writes frames as 21 does, one file an hour. */
export async function record(folder: string, header: object, sent: readonly Sent[]): Promise<void> {
  let nowMs = START_MS;
  const log = await FrameLog.open({ folder, header: JSON.stringify(header), bytesMax: 1e9, nowMs: () => nowMs });
  for (const { atMs, text } of sent) {
    nowMs = atMs;
    log.write('frame', text);
  }
  await log.finish();
}

const kalshi = (n: number, atMs: number, contracts: number): Sent => ({
  atMs: atMs + 40,
  text: JSON.stringify({
    type: 'trade',
    sid: 1,
    seq: n,
    msg: {
      trade_id: `t${n}`,
      market_ticker: 'KXRAIN-26NOV21',
      yes_price_dollars: '0.5000',
      no_price_dollars: '0.5000',
      count_fp: `${contracts}.00`,
      taker_outcome_side: n % 2 === 0 ? 'yes' : 'no',
      ts_ms: atMs,
    },
  }),
});

/** Two quiet hours, then twelve trades within a second and a whale. */
export const SENT = [
  ...Array.from({ length: 120 }, (_, i) => kalshi(i, START_MS + i * MINUTE_MS, 80 + (i % 30))),
  ...Array.from({ length: 12 }, (_, i) => kalshi(200 + i, START_MS + 2 * HOUR_MS + i, 100 + i)),
  kalshi(300, START_MS + 2 * HOUR_MS + 5000, 8000),
];

export async function eventsOf(folder: string, dataDir: string): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of recordedEvents(folder, dataDir)) events.push(event);
  return events;
}
