import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertRecord } from '../../alerts/record.ts';
import { decideWindow, type WalletFacts } from '../../live/decide_window.ts';
import type { LiveTables } from '../../live/refresh.ts';
import { walletClusters } from '../../live/wallet_clusters.ts';
import { washRings } from '../../live/wash_rings.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { CLASSIFIED, MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, TableWriter } from '../../tables/table_store.ts';
import { commit, type FillSpec, frameOf, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { openMarket, ringTurns } from '../wash/hand_matches.ts';
import { makeLiveBox, quietRun } from './bench.ts';

afterAll(removeFolders);

const DAY = START_MS + 40 * DAY_MS;
const NOBODY: WalletFacts = {
  scores: [],
  takers: new Map(),
  clusters: { ids: new Map(), modelRun: null },
};

/** Both sides of a match without roles; `a` buys, `other` sells or buys the other outcome. */
function match(hour: number, market: string, usd: number, other: string, isMint = false, wallet = 'a'): FillSpec[] {
  const shared = { at: DAY + hour * HOUR_MS, market, role: null, shares: 2 * usd, tx: `${market} ${hour} ${other}` };
  return [
    { ...shared, wallet },
    { ...shared, wallet: other, ...(isMint ? { outcome: 1 } : { side: 'SELL' }) },
  ];
}

function liveTables(fills: readonly FillSpec[]): LiveTables {
  const dataDir = writeTables(fills, [
    { id: 'young', createdMs: DAY, closeMs: DAY + 9 * DAY_MS },
    { id: 'old', createdMs: DAY - DAY_MS, closeMs: DAY + 9 * DAY_MS },
  ]);
  return {
    dataDir,
    window: { sinceMs: DAY, untilMs: DAY + DAY_MS },
    coveredFromMs: DAY,
    historyWallets: new Set(['a']),
    historyFromMs: DAY - 30 * DAY_MS,
    nWithoutHistory: 0,
    trades: openTable(dataDir, RAW_TRADES),
    markets: openTable(dataDir, MARKETS),
  };
}

const box = makeLiveBox();
afterAll(() => box.remove());
const decide = async (tables: LiveTables, facts: Partial<WalletFacts> = {}, rings = new Map<string, number>()) =>
  (await decideWindow(quietRun(box), tables, { ...NOBODY, ...facts }, async () => rings, DAY + DAY_MS)).records;
const find = (records: readonly AlertRecord[], rule: string, marketId: string) =>
  records.find((record) => record.rule === rule && record.marketId === marketId && record.wallet === 'a');

let tables: LiveTables;
beforeAll(() => {
  tables = liveTables([
    ...match(1, 'young', 3000, 'b', false, 'c'),
    ...match(2, 'young', 1000, 'd', true, 'c'),
    ...match(3, 'young', 6000, 'b'),
    ...match(4, 'young', 500, 'd', false, 'c'),
    ...match(5, 'old', 7000, 'b'),
  ]);
});

test('a record knows what was traded in the market before the bet, a match once, where the tables hold all of it', async () => {
  const records = await decide(tables);
  expect(find(records, 'high_conviction', 'young')?.known.volume_before_usd).toBe(4000);
  expect(find(records, 'high_conviction', 'young')?.reasons[1]).toBe(
    'The bet is 60 % of the $10,000 traded in the market so far.',
  );
  expect(find(records, 'high_conviction', 'old')?.known.volume_before_usd).toBeNull();
});

test('what the service told of takers says whether others came for the bet', async () => {
  const takers = new Map([['a', { lastMs: 0, makerSharePct: 0, boughtUsd: {} }]]);
  const marketRow = { market_id: 'young', token_0: '1', venue: 'polymarket', outcome_order: 'venue', source: 'gamma' };
  const own = liveTables(match(3, 'young', 6000, 'b'));
  const writer = new TableWriter(own.dataDir, MARKETS);
  writer.addPart(MARKETS.name, frameOf(MARKETS, [marketRow]), null);
  commit(writer);
  const known = { ...own, markets: openTable(own.dataDir, MARKETS) };
  const verdict = async (boughtUsd: Record<string, number>) => {
    takers.set('a', { lastMs: 0, makerSharePct: 0, boughtUsd });
    return find(await decide(known, { takers }), 'fresh_whale', 'young')?.whyNot;
  };
  expect(await verdict({})).toBe('resting order: others came for 100 % of the bet');
  expect(await verdict({ '1': 4000 })).toBeNull();
});

test('wallets that trade in circles, and they alone, are in a ring, and their bets are suppressed', async () => {
  const fills = [...openMarket(1500, 100, 10, 1), ...ringTurns([0, 1, 2, 3], 60, 40, 2)].flatMap(
    ([taker, maker, shares, market, way], i): FillSpec[] => {
      const shared = { tx: `0x${i}`, shares, market: `m${market}`, at: DAY + 1000 * i, role: null };
      return [
        { ...shared, wallet: `w${maker}`, side: way === 1 ? 'SELL' : 'BUY' },
        { ...shared, wallet: `w${taker}`, side: way === 1 ? 'BUY' : 'SELL' },
      ];
    },
  );
  const rings = await washRings(quietRun(box), liveTables(fills), new Set(['w1']));
  expect((await washRings(quietRun(box), liveTables(fills), new Set(['w20']))).size).toBe(0);
  expect([...rings].sort()).toEqual(['w0', 'w1', 'w2', 'w3'].map((wallet) => [wallet, 4]));
  const records = await decide(tables, {}, new Map([['a', 4]]));
  expect(find(records, 'fresh_whale', 'young')?.whyNot).toBe('wash ring: 4 wallets that trade among themselves');
});

test('cluster 3 of 02 in the same data folder is watched', async () => {
  expect(walletClusters(tables.dataDir)).toEqual({ ids: new Map(), modelRun: null });
  const writer = new TableWriter(tables.dataDir, CLASSIFIED);
  const row = { as_of_ms: DAY, archetype: 'casual', target: 0 };
  const rows = [
    { ...row, wallet: 'a', rule: 'cluster 3', cluster: 3 },
    { ...row, wallet: 'b', rule: 'grinder' },
  ];
  writer.addPart(CLASSIFIED.name, frameOf(CLASSIFIED, rows), null);
  commit(writer);
  const clusters = walletClusters(tables.dataDir);
  expect(clusters).toEqual({ ids: new Map([['a', 3]]), modelRun: 'classified/test' });
  const record = find(await decide(tables, { clusters }), 'target_cluster', 'old');
  expect(record).toMatchObject({ modelRun: 'classified/test', known: { cluster: 3 } });
});
