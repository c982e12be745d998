/** The one owner of the terminal: lines for people on standard error, results on standard output, progress on either. */
import { redact } from '../http/redact.ts';
import { formatDuration, nowMs } from './clock.ts';
import { secretValues } from './env.ts';
import { assert, InputError } from './errors.ts';

export interface Log {
  /** A line of what is being done (silenced by --quiet). */
  note(line: string): void;
  /** A result the user asked for; printed even with --quiet. */
  result(line: string): void;
  /** Something the user should know although the work goes on. */
  warn(line: string): void;
  /** Starts a progress report for `total` units of work, or for an unknown amount when it is null. */
  progress(label: string, total: number | null): Progress;
}

interface Progress {
  /** Work done so far, in the units of `total`. */
  update(done: number): void;
  done(): void;
}

const BAR_WIDTH = 24;
const TERMINAL_EVERY_MS = 100;
const LINE_EVERY_MS = 10_000;

/** `1,234,567` */
export function formatCount(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** `12.3 MiB` */
export function formatBytes(nBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = nBytes;
  let unit = 0;
  // What would be printed as 1024.0 belongs to the next unit already.
  while (value >= (unit === 0 ? 1024 : 1023.95) && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/**
 * Keeps a process at work whose output cannot be written: a reader that has gone (`| head`) is no fault and goes unmentioned;
 * what else is wrong with standard output, for example a full disk, is kept for the end, so that no work is lost over its text.
 * @returns what is wrong with the output so far, or null
 */
export function watchOutput(): () => InputError | null {
  let fault: InputError | null = null;
  for (const [stream, name] of [
    [process.stdout, 'standard output'],
    [process.stderr, 'standard error'],
  ] as const)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
      fault ??= new InputError(
        error.code === 'ENOSPC' ? 'disk-full' : 'no-permission',
        `${name} cannot be written (${error.code ?? error.message}): lines of this run are lost, its tables are whole`,
        'free some disk space or send the output elsewhere; the same command prints its results again',
        { cause: error },
      );
    });
  return () => fault;
}

/** Controls but line breaks and tabs, and characters that turn the direction of text or cannot be seen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Text with what could move the cursor, change colours or hide words of a terminal written as `\\u001b`. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * A log that writes to the terminal. On a terminal progress is a bar; elsewhere a line every ten seconds.
 * @param options.complete what is done to every line first
 */
export function createLog(options: { quiet: boolean; complete?: (line: string) => string }): Log {
  const { quiet } = options;
  const complete = (line: string): string => printable((options.complete ?? ((text: string) => text))(line));
  const isTerminal = process.stderr.isTTY === true;
  return {
    note: (line) => {
      if (!quiet) console.error(complete(line));
    },
    result: (line) => console.log(complete(line)),
    warn: (line) => console.error(`note: ${complete(line)}`),
    progress: (label, total) => {
      const startedMs = nowMs();
      let lastMs = startedMs;
      const text = (done: number): string => {
        const elapsedMs = nowMs() - startedMs;
        const rate = done / Math.max(elapsedMs / 1000, 1e-3);
        if (total === null) return `${label}: ${formatCount(done)} (${formatCount(rate)}/s)`;
        const share = total === 0 ? 1 : Math.min(done / total, 1);
        const left = share > 0.02 ? `, ${formatDuration((elapsedMs * (1 - share)) / share)} left` : '';
        return `${label}: ${(share * 100).toFixed(0)}%, ${formatCount(rate)}/s${left}`;
      };
      const bar = (done: number): string => {
        if (total === null) return '';
        const filled = Math.round(BAR_WIDTH * Math.min(done / Math.max(total, 1), 1));
        return `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] `;
      };
      return {
        update: (done) => {
          if (quiet) return;
          const now = nowMs();
          if (now - lastMs < (isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS)) return;
          lastMs = now;
          if (isTerminal) process.stderr.write(`\r\x1b[K${bar(done)}${text(done)}`);
          else console.error(text(done));
        },
        done: () => {
          if (!quiet && isTerminal) process.stderr.write('\r\x1b[K');
        },
      };
    },
  };
}

/** Prints the one line and the hint that a user's fault deserves. */
export function printInputError(error: InputError): void {
  console.error(`error: ${printable(error.message)}`);
  if (error.hint !== '') console.error(`hint:  ${printable(error.hint)}`);
}

/** One line of what has happened, where there is no log. */
export function printNote(text: string): void {
  console.error(printable(text));
}

/** Prints our own fault with its stack, without keys: it is there to be passed on. */
export function printBug(error: unknown): void {
  console.error('This is a bug in Spyhop, not in your data. Please report it with the lines below.');
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(printable(redact(trace, secretValues())));
}

/** Digits with separators, a sign, an exponent, a per cent or times sign; or the dash of an unknown number; or nothing. */
const NUMBER = /^([-+]?[\d,.]*\d(e[-+]?\d+)?[%x]?|–|)$/;

/** Header and rows of a table of records, told column by column: the title, and what stands there for a record. */
export function tabulate<T, Cell extends string | number>(
  records: readonly T[],
  columns: Readonly<Record<string, (record: T) => Cell>>,
): { header: string[]; rows: Cell[][] } {
  const cells = Object.values(columns);
  return { header: Object.keys(columns), rows: records.map((record) => cells.map((cell) => cell(record))) };
}

/** A plain text table: numbers right-aligned, text left-aligned; line breaks within a cell become spaces. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => {
    assert(row.length === header.length, `a row of ${row.length} cells in a table of ${header.length} columns`);
    return row.map((cell) => String(cell).replaceAll(/\s*[\r\n\t]\s*/g, ' '));
  });
  const widths = header.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)));
  const isNumber = header.map((_, i) => rows.length > 0 && cells.every((row) => NUMBER.test(row[i])));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((w) => '-'.repeat(w)).join('  '), ...cells.map(line)].join('\n');
}
