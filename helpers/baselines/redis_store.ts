/** Baselines in a hash of Redis or Valkey (append-only file, `everysec`). */
import { createClient } from 'redis';
import { redact } from '../http/redact.ts';
import { InputError } from '../run/errors.ts';
import { type BaselineStore, parseBaseline, type StoredBaseline } from './baseline_store.ts';

const KEY = 'spyhop:baselines';
/** Fields of one command. */
const PER_COMMAND = 500;
const TIMEOUT_MS = 5000;
const RETRY_MS_MAX = 2000;

/**
 * Connects, and again after every fault.
 * @throws InputError 'no-answer' when there is no Redis at this address now
 */
export async function openRedisStore(url: string, onDown: (why: string) => void): Promise<BaselineStore> {
  let isConnected = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: TIMEOUT_MS },
    socket: {
      connectTimeout: TIMEOUT_MS,
      // An address that has never answered is a mistake, one that has will answer again.
      reconnectStrategy: (nRetries) => (isConnected ? Math.min(RETRY_MS_MAX, 50 * 2 ** nRetries) : false),
    },
  });
  client.on('error', (error: Error) => onDown(`Redis: ${redact(error.message || String(error))}`));
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const message = `Redis: ${redact(error instanceof Error ? error.message || error.name : String(error))}`;
      throw new InputError('no-answer', message, 'is it running? STATE_URL says where', { cause: error });
    }
  };
  const readAll = async (): Promise<Map<string, StoredBaseline>> => {
    const found = new Map<string, StoredBaseline>();
    for await (const entries of client.hScanIterator(KEY, { COUNT: PER_COMMAND }))
      for (const { field, value } of entries) {
        const baseline = parseBaseline(value);
        if (baseline !== null) found.set(field, baseline);
      }
    return found;
  };
  await asked(() => client.connect());
  isConnected = true;
  return {
    save: async (baselines) => {
      const pairs = [...baselines].map(([name, baseline]): [string, string] => [name, JSON.stringify(baseline)]);
      for (let first = 0; first < pairs.length; first += PER_COMMAND)
        await asked(() => client.hSet(KEY, Object.fromEntries(pairs.slice(first, first + PER_COMMAND))));
    },
    load: () => asked(readAll),
    prune: (beforeMs) =>
      asked(async () => {
        const old = [...(await readAll())].filter(([, { asOfMs }]) => asOfMs < beforeMs).map(([name]) => name);
        for (let first = 0; first < old.length; first += PER_COMMAND)
          await client.hDel(KEY, old.slice(first, first + PER_COMMAND));
        return old.length;
      }),
    close: async () => {
      isConnected = false;
      client.destroy();
    },
  };
}
