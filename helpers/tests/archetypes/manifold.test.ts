import { describe, expect, it } from 'vitest';
import { mapWallets, stratifiedSample } from '../../archetypes/manifold.ts';
import { manifoldFrame } from '../../discovery/wallet_map.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { takeFrameRows } from '../../tables/matrix.ts';
import { MANIFOLD } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { refusal } from '../refusal.ts';

const executor = createExecutor({ nThreads: 1 });
const labels = [...new Array(900).fill('casual'), ...new Array(90).fill('grinder'), ...new Array(10).fill('whale')];
const countOf = (rows: readonly number[], label: string): number => rows.filter((row) => labels[row] === label).length;

describe('stratifiedSample', () => {
  it('keeps all rows when they fit', () => {
    expect(stratifiedSample(labels, 1000, 1)).toEqual(labels.map((_, row) => row));
  });

  it('keeps rising, different rows, at most as many as asked for, and every label in proportion', () => {
    const rows = stratifiedSample(labels, 200, 1);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(rows.length).toBeGreaterThan(190);
    expect(rows.length).toBeLessThanOrEqual(200);
    expect(countOf(rows, 'casual')).toBeGreaterThan(150);
    expect(countOf(rows, 'grinder')).toBeGreaterThan(15);
  });

  it('keeps a tenth of an equal share of a label too rare for its proportion', () => {
    const rows = stratifiedSample(labels, 60, 1);
    // In proportion the whales would get 0.6 of a row; 60 / 3 labels / 10 = 2.
    expect(countOf(rows, 'whale')).toBeGreaterThanOrEqual(2);
  });

  it('draws the same rows for the same seed and others for another', () => {
    expect(stratifiedSample(labels, 200, 7)).toEqual(stratifiedSample(labels, 200, 7));
    expect(stratifiedSample(labels, 200, 7)).not.toEqual(stratifiedSample(labels, 200, 8));
  });
});

describe('mapWallets', () => {
  it('says why there is no map of three wallets, nor of wallets that are all alike', () => {
    expect(mapWallets(makeProfiles(3, 0, 1), 'spyhop', 1, executor)).toEqual({
      skippedReason: '3 wallets are too few for a map',
    });
    expect(mapWallets(makeProfiles(50, 0, 1, true), 'spyhop', 1, executor)).toEqual({
      skippedReason: 'all wallets are alike',
    });
  });

  it('places every wallet at finite coordinates, and the table holds them with their labels', () => {
    const profiles = makeProfiles(60, 0, 1);
    const map = mapWallets(profiles, 'spyhop', 1, executor);
    if ('skippedReason' in map) throw new Error(map.skippedReason);
    expect([map.nRows, map.nCols]).toEqual([60, 2]);
    expect(map.values.every(Number.isFinite)).toBe(true);
    const archetypes = profiles.toRecords().map((_, row) => (row % 2 === 0 ? 'casual' : 'grinder'));
    const frame = manifoldFrame(profiles, map, archetypes, null);
    expect(frame.columns).toEqual(MANIFOLD.columns.map(({ name }) => name));
    expect(frame.getColumn('planted_type').nullCount()).toBe(60);
    expect(frame.getColumn('archetype').toArray()).toEqual(archetypes);
  });

  it('refuses more wallets than tsne-js can take', () => {
    expect(refusal(() => mapWallets(makeProfiles(2100, 0, 1), 'tsne-js', 1, executor))).toContain('bad-option');
  });
});

describe('takeFrameRows', () => {
  it('takes the numbered rows in order', () => {
    const profiles = makeProfiles(10, 0, 1);
    const wallets = profiles.getColumn('wallet').toArray();
    expect(takeFrameRows(profiles, [1, 4, 9]).getColumn('wallet').toArray()).toEqual([
      wallets[1],
      wallets[4],
      wallets[9],
    ]);
  });
});
