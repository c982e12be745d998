import { afterAll, describe, expect, it } from 'vitest';
import { LABELS_SECTION, presentLabels } from '../../archetypes/labels_report.ts';
import { chartsOf } from '../../charts/section.ts';
import { LABELS } from '../../tables/schemas.ts';
import { frameOf, removeFolders } from '../features/tables.ts';
import { longVerdicts, sectionOf, stored, viewOf } from '../step/views.ts';

afterAll(removeFolders);

const ROWS = [
  ['grinder', 'grinder'],
  ['casual', 'cluster 0'],
  ['unnamed', 'no win rate'],
  ['unnamed', 'cluster 1'],
  ['unnamed', 'no win rate'],
].map(([archetype, rule], row) => ({ wallet: `0x${row}`, as_of_ms: 1, archetype, target: null, rule }));

function shown() {
  const presentation = presentLabels(stored({}), viewOf(null, [LABELS, frameOf(LABELS, ROWS)]));
  return { ...presentation, section: sectionOf(LABELS_SECTION, presentation) };
}

describe('presentLabels', () => {
  it('counts wallets by label in the order of the archetypes, and unnamed ones by reason, the most frequent first', () => {
    const { lines, section } = shown();
    expect(lines[0]).toMatch(/casual +0 +1 +20\.0%\ngrinder +1 +1 +20\.0%\nunnamed +– +3 +60\.0%/);
    const reasons = 'Unnamed wallets, in no training set, by reason: no win rate 2, cluster 1 1.';
    expect(lines[1]).toBe(reasons);
    expect(JSON.stringify(section.blocks)).toContain(reasons);
    expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual(['counts']);
    expect(section.blocks[0]).toMatchObject({ text: '2 of 5 wallets have a label to learn from.' });
    expect(longVerdicts(section.blocks)).toEqual([]);
  });
});
