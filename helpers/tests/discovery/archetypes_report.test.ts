import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { summarizeWaterfall } from '../../archetypes/waterfall.ts';
import { ARCHETYPES_SECTION, presentArchetypes } from '../../discovery/archetypes_report.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { countFeatures } from '../../features/wallets/known_features.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { CLASSIFIED, WALLET_PROFILES } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { removeFolders } from '../features/tables.ts';
import { longVerdicts, sectionOf, stored, viewOf } from '../step/views.ts';
import { allUnknown, classify, KNOWN_FEATURES } from './chapter_2.ts';

afterAll(removeFolders);

/** What is shown of the archetypes of some profiles. */
function shown(profiles: DataFrame) {
  const { result, classified } = classify(profiles);
  const facts = { ...summarizeWaterfall(result), validity: { skippedReason: 'too few wallets' } };
  const presentation = presentArchetypes(
    stored(facts),
    viewOf(DEFAULT_THRESHOLDS, [WALLET_PROFILES, profiles], [CLASSIFIED, classified]),
  );
  return { result, ...presentation, section: sectionOf(ARCHETYPES_SECTION, presentation) };
}

describe('presentArchetypes', () => {
  it.each([120, 3])('counts each of %i wallets once among the archetypes, with medians of each', (n) => {
    const { section } = shown(makeProfiles(n, 0, 1));
    const medians = section.blocks.find((block) => block.kind === 'table');
    const counts = medians?.kind === 'table' ? medians.rows.map((row) => Number(row[1])) : [];
    expect(counts.reduce((a, b) => a + b, 0)).toBe(n);
    expect(section.limits).toHaveLength(2);
    expect(longVerdicts(section.blocks)).toEqual([]);
  });

  it('says in lines and in the section how many wallets have no win rate', () => {
    const profiles = makeProfiles(120, 0, 1);
    const rates = Array.from(toNumbers(profiles, 'win_rate_pct'), (rate, row) => (row % 3 === 0 ? null : rate));
    const { result, lines, section } = shown(profiles.withColumns(pl.Series('win_rate_pct', rates, pl.Float64)));
    const nUnrated = result.rules.filter((rule) => rule === 'no win rate').length;
    const text = `Wallets without a resolved market, so without a win rate, unnamed and in no cluster: ${nUnrated}.`;
    expect(lines).toContain(text);
    expect(section.blocks).toContainEqual({ kind: 'paragraph', text });
  });

  it('does not say that a feature was used of which no wallet has a value', () => {
    expect(countFeatures(makeProfiles(9, 0, 1), ANOMALY_FEATURES)).toBe('13 features');
    expect(JSON.stringify(shown(allUnknown(60)).section)).toContain(KNOWN_FEATURES);
  });
});
