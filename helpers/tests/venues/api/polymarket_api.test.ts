/** The clients against answers as they were captured or published; the doubles are tried in helpers/tests/doubles. */
import { afterEach, describe, expect, test } from 'vitest';
import { createClobClient } from '../../../venues/polymarket/api/clob.ts';
import { createDataApiClient } from '../../../venues/polymarket/api/data_api.ts';
import { createGammaClient } from '../../../venues/polymarket/api/gamma.ts';
import { createSubgraphClient, positionBefore } from '../../../venues/polymarket/api/subgraph.ts';
import { answer, type FaultyServer, quickPorts, type Reply, serve } from '../../http/faulty_server.ts';

const servers: FaultyServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function against(...replies: readonly Reply[]) {
  const server = await serve(...replies);
  servers.push(server);
  return { server, options: { baseUrl: server.baseUrl, ports: quickPorts() } };
}

const json = (value: unknown): Reply => answer(200, JSON.stringify(value));

async function all<T>(pages: AsyncIterable<{ readonly rows: readonly T[] }>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page.rows);
  return rows;
}

const MARKET = {
  id: '1557558',
  question: 'Bitcoin Up or Down - March 12, 5:20AM-5:25AM ET',
  conditionId: '0x78443f961b9a65869dcb39359de9960165c7e5cbad0904eac7f29cd77872a63b',
  slug: 'btc-updown-5m-1773307200',
  outcomes: '["Up", "Down"]',
  outcomePrices: '["0.505", "0.495"]',
  closed: false,
  enableOrderBook: true,
  clobTokenIds: '["104239898038807136052399800151408521467737075933964991162589336683346093173875", "7118"]',
  somethingNew: { a: 1 },
};

describe('Gamma', () => {
  test('pages go on with after_cursor, ask for tags, and end where next_cursor is left out', async () => {
    const { server, options } = await against(
      json({ markets: [MARKET], next_cursor: 'abc' }),
      json({ markets: [{ ...MARKET, id: '2' }] }),
    );
    const rows = await all(createGammaClient(options).marketPages({ closed: true }));
    expect(rows.map((row) => row.id)).toEqual(['1557558', '2']);
    expect(rows[0]).toEqual(MARKET);
    expect(server.seen).toEqual([
      'GET /markets/keyset?closed=true&include_tag=true&limit=100',
      'GET /markets/keyset?closed=true&include_tag=true&limit=100&after_cursor=abc',
    ]);
  });

  test('a cursor that comes again is an error, not a loop', async () => {
    const { options } = await against(json({ markets: [MARKET], next_cursor: 'abc' }));
    await expect(all(createGammaClient(options).marketPages({}))).rejects.toThrow('is that of an earlier one');
  });

  test('a field that has gone is an error that names it', async () => {
    const { clobTokenIds: _, ...withoutTokens } = MARKET;
    const { options } = await against(json({ markets: [MARKET, withoutTokens] }));
    await expect(all(createGammaClient(options).marketPages({}))).rejects.toThrow(
      'field markets[1].clobTokenIds: missing on a market with an order book',
    );
  });

  test('markets are found by ids whether open or closed, each id a parameter of its own', async () => {
    const { server, options } = await against(json({ markets: [] }), json({ markets: [MARKET] }));
    expect(await createGammaClient(options).marketsOf('condition_ids', ['0x1', '0x2'])).toHaveLength(1);
    expect(server.seen[0]).toContain('closed=false&condition_ids=0x1&condition_ids=0x2');
    expect(server.seen[1]).toContain('closed=true');
  });
});

const TRADE = {
  proxy_wallet: '0x6af75d4e4aaf700450efbac3708cce1665810ff1',
  side: 'BUY',
  token_id: '71183960810705820955071415844881728181970340514894896943812046065452395013351',
  condition_id: '0x78443f961b9a65869dcb39359de9960165c7e5cbad0904eac7f29cd77872a63b',
  size: 92.59,
  price: 0.7,
  timestamp: 1786179735,
  outcome_index: 999,
  transaction_hash: '0x8c1d6f0a4f0b0f4b9a1b8f3b4f4e2b5c6d7e8f90112233445566778899aabbcc',
};

describe('the Data API', () => {
  test('asks version 2 for every fill of both sides, however small, and follows the cursor', async () => {
    const page = (next_cursor: string | null) =>
      json({ data: [TRADE], pagination: { limit: 1, offset: 0, has_more: next_cursor !== null, next_cursor } });
    const { server, options } = await against(page('eyJ0cyI6MX0'), page(null));
    const client = createDataApiClient(options);
    expect(await all(client.tradePages({ conditions: ['0xa', '0xb'], takerOnly: false }))).toHaveLength(2);
    expect(server.seen).toEqual([
      'GET /v2/trades?condition=0xa%2C0xb&taker_only=false&filter_type=TOKENS&filter_amount=0&limit=1000',
      'GET /v2/trades?condition=0xa%2C0xb&taker_only=false&filter_type=TOKENS&filter_amount=0&limit=1000&cursor=eyJ0cyI6MX0',
    ]);
  });

  test('the whale feed filters by dollars', async () => {
    const { server, options } = await against(json({ data: null, pagination: { has_more: false, next_cursor: null } }));
    await all(createDataApiClient(options).tradePages({ takerOnly: true, minUsd: 10_000, limit: 500 }));
    expect(server.seen[0]).toBe('GET /v2/trades?taker_only=true&filter_type=CASH&filter_amount=10000&limit=500');
  });

  test('without its pagination an answer is an error, not the end', async () => {
    const { options } = await against(json({ data: [TRADE] }));
    await expect(all(createDataApiClient(options).tradePages({ takerOnly: true }))).rejects.toThrow('field pagination');
  });

  test('version 1 takes rows with nine fields', async () => {
    const row = {
      asset: '713',
      conditionId: '0xc8f1',
      side: 'BUY',
      price: 0.55,
      size: 100,
      timestamp: 1_710_000_000,
      transactionHash: '0xabc1',
      proxyWallet: '0x1111111111111111111111111111111111111111',
      title: 'Some Market Title',
    };
    const { server, options } = await against(json([row]));
    expect(await createDataApiClient(options).tradesV1({ market: ['0xc8f1', '0x2'], start: 5, end: 9 })).toEqual([row]);
    expect(server.seen[0]).toBe('GET /trades?start=5&end=9&market=0xc8f1%2C0x2');
  });
});

describe('the order-book subgraph', () => {
  const row = (id: string, timestamp = '1730851200') => ({
    id,
    timestamp,
    maker: '0x56687bf447db6ffa42ffe2204a05edaa20f55839',
    makerAssetId: '0',
    makerAmountFilled: '61500000000',
    taker: '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e',
    takerAssetId: '21742633143463906290569050155826241533067272736897614950488156847949938836455',
    takerAmountFilled: '100000000000',
    transactionHash: '0x5f0c',
  });
  const rows = (n: number, from: number) =>
    Array.from({ length: n }, (_, i) => row(`0x${String(from + i).padStart(6, '0')}`));
  const page = (orderFilledEvents: unknown) => json({ data: { orderFilledEvents } });
  /** Keeps what was asked in `bodies`. */
  const hearing =
    (bodies: string[], reply: Reply): Reply =>
    (response, request) => {
      let text = '';
      request.on('data', (piece) => (text += String(piece)));
      request.on('end', () => {
        bodies.push(text);
        reply(response, request);
      });
    };

  test('goes on within the second of the last row, behind its id', async () => {
    const bodies: string[] = [];
    const { options } = await against(hearing(bodies, page(rows(1000, 0))), hearing(bodies, page(rows(3, 1000))));
    const found = await all(createSubgraphClient(options).fillPages(positionBefore(1_730_851_200), 1_730_900_000));
    expect(new Set(found.map(({ id }) => id)).size).toBe(1003);
    expect(bodies.map((body) => JSON.parse(body).variables)).toEqual([
      { from: '1730851200', until: '1730900000', id: '', first: 1000 },
      { from: '1730851200', until: '1730900000', id: '0x000999', first: 1000 },
    ]);
  });

  test('errors with status 200, also beside a part of the rows, count as no answer', async () => {
    const broken = json({ data: { orderFilledEvents: rows(2, 0) }, errors: [{ message: 'bad indexers: Timeout' }] });
    const { server, options } = await against(broken, json({ errors: [{ message: 'x' }] }), page(rows(2, 0)));
    expect(await all(createSubgraphClient(options).fillPages(positionBefore(1), 1_777_000_000))).toHaveLength(2);
    expect(server.seen).toHaveLength(3);
  });

  test('errors that do not end are one line', async () => {
    const { options } = await against(json({ errors: [{ message: 'subgraph not found' }] }));
    await expect(all(createSubgraphClient(options).fillPages(positionBefore(1), 2))).rejects.toThrow(
      'Polymarket order-book subgraph: subgraph not found',
    );
  });

  test('rows out of order are refused: a page was repeated or a row was lost', async () => {
    const { options } = await against(page(rows(1000, 0)), page(rows(3, 999)));
    await expect(all(createSubgraphClient(options).fillPages(positionBefore(1), 1_777_000_000))).rejects.toThrow(
      'row 0x000999 is out of order',
    );
  });
});

describe('the CLOB', () => {
  test('finds the best price whichever end of the list it stands at, with or without the leading zero', async () => {
    const book = {
      market: '0xm',
      asset_id: '7',
      timestamp: '1703875201000',
      hash: '0x',
      bids: [
        { price: '.48', size: '30' },
        { price: '0.50', size: '10' },
      ],
      asks: [
        { price: '.52', size: '25' },
        { price: '.60', size: '0' },
        { price: '.99', size: '5' },
      ],
    };
    const { options } = await against(json(book));
    const found = await createClobClient(options).book('7');
    expect(found?.bids[0]).toEqual({ price: 0.5, shares: 10 });
    expect(found?.asks).toEqual([
      { price: 0.52, shares: 25 },
      { price: 0.99, shares: 5 },
    ]);
  });

  test('a market without a book has none', async () => {
    const { options } = await against(answer(404, '{"error":"No orderbook exists for the requested token id"}'));
    expect(await createClobClient(options).book('7')).toBeNull();
    expect(await createClobClient(options).midpoint('7')).toBeNull();
  });
});
