/** Whatever the importer is fed: a tagged error or every row accounted for, however the bytes are cut into blocks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRecords, lastRecordEnd } from '../../import/csv_records.ts';
import { openRows } from '../../import/row_blocks.ts';
import { InputError } from '../../run/errors.ts';
import { ORDER_FILLED_HEADER, orderFilled, TOKEN_A } from '../venues/samples.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

const SEED = 20_261_121;

/** Runs `work` in a sandbox of its own. */
async function within<T>(work: (box: Sandbox) => Promise<T>): Promise<T> {
  const box = makeSandbox();
  try {
    return await work(box);
  } finally {
    box.remove();
  }
}

/** Rows that were read: kept, dropped as known, or rejected; or the tag of the error. */
async function account(box: Sandbox, blockBytes: number): Promise<string | { nRead: number; nAccounted: number }> {
  try {
    const { nRowsRead, nDropped, rejects, trades } = await box.load(undefined, { blockBytes, force: true });
    const nRejected = Object.values(rejects).reduce((a, b) => a + b, 0);
    return { nRead: nRowsRead, nAccounted: trades.rows + nDropped + nRejected };
  } catch (error) {
    if (error instanceof InputError) return error.tag;
    throw error;
  }
}

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1', '0.5', '-3', '', '1700000001', 'x', TOKEN_A, '999999999999999999999') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom('"', '""', '"a""b"', '"a,b"', '"a\nb"', '\r', 'a"b', '"a"b', ' "a"') },
);
const goodLine = fc
  .record({ ts: fc.integer({ min: 1_700_000_000, max: 1_700_000_003 }), usd: fc.integer({ min: 1, max: 4 }) })
  .map((given) => orderFilled(given));
const faultyLine = fc
  .tuple(goodLine, fc.nat(7), cell)
  .map(([line, at, value]) => line.split(',').with(at, value).join(','));
const oddLine = fc.array(cell, { maxLength: 10 }).map((cells) => cells.join(','));
const newline = fc.constantFrom('\n', '\r\n', '\n\n');
const table = fc
  .array(fc.tuple(fc.oneof(goodLine, faultyLine, oddLine), newline), { minLength: 1, maxLength: 25 })
  .map((lines) => lines.map(([line, end]) => line + end).join(''));

test('random rows with random faults and quoting: no row is lost, none doubled, none crashes', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom(64, 300, 1 << 20), (body, blockBytes) =>
      within(async (box) => {
        box.write('a.csv', `${ORDER_FILLED_HEADER}\n${body}`);
        const result = await account(box, blockBytes);
        if (typeof result === 'string') expect(result).toMatch(/^(empty-input|bad-format|bad-value)$/);
        else expect(result.nAccounted).toBe(result.nRead);
      }),
    ),
    { seed: SEED, numRuns: 30 },
  );
});

test('random bytes end in a tagged error or in rows that are all accounted for', async () => {
  const start = fc.constantFrom('', '[', '{', 'PAR1', '\x1f\x8b', '\ufeff', `${ORDER_FILLED_HEADER}\n`, '{"a":1}\n');
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), (head, bytes) =>
      within(async (box) => {
        box.write('a.csv', Buffer.concat([Buffer.from(head, head === '\x1f\x8b' ? 'latin1' : 'utf8'), bytes]));
        const result = await account(box, 64);
        if (typeof result === 'string')
          expect(result).toMatch(/^(empty-input|bad-format|bad-schema|bad-value|corrupt-file)$/);
        else expect(result.nAccounted).toBe(result.nRead);
      }),
    ),
    { seed: SEED, numRuns: 150 },
  );
});

test('JSON rows of any shape are accounted for', async () => {
  const value = fc.oneof(
    fc.string(),
    fc.double(),
    fc.constant(null),
    fc.constantFrom(TOKEN_A, 0.5, 1_700_000_001, 'BUY'),
  );
  const keys = ['proxyWallet', 'side', 'asset', 'conditionId', 'size', 'price', 'timestamp', 'outcomeIndex'];
  const row = fc.oneof(fc.dictionary(fc.constantFrom(...keys, 'extra'), value), fc.jsonValue());
  const first = Object.fromEntries(keys.map((key) => [key, 'x']));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), fc.boolean(), (rows, asLines) =>
      within(async (box) => {
        const all = [first, ...rows];
        box.write('a.json', asLines ? all.map((r) => JSON.stringify(r)).join('\n') : JSON.stringify(all));
        const result = await account(box, 1 << 20);
        if (typeof result === 'string') expect(result).toMatch(/^(bad-schema|bad-value)$/);
        else expect(result.nAccounted).toBe(result.nRead);
      }),
    ),
    { seed: SEED, numRuns: 30 },
  );
});

/** All rows and rejects of a CSV file as they come out of the readers. */
async function readAll(box: Sandbox, body: string, blockBytes: number): Promise<unknown> {
  const path = box.write('a.csv', `a,b,c\n${body}`);
  const rows: unknown[] = [];
  const rejects: unknown[] = [];
  try {
    for await (const block of (await openRows(path, blockBytes, null)).blocks) {
      rows.push(...block.frame.toRecords());
      rejects.push(...block.rejects);
    }
  } catch (error) {
    if (error instanceof InputError) return error.tag;
    throw error;
  }
  return { rows, rejects };
}

test('the fast CSV path and the careful one agree, at any size of block', async () => {
  await within(async (box) => {
    await fc.assert(
      fc.asyncProperty(table, async (body) => {
        const names = ['a', 'b', 'c', '__extra'];
        const rows: unknown[] = [];
        const rejects: unknown[] = [];
        for (const { fields, error, text } of csvRecords(Buffer.from(body))) {
          if (error !== null) rejects.push({ reason: error, text });
          else if (fields.some((field) => field !== null))
            rows.push(Object.fromEntries(names.map((name, i) => [name, fields[i] ?? null])));
        }
        const careful = rows.length + rejects.length === 0 ? 'empty-input' : { rows, rejects };
        for (const blockBytes of [16, 200, 1 << 20]) expect(await readAll(box, body, blockBytes)).toEqual(careful);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });
});

test('cutting a stream at the last record end never changes the records', () => {
  fc.assert(
    fc.property(table, fc.nat(400), (body, at) => {
      const bytes = Buffer.from(body);
      const end = Math.max(lastRecordEnd(bytes.subarray(0, at)), 0);
      const cut = [...csvRecords(bytes.subarray(0, end)), ...csvRecords(bytes.subarray(end))];
      expect(cut).toEqual([...csvRecords(bytes)]);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
