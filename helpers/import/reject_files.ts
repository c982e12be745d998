/** Rows that could not be used: all counted by reason, the first of them kept beside the table. */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { writeFileAtomic } from '../run/files.ts';
import type { Reject } from './row_block.ts';

const REJECT_SCHEMA = z.object({ reason: z.string(), text: z.string(), value: z.string().optional() });
/** Rejects as one process hands them to another. */
export const REJECTS_SCHEMA = z.object({
  counts: z.record(z.string(), z.number()),
  firsts: z.array(REJECT_SCHEMA),
  lines: z.array(z.tuple([z.string(), z.array(z.string())])),
});

/** What is kept of the rejects of a run; all are counted. */
const LINES_MAX = 200_000;
const LENGTH_MAX = 1 << 27;
/** Characters of a refused row that are kept. */
const ROW_LENGTH_MAX = 10_000;
const EXAMPLE_LENGTH_MAX = 200;

/** What a value must be, by the reason for which a row without it is left out. */
export const ROW_NEEDS: Readonly<Record<string, string>> = {
  'unreadable time': 'a time is a count of seconds, ms, μs or ns since 1970, or ISO 8601 as in 2026-01-09T12:00:00Z',
  'bad wallet': 'a wallet is 0x and 40 hexadecimal digits; leave the column out, and the fills are anonymous',
  'bad side': 'a side is buy or sell, B or S, in any case',
  'bad outcome': 'an outcome is 0 or 1, Yes or No, or the name that the list of markets has for it',
  'unreadable amount': 'a number has no currency sign and no thousands separators',
  'price outside 0..1': 'a price is USD per share; write price=Column[cents] in --columns where it is in cents',
  'price is not amount / shares':
    'the columns of price, shares and amount do not mean what --columns says, or not in USD',
};

export class RejectFiles {
  /** Rows by reason. */
  readonly counts: Record<string, number> = {};
  /** The first row of each reason. */
  private readonly firsts = new Map<string, Reject>();
  private readonly lines = new Map<string, string[]>();
  private nLines = 0;
  private length = 0;

  /** Takes over rejects of the raw file `path`. */
  add(path: string, rejects: readonly Reject[]): void {
    for (const reject of rejects) {
      const { reason, text } = reject;
      if (!this.firsts.has(reason)) this.firsts.set(reason, reject);
      this.counts[reason] = (this.counts[reason] ?? 0) + 1;
      if (!this.isFull) this.keep(path, `${csvField(reason)},${csvField(text.slice(0, ROW_LENGTH_MAX))}`);
    }
  }

  private get isFull(): boolean {
    return this.nLines >= LINES_MAX || this.length >= LENGTH_MAX;
  }

  private keep(path: string, line: string): void {
    const lines = this.lines.get(path);
    if (lines === undefined) this.lines.set(path, [line]);
    else lines.push(line);
    this.nLines++;
    this.length += line.length;
  }

  /** What `takeOver` takes. */
  handOver(): z.infer<typeof REJECTS_SCHEMA> {
    return { counts: this.counts, firsts: [...this.firsts.values()], lines: [...this.lines] };
  }

  /** Takes over the rejects of another process, which has read on where those here end. */
  takeOver({ counts, firsts, lines }: z.infer<typeof REJECTS_SCHEMA>): void {
    for (const [reason, n] of Object.entries(counts)) this.counts[reason] = (this.counts[reason] ?? 0) + n;
    for (const reject of firsts) if (!this.firsts.has(reject.reason)) this.firsts.set(reject.reason, reject);
    for (const [path, own] of lines) for (const line of own) if (!this.isFull) this.keep(path, line);
  }

  /** What to say of files of which no row can be used: the commonest reason, the first such row, and what it should be. */
  nothingUsable(nRows: number): InputError {
    const [[reason, n]] = Object.entries(this.counts).sort(([, a], [, b]) => b - a);
    const { text, value = text } = this.firsts.get(reason)!;
    return new InputError(
      'bad-value',
      `no row of trades can be used (of ${formatCount(nRows)}): ${formatCount(n)} ${reason}, the first "${value.slice(0, EXAMPLE_LENGTH_MAX)}"`,
      ROW_NEEDS[reason] ?? 'compare the rows with what the format says (chapter 1, Formats and Values)',
    );
  }

  /**
   * Writes the rejects of each raw file as CSV into `folder`.
   * @returns the paths of the files
   */
  write(folder: string, files: readonly { readonly path: string; readonly sha256: string }[]): string[] {
    const written: string[] = [];
    for (const { path, sha256 } of files) {
      const lines = this.lines.get(path) ?? [];
      if (lines.length === 0) continue;
      const target = join(folder, `${basename(path)}-${sha256.slice(0, 8)}.rejects.csv`);
      writeFileAtomic(target, `reason,row\n${lines.join('\n')}\n`);
      written.push(target);
    }
    return written;
  }
}

/** A field that is text to a spreadsheet too, which would run what begins like a formula. */
function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
