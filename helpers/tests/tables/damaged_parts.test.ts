/** What the manifest promises of parts, for every table, every kind of damage and every way to read. */
import { copyFileSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Table } from '../../tables/table_store.ts';
import { removeFolders } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { READERS, TABLES, writeTable } from './made_up_tables.ts';

afterAll(removeFolders);

const middle = (path: string): number => Math.floor(readFileSync(path).length / 2);

function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  edit(bytes);
  writeFileSync(path, bytes);
}

function flipBit(bytes: Buffer): void {
  const at = Math.floor(bytes.length / 2);
  bytes[at] ^= 1 << 3;
}

const DAMAGES: readonly (readonly [string, (path: string, table: Table) => void])[] = [
  ['one bit is flipped', (path) => change(path, flipBit)],
  ['the last bytes are cut off', (path) => truncateSync(path, readFileSync(path).length - 8)],
  ['a block is zeroed', (path) => change(path, (bytes) => void bytes.fill(0, middle(path), middle(path) + 512))],
  ['nothing is left of it', (path) => truncateSync(path, 0)],
  ['another part is in its place', (path, table) => copyFileSync(pathOf(table, 0), path)],
];

const pathOf = (table: Table, part: number): string => join(table.folder, table.manifest.parts[part].file);

describe.each(TABLES.map((schema) => [schema.folder, schema] as const))('a part of %s', (_, schema) => {
  it.each(DAMAGES)('is refused by its name by every reader when %s', async (__, damage) => {
    for (const [i, [, read]] of READERS.entries()) {
      const table = writeTable(schema, i);
      const path = pathOf(table, 1);
      damage(path, table);
      // As a file that was written a moment later, whatever the clock of the file system.
      utimesSync(path, new Date(), new Date(Date.now() + 10_000));
      expect(await rejection(async () => void (await read(table)))).toContain(`corrupt-file: ${path} `);
    }
  });
});
