/** Rows that could not be used: all counted by reason, the first of them kept beside the table. */
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../run/files.ts';
import type { Reject } from './row_block.ts';

/** What is kept of the rejects of a run; all are counted. */
const LINES_MAX = 200_000;
const LENGTH_MAX = 1 << 27;
/** Characters of a refused row that are kept. */
const ROW_LENGTH_MAX = 10_000;

export class RejectFiles {
  /** Rows by reason. */
  readonly counts: Record<string, number> = {};
  private readonly lines = new Map<string, string[]>();
  private nLines = 0;
  private length = 0;

  /** Takes over rejects of the raw file `path`. */
  add(path: string, rejects: readonly Reject[]): void {
    const lines = this.lines.get(path) ?? [];
    this.lines.set(path, lines);
    for (const { reason, text } of rejects) {
      this.counts[reason] = (this.counts[reason] ?? 0) + 1;
      if (this.nLines >= LINES_MAX || this.length >= LENGTH_MAX) continue;
      const line = `${csvField(reason)},${csvField(text.slice(0, ROW_LENGTH_MAX))}`;
      this.nLines++;
      this.length += line.length;
      lines.push(line);
    }
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
