import { afterAll, describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { BernoulliSample } from '../../profit/bernoulli_sample.ts';
import { openFillTable } from '../../profit/fill_table.ts';
import { gatherRows } from '../../profit/row_sample.ts';
import { TestedFillsCollector } from '../../profit/tested_fills.ts';
import type { FillKeys } from '../../profit/trade_rows.ts';
import { ROLE, withCounts } from '../../profit/trade_splits.ts';
import type { FittedFold } from '../../profit/walk_forward.ts';
import { TRADE_FEATURES } from '../../tables/schemas.ts';
import { openTable, readTable, TableWriter } from '../../tables/table_store.ts';
import { commit, newFolder, removeFolders, writeTables } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { inBlocks } from './fill_blocks.ts';
import { makeFeatures, tippedFills } from './training.ts';

afterAll(removeFolders);

const N = 3000;
const rows = Float64Array.from({ length: N }, (_, i) => i);
const codes = Int32Array.from(rows);
const KEYS: FillKeys = {
  tsMs: rows,
  exitMs: rows,
  market: codes,
  event: codes,
  wallet: codes,
  labels: Uint8Array.from(rows, (row) => row % 2),
  returns: rows,
};
const fillsIn = (begins: readonly number[]) => inBlocks(KEYS, createMatrix(Float32Array.from(rows), N, 1), begins);
/** Every third row calibrates, every third is tested, the others are learned from. */
const ROLES = [ROLE.fit, ROLE.validation, ROLE.test];
const cutOf = (source: ReturnType<typeof fillsIn>) =>
  withCounts(source, N, ({ firstRow, n }) => Uint8Array.from({ length: n }, (_, i) => ROLES[(firstRow + i) % 3]));

describe('an even sample', () => {
  it('takes every row while they are no more than it may take', () => {
    const sample = new BernoulliSample(500, 500, 1);
    expect(Array.from({ length: 500 }, () => sample.takes())).not.toContain(false);
  });

  it('takes of more as many as it should, up to chance, and from all tenths alike', () => {
    const sample = new BernoulliSample(100_000, 10_000, 1);
    const taken = Array.from({ length: 100_000 }, () => (sample.takes() ? 1 : 0));
    const tenths = Array.from({ length: 10 }, (_, k) =>
      taken.slice(k * 10_000, (k + 1) * 10_000).reduce<number>((sum, one) => sum + one, 0),
    );
    // Five standard deviations of a binomial number of mean 1000.
    for (const n of tenths) expect(Math.abs(n - 1000)).toBeLessThan(150);
    expect(sample.capacity).toBeGreaterThan(tenths.reduce((sum, n) => sum + n, 0));
  });
});

describe('rows gathered from blocks', () => {
  it('are those of their kind, with their labels, in order', async () => {
    const source = fillsIn([0, 7, 1000]);
    const { fit, validation } = await gatherRows(source, cutOf(source), N, 1);
    const third = (k: number): number[] => Array.from({ length: N / 3 }, (_, i) => 3 * i + k);
    expect([...fit.x.values]).toEqual(third(0));
    expect([...validation.x.values]).toEqual(third(1));
    expect([...fit.labels]).toEqual(third(0).map((row) => row % 2));
    expect([...fit.market]).toEqual(third(0));
  });

  it('are the same sample whatever the blocks', async () => {
    const [one, other] = await Promise.all(
      [fillsIn([0]), fillsIn([0, 1, 2, 999])].map((source) => gatherRows(source, cutOf(source), 100, 3)),
    );
    expect(one).toEqual(other);
    expect(one.fit.labels.length).toBeGreaterThan(50);
    expect(one.fit.labels.length).toBeLessThan(150);
  });
});

describe('tested fills', () => {
  it('are an even sample that says how many it stands for', () => {
    const source = fillsIn([0]);
    const [block] = source.keys();
    const fold = { index: 4, fold: cutOf(source) } as unknown as FittedFold;
    const tested = new TestedFillsCollector([fold], 1, 200);
    const at = Uint32Array.from({ length: N / 3 }, (_, i) => 3 * i + 2);
    const probability = Float64Array.from(at, (row) => row / N);
    const x = createMatrix(new Float32Array(N), N, 1);
    tested.add({ ...block, x, frame: null }, { fold, part: 'test', at, probability, priceOnly: probability });
    const { nTested, rows: taken, probabilities, returns, isUnseenWallet } = tested.finish();
    expect(nTested).toBe(N / 3);
    expect(taken.length).toBeGreaterThan(120);
    expect(taken.length).toBeLessThan(280);
    expect([...probabilities]).toEqual(Array.from(taken, (row) => row / N));
    expect([...returns]).toEqual([...taken]);
    expect(isUnseenWallet).toEqual(new Uint8Array(taken.length).fill(1));
  });
});

describe('the table of features as fills', () => {
  it('gives the same keys block by block with features and without', async () => {
    const dataDir = writeTables(tippedFills(20, 40, 5));
    const { features } = await makeFeatures(dataDir);
    const source = await openFillTable(features, `${dataDir}/scratch`);
    expect(source.n).toBe(features.manifest.rows);
    expect(features.manifest.parts.length).toBeGreaterThan(2);
    const plain = Array.from(source.keys(), ({ firstRow, keys }) => ({
      firstRow,
      ts: [...keys.tsMs],
      w: [...keys.wallet],
    }));
    const withFeatures: unknown[] = [];
    for await (const { firstRow, keys, frame, n } of source.blocks(['fill_id'])) {
      withFeatures.push({ firstRow, ts: [...keys.tsMs], w: [...keys.wallet] });
      expect([n, frame!.columns.includes('fill_id')]).toEqual([frame!.height, true]);
    }
    expect(withFeatures).toEqual(plain);
  });

  it('is refused when its rows do not rise in time', async () => {
    const dataDir = writeTables(tippedFills(3, 40, 5));
    const { features } = await makeFeatures(dataDir);
    const other = newFolder();
    const writer = new TableWriter(other, TRADE_FEATURES);
    writer.addPart('all', readTable(features).sort('ts_ms', true), 'ts_ms');
    commit(writer);
    expect(await rejection(() => openFillTable(openTable(other, TRADE_FEATURES), `${other}/scratch`))).toContain(
      'corrupt-file: the rows of',
    );
  });
});
