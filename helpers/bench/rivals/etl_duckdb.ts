/**
 * The ETL of the bench in DuckDB, as one process: raw fills to canonical trades in Parquet to wallet profiles in Parquet.
 *
 * Called as `etl_duckdb.ts <fills.csv> <gamma.jsonl> <domains.csv> <out> <threads>`. Wallets and markets become numbers
 * through dictionary tables before anything is grouped, as is usual for wide text keys.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [fills, gamma, domains, out, threads] = process.argv.slice(2);
const EXCHANGES = [
  '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e',
  '0xc5d563a36ae78145c45a50134d48a1215220f80a',
  '0xe111180000d2663c0091e4f400237545b87b996b',
  '0xe2222d279d744050d28e00520010520000310f59',
  '0xe3333700ca9d93003f00f0f71f8515005f6c00aa',
];
const exchangeList = EXCHANGES.map((address) => `'${address}'`).join(', ');
const values: Readonly<Record<string, string>> = { fills, gamma, domains, out, exchangeList };

const template = readFileSync(new URL('etl_duckdb.sql', import.meta.url), 'utf8');
const sql = template.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
mkdirSync(`${out}/trades`, { recursive: true });
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
await connection.run(sql);
