import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatImport } from '../../import/import_report.ts';
import { listInputs } from '../../import/inputs.ts';
import { pl } from '../../polars/polars.ts';
import { refusal } from '../refusal.ts';
import {
  CONDITION,
  EXCHANGE,
  gammaMarket,
  ORDER_FILLED_HEADER,
  OTHER,
  orderFilled,
  orderFilledFile,
  TX,
  WALLET,
} from '../venues/samples.ts';
import { fillCount, makeSandbox, refusalOf, type Sandbox } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const GOOD = orderFilledFile([orderFilled()]);

describe('a file that cannot be used', () => {
  const many = orderFilledFile(Array.from({ length: 3000 }, (_, i) => orderFilled({ usd: 1_000_000 + i * 977 })));
  const parquet = pl.DataFrame({ a: [1, 2, 3] }).writeParquet() as unknown as Buffer;

  test.each<[string, string, string | Buffer, string]>([
    ['an empty file', 'a.csv', '', 'empty-input: ~/raw/a.csv is empty'],
    ['a header only', 'a.csv', `${ORDER_FILLED_HEADER}\n`, 'empty-input: ~/raw/a.csv has a header but no rows'],
    [
      'a missing column',
      'a.csv',
      GOOD.replaceAll(/^([^,]+),[^,]+/gm, '$1'),
      'bad-schema: ~/raw/a.csv lacks column maker of poly_data_order_filled, the nearest format (poly_data orderFilled (v1, v2))',
    ],
    [
      'columns of no format',
      'a.csv',
      'x,y\n1,2\n',
      'bad-schema: ~/raw/a.csv is no format that can be imported (columns x, y)',
    ],
    ['a column named twice', 'a.csv', 'x,x\n1,2\n', 'bad-schema: ~/raw/a.csv has column x twice'],
    [
      'a truncated gzip',
      'a.csv.gz',
      gzipSync(many).subarray(0, 5000),
      'corrupt-file: ~/raw/a.csv.gz is a truncated or damaged gzip file (unexpected end of file)',
    ],
    ['an empty JSON array', 'a.json', '[]', 'empty-input: ~/raw/a.json has no rows'],
    [
      'Parquet cut short',
      'a.parquet',
      parquet.subarray(0, parquet.length - 9),
      'corrupt-file: ~/raw/a.parquet cannot be read as Parquet',
    ],
    ['Parquet that is only a name', 'a.parquet', 'PAR1', 'corrupt-file: ~/raw/a.parquet cannot be read as Parquet'],
  ])('%s is refused in one line, and nothing changes', async (_, name, content, message) => {
    box.write('0.csv', GOOD);
    await box.load(['0.csv']);
    const before = box.tableBytes();
    box.write('1.csv', orderFilledFile([orderFilled({ usd: 1 })]));
    box.write(name, content);
    expect(await refusalOf(box.load(undefined, { isStrict: true }), box)).toBe(message);
    expect(box.tableBytes()).toEqual(before);
  });

  test('JSON cut short is refused with the place of the fault', async () => {
    box.write('a.json', '[{"proxyWallet":');
    expect(await refusalOf(box.load(), box)).toMatch(/^corrupt-file: ~\/raw\/a\.json is not valid JSON \(/);
  });

  test('a forced format names the columns that the file lacks', async () => {
    box.write('a.csv', GOOD);
    expect(await refusalOf(box.load(undefined, { format: 'kalshi_rest' }), box)).toBe(
      'bad-schema: ~/raw/a.csv lacks column trade_id, ticker, count_fp, yes_price_dollars, created_time of kalshi_rest',
    );
  });
});

describe('rows of which none can be used', () => {
  const COLUMNS = 'time=When,wallet=Who,side=Type,outcome=Outcome,shares=Shares,price=Price,market=@file';
  const fileOf = (row: string): string => `When,Who,Type,Outcome,Shares,Price\n${`${row}\n`.repeat(3)}`;

  test.each([
    [
      'a wallet that is a name',
      '2026-01-01T00:00:00Z,alice,Buy,Yes,10,0.5',
      '3 bad wallet, the first "alice"',
      'a wallet is 0x and 40 hexadecimal digits; leave the column out, and the fills are anonymous',
    ],
    [
      'a price in cents',
      `2026-01-01T00:00:00Z,${WALLET},Buy,Yes,10,50`,
      `3 price outside 0..1, the first "2026-01-01T00:00:00Z,${WALLET},Buy,Yes,10,50"`,
      'a price is USD per share; write price=Column[cents] in --columns where it is in cents',
    ],
  ])('are refused with an example and what it must be: %s', async (_, row, problem, hint) => {
    box.write('rain.csv', fileOf(row));
    const refused = await box.load(undefined, { columns: COLUMNS }).catch((error) => error);
    expect(refused).toMatchObject({
      tag: 'bad-value',
      message: `no row of trades can be used (of 3): ${problem}`,
      hint,
    });
    expect(fillCount(box)).toBe(0);
  });

  test('are counted, and what they should be is said, where other fills are there', async () => {
    box.write('0.csv', GOOD);
    await box.load(['0.csv']);
    box.write('rain.csv', fileOf('2026-01-01T00:00:00Z,alice,Buy,Yes,10,0.5'));
    const lines = formatImport(await box.load(['rain.csv'], { columns: COLUMNS }), 'data');
    expect(lines.find((line) => line.startsWith('Rejected'))).toMatch(
      /^Rejected 3 rows: 3 bad wallet\. They are kept in \S+\.csv\. \(Bad wallet: a wallet is 0x and 40 hexadecimal digits/,
    );
  });
});

describe('a file of no known format', () => {
  const OWN = 'When,User,Type,Outcome,Shares,Price\n1,2,3,4,5,6\n';

  test('beside a markets file is left out with how to read it', async () => {
    box.write('m.json', JSON.stringify([gammaMarket()]));
    box.write('own.csv', OWN);
    expect(formatImport(await box.load(), 'data')[2]).toContain('own.csv: add --columns');
  });

  test('among others of no data is refused with how to read it', async () => {
    box.write('a.csv', '');
    box.write('own.csv', OWN);
    const refused = await box.load().catch((error) => error);
    expect(refused).toMatchObject({ tag: 'empty-input', hint: expect.stringContaining('wallet=User,side=Type') });
  });

  test('near a known one is said which column to name', async () => {
    box.write('a.csv', GOOD.replace('maker,', 'owner,'));
    const refused = await box.load().catch((error) => error);
    expect(refused.hint).toBe(
      'if it has that under another name (it also has owner), add --format poly_data_order_filled --columns maker=owner; else fetch the file again',
    );
    await box.load(undefined, { format: 'poly_data_order_filled', columns: 'maker=owner' });
    expect(fillCount(box)).toBe(1);
  });
});

describe('paths', () => {
  test.each([
    ['a path that is not there', 'nope.csv', /^missing-input: .*nope\.csv does not exist$/],
    ['a path below a file', 'a.csv/x.csv', /^missing-input: .* does not exist$/],
    ['a folder without files', 'empty', /^empty-input: .*empty holds no CSV, JSON or Parquet file$/],
    ['a glob without matches', '*.parquet', /^missing-input: --input .* matches no file$/],
  ])('%s is refused', (_, name, message) => {
    box.write('a.csv', GOOD);
    box.write('empty/readme.txt', '');
    expect(refusal(() => listInputs([join(box.root, 'raw', name)]))).toMatch(message);
  });

  test('folders and globs find each raw file once, sorted, and never planted truth', () => {
    const paths = ['b.csv', 'a.jsonl', 'deep/c.csv.gz', 'deep/d.parquet', 'e.tsv'].map((name) => box.write(name, 'x'));
    for (const name of ['truth/wallets.csv', '.hidden/e.csv', 'notes.txt']) box.write(name, 'x');
    const raw = join(box.root, 'raw');
    expect(listInputs([raw, join(raw, '*.csv'), paths[0]])).toEqual([...paths].sort());
  });
});

describe('a row that cannot be used is a reject with its reason', () => {
  const extra = orderFilled().split(',');
  test.each([
    ['a price above 1', orderFilled({ usd: 10_000_001 }), 'price outside 0..1'],
    ['a size of zero', orderFilled({ shares: 0 }), 'zero or negative size'],
    ['a negative size', orderFilled({ shares: -5 }), 'zero or negative size'],
    ['a negative amount', orderFilled({ usd: -5 }), 'zero or negative size'],
    ['an amount that is no number', orderFilled({ usd: 'many' }), 'unreadable amount'],
    ['an amount beyond 10^12', orderFilled({ shares: '2000000000000000000' }), 'amount too large'],
    ['an amount beyond 64 bits', orderFilled({ shares: '99999999999999999999' }), 'unreadable amount'],
    ['a time that is none', orderFilled({ ts: 'yesterday' }), 'unreadable time'],
    ['a time with an offset that no zone has', orderFilled({ ts: '2023-11-14T22:13:21+15:00' }), 'unreadable time'],
    ['a time in another century', orderFilled({ ts: 1_000_000 }), 'time outside 2015 to 2100'],
    ['a price of zero', orderFilled({ usd: 0 }), 'price of zero'],
    ['an absent time', orderFilled({ ts: '' }), 'unreadable time'],
    ['a wallet that is none', orderFilled({ maker: '0x12' }), 'bad wallet'],
    ['a token that is none', orderFilled({ token: 'abc' }), 'bad token id'],
    ['more fields than columns', [...extra, '1'].join(','), 'more fields than columns'],
    ['too few fields', extra.slice(0, 6).join(','), 'unreadable amount'],
    ['malformed quotes', orderFilled().replace(/^\d+/, '"$&"x'), 'malformed quotes'],
  ])('%s', async (_, line, reason) => {
    // Twice, and among good rows: a count of one is a special case of the library.
    box.write('a.csv', orderFilledFile([orderFilled(), line, orderFilled({ ts: 1_700_000_009 }), line]));
    const { rejects, nRowsRead } = await box.load();
    expect({ rejects, nRowsRead, nKept: box.trades().length }).toEqual({
      rejects: { [reason]: 2 },
      nRowsRead: 4,
      nKept: 2,
    });
  });

  test('invalid UTF-8 spoils its row alone', async () => {
    const bytes = Buffer.from(orderFilledFile([orderFilled({ maker: `0x${'?'.repeat(40)}` }), orderFilled()]));
    bytes[bytes.indexOf('?')] = 0xff;
    box.write('a.csv', bytes);
    expect((await box.load()).rejects).toEqual({ 'invalid UTF-8': 1 });
    expect(box.trades()).toHaveLength(1);
  });

  test('rejected rows are kept beside the table as CSV, one file for each raw file', async () => {
    box.write('a.csv', orderFilledFile([orderFilled(), orderFilled({ maker: 'a"b' })]));
    const { rejectFiles } = await box.load();
    const [row] = pl.readCSV(rejectFiles[0]).toRecords();
    expect(row.reason).toBe('bad wallet');
    expect(String(row.row)).toContain('a"b');
  });

  test('a bad line of JSON Lines spoils itself alone', async () => {
    const good = JSON.stringify({
      proxyWallet: WALLET,
      side: 'BUY',
      asset: '7',
      conditionId: CONDITION,
      size: 1,
      price: 0.5,
      timestamp: 1_700_000_001,
    });
    box.write('a.jsonl', `${good}\n{"proxyWallet":\n${good}\n`);
    expect((await box.load()).rejects).toEqual({ 'invalid JSON': 1 });
    expect(box.trades()).toHaveLength(2);
  });
});

describe('what is odd and still good', () => {
  test.each([
    ['seconds', '1700000001'],
    ['decimal seconds', '1700000001.000'],
    ['milliseconds', '1700000001000'],
    ['microseconds', '1700000001000000'],
    ['ISO with Z', '2023-11-14T22:13:21Z'],
    ['ISO with a space and +00', '2023-11-14 22:13:21+00'],
    ['ISO with six digits and no zone', '2023-11-14T22:13:21.000999'],
    ['ISO with UTC', '2023-11-14 22:13:21 UTC'],
  ])('a time in %s', async (_, ts) => {
    box.write('a.csv', orderFilledFile([orderFilled({ ts })]));
    await box.load();
    expect(box.trades()[0].ts_ms).toBe(1_700_000_001_000);
  });

  test('extra columns are ignored and named once for all files', async () => {
    for (const name of ['a.csv', 'b.csv'])
      box.write(name, `${ORDER_FILLED_HEADER},fee,note\n${orderFilled()},1,"x,y"\n${orderFilled()},1,\n`);
    await box.load();
    expect(box.notes.filter((line) => line.startsWith('columns not used'))).toEqual(['columns not used: fee, note']);
    expect(box.trades()).toHaveLength(2);
  });

  test('a newline inside quotes is part of its field', async () => {
    box.write(
      'a.csv',
      `${ORDER_FILLED_HEADER},note\n${orderFilled()},"two\nlines, ""quoted"""\n${orderFilled({ usd: 1 })},\n`,
    );
    const { nRowsRead, rejects } = await box.load();
    expect({ nRowsRead, rejects }).toEqual({ nRowsRead: 2, rejects: {} });
  });

  test('a stray quote in a field does not swallow the rest of the file', async () => {
    const lines = Array.from({ length: 400 }, (_, i) => `${orderFilled({ ts: 1_700_000_001 + i })},5" pipe`);
    box.write('a.csv', `${ORDER_FILLED_HEADER},note\n${lines.join('\n')}\n`);
    const { rejects } = await box.load(undefined, { blockBytes: 1024 });
    expect({ rejects, n: box.trades().length }).toEqual({ rejects: {}, n: 400 });
  });

  test('a quote that opens a field and never closes spoils its line alone', async () => {
    const filler = Array.from({ length: 500 }, (_, i) => `${orderFilled({ ts: 1_700_000_001 + i })},x`);
    box.write('a.csv', `${ORDER_FILLED_HEADER},note\n${orderFilled()},"open\n${filler.join('\n')}\n`);
    for (const blockBytes of [4096, 1 << 20]) {
      const { rejects, nRowsRead } = await box.load(undefined, { blockBytes, force: true });
      expect({ rejects, nRowsRead }).toEqual({ rejects: { 'malformed quotes': 1 }, nRowsRead: 501 });
    }
  });

  test('fills of a market that no file describes are derived and counted, however the file is cut', async () => {
    const lines = Array.from({ length: 50 }, (_, i) =>
      orderFilled({ ts: 1_700_000_001 + i, taker: EXCHANGE, maker: OTHER, tx: TX }),
    );
    box.write('a.csv', orderFilledFile(lines));
    const { trades } = await box.load(undefined, { blockBytes: 512 });
    expect(trades.metrics.fills_in_derived_markets).toBe(50);
  });

  test('a damaged manifest is an error of its own, never an empty table', async () => {
    box.write('a.csv', GOOD);
    await box.load();
    writeFileSync(join(box.dataDir, '10_raw_trades', 'manifest.json'), '{"manifestVersion": 1');
    expect(await refusalOf(box.load(), box)).toBe('corrupt-file: ~/data/10_raw_trades/manifest.json is not valid JSON');
  });
});
