/**
 * The relational store behind the ledger: PostgreSQL where DATABASE_URL names one, else PGlite, which is PostgreSQL in this process with its
 * files in a folder. Both speak through `pg`, so that there is one set of statements.
 */
import { join } from 'node:path';
import pg from 'pg';
import { redact } from '../../http/redact.ts';
import { assert, InputError } from '../../run/errors.ts';
import { makeFolder } from '../../run/files.ts';
import { takeLock } from '../../run/lock.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement; `$1` and so on stand for the values. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export interface TradeDatabase {
  readonly kind: 'PostgreSQL' | 'PGlite';
  /** Runs `work` in one transaction: all of it, or nothing. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const INT8 = 20;
const CONNECT_MS = 10_000;
const STATEMENT_MS = 30_000;

/** Counts of micro-dollars are below 2^53 by far; one that is not is a fault that must not be rounded away. */
function integerOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new InputError('bad-value', `${text} is too large a number`, 'check the ledger');
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === INT8 ? integerOf : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** Codes of a connection that is not there or was lost: the classes 08 and 57P of SQLSTATE, and those of sockets. */
const LOST = /^(08\w{3}|57P\d\d|E[A-Z]+)$/;

function explain(error: unknown, name: string): unknown {
  const { code = '', message } = error as { code?: string; message: string };
  if (error instanceof InputError) return error;
  const cause = { cause: error };
  if (LOST.test(code) || /Connection terminated|timeout/i.test(message))
    return new InputError('no-answer', `${name} does not answer (${code || message})`, 'check DATABASE_URL', cause);
  if (/^28/.test(code)) return new InputError('no-permission', `${name}: ${message}`, 'check DATABASE_URL', cause);
  if (/^531/.test(code)) return new InputError('disk-full', `${name}: ${message}`, 'free some disk space', cause);
  return error;
}

function overPool(kind: TradeDatabase['kind'], name: string, pool: pg.Pool, end: () => Promise<void>): TradeDatabase {
  // A connection that waits may be lost; the next transaction takes another.
  pool.on('error', () => undefined);
  return {
    kind,
    transaction: async (work) => {
      try {
        const client = await pool.connect();
        let isBroken = true;
        try {
          await client.query('begin');
          const result = await work(
            async (text, values) => (await client.query(text, values as unknown[])).rows as Row[],
          );
          await client.query('commit');
          isBroken = false;
          return result;
        } catch (error) {
          await client.query('rollback').then(
            () => {
              isBroken = false;
            },
            () => undefined,
          );
          throw error;
        } finally {
          client.release(isBroken);
        }
      } catch (error) {
        throw explain(error, name);
      }
    },
    close: end,
  };
}

function openServer(url: string, schema: string): TradeDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    options: `-c search_path=${schema}`,
  });
  return overPool('PostgreSQL', redact(url, []), pool, () => pool.end());
}

/** PGlite does not lock its folder, and two processes in it would destroy each other's work. */
async function openEmbedded(folder: string): Promise<TradeDatabase> {
  makeFolder(folder);
  const unlock = takeLock(folder, 'ledger');
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const { createPgConfig } = await import('@electric-sql/pglite/node-postgres');
    const lite = await PGlite.create(join(folder, 'pglite'));
    const pool = new pg.Pool({ ...(createPgConfig(lite) as object), max: 1, types });
    return overPool('PGlite', folder, pool, async () => {
      await pool.end();
      await lite.close();
      unlock();
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Opens the store.
 * @param url of a PostgreSQL server, or undefined for PGlite
 * @param folder where PGlite keeps its files; one process at a time
 * @param schema of a server, where the ledger of one account is; made where there is none
 * @throws InputError 'busy' when another process has the folder
 */
export async function openTradeDatabase(
  url: string | undefined,
  folder: string,
  schema = 'public',
): Promise<TradeDatabase> {
  assert(/^[a-z][a-z0-9_]{0,62}$/.test(schema), `${schema} is no name of a schema`);
  if (url === undefined) return await openEmbedded(folder);
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new InputError(
      'bad-option',
      'DATABASE_URL is no address of PostgreSQL',
      'write it as postgres://user:password@host:5432/name',
    );
  const database = openServer(url, schema);
  // Who may write in a schema may not be allowed to make one.
  await database.transaction(async (query) => {
    const found = await query('select 1 from pg_namespace where nspname = $1', [schema]);
    if (found.length === 0) await query(`create schema ${schema}`);
  });
  return database;
}
