import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../import/sandbox.ts';
import {
  CONDITION,
  EXCHANGE,
  gammaMarket,
  ORDER_FILLED_HEADER,
  OTHER,
  orderFilled,
  orderFilledFile,
  TOKEN_78,
  TOKEN_A,
  TOKEN_B,
  TX,
  WALLET,
  withoutIds,
} from './samples.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const FILL = {
  ts_ms: 1_700_000_001_000,
  venue: 'polymarket',
  market_id: CONDITION,
  event_id: null,
  outcome_index: 0,
  wallet: WALLET,
  role: 'maker',
  side: 'BUY',
  price: 0.58,
  shares: 10,
  amount_usd: 5.8,
  fee_usd: null,
  tx: TX,
};

describe('poly_data orderFilled', () => {
  test('a maker who gives cash buys, one who is given cash sells, and a row facing an exchange is a taker', async () => {
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write(
      'orderFilled.csv',
      orderFilledFile([
        orderFilled(),
        orderFilled({ ts: 1_700_000_002, token: TOKEN_B, side: 'SELL', usd: 4_200_001, maker: OTHER, taker: EXCHANGE }),
      ]),
    );
    await box.load();
    expect(withoutIds(box.trades())).toEqual([
      FILL,
      {
        ...FILL,
        ts_ms: 1_700_000_002_000,
        outcome_index: 1,
        wallet: OTHER,
        role: 'taker',
        side: 'SELL',
        price: 0.4200001,
        amount_usd: 4.200001,
      },
    ]);
  });

  test('a match of three makers keeps each of its four rows once, with one taker row for the market volume', async () => {
    const makers = ['a', 'b', 'c'].map((digit) => `0x${digit.repeat(40)}`);
    box.write(
      'orderFilled.csv',
      orderFilledFile([
        ...makers.map((maker) =>
          orderFilled({ maker, taker: WALLET, side: 'SELL', usd: 2_000_000, shares: 4_000_000 }),
        ),
        orderFilled({ maker: WALLET, taker: EXCHANGE, usd: 6_000_000, shares: 12_000_000 }),
      ]),
    );
    await box.load();
    const rows = box.trades();
    expect(rows.map((row) => [row.wallet, row.role, row.side, row.amount_usd]).sort()).toEqual([
      [WALLET, 'taker', 'BUY', 6],
      ...makers.map((maker) => [maker, 'maker', 'SELL', 2]),
    ]);
  });

  test('upper-case addresses become lower-case and a 78-digit token id keeps its last digit', async () => {
    const shouting = WALLET.replace(/1/g, 'A').replace('0x', '0x');
    box.write('o.csv', orderFilledFile([orderFilled({ maker: shouting, token: TOKEN_78 })]));
    await box.load();
    expect(box.trades()[0]).toMatchObject({ wallet: shouting.toLowerCase(), market_id: `token:${TOKEN_78}` });
    expect(box.markets()[0]).toMatchObject({ token_0: TOKEN_78, outcome_order: 'assumed', source: 'trades' });
  });

  test('cash on both sides, or on neither, is no trade', async () => {
    box.write(
      'o.csv',
      orderFilledFile([
        orderFilled(),
        `1700000001,${WALLET},0,1,${OTHER},0,1,${TX}`,
        `1700000001,${WALLET},${TOKEN_A},1,${OTHER},${TOKEN_B},1,${TX}`,
      ]),
    );
    const { rejects } = await box.load();
    expect(rejects).toEqual({ 'bad side': 2 });
  });

  test.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['gzipped', (text: string) => gzipSync(text)],
    ['with a byte-order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['with CRLF line ends', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['without a last newline', (text: string) => Buffer.from(text.trimEnd())],
    ['quoted throughout', (text: string) => Buffer.from(text.replaceAll(/[^,\n]+/g, '"$&"'))],
    ['with blank lines', (text: string) => Buffer.from(text.replaceAll('\n', '\n\n'))],
  ])('a file %s gives the same row', async (_, encode) => {
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write('o.csv', encode(orderFilledFile([orderFilled()])));
    await box.load();
    expect(withoutIds(box.trades())).toEqual([FILL]);
  });

  test('JSON rows of a subgraph answer are read like the CSV', async () => {
    const cells = orderFilled().split(',');
    const row = Object.fromEntries(ORDER_FILLED_HEADER.split(',').map((name, i) => [name, cells[i]]));
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write('o.json', JSON.stringify({ data: { orderFilledEvents: [row] } }));
    await box.load();
    expect(withoutIds(box.trades())).toEqual([FILL]);
  });
});

describe('poly_data processed trades', () => {
  const header =
    'timestamp,market_id,maker,taker,nonusdc_side,maker_direction,taker_direction,price,usd_amount,token_amount,transactionHash';
  const line = (market: string, side: string, direction = 'BUY') =>
    `2023-11-14T22:13:21.000000,${market},${WALLET},${OTHER},${side},${direction},SELL,0.58,5.8,10.0,${TX}`;

  test('a market id written as a float finds its market, and token2 is outcome 1', async () => {
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write('trades.csv', `${header}\n${line('253591.0', 'token1')}\n${line('253591', 'token2', 'SELL')}\n`);
    await box.load();
    expect(withoutIds(box.trades())).toEqual([FILL, { ...FILL, outcome_index: 1, side: 'SELL' }]);
  });

  test('a row without a side of the market is a reject, as is one without a market', async () => {
    box.write('trades.csv', `${header}\n${line('253591', '')}\n${line('', 'token1')}\n${line('253591', 'token1')}\n`);
    const { rejects } = await box.load();
    expect(rejects).toEqual({ 'bad outcome': 1, 'no market': 1 });
    expect(box.trades()).toHaveLength(1);
    expect(box.trades()[0].market_id).toBe('gamma:253591');
  });

  test('the processed and the raw file of one folder give each fill once when a markets file links them', async () => {
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write('trades.csv', `${header}\n${line('253591', 'token1')}\n`);
    box.write('orderFilled.csv', orderFilledFile([orderFilled()]));
    const { nDropped } = await box.load();
    expect(nDropped).toBe(1);
    expect(withoutIds(box.trades())).toEqual([FILL]);
  });
});

const V1 = {
  proxyWallet: WALLET,
  side: 'BUY',
  asset: TOKEN_A,
  conditionId: CONDITION,
  size: 10,
  price: 0.58,
  timestamp: 1_700_000_001,
  title: 'Will it rain in Paris?',
  slug: 'rain-paris',
  eventSlug: 'rain',
  outcome: 'Yes',
  outcomeIndex: 0,
  transactionHash: TX,
  name: 'somebody',
};
const V2 = {
  proxy_wallet: WALLET,
  side: 'BUY',
  token_id: TOKEN_A,
  condition_id: CONDITION,
  size: '10',
  price: '0.58',
  timestamp: '2023-11-14T22:13:21Z',
  title: 'Will it rain in Paris?',
  slug: 'rain-paris',
  event_slug: 'rain',
  outcome: 'Yes',
  outcome_index: 0,
  transaction_hash: TX,
};
const API_FILL = { ...FILL, event_id: 'rain', role: null };

describe('Polymarket Data API', () => {
  const csvOf = (row: Record<string, unknown>): string =>
    `${Object.keys(row).join(',')}\n${Object.values(row)
      .map((value) => (value === V1.title ? `"${value}"` : value))
      .join(',')}\n`;

  test.each([
    ['v1 as a JSON array', 'a.json', JSON.stringify([V1])],
    ['v1 as JSON Lines', 'a.jsonl', `${JSON.stringify(V1)}\n`],
    ['v1 as CSV', 'a.csv', csvOf(V1)],
    ['v1 as an indented JSON array', 'a.json', JSON.stringify([V1], null, 2)],
    ['v2 in its envelope', 'a.json', JSON.stringify({ data: [V2], pagination: { next_cursor: 'x' } })],
    ['v2 with an envelope a line', 'a.jsonl', `${JSON.stringify({ data: [V2] })}\n`],
    ['v2 as CSV', 'a.csv', csvOf(V2)],
    ['v2 as JSON after a byte-order mark', 'a.json', `\ufeff${JSON.stringify([V2])}`],
  ])('%s', async (_, name, content) => {
    box.write(name, content);
    await box.load();
    expect(withoutIds(box.trades())).toEqual([API_FILL]);
  });

  test('the derived market carries what the rows tell, and nothing else', async () => {
    box.write('a.json', JSON.stringify([V1]));
    await box.load();
    expect(box.markets()).toEqual([
      expect.objectContaining({
        market_id: CONDITION,
        question: V1.title,
        slug: V1.slug,
        event_id: 'rain',
        outcome_0: 'Yes',
        outcome_1: null,
        token_0: TOKEN_A,
        token_1: null,
        outcome_order: 'venue',
        winner_index: null,
        is_void: null,
        resolved_ms: null,
        source: 'trades',
      }),
    ]);
  });

  test('outcome index 999 means unknown: the name of the outcome decides, then the place that is left', async () => {
    box.write(
      'a.json',
      JSON.stringify([
        { ...V1, asset: TOKEN_B, outcome: 'No', outcomeIndex: 999 },
        { ...V1, outcome: 'Maybe', outcomeIndex: 999 },
      ]),
    );
    await box.load();
    expect(
      box
        .trades()
        .map((row) => row.outcome_index)
        .sort(),
    ).toEqual([0, 1]);
    expect(box.markets()[0]).toMatchObject({ token_0: TOKEN_A, token_1: TOKEN_B, outcome_order: 'name' });
  });

  test('empty texts are absent values', async () => {
    box.write('a.json', JSON.stringify([{ ...V1, eventSlug: '', title: '', slug: '', transactionHash: '' }]));
    await box.load();
    expect(box.trades()[0]).toMatchObject({ event_id: null, tx: null });
    expect(box.markets()[0]).toMatchObject({ question: null, slug: null, event_id: null });
  });

  test('a row without a token is placed by market and outcome beside rows that have one', async () => {
    box.write('a.json', JSON.stringify([V1, { ...V1, asset: '', size: 11 }, { ...V1, asset: '', outcomeIndex: 1 }]));
    const { rejects } = await box.load();
    expect(rejects).toEqual({});
    expect(box.trades().map((row) => [row.market_id, row.outcome_index, row.shares])).toEqual([
      [CONDITION, 0, 10],
      [CONDITION, 0, 11],
      [CONDITION, 1, 10],
    ]);
  });

  test('a token id written as a bare JSON number has lost digits and is a reject, never another token', async () => {
    const text = JSON.stringify([V1, V1]).replace(`"${TOKEN_A}"`, TOKEN_A);
    box.write('a.json', text);
    const { rejects } = await box.load();
    expect(rejects).toEqual({ 'asset is a number that has lost digits': 1 });
    expect(box.trades()).toHaveLength(1);
  });

  test('rows that the wire schema refuses are counted by key', async () => {
    box.write(
      'a.json',
      JSON.stringify([V1, { ...V1, size: null }, { ...V1, price: {} }, { ...V1, side: undefined }, 7, [V1]]),
    );
    const { rejects, nRowsRead } = await box.load();
    expect(rejects).toEqual({ 'no size': 1, 'bad price': 1, 'no side': 1, 'not a JSON object': 2 });
    expect(nRowsRead).toBe(6);
  });

  test('a token that is not a number of at most 78 digits is a reject', async () => {
    box.write('a.json', JSON.stringify([V1, { ...V1, asset: 'abc' }, { ...V1, asset: `9${TOKEN_78}` }]));
    const { rejects } = await box.load();
    expect(rejects).toEqual({ 'bad token id': 2 });
  });

  test('a third token of a market is a reject, and the first two stay', async () => {
    box.write(
      'a.json',
      JSON.stringify([
        { ...V1, outcomeIndex: 0 },
        { ...V1, asset: TOKEN_B, outcomeIndex: 1, outcome: 'No' },
        { ...V1, asset: TOKEN_78, outcomeIndex: 2, outcome: 'Maybe' },
      ]),
    );
    const { rejects } = await box.load();
    expect(rejects).toEqual({ 'third outcome of a market': 1 });
    expect(box.trades()).toHaveLength(2);
  });

  test.each([
    [{ outcomeIndex: 1.9 }, 'third outcome of a market'],
    [{ outcomeIndex: 0.7, asset: '' }, 'bad outcome'],
    [{ usdcSize: 'n/a' }, 'unreadable amount'],
    [{ usdcSize: 'NaN' }, 'unreadable amount'],
  ])('a value that the row states and that cannot be is a reject, never guessed: %o', async (given, reason) => {
    box.write('a.json', JSON.stringify([V1, { ...V1, transactionHash: '0x02', ...given }]));
    const { rejects } = await box.load();
    expect(rejects).toEqual({ [reason]: 1 });
    expect(box.trades()).toHaveLength(1);
  });

  test.each([null, ''])('cash that is not stated (%o) is price times shares', async (usdcSize) => {
    box.write('a.json', JSON.stringify([{ ...V1, usdcSize }]));
    await box.load();
    expect(box.trades()[0].amount_usd).toBeCloseTo(Number(V1.size) * Number(V1.price), 6);
  });

  test('the role is the one of the query that the user names', async () => {
    box.write('a.json', JSON.stringify([V1]));
    await box.load(undefined, { context: { dataApiRole: 'taker', timeZone: null } });
    expect(box.trades()[0].role).toBe('taker');
  });

  test('an index written as a float by a spreadsheet still counts', async () => {
    box.write('a.csv', csvOf({ ...V1, outcomeIndex: '1.0' }));
    await box.load();
    expect(box.trades()[0].outcome_index).toBe(1);
  });
});
