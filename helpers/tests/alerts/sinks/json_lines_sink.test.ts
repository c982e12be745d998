import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createJsonLinesSink } from '../../../alerts/sinks/json_lines_sink.ts';
import { madeUpRecord } from '../made_up_record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-lines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, readdirSync(folder)[0]);
const ids = (): string[] =>
  readFileSync(path(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).alert.id);
const recordOf = (n: number) => madeUpRecord({ tradeId: String(n) });
const [first, second, third] = [1, 2, 3].map(recordOf);
const deliver = (sink: ReturnType<typeof createJsonLinesSink>, record = first) =>
  sink.deliver({ record, isRepeat: false });

test('two processes that write to one file in turn lose no line and write none twice', async () => {
  const [one, other] = [createJsonLinesSink(folder, () => 1), createJsonLinesSink(folder, () => 2)];
  await deliver(one, first);
  await deliver(other, second);
  await deliver(one, second);
  await deliver(one, third);
  await deliver(other, first);
  expect(ids()).toEqual([first.id, second.id, third.id]);
});

test('a file that was taken away is begun anew', async () => {
  const sink = createJsonLinesSink(folder, () => 1);
  await deliver(sink, first);
  rmSync(path());
  await deliver(sink, second);
  expect(ids()).toEqual([second.id]);
});

test('the three hundredth alert of a day takes no longer than the twentieth', async () => {
  const sink = createJsonLinesSink(folder, () => 1);
  const cpuOf = async (from: number, to: number): Promise<number> => {
    const before = process.cpuUsage();
    for (let n = from; n < to; n++) await deliver(sink, recordOf(n));
    return process.cpuUsage(before).user;
  };
  await cpuOf(0, 20);
  const early = await cpuOf(20, 50);
  await cpuOf(50, 270);
  expect(await cpuOf(270, 300)).toBeLessThan(3 * early + 10_000);
});
