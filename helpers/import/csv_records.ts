/**
 * The strict CSV parser (RFC 4180): slower than Polars, but it gives every record back, good or bad. It reads headers
 * and the blocks that Polars cannot be trusted with: bytes that are not UTF-8, quotes in odd places.
 */
import { isUtf8 } from 'node:buffer';

/** What stands between the fields of a record. */
export const COMMA = 44;
const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;
/** A quoted field longer than this has lost its closing quote. */
const FIELD_BYTES_MAX = 1 << 16;

export interface CsvRecord {
  /** Fields in order; null for an empty unquoted field. */
  readonly fields: readonly (string | null)[];
  /** Why the record cannot be used, or null. */
  readonly error: 'invalid UTF-8' | 'malformed quotes' | null;
  readonly text: string;
}

/** Where a record ends (exclusive, without its newline). */
interface RecordEnd {
  readonly at: number;
  /** A quote that never closes: the record ends at the end of its line, as a row error. */
  readonly isUnclosed: boolean;
}

/**
 * The end of the record that starts at `from`. It depends only on the bytes from there on, never on how a stream was cut.
 * @param isWhole whether nothing follows the buffer; if not, null means that more bytes are needed to tell
 * @param behind where to go on, behind fields of the record that are known to be whole
 */
function recordEnd(bytes: Buffer, from: number, isWhole: boolean, separator: number, behind = from): RecordEnd | null {
  let at = behind;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const lineEnd = newline < 0 ? bytes.length : newline;
    const quote = openingQuote(bytes, from, at, lineEnd, separator);
    if (quote < 0) return newline < 0 && !isWhole ? null : { at: lineEnd, isUnclosed: false };
    const close = closingQuote(bytes, quote + 1);
    if (close === bytes.length - 1 && !isWhole) return null;
    if (close < 0) {
      if (bytes.length - quote <= FIELD_BYTES_MAX + 3 && !isWhole) return null;
      const end = bytes.indexOf(NEWLINE, from);
      return { at: end < 0 ? bytes.length : end, isUnclosed: true };
    }
    at = close + 1;
  }
}

/** The next quote that opens a field between `at` and `end` of a record that starts at `from`; -1 when there is none. */
function openingQuote(bytes: Buffer, from: number, at: number, end: number, separator: number): number {
  const rest = bytes.subarray(at, end);
  for (let i = rest.indexOf(QUOTE); i >= 0; i = rest.indexOf(QUOTE, i + 1))
    if (at + i === from || (i > 0 && rest[i - 1] === separator)) return at + i;
  return -1;
}

/** The quote that closes a field whose text starts at `from`; -1 when there is none within the longest field. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (at - from > FIELD_BYTES_MAX) return -1;
    if (bytes[at + 1] !== QUOTE) return at;
  }
  return -1;
}

/**
 * The end (exclusive, with its newline) of the last whole record of a buffer that more bytes follow; -1 when there is none.
 */
export function lastRecordEnd(bytes: Buffer, separator = COMMA): number {
  if (!bytes.includes(QUOTE)) return bytes.lastIndexOf(NEWLINE) + 1 || -1;
  let from = 0;
  for (;;) {
    const end = recordEnd(bytes, from, false, separator);
    if (end === null || end.at >= bytes.length) return from === 0 ? -1 : from;
    from = end.at + 1;
  }
}

/**
 * Where a record begins in bytes out of the middle of a file, told by them alone: behind a newline either a record begins, or the text
 * of a quoted field goes on. Both are followed until they agree.
 * @param isWhole whether the file ends with the bytes
 * @returns null where these bytes cannot tell
 */
export function certainRecordStart(bytes: Buffer, isWhole: boolean, separator = COMMA): number | null {
  const from = bytes.indexOf(NEWLINE) + 1;
  if (from === 0 || from >= bytes.length) return null;
  const after = (start: number, behind?: number): number | null => {
    const end = recordEnd(bytes, start, isWhole, separator, behind);
    // Where the quote of a record that began before these bytes never closes, they do not tell where it ends.
    const isUnknown = end === null || end.at + 1 >= bytes.length || (start < 0 && end.isUnclosed);
    return isUnknown ? null : end.at + 1;
  };
  const close = closingQuote(bytes, from);
  const isField = close >= 0 || (bytes.length - from <= FIELD_BYTES_MAX + 1 && !isWhole);
  if (!isField) return from;
  if (close < 0 || (close === bytes.length - 1 && !isWhole)) return null;
  let [asRecord, asText]: (number | null)[] = [from, after(-1, close + 1)];
  while (asRecord !== null && asText !== null && asRecord !== asText) {
    if (asRecord < asText) asRecord = after(asRecord);
    else asText = after(asText);
  }
  return asRecord === null || asText === null ? null : asRecord;
}

function splitFields(bytes: Buffer, separator: number): { fields: (string | null)[]; isWellQuoted: boolean } {
  const fields: (string | null)[] = [];
  let at = 0;
  let isWellQuoted = true;
  for (;;) {
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at + 1);
      fields.push(bytes.toString('utf8', at + 1, close).replaceAll('""', '"'));
      at = close + 1;
      if (at < bytes.length && bytes[at] !== separator) isWellQuoted = false;
      const comma = bytes.indexOf(separator, at);
      if (comma < 0) return { fields, isWellQuoted };
      at = comma + 1;
    } else {
      const comma = bytes.indexOf(separator, at);
      const end = comma < 0 ? bytes.length : comma;
      fields.push(end === at ? null : bytes.toString('utf8', at, end));
      if (comma < 0) return { fields, isWellQuoted };
      at = comma + 1;
    }
  }
}

/** Every record of a block, blank lines left out. A record whose quote never closes ends at its line's end, as a row error. */
export function* csvRecords(block: Buffer, separator = COMMA): Generator<CsvRecord> {
  let from = 0;
  while (from < block.length) {
    if (block[from] === NEWLINE) {
      from++;
      continue;
    }
    const { at: end, isUnclosed } = recordEnd(block, from, true, separator)!;
    const stop = end > from && block[end - 1] === RETURN ? end - 1 : end;
    const bytes = block.subarray(from, stop);
    from = end + 1;
    if (bytes.length === 0) continue;
    const text = bytes.toString('utf8');
    if (isUnclosed) {
      yield { fields: [], error: 'malformed quotes', text };
    } else if (!isUtf8(bytes)) {
      yield { fields: [], error: 'invalid UTF-8', text };
    } else {
      const { fields, isWellQuoted } = splitFields(bytes, separator);
      yield { fields, error: isWellQuoted ? null : 'malformed quotes', text };
    }
  }
}
