/** The store that STATE_URL names. Nothing else in the code knows which it is. */
import { redact } from '../http/redact.ts';
import { InputError } from '../run/errors.ts';
import type { BaselineStore } from './baseline_store.ts';

/**
 * Opens a store: `sqlite:<file>`, or `redis://…` or `rediss://…` for Redis and Valkey.
 * @param onDown what went wrong with the connection; it comes back by itself
 * @throws InputError 'bad-option', 'no-answer'
 */
export async function openBaselineStore(url: string, onDown: (why: string) => void): Promise<BaselineStore> {
  if (/^sqlite:./.test(url)) return (await import('./sqlite_store.ts')).openSqliteStore(url.slice('sqlite:'.length));
  if (/^rediss?:\/\/./.test(url)) return await (await import('./redis_store.ts')).openRedisStore(url, onDown);
  throw new InputError(
    'bad-option',
    `STATE_URL ${redact(url)} is no address of a store`,
    'write sqlite:<file>, or redis://127.0.0.1:6379',
  );
}
