import { describe, expect, it } from 'vitest';
import { checkLabels } from '../../archetypes/labels.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { makeProfiles } from '../anomaly/profiles.ts';

const executor = createExecutor({ nThreads: 1 });

describe('checkLabels', () => {
  it('maps a sample and measures how pure neighbourhoods are', () => {
    const labels = Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? 'casual' : 'grinder'));
    const check = checkLabels(makeProfiles(60, 0, 1), labels, 40, 1, executor);
    if ('skippedReason' in check) throw new Error(check.skippedReason);
    const { rows, x, y } = check.map;
    expect(rows.length).toBeLessThanOrEqual(40);
    expect([x.length, y.length]).toEqual([rows.length, rows.length]);
    expect([...x, ...y].every(Number.isFinite)).toBe(true);
    const nCasual = rows.filter((row) => row % 2 === 0).length;
    expect(check.purity!.byLabel.map(({ label, n }) => [label, n])).toEqual([
      ['casual', nCasual],
      ['grinder', rows.length - nCasual],
    ]);
  });

  it('makes no map of three wallets, and says why', () => {
    expect(checkLabels(makeProfiles(3, 0, 1), ['casual', 'casual', 'grinder'], 40, 1, executor)).toEqual({
      skippedReason: '3 wallets are too few for a map',
    });
  });
});
