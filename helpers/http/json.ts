/** JSON of an answer, checked where it enters: what is missing or of another type is named, what is new is let pass. */
import type { ZodType } from 'zod';
import { bodyStart, HttpError, keptBody } from './http_error.ts';

const CHANGED = 'the service has changed, or the address is not the service; nothing was taken from the answer';

/**
 * The value of `text` as `schema` reads it.
 * @param what whose answer, for the message
 * @param clean takes secrets out of a line
 * @throws HttpError 'not JSON' or 'bad shape', naming the first field that is wrong and the first 200 characters
 */
export function decodeJson<T>(
  text: string,
  schema: ZodType<T>,
  what: string,
  status: number,
  clean: (line: string) => string,
): T {
  const begins = clean(bodyStart(text));
  const about = { status, body: keptBody(clean(text)), mayHaveHappened: true };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError('not JSON', `${what}: the answer is not JSON: ${begins}`, CHANGED, about);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue.path.length === 0 ? 'the answer' : `field ${fieldName(issue.path)}`;
  throw new HttpError('bad shape', `${what}: ${field}: ${issue.message}; it begins ${begins}`, CHANGED, about);
}

/** `markets[3].id` */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
