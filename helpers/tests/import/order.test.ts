/** Any order of rows, of files and of imports gives the same bytes in every table that import and profiles write. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { bytesOf, removeFolders, streamed } from '../features/tables.ts';
import {
  ARCHIVE,
  api,
  archived,
  drawSources,
  type Fill,
  gamma,
  MARKETS,
  NAMED_COLUMNS,
  ON_CHAIN,
  onChain,
  type Source,
  START_S,
  type World,
} from './order_world.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

const N_RUNS = Number(process.env.ORDER_RUNS ?? 2);
const AS_OF_MS = Date.UTC(2026, 0, 20);

/** Hashes of all parts and of the profiles, after imports of some files each. */
async function bytesAfter(imports: readonly (readonly Source[])[], shuffle: (rows: readonly string[]) => string[]) {
  const box: Sandbox = makeSandbox();
  try {
    for (const files of imports) {
      for (const { name, rows, write } of files) box.write(name, write(shuffle(rows)));
      const isNamed = files.some(({ name }) => name === 'named.csv');
      await box.load(
        files.map(({ name }) => name),
        { columns: isNamed ? NAMED_COLUMNS : null },
      );
    }
    const profiles = bytesOf(await streamed(box.dataDir, AS_OF_MS));
    return { tables: Object.fromEntries(box.tableBytes()), trades: box.trades(), markets: box.markets(), profiles };
  } finally {
    box.remove();
    removeFolders();
  }
}

/** Once feeds that contradict each other have been made one, nothing tells which rows without a token were whose. */
const WORLDS: readonly (readonly [string, World & { readonly isOneImport: boolean }])[] = [
  ['with lists', { lists: 'all', contradicts: false, leavesTokensOut: true, isOneImport: false }],
  ['with lists of some markets', { lists: 'some', contradicts: false, leavesTokensOut: true, isOneImport: false }],
  ['without lists', { lists: 'none', contradicts: false, leavesTokensOut: true, isOneImport: false }],
  ['that contradict each other', { lists: 'none', contradicts: true, leavesTokensOut: false, isOneImport: false }],
  [
    'and lists that contradict each other',
    { lists: 'some', contradicts: true, leavesTokensOut: false, isOneImport: false },
  ],
  [
    'that contradict each other, in one import',
    { lists: 'some', contradicts: true, leavesTokensOut: true, isOneImport: true },
  ],
];

test.each(WORLDS)(
  'any order of rows, files and imports gives the same bytes in every table: files %s',
  async (_, world) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e9 }), async (seed) => {
        const random = createRandom(seed);
        const shuffled = <T>(items: readonly T[]): T[] => random.shuffle([...items]);
        const sources = drawSources(random, world);
        fc.pre(sources.some(({ name }) => !/gamma|markets/.test(name)));
        const whole = await bytesAfter([sources], (rows) => [...rows]);
        const order = shuffled(sources);
        const nCuts = world.isOneImport ? 0 : random.integer(order.length);
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
