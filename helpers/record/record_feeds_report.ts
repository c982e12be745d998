/** What a recording has brought. */
import type { Presentation } from '../step/contract.ts';
import { formatRecord, type RecordFacts } from './record_feeds.ts';

/** The lines for the terminal; a recording has no section in the report. */
export function presentRecord(facts: RecordFacts): Presentation {
  return { lines: [`Recorded: ${formatRecord(facts)}; in ${facts.folder}.`] };
}
