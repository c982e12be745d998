/**
 * The careful CSV reader (RFC 4180): slower than Polars, but it gives every record back, good or bad. It reads headers
 * and the blocks that Polars cannot be trusted with: bytes that are not UTF-8, quotes in odd places.
 */
import { isUtf8 } from 'node:buffer';

const COMMA = 44;
const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;
/** A quoted field longer than this has lost its closing quote. */
const FIELD_BYTES_MAX = 1 << 16;

export interface CsvRecord {
  /** Fields in order; null for an empty unquoted field. */
  readonly fields: readonly (string | null)[];
  /** Why the record cannot be used, or null. */
  readonly fault: 'invalid UTF-8' | 'malformed quotes' | null;
  readonly text: string;
}

/** Finds the end (exclusive, without the newline) of the record that starts at `from`; -1 when a quote never closes. */
function recordEnd(bytes: Buffer, from: number): number {
  let at = from;
  let atFieldStart = true;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE && atFieldStart) {
      const close = closingQuote(bytes, at + 1);
      if (close < 0) return -1;
      at = close + 1;
      atFieldStart = false;
      continue;
    }
    if (byte === NEWLINE) return at;
    atFieldStart = byte === COMMA;
    at++;
  }
  return at;
}

function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (at - from > FIELD_BYTES_MAX) return -1;
    if (bytes[at + 1] !== QUOTE) return at;
  }
  return -1;
}

function splitFields(bytes: Buffer): { fields: (string | null)[]; isWellQuoted: boolean } {
  const fields: (string | null)[] = [];
  let at = 0;
  let isWellQuoted = true;
  for (;;) {
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at + 1);
      fields.push(bytes.toString('utf8', at + 1, close).replaceAll('""', '"'));
      at = close + 1;
      if (at < bytes.length && bytes[at] !== COMMA) isWellQuoted = false;
      const comma = bytes.indexOf(COMMA, at);
      if (comma < 0) return { fields, isWellQuoted };
      at = comma + 1;
    } else {
      const comma = bytes.indexOf(COMMA, at);
      const end = comma < 0 ? bytes.length : comma;
      fields.push(end === at ? null : bytes.toString('utf8', at, end));
      if (comma < 0) return { fields, isWellQuoted };
      at = comma + 1;
    }
  }
}

/** Every record of a block, blank lines left out. A record whose quote never closes ends at its line's end, as a fault. */
export function* csvRecords(block: Buffer): Generator<CsvRecord> {
  let from = 0;
  while (from < block.length) {
    let end = recordEnd(block, from);
    const isUnclosed = end < 0;
    if (isUnclosed) {
      const newline = block.indexOf(NEWLINE, from);
      end = newline < 0 ? block.length : newline;
    }
    const stop = end > from && block[end - 1] === RETURN ? end - 1 : end;
    const bytes = block.subarray(from, stop);
    from = end + 1;
    if (bytes.length === 0) continue;
    const text = bytes.toString('utf8');
    if (isUnclosed) {
      yield { fields: [], fault: 'malformed quotes', text };
    } else if (!isUtf8(bytes)) {
      yield { fields: [], fault: 'invalid UTF-8', text };
    } else {
      const { fields, isWellQuoted } = splitFields(bytes);
      yield { fields, fault: isWellQuoted ? null : 'malformed quotes', text };
    }
  }
}
