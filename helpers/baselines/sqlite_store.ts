/** Baselines in a SQLite file: the embedded store. */
import { explained, openDatabase } from '../sqlite/database.ts';
import { type BaselineStore, parseBaseline, type StoredBaseline } from './baseline_store.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS baselines (name TEXT PRIMARY KEY, as_of_ms REAL NOT NULL, baseline TEXT NOT NULL) WITHOUT ROWID;`;

/** @param path of the file, or IN_MEMORY */
export function openSqliteStore(path: string): BaselineStore {
  const db = openDatabase(path, SCHEMA);
  const insert = db.prepare('INSERT OR REPLACE INTO baselines VALUES (?, ?, ?)');
  const select = db.prepare('SELECT name, baseline FROM baselines').raw(true);
  const remove = db.prepare('DELETE FROM baselines WHERE as_of_ms < ?');
  const saveAll = db.transaction((baselines: ReadonlyMap<string, StoredBaseline>) => {
    for (const [name, baseline] of baselines) insert.run(name, baseline.asOfMs, JSON.stringify(baseline));
  });
  return {
    save: async (baselines) => explained(path, () => saveAll.immediate(baselines)),
    load: async () => {
      const rows = explained(path, () => select.all()) as [name: string, text: string][];
      const read = rows.map(([name, text]) => [name, parseBaseline(text)] as const);
      return new Map(read.filter((one): one is [string, StoredBaseline] => one[1] !== null));
    },
    prune: async (beforeMs) => explained(path, () => remove.run(beforeMs).changes),
    close: async () => {
      db.close();
    },
  };
}
