/** Elements of a JSON array, one after the other, so that memory does not grow with the array. */
import { InputError } from '../run/errors.ts';
import type { TextPiece } from './text_blocks.ts';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
/** [ { and ] }. */
const OPENING: ReadonlySet<number> = new Set([91, 123]);
const CLOSING: ReadonlySet<number> = new Set([93, 125]);
/** An element may be as long as this. */
export const ELEMENT_BYTES_MAX = 1 << 26;
/** Elements given at once, however short they are. */
const ELEMENTS_MAX = 100_000;

/** Looks for the elements of an array in bytes that come piece by piece. */
class Scanner {
  /** Brackets open, that of the array among them. */
  private depth = 1;
  private isInString = false;
  /** Where the looking goes on, and where the element begins that it is in. */
  private at: number;
  private start: number;
  isAtEnd = false;

  /** @param from the first byte after the bracket that opens the array */
  constructor(from: number) {
    this.at = from;
    this.start = from;
  }

  /** The next elements of what has come so far; blank at the end of an empty array. */
  take(bytes: Buffer): Buffer[] {
    const found: Buffer[] = [];
    while (this.at < bytes.length && !this.isAtEnd && found.length < ELEMENTS_MAX) {
      if (this.isInString) {
        this.leaveString(bytes);
        continue;
      }
      const byte = bytes[this.at];
      if (byte === QUOTE) this.isInString = true;
      else if (OPENING.has(byte)) this.depth++;
      else if (CLOSING.has(byte)) this.depth--;
      if (this.depth === 0 || (this.depth === 1 && byte === COMMA)) {
        found.push(bytes.subarray(this.start, this.at));
        this.start = this.at + 1;
        this.isAtEnd = this.depth === 0;
      }
      this.at++;
    }
    return found;
  }

  private leaveString(bytes: Buffer): void {
    const quote = bytes.indexOf(QUOTE, this.at);
    if (quote < 0) {
      this.at = bytes.length;
      return;
    }
    let nBackslashes = 0;
    while (bytes[quote - 1 - nBackslashes] === BACKSLASH) nBackslashes++;
    if (nBackslashes % 2 === 0) this.isInString = false;
    this.at = quote + 1;
  }

  /** Whether all that has come is looked at. */
  isDone(bytes: Buffer): boolean {
    return this.isAtEnd || this.at >= bytes.length;
  }

  /** Bytes that no element to come needs; positions count from behind them after this. */
  forget(): number {
    const nBytes = this.start;
    this.at -= nBytes;
    this.start = 0;
    return nBytes;
  }
}

/**
 * Elements of an array in groups of about `blockBytes`; a group is good until the next one is asked for.
 * @param from where in the bytes the array begins, behind its bracket
 * @param isWholeFile whether nothing but blanks may stand behind the array
 * @throws InputError 'corrupt-file' for an array without end, 'bad-format' for an element beyond ELEMENT_BYTES_MAX
 */
export async function* jsonElements(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  from: number,
  isWholeFile: boolean,
): AsyncGenerator<Buffer[]> {
  const scanner = new Scanner(from);
  let held: Buffer[] = [];
  let nHeld = 0;
  let wantedBytes = from + 1;
  for await (const { bytes } of pieces) {
    if (scanner.isAtEnd) {
      if (isWholeFile) checkNothing(bytes, path);
      continue;
    }
    // Copied, for a piece is good only until the next one is asked for.
    held.push(Buffer.from(bytes));
    nHeld += bytes.length;
    if (nHeld < wantedBytes) continue;
    const joined = Buffer.concat(held);
    yield* groupsOf(scanner, joined);
    const rest = joined.subarray(scanner.forget());
    if (scanner.isAtEnd && isWholeFile) checkNothing(rest, path);
    if (rest.length > ELEMENT_BYTES_MAX) throw tooLong(path);
    held = [rest];
    nHeld = rest.length;
    wantedBytes = nHeld + blockBytes;
  }
  if (scanner.isAtEnd) return;
  const joined = Buffer.concat(held);
  yield* groupsOf(scanner, joined);
  if (!scanner.isAtEnd)
    throw new InputError(
      'corrupt-file',
      `${path} is not valid JSON (it ends within a list)`,
      'the file is cut short or damaged: fetch it again',
    );
  if (isWholeFile) checkNothing(joined.subarray(scanner.forget()), path);
}

function* groupsOf(scanner: Scanner, held: Buffer): Generator<Buffer[]> {
  while (!scanner.isDone(held)) yield scanner.take(held);
}

function checkNothing(bytes: Buffer, path: string): void {
  if (bytes.toString('latin1').trim() !== '')
    throw new InputError(
      'corrupt-file',
      `${path} is not valid JSON (text follows its end)`,
      'write it as one list, or as JSON Lines',
    );
}

function tooLong(path: string): InputError {
  return new InputError(
    'bad-format',
    `${path} has a record of more than ${ELEMENT_BYTES_MAX} bytes`,
    'a quote may be missing its partner, or the file is not text',
  );
}
