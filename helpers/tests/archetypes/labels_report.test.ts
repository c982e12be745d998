import { afterAll, describe, expect, it } from 'vitest';
import type { LabelCheck } from '../../archetypes/labels.ts';
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

function shown(check: LabelCheck) {
  const presentation = presentLabels(stored(check), viewOf(null, [LABELS, frameOf(LABELS, ROWS)]));
  return { ...presentation, section: sectionOf(LABELS_SECTION, presentation) };
}

describe('presentLabels', () => {
  it('counts wallets by label in the order of the archetypes, and unnamed ones by reason, the most frequent first', () => {
    const { lines, section } = shown({ skippedReason: '5 wallets are too few for a map' });
    expect(lines[0]).toMatch(/casual +0 +1 +20\.0%\ngrinder +1 +1 +20\.0%\nunnamed +– +3 +60\.0%/);
    const reasons = 'Unnamed wallets, in no training set, by reason: no win rate 2, cluster 1 1.';
    expect(lines[1]).toBe(reasons);
    expect(chartsOf(section.blocks)[0].caption).toContain(reasons);
    expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual(['counts']);
    expect(section.blocks[0]).toMatchObject({
      text: 'The labels were not checked on a map: 5 wallets are too few for a map.',
    });
  });

  it('draws the map of the sampled wallets with the labels of the table', () => {
    const map = { rows: [0, 2], x: [1.5, 2.5], y: [3, 4] };
    const { section } = shown({ map, purity: null });
    const drawn = chartsOf(section.blocks)[1];
    expect(drawn.stem).toBe('map');
    expect(JSON.stringify(drawn.spec.data)).toContain(
      '{"x":1.5,"y":3,"group":"grinder"},{"x":2.5,"y":4,"group":"unnamed"}',
    );
    expect(longVerdicts(section.blocks)).toEqual([]);
  });
});
