/** Any order of rows, of files and of imports gives the same bytes in every table that import and profiles write. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../kernels/random.ts';
import { bytesOf, removeFolders, streamed } from '../features/tables.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

const N_RUNS = Number(process.env.ORDER_RUNS ?? 5);
const EXCHANGE = '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e';
const START_S = Date.UTC(2026, 0, 5, 23, 59, 50) / 1000;
const AS_OF_MS = Date.UTC(2026, 0, 20);

interface Market {
  readonly id: string;
  readonly condition: string;
  readonly tokens: readonly [string, string];
  readonly event: string | null;
}
const MARKETS: readonly Market[] = [1, 2, 3, 4].map((i) => ({
  id: String(500 + i),
  condition: `0x${String(i).repeat(64)}`,
  tokens: [`7${String(i).repeat(76)}`, `6${String(9 - i).repeat(76)}`],
  event: i === 3 ? null : `event-${i}`,
}));

/** A fill as all feeds agree on it. */
interface Fill {
  readonly market: Market;
  readonly outcome: 0 | 1;
  readonly wallet: string;
  readonly isBuy: boolean;
  readonly cents: number;
  readonly shares: number;
  readonly ts: number;
  readonly tx: string;
  readonly log: number;
}

function drawFills(random: Random, n: number): Fill[] {
  return Array.from({ length: n }, (_, i) => ({
    market: MARKETS[random.integer(MARKETS.length)],
    outcome: random.integer(2) as 0 | 1,
    wallet: `0x${String(1 + random.integer(4)).repeat(40)}`,
    isBuy: random.integer(2) === 0,
    cents: 1 + random.integer(99),
    shares: 1 + random.integer(3),
    // Few seconds, on both sides of a midnight: most fills share theirs with others.
    ts: START_S + random.integer(20),
    tx: `0x${String(1 + random.integer(5)).padStart(64, 'a')}`,
    log: i,
  }));
}

const usdU = ({ cents, shares }: Fill): number => cents * shares * 10_000;
const token = ({ market, outcome }: Fill): string => market.tokens[outcome];

const ON_CHAIN = 'timestamp,maker,makerAssetId,makerAmountFilled,taker,takerAssetId,takerAmountFilled,transactionHash';
function onChain(fill: Fill): string {
  const [cash, held] = [
    ['0', usdU(fill)],
    [token(fill), fill.shares * 1e6],
  ];
  const [given, taken] = fill.isBuy ? [cash, held] : [held, cash];
  const taker = fill.log % 2 === 0 ? EXCHANGE : `0x${'b'.repeat(40)}`;
  return [fill.ts, fill.wallet, ...given, taker, ...taken, fill.tx].join(',');
}

const ARCHIVE =
  'block_number,transaction_hash,log_index,maker,taker,maker_asset_id,taker_asset_id,maker_amount,taker_amount,fee,timestamp';
function archived(fill: Fill): string {
  const [ts, maker, makerAsset, makerAmount, taker, takerAsset, takerAmount, tx] = onChain(fill).split(',');
  const block = 1000 + Math.floor(fill.ts / 2) - Math.floor(START_S / 2);
  return [block, tx, fill.log, maker, taker, makerAsset, takerAsset, makerAmount, takerAmount, fill.log % 3, ts].join(
    ',',
  );
}

const PROCESSED =
  'timestamp,market_id,maker,taker,nonusdc_side,maker_direction,price,usd_amount,token_amount,transactionHash';
function processed(fill: Fill): string {
  const { ts, market, wallet, isBuy, cents, shares, outcome, tx } = fill;
  const name = market.id === '501' ? market.id : market.condition;
  const side = isBuy ? 'BUY' : 'SELL';
  return [ts, name, wallet, EXCHANGE, `token${outcome + 1}`, side, cents / 100, usdU(fill) / 1e6, shares, tx].join(',');
}

const api = (fill: Fill, extra: object) => ({
  proxyWallet: fill.wallet,
  side: fill.isBuy ? 'BUY' : 'SELL',
  asset: token(fill),
  conditionId: fill.market.condition,
  size: fill.shares,
  price: fill.cents / 100,
  timestamp: fill.ts,
  title: `Question ${fill.market.id}`,
  slug: `slug-${fill.market.id}`,
  eventSlug: fill.market.event === null ? `slug-of-event-${fill.log % 2}` : `slug-of-${fill.market.event}`,
  outcome: ['Yes', 'No'][fill.outcome],
  outcomeIndex: fill.outcome,
  transactionHash: fill.tx,
  ...extra,
});

/** A snapshot of a market, open or closed, its outcomes in the venue's order or turned. */
function gamma(market: Market, isClosed: boolean, isTurned: boolean) {
  const turn = <T>(pair: readonly [T, T]): T[] => (isTurned ? [pair[1], pair[0]] : [...pair]);
  return {
    id: market.id,
    question: `Question ${market.id}${isClosed ? ', closed' : ''}`,
    conditionId: market.condition,
    outcomes: JSON.stringify(turn(['Yes', 'No'])),
    outcomePrices: JSON.stringify(turn(isClosed ? ['0', '1'] : ['0.4', '0.6'])),
    clobTokenIds: JSON.stringify(turn(market.tokens)),
    closed: isClosed,
    createdAt: '2025-12-01T00:00:00Z',
    endDate: isClosed ? '2026-01-09T00:00:00Z' : '2026-01-10T00:00:00Z',
    volume: isClosed ? '1000' : '10',
    ...(isClosed ? { closedTime: '2026-01-08 00:00:00+00' } : {}),
    ...(market.event === null ? {} : { events: [{ id: market.event }] }),
  };
}

const ARCHIVE_MARKETS = 'id,condition_id,question,outcomes,outcome_prices,clob_token_ids,closed,end_date,created_at';
function archivedMarket({ id, condition, tokens }: Market): string {
  const list = (values: readonly string[]) => `"${JSON.stringify(values).replaceAll('"', '""')}"`;
  const row = [id, condition, `Archived ${id}`, list(['Yes', 'No']), list(['0', '1']), list(tokens)];
  return [...row, 'true', '2026-01-11T00:00:00Z', '2025-12-02T00:00:00Z'].join(',');
}

/** A file as a head and rows, which may stand in any order. */
interface Source {
  readonly name: string;
  readonly rows: readonly string[];
  readonly write: (rows: readonly string[]) => string;
}

const csv = (name: string, header: string, rows: readonly string[]): Source => ({
  name,
  rows,
  write: (lines) => `${[header, ...lines].join('\n')}\n`,
});
const json = (name: string, rows: readonly object[]): Source => ({
  name,
  rows: rows.map((row) => JSON.stringify(row)),
  write: (lines) => `[${lines.join(',')}]`,
});

/** Feeds that overlap, each with some fills and some of them twice. */
function drawSources(random: Random): Source[] {
  const fills = drawFills(random, 14);
  const some = (share: number): Fill[] => {
    const chosen = fills.filter(() => random.uniform() < share);
    return chosen.flatMap((fill) => (random.integer(6) === 0 ? [fill, fill] : [fill]));
  };
  const sources = [
    csv('chain.csv', ON_CHAIN, some(0.6).map(onChain)),
    csv('archive.csv', ARCHIVE, some(0.5).map(archived)),
    // Its rows name outcomes by their place, so that a list in the other order would contradict them.
    csv(
      'processed.csv',
      PROCESSED,
      some(0.6)
        .filter(({ market }) => /50[14]/.test(market.id))
        .map(processed),
    ),
    json(
      'trades.json',
      some(0.5).map((fill) => api(fill, {})),
    ),
    json(
      'activity.json',
      some(0.3).map((fill) => api(fill, { usdcSize: (usdU(fill) * 1.01) / 1e6 })),
    ),
    json(
      'gamma_old.json',
      MARKETS.map((market) => gamma(market, false, market.id === '502' && random.integer(2) === 0)),
    ),
    json(
      'gamma_new.json',
      MARKETS.slice(random.integer(2)).map((market) => gamma(market, true, market.id === '503')),
    ),
    csv('archive_markets.csv', ARCHIVE_MARKETS, MARKETS.slice(0, 2).map(archivedMarket)),
  ];
  return sources.filter(({ rows }) => rows.length > 0 && random.integer(5) > 0);
}

/** Hashes of all parts and of the profiles, after imports of some files each. */
async function bytesAfter(imports: readonly (readonly Source[])[], shuffle: (rows: readonly string[]) => string[]) {
  const box: Sandbox = makeSandbox();
  try {
    for (const files of imports) {
      for (const { name, rows, write } of files) box.write(name, write(shuffle(rows)));
      await box.load(files.map(({ name }) => name));
    }
    const profiles = bytesOf(await streamed(box.dataDir, AS_OF_MS));
    return { tables: Object.fromEntries(box.tableBytes()), trades: box.trades(), markets: box.markets(), profiles };
  } finally {
    box.remove();
    removeFolders();
  }
}

test(
  'any order of rows, files and imports gives the same bytes in every table',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e9 }), async (seed) => {
        const random = createRandom(seed);
        const shuffled = <T>(items: readonly T[]): T[] => random.shuffle([...items]);
        const sources = drawSources(random);
        fc.pre(sources.some(({ name }) => !/gamma|markets/.test(name)));
        const whole = await bytesAfter([sources], (rows) => [...rows]);
        const order = shuffled(sources);
        const nCuts = random.integer(order.length);
        const places = shuffled(Array.from({ length: order.length - 1 }, (_, i) => i + 1));
        const cuts = [0, ...places.slice(0, nCuts).sort((a, b) => a - b), order.length];
        const imports = cuts.slice(1).map((end, i) => order.slice(cuts[i], end));
        const again = await bytesAfter(imports, shuffled);
        expect(again.markets).toEqual(whole.markets);
        expect(again.trades).toEqual(whole.trades);
        expect(again.tables).toEqual(whole.tables);
        expect(again.profiles).toBe(whole.profiles);
      }),
      { numRuns: N_RUNS, endOnFailure: true, seed: Number(process.env.ORDER_SEED ?? 20_261_201) },
    );
  },
  60_000 + N_RUNS * 60_000,
);

describe('one after the other', () => {
  let box: Sandbox;
  beforeEach(() => {
    box = makeSandbox();
  });
  afterEach(() => box.remove());
  const [market] = MARKETS;
  const fill: Fill = {
    market,
    outcome: 0,
    wallet: `0x${'1'.repeat(40)}`,
    isBuy: true,
    cents: 58,
    shares: 10,
    ts: START_S,
    tx: '0x01',
    log: 0,
  };

  test('trades and then their market list give fills the event of the list', async () => {
    box.write('trades.csv', `${ON_CHAIN}\n${onChain(fill)}\n`);
    await box.load(['trades.csv']);
    expect(box.trades()).toMatchObject([{ event_id: null }]);
    box.write('gamma.json', JSON.stringify([gamma(market, true, false)]));
    await box.load(['gamma.json']);
    expect(box.trades()).toMatchObject([{ market_id: market.condition, event_id: 'event-1' }]);
  });

  test('a market keeps one order of its outcomes, whichever of two snapshots came first', async () => {
    box.write('trades.csv', `${ON_CHAIN}\n${onChain(fill)}\n`);
    box.write('turned.json', JSON.stringify([gamma(market, true, true)]));
    await box.load(['trades.csv', 'turned.json']);
    expect(box.trades()).toMatchObject([{ outcome_index: 1 }]);
    expect(box.markets()).toMatchObject([{ outcome_0: 'No', winner_index: 0 }]);
    box.write('plain.json', JSON.stringify([gamma(market, false, false)]));
    await box.load(['plain.json']);
    expect(box.trades()).toMatchObject([{ outcome_index: 0 }]);
    expect(box.markets()).toMatchObject([{ outcome_0: 'Yes', winner_index: 1 }]);
  });

  test('fills of one second stand in the order of their log, where the source has it', async () => {
    const logs = [7, 3, 12, 1];
    const rows = logs.map((log, i) => archived({ ...fill, log, shares: 1 + i }));
    box.write('archive.csv', `${ARCHIVE}\n${rows.join('\n')}\n`);
    await box.load();
    expect(box.trades().map(({ log_index }) => Number(log_index))).toEqual([1, 3, 7, 12]);
  });

  test('a fill of two feeds has the cash that one states, and the role, fee and log that the other knows', async () => {
    box.write('activity.json', JSON.stringify([api(fill, { usdcSize: 5.858 })]));
    box.write('archive.csv', `${ARCHIVE}\n${archived({ ...fill, log: 2 })}\n`);
    await box.load(['activity.json']);
    await box.load(['archive.csv']);
    // Two millionths of a share at .58.
    expect(box.trades()).toMatchObject([{ amount_usd: 5.858, role: 'taker', fee_usd: 1e-6 }]);
    expect(Number(box.trades()[0].log_index)).toBe(2);
  });
});
