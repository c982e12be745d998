/** Turns the refusal of bad input into a string that a test can compare. */

import { InputError } from '../run/errors.ts';

/** `tag: message` of the InputError that `work` throws, or `accepted`. */
export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** The same of asynchronous work. */
export async function rejection(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}
