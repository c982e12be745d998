/** Single bits and blocks that rot in parts and manifests of every table: never a wrong result, always one line. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { openTable, type Table } from '../../tables/table_store.ts';
import { removeFolders } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { READERS, TABLES, writeTable } from './made_up_tables.ts';

/** Single bits; a quarter as many blocks. */
const N_BITS = Number(process.env.ROT_BITS ?? 24);
const BLOCK_BYTES = 512;
const random = createRandom(17);

afterAll(removeFolders);

function flipBit(bytes: Buffer): void {
  bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
}

function zeroBlock(bytes: Buffer): void {
  const at = random.integer(Math.max(bytes.length - BLOCK_BYTES, 1));
  bytes.fill(0, at, at + BLOCK_BYTES);
}

/** Damages a file, lets `look` see it, and puts it back; each time it is as if written a moment later. */
async function whileDamaged(path: string, damage: (bytes: Buffer) => void, look: () => Promise<void>): Promise<void> {
  const whole = readFileSync(path);
  const bytes = Buffer.from(whole);
  damage(bytes);
  let laterMs = Date.now() + 10_000;
  const write = (content: Buffer): void => {
    writeFileSync(path, content);
    laterMs += 10_000;
    utimesSync(path, new Date(), new Date(laterMs));
  };
  write(bytes);
  await look();
  write(whole);
}

const tables = new Map<string, Table>();

/** A part of some table, damaged and read in every way. */
async function rotPart(i: number, damage: (bytes: Buffer) => void): Promise<void> {
  const schema = TABLES[i % TABLES.length];
  const table = tables.get(schema.folder) ?? writeTable(schema, i);
  tables.set(schema.folder, table);
  const path = join(table.folder, table.manifest.parts[random.integer(2)].file);
  await whileDamaged(path, damage, async () => {
    for (const [, read] of READERS)
      expect(await rejection(async () => void (await read(table)))).toContain(`corrupt-file: ${path} `);
  });
}

test(
  `${N_BITS} single bits in parts are refused by every reader`,
  async () => {
    for (let i = 0; i < N_BITS; i++) await rotPart(i, flipBit);
  },
  60_000 + N_BITS * 1000,
);

test(
  `${N_BITS / 4} zeroed blocks in parts are refused by every reader`,
  async () => {
    for (let i = 0; i < N_BITS / 4; i++) await rotPart(i, zeroBlock);
  },
  60_000 + N_BITS * 1000,
);

test(
  `${N_BITS} single bits in manifests are refused, or change nothing`,
  async () => {
    for (let i = 0; i < N_BITS; i++) {
      const schema = TABLES[i % TABLES.length];
      const table = tables.get(schema.folder) ?? writeTable(schema, i);
      await whileDamaged(join(table.folder, 'manifest.json'), flipBit, async () => {
        let found: Table | null = null;
        const why = await rejection(async () => {
          found = openTable(join(table.folder, '..'), schema);
        });
        if (found === null) expect(why).toMatch(/^(corrupt-file|bad-schema): /);
        // The one place that nothing vouches for is the digest's own name.
        else expect({ ...(found as Table).manifest, digest: '' }).toEqual({ ...table.manifest, digest: '' });
      });
    }
  },
  60_000 + N_BITS * 1000,
);
