/** Raw files cut for the tasks of an array: every row is read once, by one task, wherever a file is cut. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { certainRecordStart } from '../../import/csv_records.ts';
import { type PlannedFile, planFiles } from '../../import/plan_files.ts';
import { openRows } from '../../import/row_blocks.ts';
import { cutFiles, type Segment } from '../../import/segments.ts';
import { createRandom, type Random } from '../../kernels/random.ts';
import { pl } from '../../polars/polars.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-segments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = ['when', 'title', 'who', 'what', 'market', 'outcome', 'price', 'shares'];
const COLUMNS = 'time=when,title=title,wallet=who,side=what,market=market,outcome=outcome,price=price,shares=shares';
const TITLES = ['plain', 'two\nlines', 'a "b",\n"c" d', 'x,y', '\n\n\n', 'ends in "quotes"', '', '"', '""\n'];

/** Rows of trades, each with a number of its own in `shares`. */
function drawRows(random: Random, n: number): string[][] {
  const title = (): string => TITLES[random.integer(TITLES.length)];
  const row = (i: number) => [String(1_700_000_000 + i), title(), `0x${'1'.repeat(40)}`, 'BUY', 'm', 'Yes', '0.5'];
  return Array.from({ length: n }, (_, i) => [...row(i), String(i + 1)]);
}

const quoted = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
const csvOf = (rows: readonly string[][]): string => rows.map((row) => row.map(quoted).join(',')).join('\n');
const records = (rows: readonly string[][]) =>
  rows.map((row) => Object.fromEntries(NAMES.map((name, i) => [name, row[i]])));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function plan(...paths: string[]): Promise<readonly PlannedFile[]> {
  return (await planFiles(paths, paths, { format: null, columns: COLUMNS }, true)).planned;
}

/** The numbers of the rows of a segment, in their order. */
async function read({ file, range }: Segment): Promise<number[]> {
  const numbers: number[] = [];
  const { blocks } = await openRows(file.path, 1 << 20, file.format, null, range);
  for await (const { frame, rejects } of blocks) {
    expect(rejects).toEqual([]);
    if (frame.height > 0) numbers.push(...(frame.getColumn('shares').toArray() as string[]).map(Number));
  }
  return numbers;
}

/** For every number of tasks the rows that each of them reads. */
async function readByAll(planned: readonly PlannedFile[], nChunks: number): Promise<number[][]> {
  const all: number[][] = [];
  for (let chunk = 1; chunk <= nChunks; chunk++) {
    const numbers: number[] = [];
    for (const segment of cutFiles(planned, chunk, nChunks)) numbers.push(...(await read(segment)));
    all.push(numbers);
  }
  return all;
}

const ROWS = drawRows(createRandom(1), 90);
const NUMBERS = ROWS.map((row) => Number(row.at(-1)));
const frame = pl.DataFrame(Object.fromEntries(NAMES.map((name, i) => [name, ROWS.map((row) => row[i])])));

describe('a file of trades', () => {
  test.each([
    ['of quoted CSV', write('quoted.csv', `${NAMES.join(',')}\n${csvOf(ROWS)}\n`), 20],
    ['of CSV with every field in quotes', write('all.csv', `\ufeff${NAMES.join(';')}\n${allQuoted(ROWS)}`), 20],
    ['of CSV after blank lines', write('blank.csv', `\r\n\n${NAMES.join(',')}\n\n${csvOf(ROWS)}\r\n\n\n`), 20],
    [
      'of JSON lines',
      write(
        'lines.jsonl',
        `\n${records(ROWS)
          .map((row) => JSON.stringify(row))
          .join('\n')}`,
      ),
      20,
    ],
    ['of Parquet', parquet(), 20],
    ['of zipped text', write('zipped.csv.gz', gzipSync(`${NAMES.join(',')}\n${csvOf(ROWS)}\n`)), 1],
    ['of one list of JSON', write('list.json', JSON.stringify(records(ROWS))), 1],
  ])('%s is read once, in order, by any number of tasks, and by several where it can be cut', async (_, path, nMin) => {
    const planned = await plan(path);
    for (const nChunks of [1, 2, 3, 8, 31]) {
      const parts = await readByAll(planned, nChunks);
      expect(parts.flat()).toEqual(NUMBERS);
      if (nChunks === 31) expect(parts.filter((part) => part.length > 0).length).toBeGreaterThanOrEqual(nMin);
    }
  });

  test('is cut by what others hold: tasks read about as many rows each, those of Parquet and of text counted alike', async () => {
    const one = 'x'.repeat(190);
    const long = ROWS.map(([when, , ...rest], i) => [when, one, ...rest.slice(0, -1), String(i + 1001)]);
    const planned = await plan(parquet(), write('long.csv', `${NAMES.join(',')}\n${csvOf(long)}\n`));
    const parts = await readByAll(planned, 6);
    expect(parts.flat().sort((a, b) => a - b)).toEqual([...NUMBERS, ...NUMBERS.map((n) => n + 1000)]);
    for (const part of parts) expect(part.length).toBeGreaterThanOrEqual(20);
  });
});

function allQuoted(rows: readonly string[][]): string {
  return rows.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(';')).join('\n');
}

function parquet(): string {
  const path = join(folder, 'rows.parquet');
  frame.writeParquet(path);
  return path;
}

describe('where a record begins', () => {
  /** The beginnings of all records, by a parser that knows nothing but quotes: it reads from the start of the file. */
  function beginnings(text: string): Set<number> {
    const found = new Set([0]);
    let isOpen = false;
    for (let at = 0; at < text.length; at++) {
      if (text[at] === '"') isOpen = !isOpen;
      else if (text[at] === '\n' && !isOpen) found.add(at + 1);
    }
    return found;
  }

  test('is told from any byte of well-quoted text, never wrongly, and nearly always', () => {
    let [nTold, nAsked] = [0, 0];
    for (const seed of [1, 2, 3]) {
      const text = csvOf(drawRows(createRandom(seed), 60));
      const bytes = Buffer.from(text);
      const known = beginnings(text);
      for (let from = 0; from < 0.8 * bytes.length; from++) {
        const start = certainRecordStart(bytes.subarray(from), true);
        nAsked++;
        if (start === null) continue;
        nTold++;
        expect(known.has(from + start)).toBe(true);
      }
    }
    expect(nTold).toBeGreaterThan(0.95 * nAsked);
  });

  test('is not told where a quoted field may go on beyond what is seen, and is behind its longest length', () => {
    const lines = 'a,b\n'.repeat(30_000);
    expect(certainRecordStart(Buffer.from(lines.slice(0, 60_000)), false)).toBe(null);
    expect(certainRecordStart(Buffer.from(lines), false)).toBe(4);
    expect(certainRecordStart(Buffer.from(lines.slice(0, 60_000)), true)).toBe(4);
    // A quote that opens nothing that closes, or closes what began before: behind its line both come to the same.
    expect(certainRecordStart(Buffer.from(`${lines.slice(0, 40)}",c\n${lines}`), false)).toBe(44);
  });
});
