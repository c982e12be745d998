import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import type { Split } from '../../evaluate/group_split.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { DAY_MS } from '../../run/clock.ts';
import { claimFiltering, claimFreshWhales, withoutCasuals } from '../../supervised/roi_claims.ts';
import { buildRoiRows, countWindows } from '../../supervised/roi_rows.ts';
import { fitBounds, measureRoi, predictOut } from '../../supervised/roi_trial.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { type FillSpec, newFolder, removeFolders, START_MS, writeTables } from '../features/tables.ts';

const executor = createExecutor({ nThreads: 1 });
afterAll(removeFolders);

describe('countWindows', () => {
  it('leaves one horizon of history before the oldest window', () => {
    expect(countWindows(0, 30 * DAY_MS, 7 * DAY_MS, 10)).toBe(3);
    expect(countWindows(0, 30 * DAY_MS, 7 * DAY_MS, 2)).toBe(2);
    expect(countWindows(0, 13 * DAY_MS, 7 * DAY_MS, 10)).toBe(0);
  });
});

describe('buildRoiRows', () => {
  const history: FillSpec[] = [
    { at: START_MS, wallet: 'a', price: 0.5, shares: 100 },
    { at: START_MS + DAY_MS, wallet: 'b', price: 0.4, shares: 50, market: 'n' },
  ];
  // In the window [7, 14): a pays 50 for shares that are worth .75 at its end, b pays 20 and its market resolves for it.
  const window: FillSpec[] = [
    { at: START_MS + 8 * DAY_MS, wallet: 'a', price: 0.5, shares: 100 },
    { at: START_MS + 8 * DAY_MS, wallet: 'b', price: 0.4, shares: 50, market: 'n' },
    { at: START_MS + 13 * DAY_MS, wallet: 'c', price: 0.75, shares: 1 },
  ];
  const markets = [{ id: 'n', resolvedMs: START_MS + 10 * DAY_MS, winner: 0 as const }];
  const build = async (fills: readonly FillSpec[]) => {
    const dataDir = writeTables(fills, markets);
    return buildRoiRows(
      {
        trades: openTable(dataDir, RAW_TRADES),
        markets: readTable(openTable(dataDir, MARKETS)),
        scratch: newFolder(),
        codeHash: 'test',
      },
      {
        asOfMs: START_MS + 14 * DAY_MS,
        horizonMs: 7 * DAY_MS,
        nSnapshots: 1,
        investedMinUsd: 10,
        nWalletsMax: 1000,
        columns: ['n_fills', 'total_invested', 'edge_z'],
        thresholds: DEFAULT_THRESHOLDS,
        seed: 1,
      },
      executor,
    );
  };

  it('takes features before T and what the fills after T earned: solved by hand', async () => {
    const rows = await build([...history, ...window]);
    // c was not there before T, and pays less than is asked for.
    expect(rows.wallets).toEqual(['a', 'b']);
    expect([...rows.x.values.filter((_, at) => at % 3 === 0)]).toEqual([1, 1]);
    expect([...rows.investedUsd]).toEqual([50, 20]);
    expect(rows.roiPct[0]).toBeCloseTo(50, 6);
    expect(rows.roiPct[1]).toBeCloseTo(150, 6);
    expect([...rows.alphaPct]).toEqual([-50, 50].map((value) => expect.closeTo(value, 6)));
  });

  it('has the same features whatever happens after T', async () => {
    const other = window.map((fill) => ({ ...fill, shares: 7 * (fill.shares ?? 1), price: 0.9 }));
    const [plain, changed] = [await build([...history, ...window]), await build([...history, ...other])];
    expect([...changed.x.values].map(String)).toEqual([...plain.x.values].map(String));
    expect(changed.roiPct[0]).not.toBeCloseTo(plain.roiPct[0], 3);
  });

  it('has no rows when nobody goes on trading', async () => {
    expect((await build(history)).wallets).toEqual([]);
  });
});

const N = 600;
const rows = Uint32Array.from({ length: N }, (_, row) => row);
const splits: Split[] = [{ trainRows: rows.slice(0, N / 2), testRows: rows.slice(N / 2) }];
const wallets = Array.from(rows, (row) => `w${row % 200}`);
const random = createRandom(3);
const x = createMatrix(
  Float32Array.from({ length: 2 * N }, () => random.normal()),
  N,
  2,
);
const told = Float64Array.from(rows, (row) => 20 * x.values[2 * row] + 5 * random.normal());
const noise = Float64Array.from(rows, () => 20 * random.normal());
const paid = new Float64Array(N).fill(10);

describe('predictOut and measureRoi', () => {
  const names = ['told', 'other'];

  it('find what a column tells, and put first who earns most', () => {
    const trial = measureRoi(predictOut(x, names, told, splits, 1, executor), told, paid, wallets, 1);
    expect(trial.nRows).toBe(N / 2);
    expect(trial.r2.low).toBeGreaterThan(0.7);
    expect(trial.spearman.low).toBeGreaterThan(0.8);
    expect(trial.topRoi.low).toBeGreaterThan(20);
  });

  it('find nothing where there is nothing: R² is not above 0 and ranks do not agree', () => {
    const trial = measureRoi(predictOut(x, names, noise, splits, 1, executor), noise, paid, wallets, 1);
    expect(trial.r2.estimate).toBeLessThan(0.02);
    expect(trial.spearman.low).toBeLessThan(0);
  });

  it('give the mean an R² of 0, no ranking, and everybody as its top tenth', () => {
    const trial = measureRoi(predictOut(null, [], told, splits, 1, executor), told, paid, wallets, 1);
    expect(trial.r2.estimate).toBeCloseTo(0, 12);
    expect(trial.spearman.estimate).toBeNaN();
    const mean = told.subarray(N / 2).reduce((sum, roi) => sum + roi, 0) / (N / 2);
    expect(trial.topRoi.estimate).toBeCloseTo(mean, 9);
    expect(trial.topRoiByMoney.estimate).toBeCloseTo(mean, 9);
  });

  it('winsorise outcomes by bounds of the training rows alone', () => {
    const wild = told.map((roi, row) => (row === N - 1 ? 1e9 : roi));
    const bounds = fitBounds(wild.slice(0, N / 2));
    const { actual, trainMean } = predictOut(null, [], wild, splits, 1, executor);
    expect(Math.max(...actual)).toBe(bounds.high);
    expect(bounds.high).toBeLessThan(100);
    expect(trainMean).toEqual(predictOut(null, [], told, splits, 1, executor).trainMean);
  });
});

describe('the published claims', () => {
  const archetypes = Array.from(rows, (row) => (row % 10 === 0 ? ('fresh_whale' as const) : ('casual' as const)));

  it('are measured with an interval where they are planted', () => {
    const roiPct = Float64Array.from(rows, (row) => 5 + (row % 10 === 0 ? 30 : 0) + random.normal());
    const claim = claimFreshWhales(archetypes, roiPct, wallets, 1);
    // 30 more for a tenth of the rows is 27 above the mean of all, which is 8.
    expect(claim.nWhales).toBe(N / 10);
    expect(claim.roi!.difference.estimate).toBeCloseTo(27, 0);
    expect(claim.roi!.difference.low).toBeGreaterThan(20);
    expect(claim.roi!.base.low).toBeGreaterThan(0);
    expect(claim.roi!.ratio.estimate).toBeCloseTo(35 / 8, 0);
  });

  it('have no figure for too few whales', () => {
    const few = archetypes.map((own, row) => (row < 100 ? own : 'casual'));
    expect(claimFreshWhales(few, noise, wallets, 1)).toEqual({ nWhales: 10, roi: null });
  });

  it('show that filtering helps when those left out cannot be predicted, and not when all can', () => {
    const names = ['told', 'other'];
    const kinds = Array.from(rows, (row) => (row % 2 === 0 ? ('grinder' as const) : ('casual' as const)));
    const mixed = told.map((roi, row) => (row % 2 === 0 ? roi : noise[row]));
    const kept = withoutCasuals(splits, kinds);
    expect(kept[0].testRows.every((row) => row % 2 === 0)).toBe(true);
    const of = (y: Float64Array) => {
      const [all, filtered] = [splits, kept].map((own) => predictOut(x, names, y, own, 1, executor));
      return claimFiltering(all, filtered, wallets, 1);
    };
    expect(of(mixed)).toMatchObject({ nKept: N / 4, nRows: N / 2 });
    expect(of(mixed).change!.low).toBeGreaterThan(0.1);
    expect(of(told).change!.estimate).toBeLessThan(0.05);
  });
});
