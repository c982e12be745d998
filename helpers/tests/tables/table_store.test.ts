import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pl } from '../../polars/polars.ts';
import { columns, type TableSchema } from '../../tables/schema.ts';
import {
  commitTogether,
  openTable,
  openTableIfThere,
  readTable,
  scanPart,
  sweepUnlisted,
  TableWriter,
} from '../../tables/table_store.ts';
import { refusal } from '../refusal.ts';

const schemaOf = (name: string): TableSchema => ({
  name,
  folder: name,
  what: 'a test',
  madeBy: 'make it',
  columns: columns('n: int64 a number'),
});
const ONE = schemaOf('one');
const TWO = schemaOf('two');
const BODY = {
  step: 'test',
  fingerprint: '',
  options: {},
  seed: 1,
  inputs: [],
  rejects: {},
  metrics: {},
  codeHash: '',
  startedMs: 0,
};
const frame = (...n: number[]) => pl.DataFrame({ n }, { schema: { n: pl.Int64 } });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spyhop-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(schema: TableSchema, ...n: number[]): TableWriter {
  const writer = new TableWriter(dir, schema);
  writer.addPart('part', frame(...n), null);
  return writer;
}
const valuesOf = (schema: TableSchema): number[] =>
  [...readTable(openTable(dir, schema)).getColumn('n').toArray()].map(Number);

describe('a table on disk', () => {
  test('is what its manifest lists, and a new commit takes the place of the old one whole', () => {
    write(ONE, 1, 2).commit([], BODY);
    expect(valuesOf(ONE)).toEqual([1, 2]);
    const next = write(ONE, 3);
    expect(valuesOf(ONE)).toEqual([1, 2]);
    next.commit([], BODY);
    expect(valuesOf(ONE)).toEqual([3]);
    expect(readdirSync(join(dir, 'one'))).toHaveLength(2);
  });

  test('leftovers of a killed run are swept, what is listed stays', () => {
    write(ONE, 1).commit([], BODY);
    write(ONE, 7, 8);
    writeFileSync(join(dir, 'one', 'x.parquet.1234.tmp'), 'half');
    sweepUnlisted(join(dir, 'one'));
    expect(readdirSync(join(dir, 'one'))).toHaveLength(2);
    expect(valuesOf(ONE)).toEqual([1]);
  });

  test('a listed part that is gone is an error that names it', () => {
    const { parts } = write(ONE, 1).commit([], BODY);
    rmSync(join(dir, 'one', parts[0].file));
    expect(refusal(() => valuesOf(ONE))).toBe(
      `corrupt-file: ${join(dir, 'one', parts[0].file)} is listed in the manifest but missing`,
    );
  });

  test('a table that was not made, or was made with other columns, is told apart', () => {
    expect(openTableIfThere(dir, ONE)).toBeNull();
    expect(refusal(() => openTable(dir, ONE))).toBe(`missing-input: table one is not in ${dir}`);
    write(ONE, 1).commit([], BODY);
    const other = { ...ONE, columns: columns('m: int64 another') };
    expect(refusal(() => openTable(dir, other))).toBe(
      `bad-schema: table ${join(dir, 'one')} was made with other columns`,
    );
  });

  test('a part with other columns is refused by name', () => {
    const path = join(dir, 'x.parquet');
    pl.DataFrame({ m: [1] }).writeParquet(path);
    expect(refusal(() => scanPart(path, ONE))).toBe(
      `bad-schema: ${path} lacks column n and has unknown column m (table one)`,
    );
  });
});

describe('two tables committed together', () => {
  const commitBoth = (n: number): void => {
    commitTogether([ONE, TWO].map((schema) => ({ writer: write(schema, n), kept: [], body: BODY })));
  };

  test('come into force as one', () => {
    commitBoth(1);
    commitBoth(2);
    expect([valuesOf(ONE), valuesOf(TWO)]).toEqual([[2], [2]]);
    expect(readdirSync(dir).sort()).toEqual(['one', 'two']);
  });

  test.each([0, 1, 2])('killed after the journal and %i of two manifests, the next reader finishes', (nDone) => {
    commitBoth(1);
    const renames = [ONE, TWO].map((schema) => write(schema, 2).prepare([], BODY).rename);
    const listed = renames.map(({ from, to }) => ({ from: relative(dir, from), to: relative(dir, to) }));
    writeFileSync(join(dir, '.commit-0a1b2c3d.json'), JSON.stringify({ renames: listed }));
    for (const { from, to } of renames.slice(0, nDone)) renameSync(from, to);
    expect([valuesOf(TWO), valuesOf(ONE)]).toEqual([[2], [2]]);
    expect(existsSync(join(dir, '.commit-0a1b2c3d.json'))).toBe(false);
  });

  test('killed before the journal, both stay old', () => {
    commitBoth(1);
    for (const schema of [ONE, TWO]) write(schema, 2).prepare([], BODY);
    expect([valuesOf(ONE), valuesOf(TWO)]).toEqual([[1], [1]]);
    for (const folder of ['one', 'two']) sweepUnlisted(join(dir, folder));
    expect([valuesOf(ONE), valuesOf(TWO)]).toEqual([[1], [1]]);
    expect(readdirSync(join(dir, 'one'))).toHaveLength(2);
  });
});
