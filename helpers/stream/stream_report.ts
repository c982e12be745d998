/** What the processes of the stream say at their end. */
import { type DispatchCounts, formatCounts } from '../alerts/dispatch.ts';
import { formatCount } from '../run/console.ts';
import type { Presentation } from '../step/contract.ts';
import { type AnalyzeFacts, formatAnalyzed } from './analyze.ts';
import type { IngestFacts } from './ingest.ts';

export function presentIngest({ nTrades }: IngestFacts): Presentation {
  return { lines: [`Ingested: ${formatCount(nTrades)} trades.`] };
}

export function presentAnalysis(facts: AnalyzeFacts): Presentation {
  return { lines: [formatAnalyzed(facts)] };
}

/** @param testLines what sinks answered to a test; they stand for all else */
export function presentAlerts({ counts, testLines }: { counts: DispatchCounts; testLines: string[] }): Presentation {
  return { lines: testLines.length > 0 ? testLines : [`Alerts: ${formatCounts(counts)}.`] };
}
