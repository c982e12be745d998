/** Until when a sink is muted, kept across restarts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isoTime } from '../../run/clock.ts';
import { readJsonAs, writeJsonAtomic } from '../../run/files.ts';
import type { Limiter } from '../limits.ts';

const MUTED = z.record(z.string(), z.number());

export interface Mutes {
  /** @param untilMs ms since 1970 UTC */
  mute(sink: string, untilMs: number): void;
  /** Until when a sink is muted, ms since 1970 UTC; 0 for never. */
  untilMs(sink: string): number;
}

/** @throws InputError 'corrupt-file' when the file cannot be read */
export function openMutes(folder: string): Mutes {
  const path = join(folder, 'muted.json');
  const until = existsSync(path) ? readJsonAs(path, MUTED, 'a list of mutes', `delete ${path}`) : {};
  return {
    mute: (sink, untilMs) => {
      until[sink] = untilMs;
      writeJsonAtomic(path, until);
    },
    untilMs: (sink) => until[sink] ?? 0,
  };
}

/** The same limits, and nothing for a sink while it is muted: it comes in the digest. */
export function withMutes(limiter: Limiter, mutes: Mutes): Limiter {
  return {
    ...limiter,
    admit: (record, sink) => {
      const untilMs = mutes.untilMs(sink);
      if (record.venue !== null && !record.isTest && record.decidedMs < untilMs)
        return `muted until ${isoTime(untilMs).slice(0, 16).replace('T', ' ')} UTC`;
      return limiter.admit(record, sink);
    },
  };
}
