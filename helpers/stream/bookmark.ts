/** How far an ingestor has come: all trades of the venue until then are in the log. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJsonAtomic } from '../run/files.ts';

const BOOKMARK = z.object({ until_ms: z.number() });

export interface Bookmark {
  /** ms since 1970 UTC, or null where there is none or it cannot be read. */
  read(): number | null;
  /** On disk when it returns. */
  write(untilMs: number): void;
}

export function openBookmark(folder: string, venue: string): Bookmark {
  const path = join(folder, `${venue}_bookmark.json`);
  let last: number | null = null;
  return {
    read: () => {
      if (!existsSync(path)) return null;
      const parsed = BOOKMARK.safeParse(readJson(path));
      return parsed.success ? parsed.data.until_ms : null;
    },
    write: (untilMs) => {
      if (untilMs === last) return;
      writeJsonAtomic(path, { until_ms: untilMs });
      last = untilMs;
    },
  };
}
