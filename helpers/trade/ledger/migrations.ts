/** The tables of the ledger. Each change is a migration of its own, run once and in order, in the transaction that notes it. */
import type { Query, TradeDatabase } from './database.ts';

type Migration = (query: Query, hasTimescale: boolean) => Promise<void>;

/** A table by time: a hypertable where TimescaleDB is, else partitions that `ensureMonth` adds month by month. */
async function createTimeTable(query: Query, hasTimescale: boolean, name: string, columns: string): Promise<void> {
  await query(
    `create table ${name} (at timestamptz not null, ${columns}) ${hasTimescale ? '' : 'partition by range (at)'}`,
  );
  if (hasTimescale) await query(`select create_hypertable('${name}', 'at')`);
  else await query(`create index ${name}_at on ${name} using brin (at)`);
}

const MIGRATIONS: readonly Migration[] = [
  async (query, hasTimescale) => {
    await query(`create table ledger_entries (
      id bigint generated always as identity primary key,
      source text not null unique,
      kind text not null,
      at timestamptz not null,
      details jsonb not null
    )`);
    await createTimeTable(
      query,
      hasTimescale,
      'ledger_postings',
      'entry_id bigint not null, account text not null, amount_micros bigint not null',
    );
    await query('create table ledger_balances (account text primary key, amount_micros bigint not null)');
    await query(`create table ledger_holdings (
      ticker text primary key,
      shard integer not null,
      yes_hundredths bigint not null,
      cost_micros bigint not null,
      opened_ms bigint
    )`);
  },
];

async function timescaleIsThere(query: Query): Promise<boolean> {
  const rows = await query("select 1 from pg_available_extensions where name = 'timescaledb'");
  if (rows.length === 0) return false;
  await query('create extension if not exists timescaledb');
  return true;
}

/** Brings the tables to the newest form. Two processes that begin at once wait for each other. */
export async function migrate(database: TradeDatabase): Promise<void> {
  await database.transaction(async (query) => {
    await query('select pg_advisory_xact_lock(727001)');
    await query('create table if not exists ledger_migrations (n integer primary key, has_timescale boolean not null)');
    const done = await query('select n, has_timescale from ledger_migrations order by n');
    const hasTimescale = done.length > 0 ? done[0].has_timescale === true : await timescaleIsThere(query);
    for (let n = done.length; n < MIGRATIONS.length; n++) {
      await MIGRATIONS[n](query, hasTimescale);
      await query('insert into ledger_migrations values ($1, $2)', [n, hasTimescale]);
    }
  });
}

/** Makes the partition of a month (UTC) where partitions are ours to make. */
export async function ensureMonth(query: Query, atMs: number): Promise<void> {
  const first = new Date(atMs);
  const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1);
  const end = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1);
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const [{ is_partitioned }] = await query(
    "select relkind = 'p' is_partitioned from pg_class where oid = 'ledger_postings'::regclass",
  );
  if (is_partitioned !== true) return;
  await query(
    `create table if not exists ledger_postings_${day(start).slice(0, 7).replace('-', '_')} partition of ledger_postings
     for values from ('${day(start)} 00:00:00+00') to ('${day(end)} 00:00:00+00')`,
  );
}
