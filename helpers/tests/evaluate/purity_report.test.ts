import { expect, test } from 'vitest';
import type { NeighbourPurity } from '../../evaluate/purity.ts';
import { formatPurity, summarizePurity } from '../../evaluate/purity_report.ts';

const PURITY: NeighbourPurity = {
  nNeighbours: 10,
  purity: 0.582,
  nullMean: 0.2,
  nullLow: 0.19,
  nullHigh: 0.21,
  pValue: 0.005,
  plainShare: 0.887,
  plainNullMean: 0.632,
  byLabel: [
    { label: 'casual', n: 1464, purity: 0.931 },
    { label: 'whale', n: 2, purity: 0 },
  ],
  nSingletons: 1,
};

test('one sentence says the mean over labels beside that of shuffled labels', () => {
  expect(summarizePurity('archetype', PURITY)).toBe(
    'Averaged over labels, 58 % of the 10 nearest neighbours on the map have the same archetype; with shuffled labels it is 20 %.',
  );
});

test('the figures behind it say which mean counts labels and which wallets, and what is left out', () => {
  const [labels, wallets, each, few, alone] = formatPurity('archetype', PURITY);
  expect(labels).toContain('0.582, the mean over labels, each counted once (shuffled: 0.190 to 0.210, p = 0.005)');
  expect(wallets).toContain('Counting wallets, 0.887 of the 10 nearest share the archetype (shuffled: 0.632)');
  expect(each).toContain('casual 0.931 (1,464), whale 0.000 (2)');
  expect(few).toContain('Where 10 wallets or fewer have a label');
  expect(alone).toBe('Left out, because only one wallet has it: 1 label.');
  expect(formatPurity('archetype', { ...PURITY, byLabel: [PURITY.byLabel[0]], nSingletons: 0 })).toHaveLength(3);
});

test('without a measurement the sentence says why', () => {
  expect(summarizePurity('label', null)).toContain('was not measured: it takes two labels');
  expect(formatPurity('label', null)).toEqual([]);
});
