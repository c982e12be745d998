import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSandbox, refusalOf, type Sandbox } from '../import/sandbox.ts';
import {
  CONDITION,
  csvOf,
  gammaMarket,
  ORDER_FILLED_HEADER,
  OTHER,
  orderFilled,
  orderFilledFile,
  TOKEN_A,
  TOKEN_B,
  TX,
  WALLET,
} from './samples.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const FILL = {
  ts_ms: 1_700_000_001_000,
  wallet: WALLET,
  side: 'BUY',
  price: 0.58,
  shares: 10,
  amount_usd: 5.8,
  tx: TX,
};
const FILE = orderFilledFile([orderFilled()]);
const ROW = Object.fromEntries(ORDER_FILLED_HEADER.split(',').map((name, i) => [name, orderFilled().split(',')[i]]));
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One row as Parquet, with types that our own library cannot write. */
async function writeParquet(path: string, row: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT ${row}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
}

/** An event as programs decode it: what it says apart from where it stands. */
const EVENT = { event: 'OrderFilled', blockNumber: 100, logIndex: 3, transactionHash: TX, timestamp: 1_700_000_001 };
const AMOUNTS = { maker: WALLET, taker: OTHER, makerAmountFilled: '5800000', takerAmountFilled: '10000000', fee: '0' };

describe('events of the exchanges as programs decode them', () => {
  test.each([
    ['web3.py and ethers, V2', { args: { ...AMOUNTS, side: 0, tokenId: TOKEN_A } }],
    ['web3.js, V2', { returnValues: { ...AMOUNTS, side: '0', tokenId: TOKEN_A } }],
    ['web3.py and ethers, V1', { args: { ...AMOUNTS, makerAssetId: '0', takerAssetId: TOKEN_A } }],
  ])('%s are fills with their place on the chain', async (_, said) => {
    box.write('a.jsonl', `${JSON.stringify({ ...EVENT, ...said })}\n`);
    expect((await box.load()).rejects).toEqual({});
    expect(box.trades()).toMatchObject([FILL]);
    const [{ block_number, log_index, fee_usd }] = box.trades();
    expect([Number(block_number), Number(log_index), fee_usd]).toEqual([100, 3, 0]);
  });

  test('logs that nobody has decoded are named and left out, not taken for blocks', async () => {
    box.write('logs.json', JSON.stringify([{ ...EVENT, topics: ['0x01'], data: '0x' }]));
    box.write('a.csv', FILE);
    const { leftOut } = await box.load();
    expect(leftOut).toMatchObject([
      { path: expect.stringContaining('logs.json'), why: expect.stringContaining('is no format') },
    ]);
    expect(box.trades()).toMatchObject([FILL]);
  });
});

describe('a file is the format that it is, however it is written', () => {
  test.each([
    ['semicolons', FILE.replaceAll(',', ';')],
    ['tabs', FILE.replaceAll(',', '\t')],
    ['upper-case names', FILE.replace(/^.*/, (header) => header.toUpperCase())],
    ['names in snake case', FILE.replace(/^.*/, (header) => snake(header))],
    ['blanks around names and values', FILE.replaceAll(',', ' , ')],
    ['a column of ours', FILE.replace(/^(.*)\n(.*)/, '$1,__extra\n$2,x')],
    ['a name that is not UTF-8', Buffer.from(FILE.replace(/^(.*)\n(.*)/, '$1,caf\u00e9\n$2,x'), 'latin1')],
    ['JSON in snake case', JSON.stringify([Object.fromEntries(Object.entries(ROW).map(([k, v]) => [snake(k), v]))])],
  ])('CSV or JSON with %s', async (_, content) => {
    box.write('a.txt.csv', content);
    expect((await box.load()).rejects).toEqual({});
    expect(box.trades()).toMatchObject([FILL]);
  });

  test('CSV with a column of our own name and a row of bad quotes, which is counted', async () => {
    box.write('a.csv', `${ORDER_FILLED_HEADER},__extra\n${orderFilled()},"a"b\n${orderFilled()},x\n`);
    expect((await box.load()).rejects).toEqual({ 'malformed quotes': 1 });
    expect(box.trades()).toMatchObject([FILL]);
  });

  test('Parquet with bytes, decimals, lists, objects and times of another zone', async () => {
    const hex = (text: string): string => text.slice(2).replace(/../g, '\\x$&');
    const market = gammaMarket();
    const list = (name: string): string => `${String(market[name]).replaceAll('"', "'")} AS ${name}`;
    await writeParquet(
      box.write('a.parquet', ''),
      `'${hex(WALLET)}'::BLOB AS maker, '${hex(`0x${'9f'.repeat(20)}`)}'::BLOB AS taker, '${hex(TX)}'::BLOB AS transactionHash,
       5800000::DECIMAL(38, 6) AS makerAmountFilled, 10000000::DECIMAL(38, 0) AS takerAmountFilled, '0' AS makerAssetId,
       '${TOKEN_A}' AS takerAssetId, '2023-11-14 17:13:21-05'::TIMESTAMPTZ AS timestamp`,
    );
    await writeParquet(
      box.write('m.parquet', ''),
      `'Q' AS question, '${CONDITION}' AS conditionId, true AS closed, {'rate': 0.05::DOUBLE, 'exponent': 1} AS feeSchedule,
       ${list('outcomes')}, ${list('outcomePrices')}, ${list('clobTokenIds')}`,
    );
    expect((await box.load()).rejects).toEqual({});
    expect(box.trades()).toMatchObject([{ ...FILL, market_id: CONDITION, outcome_index: 0 }]);
    expect(box.markets()).toMatchObject([{ outcome_0: 'Yes', token_1: TOKEN_B, winner_index: 0, fee_rate: 0.05 }]);
  });

  test('decoded events of the V2 exchange: side and token stand for themselves, the fee is cash', async () => {
    const event = { blockNumber: 86_126_998, logIndex: 3, orderHash: TX, maker: WALLET, taker: OTHER, builder: '0x0' };
    const buy = { ...event, timestamp: 1_777_400_000, side: 0, tokenId: TOKEN_A, transactionHash: TX };
    const sell = { ...buy, timestamp: 1_777_400_001, side: 1, maker: OTHER };
    const amounts = { makerAmountFilled: '5800000', takerAmountFilled: '10000000', fee: '85000' };
    const reverse = { makerAmountFilled: '10000000', takerAmountFilled: '5800000', fee: '0' };
    box.write(
      'a.jsonl',
      [
        { ...buy, ...amounts },
        { ...sell, ...reverse },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    expect((await box.load()).rejects).toEqual({});
    const same = { price: 0.58, shares: 10, amount_usd: 5.8, market_id: `token:${TOKEN_A}` };
    expect(box.trades()).toMatchObject([
      { ...same, wallet: WALLET, side: 'BUY', fee_usd: 0.085 },
      { ...same, wallet: OTHER, side: 'SELL', fee_usd: 0 },
    ]);
  });
});

describe('market lists', () => {
  const own = gammaMarket();
  const sibling = gammaMarket({ id: '2', conditionId: `0x${'cd'.repeat(32)}`, slug: 'b', clobTokenIds: '["5", "6"]' });
  const event = {
    id: '900',
    slug: 'ev',
    title: 'Ev',
    tags: [{ id: 1, slug: 'sports', label: 'Sports' }],
    markets: [own, sibling],
  };

  test.each([
    ['lines', `${JSON.stringify(event)}\n${JSON.stringify({ ...event, markets: [] })}\n`],
    ['one list', JSON.stringify([event])],
    ['an envelope', JSON.stringify({ data: [event], next_cursor: 'x' })],
    ['an envelope of events', JSON.stringify({ events: [event] }, null, 2)],
    ['one event', JSON.stringify(event, null, 2)],
  ])('of Gamma events as %s keep the name and the tags of the event', async (_, content) => {
    box.write('e.json', content);
    await box.load();
    expect(box.markets().map(({ event_id, tags }) => [event_id, tags])).toEqual([
      ['ev', 'sports'],
      ['ev', 'sports'],
    ]);
  });

  const kalshi = { ticker: 'KXA-1', event_ticker: 'KXA', status: 'finalized', result: 'YES', title: 'A?' };
  test.each([
    ['events with their markets', { events: [{ event_ticker: 'KXA', title: 'A', markets: [kalshi] }], cursor: '' }],
    ['one market', { market: kalshi }],
    ['one event', { event: { event_ticker: 'KXA', title: 'A' }, markets: [kalshi] }],
  ])('of Kalshi as %s', async (_, value) => {
    box.write('k.json', JSON.stringify(value));
    await box.load();
    expect(box.markets()).toMatchObject([{ market_id: 'KXA-1', event_id: 'KXA', winner_index: 0 }]);
  });

  const tokens = [
    { token_id: TOKEN_A, outcome: 'Yes', price: 0, winner: false },
    { token_id: TOKEN_B, outcome: 'No', price: 1, winner: true },
  ];
  const clob = { condition_id: CONDITION, question: 'Q', market_slug: 'q', closed: true, tags: null, tokens };
  test('of the CLOB API', async () => {
    const three = { ...clob, condition_id: `0x${'ef'.repeat(32)}`, tokens: [...tokens, tokens[0]] };
    box.write('c.json', JSON.stringify({ data: [clob, three], next_cursor: 'LTE=', limit: 500, count: 2 }));
    expect((await box.load()).rejects).toEqual({ 'not a market of two outcomes': 1 });
    expect(box.markets()).toMatchObject([
      { market_id: CONDITION, outcome_1: 'No', token_1: TOKEN_B, winner_index: 1, source: 'clob' },
    ]);
  });

  test('missing_markets.csv of poly_data v2', async () => {
    box.write(
      'missing_markets.csv',
      csvOf({
        id: CONDITION,
        clobTokenIds: [TOKEN_A, TOKEN_B],
        conditionId: CONDITION,
        question: 'Q',
        slug: 'q',
        closed: 'True',
      }),
    );
    box.write('a.csv', FILE);
    expect((await box.load()).rejects).toEqual({});
    expect(box.trades()).toMatchObject([{ market_id: CONDITION, outcome_index: 0 }]);
    expect(box.markets()).toMatchObject([{ question: 'Q', slug: 'q', token_0: TOKEN_A, token_1: TOKEN_B }]);
  });
});

describe('refusals', () => {
  const trades =
    'block_number,transaction_hash,log_idx,maker,taker,maker_asset_id,taker_asset_id,maker_amount,taker_amount,timestamp';
  test.each([
    [
      'trades that lack one column are not taken for blocks',
      `${trades}\n1,${TX},1,${WALLET},${OTHER},0,${TOKEN_A},5,10,1700000001\n`,
      'bad-schema: ~/raw/a.csv lacks column log_index of archive_polymarket_trades, the nearest format (prediction-market-analysis polymarket/trades)',
    ],
    [
      'a header with an open quote',
      `"${FILE}`,
      'bad-schema: ~/raw/a.csv has a header with a quote that has no partner',
    ],
    [
      '2,001 columns',
      `${Array.from({ length: 2001 }, (_, i) => `c${i}`).join(',')}\n1\n`,
      'bad-schema: ~/raw/a.csv has more than 2000 columns',
    ],
  ])('%s', async (_, content, message) => {
    box.write('a.csv', content);
    expect(await refusalOf(box.load(), box)).toBe(message);
  });
});
