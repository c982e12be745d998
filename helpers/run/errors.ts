/**
 * The one error the world may cause. Our own bugs are assertions and stack traces; everything a user can mend is an
 * `InputError`: one line, a hint that names the mend, exit code 2, nothing written.
 */

/** What went wrong, as a closed set that tests and callers can switch on. */
export type InputErrorTag =
  | 'bad-option'
  | 'missing-input'
  | 'empty-input'
  | 'bad-format'
  | 'bad-schema'
  | 'bad-value'
  | 'corrupt-file'
  | 'no-permission'
  | 'disk-full'
  | 'busy'
  | 'no-answer'
  | 'bad-answer'
  | 'bad-model'
  | 'missing-dependency';

/**
 * A fault of the world: a file, a row, an option, a missing package. Scripts print message and hint and end with exit
 * code 2.
 */
export class InputError extends Error {
  readonly tag: InputErrorTag;
  readonly hint: string;

  /**
   * @param tag which kind of fault
   * @param message one line: what is wrong, naming the file, column or option
   * @param hint one line: what to do about it
   */
  constructor(tag: InputErrorTag, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'InputError';
    this.tag = tag;
    this.hint = hint;
  }
}

/** Throws a plain Error (our own bug, with its stack) unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
