/** The import in chunks gives what one go gives, byte for byte, however raw files are cut; a lost chunk is an error. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StagingLimits } from '../../import/staging.ts';
import { createRandom } from '../../kernels/random.ts';
import { pl } from '../../polars/polars.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable } from '../../tables/table_store.ts';
import { gammaMarket, OTHER, orderFilled, orderFilledFile, TOKEN_A, TOKEN_B, WALLET } from '../venues/samples.ts';
import { drawSources, NAMED_COLUMNS, type Source, type World } from './order_world.ts';
import { makeSandbox, refusalOf, type Sandbox } from './sandbox.ts';

let box: Sandbox;
let whole: Sandbox;
beforeEach(() => {
  box = makeSandbox();
  whole = makeSandbox();
});
afterEach(() => {
  box.remove();
  whole.remove();
});

type Options = Parameters<Sandbox['load']>[1];

/** All chunks, the last first, and their merge. */
async function inChunks(nChunks: number, names?: readonly string[], options?: Options) {
  for (let chunk = nChunks; chunk >= 1; chunk--) await box.chunk(chunk, nChunks, names, options);
  return box.merge(names, options);
}

/** Everything that an import leaves, but for times and places. */
function resultOf(sandbox: Sandbox) {
  const manifests = [RAW_TRADES, MARKETS].map((schema) => {
    const { manifest } = openTable(sandbox.dataDir, schema);
    const inputs = manifest.inputs.map(({ path, mtimeMs: _, ...input }) => ({ ...input, name: basename(path) }));
    return { parts: manifest.parts, metrics: manifest.metrics, rejects: manifest.rejects, inputs };
  });
  return { manifests, bytes: Object.fromEntries(sandbox.tableBytes()) };
}

/** What a summary says, but for times and places. */
function countsOf({ trades: _, markets: _markets, rejectFiles, ...counts }: Awaited<ReturnType<Sandbox['load']>>) {
  return { ...counts, rejectFiles: rejectFiles.map((path) => basename(path)) };
}

/** Writes a file of both sandboxes: lists of JSON as lines, which can be cut, some tables as Parquet. */
function writeSource({ name, rows, write }: Source, isCut: boolean): string {
  const text = isCut && name.endsWith('.json') ? `${rows.join('\n')}\n` : write(rows);
  for (const sandbox of [box, whole]) {
    const path = sandbox.write(name, text);
    if (!isCut || name !== 'archive.csv') continue;
    const schema = Object.fromEntries(
      text
        .split('\n')[0]
        .split(',')
        .map((column) => [column, pl.Utf8]),
    );
    const frame = pl.readCSV(readFileSync(path), { schema });
    frame.writeParquet(path.replace('.csv', '.parquet'));
    rmSync(path);
  }
  return isCut ? name.replace('archive.csv', 'archive.parquet') : name;
}

const WORLDS: readonly (readonly [string, World])[] = [
  ['with lists', { lists: 'all', contradicts: false, leavesTokensOut: true }],
  ['with lists of some markets', { lists: 'some', contradicts: true, leavesTokensOut: true }],
  ['without lists', { lists: 'none', contradicts: true, leavesTokensOut: true }],
];

const CASES = WORLDS.flatMap(([name, world], i) => [1, 2, 3, 8].map((nChunks) => ({ name, world, nChunks, i })));

test.each(CASES)('feeds that overlap, $name, give the same bytes in $nChunks chunks as in one go', async (given) => {
  const { world, nChunks, i } = given;
  const sources = drawSources(createRandom(100 * i + nChunks), world);
  // Half of the cases have files that can be cut, and days that are put together by the hour.
  const isEven = (i + nChunks) % 2 === 0;
  const names = sources.map((source) => writeSource(source, isEven));
  const columns = names.includes('named.csv') ? NAMED_COLUMNS : null;
  const limits: StagingLimits = { memoryRows: 5, dayRows: isEven ? 1e6 : 6 };
  const options = { columns, blockBytes: 300, limits };
  const expected = await whole.load(names, options);
  expect(countsOf(await inChunks(nChunks, names, options))).toEqual(countsOf(expected));
  expect(resultOf(box)).toEqual(resultOf(whole));
});

/** Seeded fills over some days with repeats, in the order of time or in none. */
function someFills(n: number, isSorted: boolean): string[] {
  const random = createRandom(n);
  const lines = Array.from({ length: n }, (_, i) =>
    orderFilled({
      ts: 1_700_000_000 + Math.floor((i * 5 * 86_400) / n),
      token: random.uniform() < 0.5 ? TOKEN_A : TOKEN_B,
      usd: 1 + Math.floor(random.uniform() * 3),
      maker: random.uniform() < 0.5 ? WALLET : OTHER,
    }),
  ).flatMap((line) => (random.uniform() < 0.3 ? [line, line, line] : [line]));
  return isSorted ? lines : random.shuffle(lines);
}

function writeBoth(name: string, content: string | Uint8Array): void {
  for (const sandbox of [box, whole]) sandbox.write(name, content);
}

describe('a file that is cut', () => {
  test.each([
    ['in the order of time', true, false, { memoryRows: 60, dayRows: 1e6 }, 3],
    ['in the order of time, in hours', true, false, { memoryRows: 100, dayRows: 90 }, 2],
    ['in no order', false, false, { memoryRows: 60, dayRows: 1e6 }, 8],
    ['in no order, all in memory', false, false, { memoryRows: 1e6, dayRows: 1e6 }, 2],
    ['in no order, in hours, duplicates dropped', false, true, { memoryRows: 100, dayRows: 90 }, 3],
  ])(
    '%s gives the same bytes, with the duplicates of all its parts counted',
    async (_, isSorted, dropDuplicateRows, limits, nChunks) => {
      writeBoth('a.csv', orderFilledFile(someFills(400, isSorted)));
      writeBoth('b.csv', orderFilledFile(someFills(300, isSorted)));
      writeBoth('markets.jsonl', JSON.stringify(gammaMarket()));
      const options = { dropDuplicateRows, limits };
      const expected = await whole.load(undefined, options);
      expect(countsOf(await inChunks(nChunks, undefined, options))).toEqual(countsOf(expected));
      expect(resultOf(box)).toEqual(resultOf(whole));
      expect(expected.nDropped + expected.nDuplicateRowsKept).toBeGreaterThan(100);
    },
  );

  test('is left whole where nobody can tell where its rows begin, and still read once', async () => {
    writeBoth('a.csv.gz', gzipSync(orderFilledFile(someFills(200, true))));
    const { rows } = drawSources(createRandom(5), WORLDS[0][1]).find(({ name }) => name === 'trades.json')!;
    writeBoth('list.json', `[${rows.join(',')}]`);
    await whole.load();
    await inChunks(5);
    expect(resultOf(box)).toEqual(resultOf(whole));
  });

  test('keeps the rejects of all parts, and the first of each reason', async () => {
    const bad = ['x', orderFilled({ ts: 'never' }), `${orderFilled()},too,many`, orderFilled({ usd: -1 })];
    writeBoth('a.csv', orderFilledFile(someFills(80, true).flatMap((line, i) => [line, bad[i % 4]])));
    writeBoth('markets.csv', 'id,question,answer1,answer2,token1,token2\nx,,,,,\n');
    await whole.load();
    await inChunks(7);
    expect(resultOf(box)).toEqual(resultOf(whole));
    expect(resultOf(whole).manifests[0].rejects).not.toEqual({});
  });

  test('of which no row can be used is refused by the merge, and the tables stay away', async () => {
    writeBoth('a.csv', orderFilledFile(Array.from({ length: 30 }, () => orderFilled({ ts: 'never' }))));
    const expected = await refusalOf(whole.load(), whole);
    expect(expected).toContain('no row of trades can be used (of 30)');
    expect(await refusalOf(inChunks(3), box)).toBe(expected);
    expect(existsSync(join(box.dataDir, RAW_TRADES.folder, 'manifest.json'))).toBe(false);
  });
});

describe('chunks of an import', () => {
  beforeEach(() => {
    writeBoth('a.csv', orderFilledFile(someFills(300, true)));
    writeBoth('markets.jsonl', JSON.stringify(gammaMarket()));
  });

  test('are done once: a task that starts again finds its chunk, and --force makes it anew', async () => {
    const rows = await box.chunk(1, 2);
    expect(rows).toBeGreaterThan(0);
    expect(await box.chunk(1, 2)).toBe(null);
    expect(await box.chunk(1, 2, undefined, { force: true })).toBe(rows);
  });

  test('that are lost are an error that names them and the command, never a smaller table', async () => {
    for (const chunk of [1, 3]) await box.chunk(chunk, 3);
    // What a killed task leaves is no chunk.
    mkdirSync(join(box.chunks, 'chunk-0002-of-0003.0a1b2c3d.tmp'));
    writeFileSync(join(box.chunks, 'chunk-0002-of-0003.0a1b2c3d.tmp/chunk.json'), '{}');
    expect(await refusalOf(box.merge(), box)).toBe('missing-input: chunk 2/3 is not in ~/chunks');
    expect(existsSync(join(box.dataDir, RAW_TRADES.folder, 'manifest.json'))).toBe(false);
    await box.chunk(2, 3);
    await box.merge();
    await whole.load();
    expect(resultOf(box)).toEqual(resultOf(whole));
    expect(existsSync(box.chunks)).toBe(false);
    expect((await box.merge()).isUpToDate).toBe(true);
    expect(await box.chunk(1, 3)).toBe(null);
  });

  test('stay until the tables are there: a merge that fails can be run again', async () => {
    await box.chunk(1, 2);
    await box.chunk(2, 2);
    // A folder in the way of the first part.
    const month = join(box.dataDir, RAW_TRADES.folder, 'month=2023-11');
    mkdirSync(join(box.dataDir, RAW_TRADES.folder), { recursive: true });
    writeFileSync(month, '');
    expect(await refusalOf(box.merge(), box)).toContain('is there and is no folder');
    rmSync(month);
    await box.merge();
    await whole.load();
    expect(resultOf(box)).toEqual(resultOf(whole));
  });

  test('built twice at the same moment are one chunk', async () => {
    await Promise.all([box.chunk(1, 2), box.chunk(1, 2), box.chunk(2, 2)]);
    expect(readdirSync(box.chunks).sort()).toEqual(['chunk-0001-of-0002', 'chunk-0002-of-0002']);
    await box.merge();
    await whole.load();
    expect(resultOf(box)).toEqual(resultOf(whole));
  });

  test('of files that have changed since, of other options, other code or another number are never merged', async () => {
    await box.chunk(1, 2);
    cpSync(box.chunks, join(box.root, 'kept'), { recursive: true });
    const keep = (): void => {
      rmSync(join(box.chunks, 'chunk-0001-of-0002'), { recursive: true, force: true });
      cpSync(join(box.root, 'kept', 'chunk-0001-of-0002'), join(box.chunks, 'chunk-0001-of-0002'), { recursive: true });
    };
    for (const options of [{ codeHash: 'other' }, { dropDuplicateRows: true }, { format: 'poly_data_order_filled' }]) {
      await box.chunk(2, 2, undefined, options);
      expect(readdirSync(box.chunks)).toEqual(['chunk-0002-of-0002']);
      keep();
      expect(await refusalOf(box.merge(undefined, options), box)).toMatch(
        /^bad-value: chunk 1\/2 .* other files or tables/,
      );
    }
    await box.chunk(1, 3);
    expect(readdirSync(box.chunks)).toEqual(['chunk-0001-of-0003']);
    appendFileSync(join(box.root, 'raw/a.csv'), `${orderFilled({ ts: 1_700_000_777 })}\n`);
    await box.chunk(2, 2);
    keep();
    expect(await refusalOf(box.merge(), box)).toMatch(/^bad-value: chunk 1\/2 /);
  });

  test.each(['claims', '1967', 'duplicates'])('are not merged when one bit of their %s has changed', async (name) => {
    const options = { limits: { memoryRows: 50, dayRows: 1e6 } };
    await box.chunk(1, 2, undefined, options);
    await box.chunk(2, 2, undefined, options);
    for (const folder of ['chunk-0001-of-0002', 'chunk-0002-of-0002'].map((each) => join(box.chunks, each)))
      for (const path of readdirSync(folder)
        .filter((file) => file.includes(name))
        .map((file) => join(folder, file))) {
        const bytes = readFileSync(path);
        bytes[Math.floor(bytes.length / 2)] ^= 1;
        writeFileSync(path, bytes);
      }
    expect(await refusalOf(box.merge(undefined, options), box)).toMatch(
      /^corrupt-file: ~\/chunks\/chunk-000\d-of-0002\/\S+ is not the file that its chunk lists/,
    );
    expect(existsSync(join(box.dataDir, RAW_TRADES.folder, 'manifest.json'))).toBe(false);
  });

  test('go on from tables that are there: new files, and a list that moves the old fills', async () => {
    for (const sandbox of [box, whole]) await sandbox.load(['a.csv']);
    writeBoth('b.csv', orderFilledFile(someFills(200, false)));
    await whole.load();
    await inChunks(3);
    expect(resultOf(box)).toEqual(resultOf(whole));
    expect(box.trades().every(({ market_id: id }) => !String(id).startsWith('token:'))).toBe(true);
  });

  test('of the table as it was are not merged into one that has grown since', async () => {
    await box.load(['a.csv']);
    writeBoth('b.csv', orderFilledFile(someFills(200, false)));
    writeBoth('c.csv', orderFilledFile(someFills(100, false)));
    await box.chunk(1, 1, ['b.csv']);
    await box.load(['c.csv']);
    expect(await refusalOf(box.merge(['b.csv']), box)).toMatch(/^bad-value: chunk 1\/1 /);
  });

  test('may lie on another disk or below another name; what is in them is not needed afterwards', async () => {
    await box.chunk(1, 2);
    await box.chunk(2, 2);
    renameSync(box.chunks, `${box.chunks}.elsewhere`);
    renameSync(`${box.chunks}.elsewhere`, box.chunks);
    await box.merge();
    expect(box.trades().length).toBeGreaterThan(300);
  });
});
