import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCheckpoint, Workspace } from '../../fetch/workspace.ts';
import { refusal } from '../refusal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-workspace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (nowMs = () => 0) => Workspace.open(folder, { asked: 'this' }, nowMs);
const batch = (from: number, n: number) => ({
  rows: Array.from({ length: n }, (_, i) => ({ file: i % 2 === 0 ? 'a.jsonl' : 'b.jsonl', row: { n: from + i } })),
  position: from + n,
  done: from + n,
});

async function rowsOf(space: Workspace, name: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of space.rows(name)) rows.push(row);
  return rows;
}

test('what is held counts only once it is committed, with its position', () => {
  const space = open();
  space.add(batch(0, 4));
  expect(readCheckpoint(folder)).toMatchObject({ files: {}, position: null, source: 0 });
  space.add(batch(4, 2000));
  expect(readCheckpoint(folder)).toMatchObject({ position: 2004 });
  space.add(batch(2004, 2));
  expect(open().position).toBe(2004);
});

test('rows are committed after a second at the latest', () => {
  let now = 0;
  const space = open(() => now);
  space.add(batch(0, 2));
  now = 1000;
  space.add(batch(2, 2));
  expect(readCheckpoint(folder)?.position).toBe(4);
});

test('what lies behind the checkpoint is taken back: half rows, whole rows and files', async () => {
  const space = open();
  space.add(batch(0, 4));
  space.nextSource();
  appendFileSync(join(folder, 'a.jsonl'), '{"n":98}\n{"n":9');
  writeFileSync(join(folder, 'c.jsonl'), '{"n":99}\n');
  const again = open();
  expect([again.source, again.position, again.nRows]).toEqual([1, null, 4]);
  expect(again.names('')).toEqual(['a.jsonl', 'b.jsonl']);
  again.add(batch(4, 1));
  again.nextSource();
  expect(readFileSync(join(folder, 'a.jsonl'), 'utf8')).toBe('{"n":0}\n{"n":2}\n{"n":4}\n');
  expect(await rowsOf(again, 'b.jsonl')).toEqual([{ n: 1 }, { n: 3 }]);
  expect(await rowsOf(again, 'c.jsonl')).toEqual([]);
});

test('a file that has lost rows is refused, and so is a checkpoint that is none', () => {
  const space = open();
  space.add(batch(0, 4));
  space.nextSource();
  truncateSync(join(folder, 'a.jsonl'), 5);
  expect(refusal(() => open())).toMatch(/^corrupt-file: .*a.jsonl has lost rows$/);
  writeFileSync(join(folder, '.checkpoint.json'), '{"version":1}');
  expect(refusal(() => open())).toMatch(/^corrupt-file: .* is not a checkpoint of this version/);
});
