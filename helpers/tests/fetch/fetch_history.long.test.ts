import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HTTP_FAULTS } from '../../doubles/faults.ts';
import { kalshiMarkets, kalshiTrades } from '../../doubles/kalshi_market.ts';
import { readVenueMarket, type VenueMarket } from '../../doubles/market.ts';
import { startVenueDoubles, type VenueDoubles, type VenueDoublesOptions } from '../../doubles/venues.ts';
import { createRandom } from '../../kernels/random.ts';
import { type SimulatedFolder, simulateFolder } from '../doubles/simulated.ts';
import { quickPorts, serve } from '../http/faulty_server.ts';
import { makeSandbox, type Row, type Sandbox } from '../import/sandbox.ts';
import { DAY, type FetchBox, makeFetchBox, runFetchScript } from './bench.ts';

const N_KILLS = 10;
/** After the change of contracts, and long before the feed of all markets begins. */
const LATE = { since: '2026-06-08', until: '2026-06-10' } as const;

let early: SimulatedFolder;
let late: SimulatedFolder;
const boxes: { remove(): void }[] = [];
const running: VenueDoubles[] = [];
let box: FetchBox;

beforeAll(async () => {
  early = await simulateFolder({ nTrades: 12_000, endDate: DAY.until });
  late = await simulateFolder({ nTrades: 6000, endDate: LATE.until });
});
afterAll(() => {
  early.remove();
  late.remove();
});
beforeEach(() => {
  box = newBox();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((doubles) => doubles.close()));
  for (const { remove } of boxes.splice(0)) remove();
});

function newBox(): FetchBox {
  const made = makeFetchBox();
  boxes.push(made);
  return made;
}

async function start(market: VenueMarket, options: VenueDoublesOptions = {}): Promise<VenueDoubles> {
  const doubles = await startVenueDoubles(market, options);
  running.push(doubles);
  return doubles;
}

/** What an import makes of folders and texts. */
async function imported(what: (sandbox: Sandbox) => void): Promise<Sandbox> {
  const sandbox = makeSandbox();
  boxes.push(sandbox);
  what(sandbox);
  await sandbox.load();
  return sandbox;
}

const simulatorFiles = ({ raw }: SimulatedFolder) =>
  imported((sandbox) => {
    cpSync(join(raw, 'goldsky'), join(sandbox.root, 'raw/goldsky'), { recursive: true });
    cpSync(join(raw, 'gamma_markets.jsonl'), join(sandbox.root, 'raw/gamma_markets.jsonl'));
  });

const fetchedFiles = ({ dataDir }: FetchBox) =>
  imported((sandbox) => cpSync(join(dataDir, '00_fetched/raw'), join(sandbox.root, 'raw'), { recursive: true }));

/** Rows as sorted lines, some columns left out. */
function lines(rows: readonly Row[], without: readonly string[] = []): string[] {
  return rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row).filter(([name]) => !without.includes(name)),
        (_, value) => (typeof value === 'bigint' ? String(value) : value),
      ),
    )
    .sort();
}

describe('a simulated day that was fetched and imported', () => {
  test("through the subgraph equals the simulator's files, cell for cell", async () => {
    const { files, isUpToDate } = await box.fetch(await start(readVenueMarket(early.raw)));
    expect(isUpToDate).toBe(false);
    expect(files.map(({ file }) => file).sort()).toEqual([
      'markets.jsonl',
      'trades_2026-01-08.jsonl',
      'trades_2026-01-09.jsonl',
    ]);
    const [got, wanted] = [await fetchedFiles(box), await simulatorFiles(early)];
    expect(wanted.trades()).toHaveLength(12_000);
    expect(lines(got.trades())).toEqual(lines(wanted.trades()));
    const traded = new Set(wanted.trades().map((row) => row.market_id));
    const markets = wanted.markets().filter((row) => traded.has(row.market_id));
    expect(lines(got.markets())).toEqual(lines(markets));
  });

  // The Data API does not tell who was the taker; fill_id is made of both rows' own words.
  const NOT_TOLD = ['fill_id', 'role'];

  test('through the Data API by market equals them in all that it tells', async () => {
    await box.fetch(await start(readVenueMarket(late.raw)), LATE);
    const [got, wanted] = [await fetchedFiles(box), await simulatorFiles(late)];
    expect(lines(got.trades(), NOT_TOLD)).toEqual(lines(wanted.trades(), NOT_TOLD));
  });

  test('through the feed of this month and the last equals them too', async () => {
    const ports = quickPorts(Date.UTC(2026, 6, 20));
    const doubles = await start(readVenueMarket(late.raw, () => Date.UTC(2026, 6, 20) / 1000));
    await box.fetch(doubles, LATE, ports);
    const wanted = await simulatorFiles(late);
    expect(lines((await fetchedFiles(box)).trades(), NOT_TOLD)).toEqual(lines(wanted.trades(), NOT_TOLD));
  });

  test('from Kalshi equals the same rows in a file, although the cut-off moves while they are fetched', async () => {
    const market = readVenueMarket(early.raw);
    const trades = kalshiTrades(market);
    let nAsked = 0;
    // About as fast as the fetch goes on, so that it overtakes hours while they are read.
    const cutoffMs = () => Date.parse(DAY.since) + 3 * 3_600_000 * Math.floor(nAsked++ / 7);
    await box.fetch(await start(market, { kalshi: { cutoffMs } }), { venue: 'kalshi' });
    expect(nAsked).toBeGreaterThan(100);
    const got = await fetchedFiles(box);
    const wanted = await imported((sandbox) => {
      sandbox.write('trades.jsonl', trades.map(({ row }) => JSON.stringify(row)).join('\n'));
      const traded = new Set(trades.map(({ row }) => row.ticker));
      const rows = kalshiMarkets(market, Number.POSITIVE_INFINITY).map(({ row }) => row);
      const own = rows.filter(({ ticker }) => traded.has(ticker));
      sandbox.write('markets.jsonl', own.map((row) => JSON.stringify(row)).join('\n'));
    });
    expect(wanted.trades().length).toBeGreaterThan(2000);
    expect(lines(got.trades())).toEqual(lines(wanted.trades()));
    expect(lines(got.markets())).toEqual(lines(wanted.markets()));
  });
});

describe('a part of the market', () => {
  test('two wallets: their own rows and no others', async () => {
    const market = readVenueMarket(early.raw);
    const wallets = [500, 501].map((i) => market.fills[i].maker);
    await box.fetch(await start(market), { wallets, since: '2025-01-01' });
    const own = market.fills.filter(({ maker }) => wallets.includes(maker));
    const rows = (await fetchedFiles(box)).trades();
    expect(rows).toHaveLength(own.length);
    expect(new Set(rows.map((row) => row.wallet))).toEqual(new Set(wallets));
  });

  test('some markets: their rows within the window, and the markets themselves', async () => {
    const market = readVenueMarket(early.raw);
    const wanted = market.markets.slice(3, 28).map(({ conditionId }) => conditionId);
    const untilS = Date.UTC(2026, 0, 9, 12) / 1000;
    await box.fetch(await start(market), { markets: wanted, until: '2026-01-09T12:00:00Z' });
    const expected = market.fills.filter(
      ({ token, timestampS }) =>
        wanted.includes(market.byToken.get(token)?.market.conditionId ?? '') && timestampS < untilS,
    );
    const got = await fetchedFiles(box);
    expect(got.trades()).toHaveLength(expected.length);
    expect(
      got
        .markets()
        .map((row) => row.market_id)
        .sort(),
    ).toEqual([...wanted].sort());
  });

  test('tickers of Kalshi', async () => {
    const market = readVenueMarket(early.raw);
    const trades = kalshiTrades(market);
    const markets = [String(trades[5].row.ticker), 'KXSIM-NONE'];
    await box.fetch(await start(market), { venue: 'kalshi', markets });
    const expected = trades.filter(({ row }) => row.ticker === markets[0]);
    expect((await fetchedFiles(box)).trades()).toHaveLength(expected.length);
  });
});

describe('a fetch that is disturbed', () => {
  test.each(['polymarket', 'kalshi'] as const)('by every fault mixed, %s: the files are the same', async (venue) => {
    const market = readVenueMarket(early.raw);
    await box.fetch(await start(market), { venue });
    const calm = box.files();
    const faults = { faults: HTTP_FAULTS, share: 0.3, random: createRandom(2) };
    const graphqlFaults = { faults: [...HTTP_FAULTS, 'graphql errors'] as const, share: 0.3, random: createRandom(3) };
    const other = newBox();
    await other.fetch(await start(market, { faults, graphqlFaults }), { venue });
    expect(other.files()).toEqual(calm);
    expect(other.notes.some((line) => line.includes('again in'))).toBe(true);
  });

  test(`killed with SIGKILL at ${N_KILLS} moments ends with the same files`, async () => {
    const market = readVenueMarket(early.raw);
    await box.fetch(await start(market));
    // Every answer takes its time, so that there is something to interrupt.
    const slow = await start(market, { faults: { faults: ['slow bytes'], share: 1, random: createRandom(1) } });
    const disturbed = newBox();
    const words = ['--since', DAY.since, '--until', DAY.until];
    const random = createRandom(17);
    let nKilled = 0;
    for (let i = 0; i < N_KILLS; i++) {
      const kill = moment(slow, 300 * random.uniform());
      if ((await runFetchScript(disturbed, slow, words, kill)).code === null) nKilled++;
    }
    expect(nKilled).toBeGreaterThan(N_KILLS / 2);
    const end = await runFetchScript(disturbed, slow, words);
    expect(end.text).toMatch(/(Fetched|Up to date): 12,030 rows of trades and \d+ markets/);
    expect(end.code).toBe(0);
    expect(disturbed.files()).toEqual(box.files());
    // Eleven processes, on a machine that may be busy.
  }, 400_000);

  /** So many ms after the next request. */
  async function moment({ subgraph, gamma }: VenueDoubles, ms: number): Promise<void> {
    const before = subgraph.nRequests + gamma.nRequests;
    for (let waitedMs = 0; subgraph.nRequests + gamma.nRequests === before && waitedMs < 60_000; waitedMs += 5)
      await new Promise((turn) => setTimeout(turn, 5));
    await new Promise((turn) => setTimeout(turn, ms));
  }

  test('goes on with the dates that it began with, however late', async () => {
    const market = readVenueMarket(late.raw);
    const began = Date.UTC(2026, 5, 10, 0, 10);
    const doubles = await start(market);
    await doubles.gamma.close();
    const words = { since: null, until: null } as const;
    const settings = { ...words, venue: 'polymarket' } as const;
    const impatient = { ...quickPorts(began) };
    await expect(box.fetch(doubles, settings, impatient)).rejects.toThrow('Polymarket Gamma');
    const again = await box.fetch(await start(market), settings, quickPorts(began + 5 * 86_400_000));
    expect(again.window).toEqual({ sinceS: Date.UTC(2026, 5, 9) / 1000, untilS: Date.UTC(2026, 5, 10) / 1000 });
  });
});

describe('a service that has changed', () => {
  test('a field that has gone ends the fetch with its name; with the field back the same fetch is whole', async () => {
    const market = readVenueMarket(early.raw);
    const doubles = await start(market);
    let nBroken = 0;
    const proxy = await serve((response, request) => {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', async () => {
        const text = await (await fetch(doubles.subgraph.baseUrl, { method: 'POST', body })).text();
        nBroken++;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(nBroken === 4 ? text.replaceAll('"takerAmountFilled"', '"takerAmount"') : text);
      });
    });
    const changed = { ...doubles, subgraph: { ...doubles.subgraph, baseUrl: proxy.baseUrl } };
    await expect(box.fetch(changed)).rejects.toThrow('field data.orderFilledEvents[0].takerAmountFilled');
    await proxy.close();
    expect(box.files()).toEqual({});
    await box.fetch(doubles);
    const calm = newBox();
    await calm.fetch(await start(market));
    expect(box.files()).toEqual(calm.files());
  });
});

test('the progress of each source runs to its total, from which the time left is told', async () => {
  const market = readVenueMarket(early.raw);
  await box.fetch(await start(market));
  const tokens = new Set(market.fills.map(({ token }) => token));
  const [trades, markets] = box.progress;
  expect(trades).toMatchObject({ label: 'fetching trades of the subgraph, minutes', total: 2 * 24 * 60 });
  expect(trades.done).toBeCloseTo((market.fills.at(-1)!.timestampS - Date.parse(DAY.since) / 1000) / 60, 6);
  expect(markets).toEqual({ label: 'fetching markets of Gamma, ids', total: tokens.size, done: tokens.size });
});

test('a second fetch of the same window asks nobody, and the manifest lists what there is', async () => {
  const doubles = await start(readVenueMarket(early.raw));
  await box.fetch(doubles);
  const { nRequests } = doubles.subgraph;
  expect((await box.fetch(doubles)).isUpToDate).toBe(true);
  expect(doubles.subgraph.nRequests).toBe(nRequests);
  await box.fetch(doubles, { venue: 'kalshi' });
  const manifest = JSON.parse(readFileSync(join(box.dataDir, '00_fetched/manifest.json'), 'utf8'));
  const sizes = Object.values(box.files()).map((text) => Buffer.byteLength(text));
  expect(manifest.parts.map((part: { bytes: number }) => part.bytes).sort()).toEqual(sizes.sort());
  expect(existsSync(join(box.dataDir, '00_fetched/raw/.unfinished'))).toBe(false);
});
