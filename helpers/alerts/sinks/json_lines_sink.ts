/** Alerts as JSON lines, one file a UTC day of their decisions; for other programs, and the same line is never there twice. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DAY_MS, isoDay } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { type Journal, openJournal } from '../../run/journal.ts';
import { ALERT_RECORD } from '../record.ts';
import type { AlertSink } from './sink.ts';

const FILE = /^alerts-(\d{4}-\d{2}-\d{2})\.jsonl$/;
const DAYS_KEPT = 90;
const LINE = z.object({ sent_ms: z.number(), alert: ALERT_RECORD });

const LINES = { schema: LINE, lost: 'the sink begins another; the outbox still knows what was sent' };

function removeOld(folder: string, nowMs: number): void {
  if (!existsSync(folder)) return;
  const first = isoDay(nowMs - DAYS_KEPT * DAY_MS);
  for (const file of readdirSync(folder))
    if ((FILE.exec(file)?.[1] ?? first) < first) rmSync(join(folder, file), { force: true });
}

interface OpenFile {
  readonly path: string;
  readonly journal: Journal<z.infer<typeof LINE>>;
  readonly ids: Set<string>;
}

/** Whether a file is as it was left: another process may have added a line, or taken it away. */
function isUnchanged({ path, journal }: OpenFile): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === journal.nBytes;
}

/** A sink that writes `alerts-2026-11-21.jsonl` and so on into `folder`; files of more than 90 days ago are removed. */
export function createJsonLinesSink(folder: string, nowMs: () => number): AlertSink {
  removeOld(folder, nowMs());
  let last: OpenFile | null = null;
  const openFile = (path: string): OpenFile => {
    if (last?.path === path && isUnchanged(last)) return last;
    last?.journal.close();
    last = null;
    const { journal, entries } = openJournal(path, LINES);
    last = { path, journal, ids: new Set(entries.map(({ alert }) => alert.id)) };
    return last;
  };
  return {
    name: 'json_lines',
    kind: 'json_lines',
    readyAtMs: () => 0,
    deliver: async ({ record }) => {
      try {
        const { journal, ids } = openFile(join(folder, `alerts-${isoDay(record.decidedMs)}.jsonl`));
        if (!ids.has(record.id)) journal.append([{ sent_ms: nowMs(), alert: record }]);
        ids.add(record.id);
        return { kind: 'sent', messageId: null };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return { kind: 'refused', why: error.message, retry: { afterMs: null }, stopsSink: false };
      }
    },
  };
}
