import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { DAY_MS } from '../../run/clock.ts';
import { EARLY_COLUMNS, PRESENT_COLUMNS } from '../../supervised/circularity.ts';
import { countSnapshots, readSnapshots, writeSnapshots } from '../../supervised/snapshots.ts';
import { MARKETS, RAW_TRADES, SNAPSHOTS } from '../../tables/schemas.ts';
import { openTable, readTable, TableWriter } from '../../tables/table_store.ts';
import { commit, type FillSpec, newFolder, removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

const executor = createExecutor({ nThreads: 1 });
const WIN_RATE = PRESENT_COLUMNS.indexOf('win_rate_pct');

/** 40 wallets with a few fills in a market that resolves on the second day or in one that never does, and one whale. */
const fills: FillSpec[] = [
  ...Array.from({ length: 120 }, (_, i) => ({
    at: START_MS + Math.floor(i / 40) * 60_000,
    wallet: `w${i % 40}`,
    market: i % 40 < 25 ? 'resolved' : 'open',
    shares: 10 + i,
    outcome: (i % 2) as 0 | 1,
  })),
  { at: START_MS, wallet: 'whale', market: 'open', shares: 1e5 },
];

describe('writeSnapshots', () => {
  it('keeps every wallet that traded a horizon ago, those without a win rate as a class of their own', async () => {
    const dataDir = writeTables(fills, [{ id: 'resolved', resolvedMs: START_MS + DAY_MS, winner: 1 }]);
    const writer = new TableWriter(dataDir, SNAPSHOTS);
    const rows = await writeSnapshots(
      {
        trades: openTable(dataDir, RAW_TRADES),
        markets: readTable(openTable(dataDir, MARKETS)),
        scratch: join(newFolder(), 'scratch'),
        codeHash: 'test',
      },
      {
        asOfMs: START_MS + 4 * DAY_MS,
        horizonMs: DAY_MS,
        nSnapshots: 2,
        nWalletsMax: 1000,
        window: { nFills: 20, hours: null },
        thresholds: DEFAULT_THRESHOLDS,
        seed: 1,
      },
      writer,
      executor,
    );
    const last = rows.wallets.flatMap((wallet, row) => (rows.snapshots[row] === 0 ? [[wallet, row] as const] : []));
    const classOf = new Map(last.map(([wallet, row]) => [wallet, rows.labels[row]]));
    expect(classOf.size).toBe(41);
    expect(classOf.get('whale')).toBe(3);
    for (let i = 25; i < 40; i++) expect(classOf.get(`w${i}`)).toBe(4);
    // Nobody else lacks a win rate.
    const winRate = (row: number): number => rows.present.values[row * rows.present.nCols + WIN_RATE];
    expect(last.filter(([, row]) => Number.isNaN(winRate(row)))).toHaveLength(16);
    expect([rows.present.nCols, rows.early.nCols]).toEqual([PRESENT_COLUMNS.length, EARLY_COLUMNS.length]);

    commit(writer);
    expect(await readSnapshots(openTable(dataDir, SNAPSHOTS))).toEqual(rows);
  });
});

describe('countSnapshots', () => {
  it('leaves one horizon of trades before the oldest label', () => {
    expect(countSnapshots(0, 100, 10, 50)).toBe(9);
    expect(countSnapshots(0, 100, 10, 4)).toBe(4);
    expect(countSnapshots(0, 95, 10, 50)).toBe(9);
  });

  it('allows none when the history is shorter than a horizon', () => {
    expect(countSnapshots(0, 5, 10, 8)).toBe(0);
    expect(countSnapshots(0, 0, 10, 8)).toBe(0);
  });
});
