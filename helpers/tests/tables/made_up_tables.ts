/** A table of every schema with some rows of every type, to be damaged. */
import { createRandom } from '../../kernels/random.ts';
import { collectParts, readParts, readPartsSync } from '../../tables/read_parts.ts';
import type { TableSchema } from '../../tables/schema.ts';
import * as schemas from '../../tables/schemas.ts';
import { openTable, readTable, type Table, TableWriter } from '../../tables/table_store.ts';
import { commit, frameOf, newFolder } from '../features/tables.ts';

export const TABLES = Object.values(schemas).filter(
  (schema): schema is TableSchema => typeof schema === 'object' && 'columns' in schema && 'folder' in schema,
);

/** A table of two parts with some rows of every type. */
export function writeTable(schema: TableSchema, seed: number): Table {
  const dataDir = newFolder();
  const random = createRandom(seed);
  const rows = (offset: number) =>
    Array.from({ length: 40 }, (_, i) =>
      Object.fromEntries(
        schema.columns.map(({ name, type }) => {
          const value = { string: `v${random.integer(9)}`, bool: random.integer(2) === 1 }[type as string];
          return [name, value ?? (name === 'ts_ms' ? offset + i : random.integer(100))];
        }),
      ),
    );
  const writer = new TableWriter(dataDir, schema);
  const timeColumn = schema.columns.some(({ name }) => name === 'ts_ms') ? 'ts_ms' : null;
  for (const offset of [0, 1000]) writer.addPart(`part-${offset}`, frameOf(schema, rows(offset)), timeColumn);
  commit(writer);
  return openTable(dataDir, schema);
}

/** Every way to read a table. */
export const READERS: readonly (readonly [string, (table: Table) => Promise<unknown> | unknown])[] = [
  ['readTable', readTable],
  ['readPartsSync', (table) => [...readPartsSync(table)]],
  ['collectParts', (table) => collectParts(table)],
  [
    'readParts',
    async (table) => {
      for await (const _ of readParts(table));
    },
  ],
];
