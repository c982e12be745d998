import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pl } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';
import { columns, type TableSchema } from '../../tables/schema.ts';
import { openTable, type Table, TableWriter } from '../../tables/table_store.ts';
import { endOfData, firstTimestamp, lastTimestamp } from '../../tables/time_range.ts';

const EVENTS: TableSchema = {
  name: 'events',
  folder: 'events',
  what: 'a test',
  madeBy: 'make it',
  columns: columns('ts_ms: int64 [ms] when'),
};
const JANUARY_8_MS = Date.UTC(2026, 0, 8);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spyhop-range-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A table with one part for each list of moments. */
function tableOf(...parts: number[][]): Table {
  const writer = new TableWriter(dir, EVENTS);
  for (const [i, moments] of parts.entries())
    writer.addPart(`part-${i}`, pl.DataFrame({ ts_ms: moments }, { schema: { ts_ms: pl.Int64 } }), 'ts_ms');
  const body = { step: 'test', fingerprint: '', options: {}, seed: 1, inputs: [], rejects: {}, metrics: {} };
  writer.commit([], { ...body, codeHash: '', startedMs: 0 });
  return openTable(dir, EVENTS);
}

test('first and last moment are those of all parts, in whatever order these stand', () => {
  const table = tableOf([JANUARY_8_MS + 5, JANUARY_8_MS + 9], [JANUARY_8_MS - 3, JANUARY_8_MS + 2]);
  expect([firstTimestamp(table), lastTimestamp(table)]).toEqual([JANUARY_8_MS - 3, JANUARY_8_MS + 9]);
});

test('a part without rows tells no moment', () => {
  const table = tableOf([], [JANUARY_8_MS]);
  expect([firstTimestamp(table), lastTimestamp(table)]).toEqual([JANUARY_8_MS, JANUARY_8_MS]);
});

test.each([
  ['the first moment of a day', JANUARY_8_MS],
  ['the last millisecond of a day', JANUARY_8_MS + DAY_MS - 1],
])('data that end on %s end at the midnight after it', (_, lastMs) => {
  expect(endOfData(tableOf([lastMs]))).toBe(JANUARY_8_MS + DAY_MS);
});

test('moments before 1970 belong to the day they fall on', () => {
  expect(endOfData(tableOf([-1]))).toBe(0);
});

test('a table without rows starts at Infinity and ends at -Infinity', () => {
  const table = tableOf();
  expect([firstTimestamp(table), lastTimestamp(table), endOfData(table)]).toEqual([Infinity, -Infinity, -Infinity]);
});
