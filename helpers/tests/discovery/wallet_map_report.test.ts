import { afterAll, expect, test } from 'vitest';
import { chartsOf } from '../../charts/section.ts';
import { manifoldFrame } from '../../discovery/wallet_map.ts';
import { MANIFOLD_SECTION, presentWalletMap } from '../../discovery/wallet_map_report.ts';
import { neighbourPurity } from '../../evaluate/purity.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { MANIFOLD } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { removeFolders } from '../features/tables.ts';
import { longVerdicts, sectionOf, stored, viewOf } from '../step/views.ts';
import { executor } from './chapter_2.ts';

afterAll(removeFolders);

const N = 40;
const ARCHETYPES = Array.from({ length: N }, (_, row) => (row % 2 === 0 ? 'casual' : 'grinder'));
const PLANTED = Array.from({ length: N }, (_, row) => (row < N / 2 ? 'casual' : 'whale'));
/** Wallets in a row, so that planted halves are islands and archetypes are mixed. */
const MAP = createMatrix(
  Float32Array.from({ length: 2 * N }, (_, at) => (at % 2 === 0 ? at + (at < N ? 0 : 1000) : 0)),
  N,
  2,
);

function shown(planted: readonly string[] | null) {
  const frame = manifoldFrame(makeProfiles(N, 0, 1), MAP, ARCHETYPES, planted);
  const facts = {
    nWallets: 5000,
    usedFeatures: '13 features',
    purity: neighbourPurity(MAP, ARCHETYPES, 1, executor),
    plantedPurity: planted === null ? null : neighbourPurity(MAP, planted, 1, executor),
  };
  const presentation = presentWalletMap(stored(facts), viewOf(null, [MANIFOLD, frame]));
  return { ...presentation, section: sectionOf(MANIFOLD_SECTION, presentation) };
}

test('a simulated market has a map and a purity by planted type as well, and a table of one against the other', () => {
  const { lines, section } = shown(PLANTED);
  expect(lines[0]).toBe('Map of 40 of 5,000 wallets by 13 features.');
  expect(lines.at(-1)).toMatch(/^casual +10 +10$/m);
  expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual(['archetypes', 'planted']);
  const boxes = section.blocks.flatMap((block) => (block.kind === 'verdict' ? [block.text] : []));
  expect(boxes).toHaveLength(2);
  expect(boxes[1]).toMatch(/^Averaged over labels, 100 % of .* have the same planted type; /);
  expect(longVerdicts(section.blocks)).toEqual([]);
});

test('a real market has none of these', () => {
  const { lines, section } = shown(null);
  expect(lines.join('\n')).not.toContain('planted');
  expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual(['archetypes']);
  expect(JSON.stringify(section)).toContain(`0x${'0'.repeat(38)}27`);
});
