import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatImport } from '../../import/import_report.ts';
import { createRandom } from '../../kernels/random.ts';
import {
  CONDITION,
  gammaMarket,
  OTHER,
  orderFilled,
  orderFilledFile,
  TOKEN_A,
  TOKEN_B,
  TX,
  WALLET,
} from '../venues/samples.ts';
import { fillIds, makeSandbox, type Sandbox } from './sandbox.ts';

let box: Sandbox;
let other: Sandbox;
beforeEach(() => {
  box = makeSandbox();
  other = makeSandbox();
});
afterEach(() => {
  box.remove();
  other.remove();
});

const A = orderFilled();
const B = orderFilled({ usd: 3_000_000 });

/** Seeded fills over three days with repeats, in the order of time. */
function someFills(n: number, seed: number): string[] {
  const random = createRandom(seed);
  const fills = Array.from({ length: n }, (_, i) =>
    orderFilled({
      ts: 1_700_000_000 + Math.floor((i * 3 * 86_400) / n),
      token: random.uniform() < 0.5 ? TOKEN_A : TOKEN_B,
      usd: 1 + Math.floor(random.uniform() * 3),
      maker: random.uniform() < 0.5 ? WALLET : OTHER,
    }),
  );
  return fills.flatMap((line) => (random.uniform() < 0.2 ? [line, line] : [line]));
}

describe('files as multisets of rows', () => {
  test('the same file a second time is nothing new', async () => {
    box.write('a.csv', orderFilledFile([A, A, B]));
    await box.load();
    const before = box.tableBytes();
    expect((await box.load()).isUpToDate).toBe(true);
    expect(box.tableBytes()).toEqual(before);
  });

  test('a copy under another name is nothing new, alone or beside the first', async () => {
    const path = box.write('a.csv', orderFilledFile([A, A, B]));
    copyFileSync(path, join(box.root, 'raw', 'copy.csv'));
    await box.load();
    expect(box.trades()).toHaveLength(3);
    renameSync(path, join(box.root, 'raw', 'moved.csv'));
    expect((await box.load(['moved.csv'])).isUpToDate).toBe(true);
  });

  test('a row that stands twice in one file and three times in another stands three times', async () => {
    box.write('a.csv', orderFilledFile([A, B, A]));
    box.write('b.csv', orderFilledFile([A, A, A]));
    const { nDropped } = await box.load();
    expect(
      box
        .trades()
        .map((row) => row.amount_usd)
        .sort(),
    ).toEqual([3, 5.8, 5.8, 5.8]);
    expect(nDropped).toBe(2);
    expect(new Set(fillIds(box.trades())).size).toBe(4);
  });

  test('a file that has grown adds only its new rows', async () => {
    box.write('a.csv', orderFilledFile([A, A]));
    await box.load();
    box.write('a.csv', orderFilledFile([A, A, B]));
    expect((await box.load()).nRowsAdded).toBe(1);
  });

  test('repeats can be dropped, and naming every file again with the other choice reads them anew', async () => {
    box.write('a.csv', orderFilledFile([A, A, A, B]));
    await box.load(undefined, { dropDuplicateRows: true });
    expect(box.trades()).toHaveLength(2);
    await box.load(undefined, { dropDuplicateRows: false });
    expect(box.trades()).toHaveLength(4);
  });

  test('importing A and then B gives what A and B together give', async () => {
    const fills = someFills(200, 7);
    for (const sandbox of [box, other]) {
      sandbox.write('a.csv', orderFilledFile(fills.slice(0, 150)));
      sandbox.write('b.csv', orderFilledFile(fills.slice(100)));
    }
    await box.load();
    await other.load(['a.csv']);
    await other.load(['a.csv', 'b.csv']);
    expect(other.trades()).toEqual(box.trades());
  });

  test('the order of files does not change the set of fills', async () => {
    const fills = someFills(200, 8);
    const parts = [fills.slice(0, 90), fills.slice(60, 160), fills.slice(120)];
    for (const [i, part] of parts.entries()) {
      box.write(`${i}.csv`, orderFilledFile(part));
      other.write(`${2 - i}.csv`, orderFilledFile(part));
    }
    await box.load();
    await other.load();
    expect(fillIds(other.trades())).toEqual(fillIds(box.trades()));
  });

  test('small blocks, spilling to disk and a day cut into hours change no row; spilling changes no byte', async () => {
    box.write('a.csv', orderFilledFile(someFills(500, 9)));
    await box.load();
    const whole = { rows: box.trades(), bytes: box.tableBytes() };
    other.write('a.csv', orderFilledFile(someFills(500, 9)));
    await other.load(undefined, { blockBytes: 4096, limits: { memoryRows: 40, dayRows: 1e6 } });
    expect(other.tableBytes()).toEqual(whole.bytes);
    await other.load(undefined, { force: true, limits: { memoryRows: 1e6, dayRows: 50 } });
    expect([...other.tableBytes().keys()].some((file) => /T\d\d-/.test(file))).toBe(true);
    expect(other.trades()).toEqual(whole.rows);
  });

  test('fill ids are those of the versions pinned; if this fails, an upgrade has changed how Polars hashes', async () => {
    box.write('a.csv', orderFilledFile([A, A, B]));
    await box.load();
    expect(fillIds(box.trades())).toEqual(GOLDEN_IDS);
  });
});

const GOLDEN_IDS: readonly string[] = ['12100425362844919959', '2356648484508699102', '699710543521721474'];

const api = (given: Record<string, unknown> = {}): Record<string, unknown> => ({
  proxyWallet: WALLET,
  side: 'BUY',
  asset: TOKEN_A,
  conditionId: CONDITION,
  size: 10,
  price: 0.58,
  timestamp: 1_700_000_001,
  transactionHash: TX,
  ...given,
});
const TX_2 = `0x${'ef'.repeat(32)}`;
const PROCESSED_HEADER =
  'timestamp,market_id,maker,taker,nonusdc_side,maker_direction,price,usd_amount,token_amount,transactionHash';
const processed = (seconds: number): string =>
  `2023-11-14T22:13:${seconds},253591,${WALLET},${OTHER},token1,BUY,0.58,5.8,10.0,${TX}`;

describe('a markets file that comes later', () => {
  test('moves fills of derived markets to the market and outcome it tells by tokens', async () => {
    box.write('a.csv', orderFilledFile([orderFilled({ token: TOKEN_B }), orderFilled({ ts: 1_700_000_002 })]));
    await box.load();
    expect(box.trades().map((row) => [row.market_id, row.outcome_index])).toEqual([
      [`token:${TOKEN_B}`, 0],
      [`token:${TOKEN_A}`, 0],
    ]);
    const ids = fillIds(box.trades());
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    await box.load();
    expect(box.trades().map((row) => [row.market_id, row.outcome_index])).toEqual([
      [CONDITION, 1],
      [CONDITION, 0],
    ]);
    expect(fillIds(box.trades())).toEqual(ids);
    expect(box.markets().map((row) => row.market_id)).toEqual([CONDITION]);
  });

  test('is the same as a markets file that was there from the start', async () => {
    const raw = [orderFilled({ token: TOKEN_B }), A, A];
    for (const sandbox of [box, other]) sandbox.write('a.csv', orderFilledFile(raw));
    await box.load();
    for (const sandbox of [box, other]) sandbox.write('markets.jsonl', JSON.stringify(gammaMarket()));
    await box.load();
    await other.load();
    expect(box.trades()).toEqual(other.trades());
    expect(box.markets()).toEqual(other.markets());
  });

  test('moves fills by the names of outcomes when it tells no tokens', async () => {
    box.write(
      'a.json',
      JSON.stringify([
        api({ outcome: 'No', outcomeIndex: 999 }),
        api({ asset: TOKEN_B, outcome: 'Yes', outcomeIndex: 999 }),
      ]),
    );
    await box.load();
    box.write(
      'markets.jsonl',
      JSON.stringify(gammaMarket({ clobTokenIds: null, outcomes: '["No", "Yes"]', outcomePrices: '["0", "1"]' })),
    );
    await box.load();
    expect(box.trades().map((row) => row.outcome_index)).toEqual([0, 1]);
    expect(box.markets()[0]).toMatchObject({
      token_0: TOKEN_A,
      token_1: TOKEN_B,
      winner_index: 1,
      outcome_order: 'venue',
    });
  });

  test.each([
    ['after', ['a.json', 'markets.jsonl']],
    ['before', ['markets.jsonl', 'a.json']],
  ])('leaves the result out when nothing tells which token is which outcome (%s the trades)', async (_, order) => {
    box.write('a.json', JSON.stringify([api(), api({ asset: TOKEN_B })]));
    box.write('markets.jsonl', JSON.stringify(gammaMarket({ clobTokenIds: null })));
    for (const name of order) await box.load([name]);
    expect(box.markets()).toHaveLength(1);
    expect(box.markets()[0]).toMatchObject({ winner_index: null, outcome_order: 'assumed', market_id: CONDITION });
    box.write('again.jsonl', `\n${JSON.stringify(gammaMarket({ clobTokenIds: null }))}`);
    await box.load(['again.jsonl']);
    expect(box.markets()[0]).toMatchObject({ winner_index: null, outcome_order: 'assumed' });
    box.write('tokens.jsonl', JSON.stringify(gammaMarket()));
    await box.load(['tokens.jsonl']);
    expect(box.markets()[0]).toMatchObject({ winner_index: 0, outcome_order: 'venue' });
    expect(box.trades().map((row) => row.outcome_index)).toEqual([0, 1]);
  });

  test('does not double fills that were known by market and outcome, in the same file or in an overlapping one', async () => {
    box.write('a.csv', `${[PROCESSED_HEADER, processed(21), processed(22)].join('\n')}\n`);
    await box.load();
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write('b.csv', `${[PROCESSED_HEADER, processed(22), processed(22), processed(23)].join('\n')}\n`);
    const { nRowsAdded } = await box.load();
    expect(nRowsAdded).toBe(2);
    expect(box.trades().map((row) => row.ts_ms)).toEqual([21, 22, 22, 23].map((s) => 1_699_999_980_000 + s * 1000));
    expect(new Set(box.trades().map((row) => row.market_id))).toEqual(new Set([CONDITION]));
    box.write('raw.csv', orderFilledFile([orderFilled(), orderFilled({ ts: 1_700_000_002 })]));
    expect((await box.load()).nRowsAdded).toBe(0);
  });

  test('makes one of fills that came raw and processed; until then they count twice, which is said', async () => {
    box.write(
      'raw.csv',
      orderFilledFile([orderFilled(), orderFilled({ ts: 1_700_000_002 }), orderFilled({ tx: TX_2 })]),
    );
    box.write('processed.csv', `${[PROCESSED_HEADER, processed(21), processed(22), processed(23)].join('\n')}\n`);
    const unlinked = await box.load();
    expect([unlinked.nCrossSourceDuplicates, box.trades().length]).toEqual([2, 6]);
    expect(formatImport(unlinked, box.dataDir).join('\n')).toContain('Careful: 2 fills count twice.');
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    const linked = await box.load();
    expect([linked.nCrossSourceDuplicates, box.trades().length]).toEqual([0, 4]);
    expect(formatImport(linked, box.dataDir).join('\n')).not.toContain('Careful');
  });

  test('is not asked for where one feed alone has no tokens', async () => {
    box.write('processed.csv', `${[PROCESSED_HEADER, processed(21), processed(21)].join('\n')}\n`);
    expect((await box.load()).nCrossSourceDuplicates).toBe(0);
    box.write('raw.csv', orderFilledFile([orderFilled({ tx: TX_2 })]));
    expect((await box.load()).nCrossSourceDuplicates).toBe(0);
  });

  test('does not link the rounded rows of the Data API with those of the chain, and the import says so', async () => {
    box.write('a.json', JSON.stringify([api({ size: 10.000_001 })]));
    const alone = await box.load();
    expect(formatImport(alone, box.dataDir).join('\n')).not.toContain('Careful');
    box.write('raw.csv', orderFilledFile([orderFilled()]));
    const both = await box.load();
    expect(formatImport(both, box.dataDir).join('\n')).toContain('Careful: both on-chain rows and Data API rows');
    expect(box.trades()).toHaveLength(2);
  });

  test('is imported whole or not at all: a commit cut off in the middle is finished by the next reader', async () => {
    box.write('a.csv', orderFilledFile([A]));
    await box.load();
    const old = box.tableBytes();
    expect(box.trades()[0].market_id).toBe(`token:${TOKEN_A}`);
    writeFileSync(join(box.dataDir, '10_markets', 'manifest.json.next.tmp'), '{}');
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    await box.load();
    expect(box.tableBytes()).not.toEqual(old);
    expect(box.trades()[0].market_id).toBe(CONDITION);
  });
});
