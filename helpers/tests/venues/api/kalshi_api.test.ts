import { constants, generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { createKalshiClient } from '../../../venues/kalshi/api/client.ts';
import { kalshiKey } from '../../../venues/kalshi/api/signing.ts';
import { answer, type FaultyServer, quickPorts, type Reply, serve } from '../../http/faulty_server.ts';

const servers: FaultyServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function against(...replies: readonly Reply[]) {
  const server = await serve(...replies);
  servers.push(server);
  return { server, options: { baseUrl: `${server.baseUrl}/trade-api/v2`, ports: quickPorts() } };
}

const json = (value: unknown): Reply => answer(200, JSON.stringify(value));

const TRADE = {
  trade_id: 'd91bc706-ee49-470d-82d8-11418bda6fed',
  ticker: 'KXHIGHNY-26AUG13-B84.5',
  count_fp: '136.00',
  yes_price_dollars: '0.3600',
  no_price_dollars: '0.640',
  taker_side: 'no',
  taker_outcome_side: 'no',
  taker_book_side: 'ask',
  created_time: '2026-08-13T02:59:57.96221Z',
  is_block_trade: false,
};

async function all<T>(pages: AsyncIterable<{ readonly rows: readonly T[] }>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page.rows);
  return rows;
}

describe('Kalshi', () => {
  test('pages of trades end at the empty cursor; rows are kept as they came', async () => {
    const { server, options } = await against(
      json({ trades: [TRADE], cursor: 'CgwI' }),
      json({ trades: [{ ...TRADE, taker_side: undefined }], cursor: '' }),
    );
    const rows = await all(createKalshiClient(options).tradePages('live', { minS: 5, maxS: 9 }));
    expect(rows[0]).toEqual(TRADE);
    expect(server.seen).toEqual([
      'GET /trade-api/v2/markets/trades?min_ts=5&max_ts=9&limit=1000',
      'GET /trade-api/v2/markets/trades?min_ts=5&max_ts=9&limit=1000&cursor=CgwI',
    ]);
  });

  test.each([
    ['the cursor', { trades: [TRADE] }, 'field cursor'],
    [
      'the old price in cents',
      { trades: [{ ...TRADE, yes_price_dollars: 36 }], cursor: '' },
      'field trades[0].yes_price_dollars',
    ],
    ['the count', { trades: [{ ...TRADE, count_fp: undefined }], cursor: '' }, 'field trades[0].count_fp'],
  ])('an answer without %s is an error', async (_, body, message) => {
    const { options } = await against(json(body));
    await expect(all(createKalshiClient(options).tradePages('live', {}))).rejects.toThrow(message);
  });

  test('markets that the live tier has not are looked up among the historical ones', async () => {
    const market = (ticker: string) => ({
      ticker,
      event_ticker: 'E',
      status: 'finalized',
      result: 'yes',
      open_time: '2026-08-01T00:00:00Z',
      close_time: '2026-08-13T00:00:00Z',
      can_close_early: true,
      latest_expiration_time: '2026-08-20T00:00:00Z',
    });
    const { server, options } = await against(
      json({ markets: [market('A')], cursor: '' }),
      json({ markets: [market('B')], cursor: '' }),
    );
    const found = await createKalshiClient(options).marketsOf(['A', 'B']);
    expect(found.map(({ ticker }) => ticker)).toEqual(['A', 'B']);
    expect(server.seen[1]).toBe('GET /trade-api/v2/historical/markets?tickers=B&limit=1000');
  });

  test('a signature holds for time, method and path without query, with a salt of 32 bytes', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = kalshiKey('key-id-1', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const { server, options } = await against(json({ orderbook_fp: { yes_dollars: [['0.4200', '13.00']] } }));
    await createKalshiClient({ ...options, key }).orderBook('A-B');
    const { headers } = server.requests[0];
    expect(headers['kalshi-access-key']).toBe('key-id-1');
    const message = `${headers['kalshi-access-timestamp']}GET/trade-api/v2/markets/A-B/orderbook`;
    const holds = (text: string, saltLength: number) =>
      verify(
        'sha256',
        Buffer.from(text),
        { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
        Buffer.from(String(headers['kalshi-access-signature']), 'base64'),
      );
    expect(holds(message, 32)).toBe(true);
    expect(holds(message, 222)).toBe(false);
    expect(holds(`${message}?depth=1`, 32)).toBe(false);
    expect(Number(headers['kalshi-access-timestamp'])).toBe(Date.UTC(2026, 0, 1));
  });

  test('a key that is none is refused without showing it', () => {
    expect(() => kalshiKey('a', 'MY-SECRET')).toThrow('the private key for Kalshi is no RSA key');
  });
});
