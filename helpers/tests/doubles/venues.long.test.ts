/** The clients against the doubles: every row once, also with faults; and the doubles' own traps. */
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, HTTP_FAULTS } from '../../doubles/faults.ts';
import { kalshiTrades } from '../../doubles/kalshi_market.ts';
import { readVenueMarket, type VenueMarket } from '../../doubles/market.ts';
import { startVenueDoubles, type VenueDoubles, type VenueDoublesOptions } from '../../doubles/venues.ts';
import { createRandom } from '../../kernels/random.ts';
import { createKalshiClient } from '../../venues/kalshi/api/client.ts';
import { kalshiKey } from '../../venues/kalshi/api/signing.ts';
import { createClobClient } from '../../venues/polymarket/api/clob.ts';
import { createDataApiClient } from '../../venues/polymarket/api/data_api.ts';
import { createGammaClient } from '../../venues/polymarket/api/gamma.ts';
import { createSubgraphClient, positionBefore } from '../../venues/polymarket/api/subgraph.ts';
import { quickPorts } from '../http/faulty_server.ts';
import { type SimulatedFolder, simulateFolder } from './simulated.ts';

let simulated: SimulatedFolder;
let venue: VenueMarket;
let doubles: VenueDoubles | null = null;

beforeAll(async () => {
  simulated = await simulateFolder();
  venue = readVenueMarket(simulated.raw);
});
afterAll(() => simulated.remove());
afterEach(async () => {
  await doubles?.close();
  doubles = null;
});

async function start(options: VenueDoublesOptions = {}, market = venue): Promise<VenueDoubles> {
  doubles = await startVenueDoubles(market, options);
  return doubles;
}

/** The real network, waits that take no time. The clock is the real one where a signature needs it. */
const at = ({ baseUrl }: { readonly baseUrl: string }) => ({ baseUrl, ports: quickPorts(Date.now()) });

async function all<T>(pages: AsyncIterable<{ readonly rows: readonly T[] }>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page.rows);
  return rows;
}

/** What all clients fetch of the whole market, as sorted lines. */
async function fetchAll({ subgraph, dataApi, gamma, kalshi }: VenueDoubles): Promise<Record<string, string[]>> {
  const lines = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  const fills = createSubgraphClient(at(subgraph)).fillPages(positionBefore(0), 1_777_000_000);
  const trades = createDataApiClient(at(dataApi)).tradePages({ takerOnly: false });
  const markets = createGammaClient(at(gamma)).marketPages({ closed: true });
  const kalshiPages = createKalshiClient(at(kalshi)).tradePages('live', {});
  return {
    fills: lines(await all(fills)),
    trades: lines(await all(trades)),
    markets: lines(await all(markets)),
    kalshi: lines(await all(kalshiPages)),
  };
}

describe('a whole market through the doubles', () => {
  test('holds every row of the simulator once', async () => {
    const got = await fetchAll(await start());
    const csv = readFileSync(join(simulated.raw, 'goldsky/orderFilled.csv'), 'utf8').trim().split('\n').slice(1);
    const rows = got.fills.map((line) => JSON.parse(line)).filter((row) => row.makerAmountFilled !== '0');
    const asCsv = rows.map((row) =>
      [
        row.timestamp,
        row.maker,
        row.makerAssetId,
        row.makerAmountFilled,
        row.taker,
        row.takerAssetId,
        row.takerAmountFilled,
        row.transactionHash,
      ].join(','),
    );
    expect(asCsv.sort()).toEqual(csv.sort());
    expect(got.trades).toHaveLength(csv.length);
    expect(got.kalshi).toHaveLength(kalshiTrades(venue).length);
    expect(got.markets.length).toBeGreaterThan(10);
  });

  test.each([...HTTP_FAULTS, 'graphql errors'] as const)(
    'is the same when one in five answers is «%s»',
    async (fault) => {
      const calm = await fetchAll(await start());
      await doubles?.close();
      const plan = (faults: readonly Fault[]) => ({ faults, share: 0.2, random: createRandom(5) });
      const isGraphql = fault === 'graphql errors';
      const faulty = await start(
        isGraphql ? { graphqlFaults: { ...plan([fault]), share: 0.5 } } : { faults: plan([fault]) },
      );
      expect(await fetchAll(faulty)).toEqual(calm);
      expect(faulty.subgraph.nFaults + faulty.dataApi.nFaults).toBeGreaterThan(0);
    },
  );

  test('is the same under all faults mixed', async () => {
    const calm = await fetchAll(await start());
    await doubles?.close();
    const plan = { faults: HTTP_FAULTS, share: 0.3, random: createRandom(8) };
    const graphqlFaults = { faults: [...HTTP_FAULTS, 'graphql errors'] as const, share: 0.3, random: createRandom(9) };
    expect(await fetchAll(await start({ faults: plan, graphqlFaults }))).toEqual(calm);
  });
});

test('thousands of fills in one second come once each, and none from 2026-04-28 on', async () => {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-second-'));
  const end = 1_777_374_000;
  const [, first] = readFileSync(join(simulated.raw, 'goldsky/orderFilled.csv'), 'utf8').split('\n');
  const cells = first.split(',').slice(1, 7).join(',');
  const times = [
    ...Array.from({ length: 2500 }, () => end - 50),
    ...Array.from({ length: 700 }, () => end - 1),
    end,
    end + 9,
  ];
  const csv = times.map((time, i) => `${time},${cells},0x${String(i).padStart(64, '0')}`);
  mkdirSync(join(root, 'goldsky'));
  writeFileSync(join(root, 'goldsky/orderFilled.csv'), ['header', ...csv].join('\n'));
  writeFileSync(join(root, 'gamma_markets.jsonl'), '');
  const { subgraph } = await start({}, readVenueMarket(root));
  const rows = await all(createSubgraphClient(at(subgraph)).fillPages(positionBefore(end - 60), end));
  const told = rows.filter((row) => row.makerAmountFilled !== '0');
  expect(new Set(told.map((row) => row.transactionHash)).size).toBe(3200);
  expect(told).toHaveLength(3200);
  rmSync(root, { recursive: true });
});

describe('Gamma', () => {
  test('refuses an offset, ignores `cursor`, and leaves next_cursor out on the last page', async () => {
    const { gamma } = await start();
    const get = async (query: string) => {
      const response = await fetch(`${gamma.baseUrl}/markets/keyset?${query}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown[]> };
    };
    expect((await get('offset=20')).status).toBe(422);
    const page = await get('closed=true&limit=5');
    expect((await get(`closed=true&limit=5&cursor=${String(page.body.next_cursor)}`)).body).toEqual(page.body);
    expect('next_cursor' in (await get('closed=true&limit=100&end_date_min=2030-01-01')).body).toBe(false);
  });

  test('tells of no result before the market has ended', async () => {
    const ended = venue.markets.find((market) => market.closed);
    const closedS = Date.parse(String(ended?.closedTime).replace(' ', 'T').replace('+00', 'Z')) / 1000;
    const ids = [String(ended?.conditionId)];
    const before = await start({}, { ...venue, nowS: () => closedS - 1 });
    const [open] = await createGammaClient(at(before.gamma)).marketsOf('condition_ids', ids);
    expect(open).toMatchObject({ closed: false, outcomePrices: '["0.5", "0.5"]' });
    await doubles?.close();
    const after = await start({}, { ...venue, nowS: () => closedS });
    const [over] = await createGammaClient(at(after.gamma)).marketsOf('condition_ids', ids);
    expect(over).toMatchObject({ closed: true, outcomePrices: ended?.outcomePrices });
  });

  test('tags and events come in pages', async () => {
    const client = createGammaClient(at((await start()).gamma));
    expect((await client.tags()).length).toBeGreaterThan(2);
    const events = await all(client.eventPages({}));
    expect(events.flatMap((event) => event.markets ?? [])).toHaveLength(venue.markets.length);
  });
});

describe('the Data API', () => {
  test('tells of one wallet within its times, and of takers alone when asked', async () => {
    const client = createDataApiClient(at((await start()).dataApi));
    const user = venue.fills[100].maker;
    const own = venue.fills.filter((fill) => fill.maker === user);
    expect(await all(client.tradePages({ user, takerOnly: false }))).toHaveLength(own.length);
    const startS = own[Math.floor(own.length / 2)].timestampS;
    const later = own.filter((fill) => fill.timestampS >= startS);
    expect(await all(client.tradePages({ user, takerOnly: false, startS, endS: 2e9 }))).toHaveLength(later.length);
    const takers = venue.fills.filter((fill) => fill.isTaker);
    expect(await all(client.tradePages({ takerOnly: true }))).toHaveLength(takers.length);
    expect(await all(client.activityPages(user))).toHaveLength(own.length);
  });

  test('version 1 refuses offsets beyond its limit', async () => {
    const client = createDataApiClient(at((await start()).dataApi));
    expect(await client.tradesV1({ takerOnly: false, limit: 50, offset: 20 })).toHaveLength(50);
    expect(await client.activityV1({ user: venue.fills[100].maker, limit: 5 })).toHaveLength(5);
    await expect(client.tradesV1({ offset: 10_001 })).rejects.toThrow('offset of 10000 exceeded');
  });

  test('rows that come late are not there at first', async () => {
    const { dataApi } = await start({ dataApi: { lateEvery: 10, lateAfter: 10 } });
    const client = createDataApiClient(at(dataApi));
    const first = await all(client.tradePages({ takerOnly: false }));
    expect(first.length).toBe(venue.fills.length - Math.floor(venue.fills.length / 10));
    await all(client.tradePages({ takerOnly: false }));
    expect(await all(client.tradePages({ takerOnly: false }))).toHaveLength(venue.fills.length);
  });
});

describe('Kalshi', () => {
  test('keeps rows before the cut-off in the historical tier alone', async () => {
    const trades = kalshiTrades(venue);
    const cutoffMs = trades[Math.floor(trades.length / 3)].atMs;
    const { kalshi } = await start({ kalshi: { cutoffMs: () => cutoffMs } });
    const client = createKalshiClient(at(kalshi));
    expect((await client.cutoff()).tradesMs).toBe(cutoffMs);
    const live = await all(client.tradePages('live', {}));
    const historical = await all(client.tradePages('historical', {}));
    expect(live.every((trade) => Date.parse(trade.created_time) >= cutoffMs)).toBe(true);
    expect(new Set([...live, ...historical].map((trade) => trade.trade_id)).size).toBe(trades.length);
    expect(live.length + historical.length).toBe(trades.length);
    const tickers = [...new Set(trades.map(({ row }) => String(row.ticker)))];
    expect(await client.marketsOf(tickers)).toHaveLength(tickers.length);
    expect((await client.series())[0].fee_type).toBe('quadratic');
    expect((await all(client.eventPages({}))).length).toBeGreaterThan(5);
  });

  test('refuses what is unsigned, signed with another key, or ordered the old way', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { kalshi } = await start({ kalshi: { publicKey } });
    const pem = (key: typeof privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const signed = (key: typeof privateKey) => createKalshiClient({ ...at(kalshi), key: kalshiKey('id-1', pem(key)) });
    expect((await signed(privateKey).orderBook('A')).yes_dollars).toEqual([['0.4200', '13.00']]);
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await expect(signed(stranger).orderBook('A')).rejects.toThrow('status 401');
    await expect(createKalshiClient(at(kalshi)).orderBook('A')).rejects.toThrow('status 401');
    const old = await fetch(`${kalshi.baseUrl}/portfolio/orders`, { method: 'POST' });
    expect(old.status).toBe(410);
  });

  test('verifies RSA-PSS with a salt of 32 bytes over time, method and path without the query', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { kalshi } = await start({ kalshi: { publicKey } });
    const address = new URL(`${kalshi.baseUrl}/markets/A/orderbook?depth=1`);
    const status = async (saltLength: number, path: string, ageMs = 0) => {
      const time = String(Date.now() - ageMs);
      const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
      const headers = {
        'kalshi-access-key': 'id-1',
        'kalshi-access-timestamp': time,
        'kalshi-access-signature': sign('sha256', Buffer.from(`${time}GET${path}`), key).toString('base64'),
      };
      return (await fetch(address, { headers })).status;
    };
    expect(await status(32, address.pathname)).toBe(200);
    expect(await status(constants.RSA_PSS_SALTLEN_MAX_SIGN, address.pathname)).toBe(401);
    expect(await status(32, address.pathname + address.search)).toBe(401);
    expect(await status(32, address.pathname.replace('/trade-api/v2', ''))).toBe(401);
    expect(await status(32, address.pathname, 3_600_000)).toBe(401);
  });
});

test('the CLOB quotes around the last price, and has no book of a market that is over', async () => {
  const { clob } = await start({}, { ...venue, nowS: () => venue.fills[3000].timestampS });
  const client = createClobClient(at(clob));
  const { token } = venue.fills[3000];
  const [book] = await client.books([token, 'unknown']);
  expect(book.bids[0].price).toBeLessThan(book.asks[0].price);
  expect((await client.book(token))?.bids).toHaveLength(2);
  expect(await client.midpoint(token)).toBeGreaterThan(0);
  expect((await client.priceHistory(token, 0, 2e9, 1)).length).toBeGreaterThan(0);
  const over = venue.markets.find((market) => market.closed && market.outcomePrices === '["1","0"]');
  await doubles?.close();
  const later = createClobClient(at((await start()).clob));
  const [yes] = JSON.parse(String(over?.clobTokenIds)) as string[];
  expect(await later.book(yes)).toBeNull();
  expect((await later.market(String(over?.conditionId)))?.tokens[0].winner).toBe(true);
});
