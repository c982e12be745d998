/** Keeps what the risk engine says: a line of JSON each, a file a UTC day. A denial that is the same as the one before is kept once an hour. */
import { join } from 'node:path';
import { z } from 'zod';
import { HOUR_MS, isoDay } from '../run/clock.ts';
import { type Journal, openJournal, readJournal } from '../run/journal.ts';
import type { RiskEvent } from '../trade/risk/engine.ts';

const LINE = z.object({
  atMs: z.number(),
  event: z.custom<RiskEvent>((value) => typeof value === 'object' && value !== null && 'kind' in value),
});
export type RiskLine = Readonly<z.infer<typeof LINE>>;

const KIND = { schema: LINE, lost: 'it says why orders were allowed or denied that day' };
const pathOf = (folder: string, day: string): string => join(folder, 'risk', `${day}.jsonl`);

/** What the engine said on a day; nothing where there is no file. */
export function readRiskLines(folder: string, day: string): RiskLine[] {
  return readJournal(pathOf(folder, day), KIND);
}

export class RiskRecord {
  private journal: Journal<RiskLine> | null = null;
  private day = '';
  /** When each market was last denied for the same reasons, ms. */
  private readonly denied = new Map<string, { readonly why: string; readonly atMs: number }>();

  constructor(
    private readonly folder: string,
    private readonly nowMs: () => number,
  ) {}

  /** On disk when it returns. @throws InputError 'disk-full' */
  add(event: RiskEvent): void {
    const atMs = this.nowMs();
    if (event.kind === 'decision' && this.isSaidAlready(event, atMs)) return;
    this.open(isoDay(atMs)).append([{ atMs, event }]);
  }

  close(): void {
    this.journal?.close();
    this.journal = null;
  }

  private isSaidAlready({ intent, decision }: RiskEvent & { kind: 'decision' }, atMs: number): boolean {
    const { ticker } = intent.market;
    if (decision.verdict !== 'deny') {
      this.denied.delete(ticker);
      return false;
    }
    const failed = decision.checks.filter(({ isPassed }) => !isPassed).map(({ name }) => name);
    const why = `${intent.action} ${failed.join(' ')}`;
    const before = this.denied.get(ticker);
    if (before?.why === why && atMs - before.atMs < HOUR_MS) return true;
    this.denied.set(ticker, { why, atMs });
    return false;
  }

  private open(day: string): Journal<RiskLine> {
    if (this.journal !== null && day === this.day) return this.journal;
    this.close();
    this.day = day;
    this.journal = openJournal(pathOf(this.folder, day), KIND).journal;
    return this.journal;
  }
}
