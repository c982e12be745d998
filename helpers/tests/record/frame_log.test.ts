import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FrameLog } from '../../record/frame_log.ts';
import { refusal } from '../refusal.ts';
import { readLines, readRecord } from './records.ts';

const MIB = 2 ** 20;
let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-frames-'));
  now = Date.UTC(2026, 0, 8, 11, 59, 59, 999);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (bytesMax = MIB) => FrameLog.open({ folder, header: '{"venue":"made up"}', bytesMax, nowMs: () => now });

test('a new file begins with each hour, says what is recorded, and the last one is compressed', async () => {
  const log = await open();
  expect(log.write('frame', 'a "b" \n é')).toBe(true);
  expect(log.write('frame', 'c')).toBe(false);
  now += 1;
  expect(log.write('frame', 'd')).toBe(true);
  await log.finish();
  expect(readdirSync(folder).sort()).toEqual(['20260108T115959999Z.jsonl.gz', '20260108T120000000Z.jsonl.gz']);
  const header = '{"venue":"made up"}';
  const before = Date.UTC(2026, 0, 8, 11, 59, 59, 999);
  expect(readRecord(folder)).toEqual([
    { n: 0, received_ms: before, kind: 'file', text: header },
    { n: 1, received_ms: before, kind: 'frame', text: 'a "b" \n é' },
    { n: 2, received_ms: before, kind: 'frame', text: 'c' },
    { n: 3, received_ms: before + 1, kind: 'file', text: header },
    { n: 4, received_ms: before + 1, kind: 'frame', text: 'd' },
  ]);
});

test('a clock that is set back an hour stays in its file', async () => {
  const log = await open();
  log.write('frame', 'a');
  now -= 3_600_000;
  expect(log.write('frame', 'b')).toBe(false);
  await log.finish();
  expect(readdirSync(folder)).toHaveLength(1);
});

test.each([1, 70_000, 200_000])(
  'a last line of which %d bytes were written is cut off by the next run',
  async (nBytes) => {
    const log = await open();
    log.write('frame', 'a');
    log.close();
    const [name] = readdirSync(folder);
    appendFileSync(join(folder, name), `{"n":2,"text":"${'x'.repeat(nBytes)}`);
    appendFileSync(join(folder, `${name}.gz.0a0b0c0d.tmp`), 'half a compressed file');
    appendFileSync(join(folder, '.frames.lock.0a0b0c0d.tmp'), 'of a process that waits for the lock');
    await open();
    expect(readdirSync(folder).sort()).toEqual(['.frames.lock.0a0b0c0d.tmp', `${name}.gz`]);
    expect(readLines(join(folder, `${name}.gz`)).map(({ text }) => text)).toEqual(['{"venue":"made up"}', 'a']);
  },
);

test('a file that was killed between its compression and its removal is not read twice', async () => {
  const log = await open();
  log.write('frame', 'a');
  log.close();
  const path = join(folder, readdirSync(folder)[0]);
  const text = readFileSync(path);
  await open();
  appendFileSync(path, text);
  await open();
  expect(existsSync(path)).toBe(false);
  expect(readRecord(folder)).toHaveLength(2);
});

test('no line goes beyond the limit of the folder, and what was written stays', async () => {
  const log = await open(1000);
  log.write('frame', 'x'.repeat(500));
  expect(refusal(() => log.write('frame', 'x'.repeat(500)))).toBe(`disk-full: ${folder} has reached --max-gib`);
  log.close();
  expect(readRecord(folder)).toHaveLength(2);
});
