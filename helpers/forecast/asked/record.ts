/**
 * What forecasters were asked about open markets, what they said, and what the markets paid in the end: a line of JSON each, stamped with our
 * own clock when it was here. Whatever is scored or tested later rests on these lines alone, so that nothing is known before its time.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hashFile } from '../../run/files.ts';
import { type Journal, openJournal, readJournal } from '../../run/journal.ts';
import type { Estimate, Forecast } from '../forecast.ts';
import { ASKED_FORECASTERS } from '../forecaster.ts';

const PROBABILITY = z.number().min(0).max(1);
const TEXTS = z.array(z.string());

const ESTIMATE = z.object({
  kind: z.literal('estimate'),
  p: PROBABILITY,
  /** Null where there is none: JSON has no NaN. */
  spread: z.number().nullable(),
  n: z.number(),
  sources: TEXTS,
  reasons: TEXTS,
});
const ABSTENTION = z.object({ kind: z.literal('abstain'), why: z.string() });

const ANSWER = z.object({
  kind: z.literal('answer'),
  forecaster: z.enum(ASKED_FORECASTERS),
  ticker: z.string(),
  event: z.string(),
  series: z.string(),
  /** When the answer was here. */
  toldMs: z.number(),
  closesMs: z.number(),
  /** When the prices were read, and what they were, USD a share of YES. */
  quotedMs: z.number(),
  bid: PROBABILITY,
  ask: PROBABILITY,
  /** Rate of the taker fee, the series' multiplier in it. */
  feeRate: z.number(),
  forecast: z.discriminatedUnion('kind', [ESTIMATE, ABSTENTION]),
  /** What it has cost. */
  usd: z.number(),
  /** What came true before may have been known to it; null where that is not known. */
  trainedUntilMs: z.number().nullable(),
});
export type RecordedAnswer = z.infer<typeof ANSWER>;

const RESULT = z.object({
  kind: z.literal('result'),
  ticker: z.string(),
  /** USD a share of YES. */
  payout: PROBABILITY,
  /** When we knew. */
  knownMs: z.number(),
});

const LINE = z.discriminatedUnion('kind', [ANSWER, RESULT]);
export type RecordedLine = z.infer<typeof LINE>;
const LINES = { schema: LINE, lost: 'what was forecast of open markets is asked for anew, and is no longer scored' };

/** Where everything that was asked and received is kept. */
export function askedFolder(dataDir: string): string {
  return join(dataDir, 'live', 'forecasts');
}

export function recordPath(dataDir: string): string {
  return join(askedFolder(dataDir), 'asked.jsonl');
}

/** SHA-256 of the record; null where nobody was ever asked. */
export function recordHash(dataDir: string): string | null {
  const path = recordPath(dataDir);
  return existsSync(path) ? hashFile(path) : null;
}

/** All that was recorded, in the order in which it was; nothing where nobody was ever asked. @throws InputError 'corrupt-file' */
export function readRecord(dataDir: string): RecordedLine[] {
  return readJournal(recordPath(dataDir), LINES);
}

/** The same, to be added to; the caller holds a lock. */
export function openRecord(dataDir: string): { journal: Journal<RecordedLine>; entries: RecordedLine[] } {
  return openJournal(recordPath(dataDir), LINES);
}

export function toRecorded(forecast: Forecast): RecordedAnswer['forecast'] {
  if (forecast.kind === 'abstain') return forecast;
  const { spread, sources, reasons, ...rest } = forecast;
  return { ...rest, spread: Number.isNaN(spread) ? null : spread, sources: [...sources], reasons: [...reasons] };
}

export function fromRecorded(forecast: RecordedAnswer['forecast']): Forecast {
  return forecast.kind === 'abstain'
    ? forecast
    : ({ ...forecast, spread: forecast.spread ?? Number.NaN } satisfies Estimate);
}
