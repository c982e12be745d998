/** The first line of a CSV file: what separates its fields, and what they are called. */
import { isUtf8 } from 'node:buffer';
import { InputError } from '../run/errors.ts';
import { COMMA, csvRecords } from './csv_records.ts';

const NEWLINE = 10;
const RETURN = 13;
/** Comma, semicolon, tab, vertical bar. */
const SEPARATORS = [COMMA, 59, 9, 124] as const;
/** A header of more columns is no header. */
const COLUMNS_MAX = 2000;

export interface CsvHeader {
  readonly names: readonly string[];
  /** The byte between fields. */
  readonly separator: number;
  /** Where the rows begin. */
  readonly end: number;
}

/** The separator that stands most often in a line; a comma when none does. */
function separatorOf(line: Buffer): number {
  const counts = SEPARATORS.map((byte) => line.reduce((n, value) => (value === byte ? n + 1 : n), 0));
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

/**
 * The header of a CSV file; null when the block holds blank lines only. Bytes that are not UTF-8 are read as Latin-1.
 * @throws InputError 'bad-schema' for a quote without its partner, for a name that comes twice and for too many columns
 */
export function readHeader(block: Buffer, path: string): CsvHeader | null {
  let from = 0;
  while (block[from] === NEWLINE || block[from] === RETURN) from++;
  if (from >= block.length) return null;
  const newline = block.indexOf(NEWLINE, from);
  const lineEnd = newline < 0 ? block.length : newline;
  const line = block.subarray(from, lineEnd);
  const separator = separatorOf(line);
  const text = isUtf8(line) ? line : Buffer.from(line.toString('latin1'));
  const header = csvRecords(text, separator).next().value;
  if (header === undefined || header === null || header.error !== null)
    throw new InputError(
      'bad-schema',
      `${path} has a header with a quote that has no partner`,
      'the first line must hold the names of the columns',
    );
  const names = (header.fields as (string | null)[]).map((field, i) => field?.trim() || `column_${i + 1}`);
  if (names.length > COLUMNS_MAX)
    throw new InputError('bad-schema', `${path} has more than ${COLUMNS_MAX} columns`, 'the file may not be CSV');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError('bad-schema', `${path} has column ${twice} twice`, 'remove or rename one of them');
  return { names, separator, end: newline < 0 ? block.length : newline + 1 };
}
