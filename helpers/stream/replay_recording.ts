/** A recording of 21 through a fold of the stream: the same recording gives the same decisions, byte for byte. */
import { join } from 'node:path';
import type { AlertRecord } from '../alerts/record.ts';
import { formatDuration, nowMs } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { writeFileAtomic } from '../run/files.ts';
import type { OptionSpecs } from '../run/options.ts';
import type { StepContext } from '../step/contract.ts';
import type { StreamEvent } from './events.ts';
import { recordedEvents } from './recorded_events.ts';
import { streamFolder } from './service.ts';

export const REPLAY_OPTION = {
  replay: {
    type: 'string',
    describe:
      'decide about a recording of 21 (a folder as data/live/frames/kalshi) instead of the queue, and end; nothing is sent',
    group: 'What is worth an alert',
  },
} as const satisfies OptionSpecs;

/** Folds a recording from nothing, and keeps its decisions in `live/stream/replayed/<step>.jsonl`; says how fast that went. */
export async function replayRecording(
  { dataDir, step, log }: StepContext,
  folder: string,
  take: (event: StreamEvent) => readonly AlertRecord[],
): Promise<AlertRecord[]> {
  const startedMs = nowMs();
  const decided: AlertRecord[] = [];
  let nTrades = 0;
  for await (const event of recordedEvents(folder, dataDir)) {
    if (event.kind === 'trade') nTrades++;
    decided.push(...take(event));
  }
  const path = join(streamFolder(dataDir), 'replayed', `${step.id}.jsonl`);
  writeFileAtomic(path, decided.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const ms = Math.max(1, nowMs() - startedMs);
  log.result(
    `Replayed ${formatCount(nTrades)} trades in ${formatDuration(ms)}, ${formatCount(Math.round((1000 * nTrades) / ms))} a second; ${formatCount(decided.length)} decisions in ${path}`,
  );
  return decided;
}
