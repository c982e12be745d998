import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatImport } from '../../import/import_report.ts';
import {
  gammaMarket,
  ORDER_FILLED_HEADER,
  OTHER,
  orderFilled,
  orderFilledFile,
  TOKEN_A,
  WALLET,
} from '../venues/samples.ts';
import { makeSandbox, refusalOf, type Sandbox } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const GOOD = orderFilledFile([orderFilled()]);

describe('a member of a folder that is no data', () => {
  test.each([
    ['an empty file', 'x.csv', '', 'is empty'],
    ['an empty page', 'x.json', '{"data": [], "next_cursor": "LTE="}', 'has no rows'],
    ['an empty list', 'x.json', '[]', 'has no rows'],
    ['a header alone', 'x.csv', `${ORDER_FILLED_HEADER}\n`, 'has a header but no rows'],
    [
      'the state of a program',
      'x.json',
      '{"last_offset": 500, "cursor": "a"}',
      'is no format that can be imported (columns last_offset, cursor)',
    ],
    [
      'a table of something else',
      'x.csv',
      'city,people\nParis,2\n',
      'is no format that can be imported (columns city, people)',
    ],
  ])('%s is named and left out, unless --strict refuses it', async (_, name, content, why) => {
    box.write('a.csv', GOOD);
    const path = box.write(name, content);
    const summary = await box.load();
    expect(summary).toMatchObject({ nRowsAdded: 1, leftOut: [{ path, why }] });
    expect(formatImport(summary, 'data')).toContain(
      `Left out 1 file that holds no data (--strict refuses them): ${path} (${why}).`,
    );
    expect((await box.load()).isUpToDate).toBe(true);
    expect(await refusalOf(box.load(undefined, { isStrict: true, force: true }), box)).toContain(
      `~/raw/${name} ${why}`,
    );
  });

  test('is still refused where it is damaged', async () => {
    box.write('a.csv', GOOD);
    box.write('b.json', '[{"proxyWallet": "0x');
    expect(await refusalOf(box.load(), box)).toContain('corrupt-file: ~/raw/b.json is not valid JSON');
  });

  test('does not let an import of nothing succeed', async () => {
    box.write('state.json', '{"last_offset": 500}');
    box.write('empty.csv', '');
    expect(await refusalOf(box.load(), box)).toBe(
      'empty-input: none of 2 files holds trades or markets (~/raw/empty.csv is empty)',
    );
    box.write('blocks.csv', 'block_number,timestamp\n1,1700000000\n');
    expect(await refusalOf(box.load(['blocks.csv']), box)).toBe(
      'empty-input: none of 1 files holds trades or markets (~/raw/blocks.csv is prediction-market-analysis polymarket/blocks)',
    );
  });
});

describe('rejects', () => {
  test('are counted as the rows that they are, also where a block has no other', async () => {
    const row = `{"proxyWallet":"${WALLET}","side":"BUY","asset":${TOKEN_A},"conditionId":"","size":1,"price":0.5,"timestamp":1700000001}`;
    const good = row.replace(TOKEN_A, `"${TOKEN_A}"`);
    box.write('a.jsonl', `${row}\n`.repeat(3) + good);
    const { rejects, nRowsRead } = await box.load(undefined, { blockBytes: 300 });
    expect({ rejects, nRowsRead }).toEqual({ rejects: { 'asset is a number that has lost digits': 3 }, nRowsRead: 4 });
  });

  test('begin no formula of a spreadsheet', async () => {
    box.write('a.csv', orderFilledFile(['"=cmd|\' /C calc\'!A0",x,0,1,y,1,1,z', '-1,x,0,1,y,1,1,z', orderFilled()]));
    const { rejectFiles } = await box.load();
    expect(readFileSync(rejectFiles[0], 'utf8').split('\n').slice(1, 3)).toEqual([
      `"unreadable time","'=cmd|' /C calc'!A0,x,0,1,y,1,1,z"`,
      `"time outside 2015 to 2100","'-1,x,0,1,y,1,1,z"`,
    ]);
  });

  test.each([
    ['in a key that is not used', { extra: 0 }, {}],
    ['in a key that is used', { title: 0 }, { 'nested too deeply': 1 }],
    ['in a row that is refused', { extra: 0, size: null }, { 'nested too deeply': 1 }],
  ])('are made of values nested too deeply %s', async (_, given, rejects) => {
    const row = {
      proxyWallet: WALLET,
      side: 'BUY',
      asset: TOKEN_A,
      conditionId: '',
      size: 1,
      price: 0.5,
      timestamp: 1_700_000_001,
    };
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    box.write(
      'a.json',
      `[${JSON.stringify({ ...row, ...given }).replace(/:0([,}])/, (_all, end) => `:${deep}${end}`)}, ${JSON.stringify(row)}]`,
    );
    expect((await box.load()).rejects).toEqual(rejects);
  });
});

describe('files of any shape', () => {
  test('a list of 1.2 MB on one line is read element by element', async () => {
    const markets = Array.from({ length: 500 }, (_, i) =>
      gammaMarket({
        id: String(i),
        conditionId: `0x${i.toString(16).padStart(64, '0')}`,
        clobTokenIds: '',
        description: 'y'.repeat(1500),
      }),
    );
    box.write('gamma.json', JSON.stringify(markets));
    await box.load(undefined, { blockBytes: 5000 });
    expect(box.markets()).toHaveLength(500);
  });

  test('blank lines and short lines by the hundred thousand take no memory', async () => {
    box.write(
      'a.csv',
      `${orderFilledFile([orderFilled()])}${'\n'.repeat(600_000)}${',\n'.repeat(900_000)}${orderFilled({ ts: 1_700_000_009, maker: OTHER })}\n`,
    );
    expect((await box.load(undefined, { blockBytes: 1 << 24 })).rejects).toEqual({});
    expect(box.trades()).toHaveLength(2);
  });

  test('a list of Python without an end is none, at once', async () => {
    box.write('a.json', JSON.stringify([gammaMarket({ outcomes: `['${"\\'".repeat(150_000)}` })]));
    const startedMs = performance.now();
    await box.load();
    expect(box.markets()[0]).toMatchObject({ outcome_0: null });
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  test('paths mean themselves, whatever their characters', async () => {
    writeFileSync(join(box.root, 'raw', "a[1]*$&'.csv"), GOOD);
    expect((await box.load(["a[1]*$&'.csv"])).nRowsAdded).toBe(1);
  });
});
