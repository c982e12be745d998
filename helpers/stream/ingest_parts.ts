/** What the ingestors of both venues have in common. */
import type { HttpPorts } from '../http/ports.ts';
import type { Bookmark } from './bookmark.ts';
import type { EventLog } from './event_log.ts';

export interface Ingest {
  /** Rejects with what ends it: a refusal, a changed service, a full disk. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/** Who wants to know how the feed does. */
export interface FeedWatch {
  received(n: number): void;
  gap(): void;
  reconnected(): void;
}

export interface IngestParts {
  readonly log: EventLog;
  readonly bookmark: Bookmark;
  readonly ports: HttpPorts;
  readonly watch: FeedWatch;
  readonly note: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** How long to wait before memory is asked again whether it has room. */
export const FULL_WAIT_MS = 100;
/** Trades before the last known one that are fetched again: they may have come out of order, or been lost with the power. */
export const OVERLAP_MS = 2 * 60_000;
/** Ids remembered so that what is fetched again is not published again. */
export const N_RECENT = 250_000;

/** Where to go on: at the bookmark; at the first start now, which is noted, so that a start that fails loses nothing either. */
export function beginAt(bookmark: Bookmark, nowMs: number): number {
  const untilMs = bookmark.read();
  if (untilMs === null) bookmark.write(nowMs);
  return untilMs ?? nowMs;
}
