/** Bulletins and climate reports as this machine received them, a line of JSON each: forecasts and their errors rest on nothing that came later. */
import { join } from 'node:path';
import { z } from 'zod';
import { type Journal, openJournal } from '../../run/journal.ts';

const BULLETIN = z.object({
  kind: z.literal('bulletin'),
  issuedMs: z.number(),
  receivedMs: z.number(),
  /** The rows that are read, of the stations that markets name. */
  text: z.string(),
});
const REPORT = z.object({
  kind: z.literal('report'),
  /** As the service calls it. */
  id: z.string(),
  /** `NYC` of CLINYC. */
  station: z.string(),
  receivedMs: z.number(),
  day: z.string(),
  maximum: z.number().nullable(),
  minimum: z.number().nullable(),
  isPreliminary: z.boolean(),
});
const LINE = z.discriminatedUnion('kind', [BULLETIN, REPORT]);

export type KeptBulletin = z.infer<typeof BULLETIN>;
export type KeptReport = z.infer<typeof REPORT>;

const LINES = { schema: LINE, lost: 'what forecasts of the weather were off by is learned anew' };

export class WeatherRecord {
  readonly bulletins: KeptBulletin[] = [];
  readonly reports: KeptReport[] = [];
  private readonly journal: Journal<z.infer<typeof LINE>> | null = null;

  /**
   * @param folder where it is kept; null keeps it in memory alone
   * @throws InputError 'corrupt-file' for a line that cannot be read
   */
  constructor(folder: string | null) {
    if (folder === null) return;
    const { journal, entries } = openJournal(join(folder, 'weather.jsonl'), LINES);
    this.journal = journal;
    for (const line of entries) this.note(line);
  }

  add(line: KeptBulletin | KeptReport): void {
    this.journal?.append([line]);
    this.note(line);
  }

  private note(line: KeptBulletin | KeptReport): void {
    if (line.kind === 'bulletin') this.bulletins.push(line);
    else this.reports.push(line);
  }
}
