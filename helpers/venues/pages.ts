/** Walks through pages that are tied together by a cursor, and stops where a server goes round in circles. */
import { InputError } from '../run/errors.ts';

/** One page, and the cursor of the next; null, '' and undefined all mean that there is none. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null | undefined;
}

/** Pages that any walk may take: ten billion rows. */
const PAGES_MAX = 10_000_000;

/**
 * Pages from `first` on (null: from the beginning), each with the cursor that goes on behind it, or null at the end.
 * @param what whose pages, for the message
 * @throws InputError 'bad-answer' when a cursor comes a second time: the server ignores it, and would never end
 */
export async function* walkPages<T>(
  what: string,
  fetchPage: (cursor: string | null) => Promise<Page<T>>,
  first: string | null = null,
): AsyncGenerator<{ readonly rows: readonly T[]; readonly next: string | null }> {
  const seen = new Set<string>();
  let cursor = first;
  for (let nPages = 0; nPages < PAGES_MAX; nPages++) {
    if (cursor !== null) seen.add(cursor);
    const page = await fetchPage(cursor);
    const next = page.next === undefined || page.next === null || page.next === '' ? null : page.next;
    if (next !== null && seen.has(next))
      throw new InputError(
        'bad-answer',
        `${what}: the cursor of a later page is that of an earlier one`,
        'the service does not go on; nothing of this page was kept, run the same command again later',
      );
    yield { rows: page.rows, next };
    if (next === null) return;
    cursor = next;
  }
}
