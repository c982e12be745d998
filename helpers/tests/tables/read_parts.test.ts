import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { pl } from '../../polars/polars.ts';
import { collectParts, readParts } from '../../tables/read_parts.ts';
import { columns, type TableSchema } from '../../tables/schema.ts';
import { openTable, type Table, TableWriter } from '../../tables/table_store.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { rejection } from '../refusal.ts';

const TIMES: TableSchema = {
  name: 'times',
  folder: 'times',
  what: 'a test',
  madeBy: 'make it',
  columns: columns('ts_ms: int64 [ms] when\nn: int64 a number'),
};

let table: Table;
/** Three parts, whose names are not in the order of their times. */
beforeEach(() => {
  const dataDir = newFolder();
  const writer = new TableWriter(dataDir, TIMES);
  const add = (stem: string, from: number) => {
    const ts = [from, from + 1, from + 2];
    const frame = pl.DataFrame({ ts_ms: ts, n: ts.map((t) => t * 10) }, { schema: { ts_ms: pl.Int64, n: pl.Int64 } });
    writer.addPart(stem, frame, 'ts_ms');
  };
  add('b', 0);
  add('a', 3);
  add('c', 6);
  writer.commit([], {
    step: 'test',
    fingerprint: '',
    options: {},
    seed: 1,
    inputs: [],
    rejects: {},
    metrics: {},
    codeHash: '',
    startedMs: 0,
  });
  table = openTable(dataDir, TIMES);
});
afterAll(removeFolders);

async function read(query?: Parameters<typeof readParts>[1], name = 'ts_ms'): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const frame of readParts(table, query)) batches.push([...frame.getColumn(name).toArray()].map(Number));
  return batches;
}

test('parts come in the order of their times, or of their names when that is asked for', async () => {
  expect(await read()).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ]);
  expect(await read({ order: 'file' })).toEqual([
    [3, 4, 5],
    [0, 1, 2],
    [6, 7, 8],
  ]);
});

test('parts are joined up to the rows asked for, and never cut', async () => {
  expect(await read({ rowsAtOnce: 7 })).toEqual([
    [0, 1, 2, 3, 4, 5],
    [6, 7, 8],
  ]);
});

test('a span opens only the parts that it touches, and takes its end out', async () => {
  truncateSync(join(table.folder, table.manifest.parts.find((part) => part.minTsMs === 6)!.file), 10);
  expect(await read({ between: { fromMs: 2, untilMs: 4 } })).toEqual([[2], [3]]);
});

test('columns, conditions and queries are applied before anything is in memory', async () => {
  const where = pl.col('n').gt(pl.lit(40));
  expect(await read({ columns: ['n'], where }, 'n')).toEqual([[], [50], [60, 70, 80]]);
  expect(await read({ query: (rows) => rows.select(pl.col('n').sum()) }, 'n')).toEqual([[30], [120], [210]]);
});

test('what a query makes of all parts is one frame, also where a span takes none of them or has no end', async () => {
  const sum = (from: number) =>
    collectParts(table, {
      between: { fromMs: from, untilMs: Number.POSITIVE_INFINITY },
      query: (rows) => rows.select(pl.col('n').sum()),
    });
  expect((await sum(4)).toRecords()).toEqual([{ n: 300 }]);
  expect((await sum(99)).toRecords()).toEqual([{ n: 0 }]);
  expect((await collectParts(table, { columns: ['n'], between: { untilMs: -1 } })).height).toBe(0);
});

test.each([
  ['cut short', (path: string) => truncateSync(path, 100)],
  ['empty', (path: string) => truncateSync(path, 0)],
  ['of somebody else', (path: string) => writeFileSync(path, 'PAR1 something else PAR1')],
])('a part that is %s is one line that names it', async (_, damage) => {
  const path = join(table.folder, table.manifest.parts[0].file);
  damage(path);
  expect(await rejection(async () => void (await read()))).toContain(`corrupt-file: ${path}`);
});
