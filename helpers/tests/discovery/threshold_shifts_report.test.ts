import { afterAll, expect, test } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { summarizeWaterfall } from '../../archetypes/waterfall.ts';
import { chartsOf } from '../../charts/section.ts';
import { shiftsFrame } from '../../discovery/threshold_shifts.ts';
import { presentThresholds, THRESHOLDS_SECTION } from '../../discovery/threshold_shifts_report.ts';
import { THRESHOLD_SHIFTS, WALLET_PROFILES } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { removeFolders } from '../features/tables.ts';
import { longVerdicts, sectionOf, stored, viewOf } from '../step/views.ts';
import { allUnknown, classify } from './chapter_2.ts';

afterAll(removeFolders);

const SHIFTS = shiftsFrame([
  {
    threshold: 'whale-usd',
    value: 1000,
    movedTo: 800,
    nChanged: 0,
    changedPct: 0,
    largestMove: null,
    nLargestMove: 0,
  },
  {
    threshold: 'insider-win-rate',
    value: 65,
    movedTo: 78,
    nChanged: 1239,
    changedPct: 12.84,
    largestMove: 'insider_like -> casual',
    nLargestMove: 1000,
  },
]);

/** What is shown of the waterfall of some profiles and of two shifts. */
function shown(profiles: ReturnType<typeof makeProfiles>) {
  const { result } = classify(profiles);
  const view = viewOf(DEFAULT_THRESHOLDS, [WALLET_PROFILES, profiles], [THRESHOLD_SHIFTS, SHIFTS]);
  const presentation = presentThresholds(stored(summarizeWaterfall(result)), view);
  return { ...presentation, section: sectionOf(THRESHOLDS_SECTION, presentation) };
}

test.each([
  ['120 wallets', makeProfiles(120, 0, 1)],
  ['three wallets', makeProfiles(3, 0, 1)],
  ['wallets without a win rate', allUnknown(60)],
])('the steps of the waterfall take all of %s, and every threshold is drawn', (_, profiles) => {
  const { lines, section } = shown(profiles);
  const rows = lines[0].split('\n').slice(2);
  expect(rows.map((row) => row.split(':')[0].trim())).toEqual([
    'fresh_whale',
    'grinder',
    'unnamed',
    'insider_like',
    'casual',
    'unnamed',
  ]);
  expect(rows.at(-1)).toMatch(/ 0$/);
  const stems = ['waterfall', 'whale_usd', 'whale_days', 'grinder_frequency', 'grinder_markets', 'shifts'];
  expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual(stems);
});

test('wallets without a win rate are a step of their own', () => {
  const { result } = classify(allUnknown(60));
  const nUnrated = result.rules.filter((rule) => rule === 'no win rate').length;
  expect(nUnrated).toBeGreaterThan(50);
  expect(shown(allUnknown(60)).lines[0]).toMatch(new RegExp(`^unnamed: no resolved market.* ${nUnrated} +0$`, 'm'));
});

test('one sentence says which threshold matters most, and the table which change it makes', () => {
  const { lines, section } = shown(makeProfiles(120, 0, 1));
  expect(section.blocks[0]).toMatchObject({
    text: 'Moving one threshold by 20 % changes the archetype of at most 12.8 % of the wallets (insider-win-rate).',
  });
  expect(longVerdicts(section.blocks)).toEqual([]);
  expect(lines[1]).toMatch(/^insider-win-rate +65 +78 +1,239 +12\.8% +insider_like -> casual \(1,000\)$/m);
  expect(lines[1]).toMatch(/^whale-usd +1000 +800 +0 +0\.0% +–$/m);
});
