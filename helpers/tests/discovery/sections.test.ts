import { describe, expect, it } from 'vitest';
import { chartsOf, sectionSchema } from '../../charts/section.ts';
import { DEFAULT_THRESHOLDS } from '../../discovery/archetypes.ts';
import { classifiedFrame, isolationScores } from '../../discovery/classified_table.ts';
import { archetypesSection } from '../../discovery/sections/archetypes_section.ts';
import { thresholdsSection } from '../../discovery/sections/thresholds_section.ts';
import { verdictBlocks } from '../../discovery/sections/verdict_blocks.ts';
import { shiftThresholds } from '../../discovery/threshold_shifts.ts';
import { assignWaterfall } from '../../discovery/waterfall.ts';
import { checkLabels, labelsSection } from '../../labels/label_check.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { makeProfiles } from '../anomaly/profiles.ts';

const executor = createExecutor({ nThreads: 1 });
const NO_VERDICT = { refusal: 'too few wallets' };

describe.each([
  ['120 wallets', 120],
  ['three wallets', 3],
] as const)('sections of %s', (_, n) => {
  const profiles = makeProfiles(n, 0, 1);
  const result = assignWaterfall(profiles, DEFAULT_THRESHOLDS, 1, executor);
  const classified = classifiedFrame(profiles, result, isolationScores(profiles, 1, executor));

  it('count every wallet once among the archetypes, with medians of each', () => {
    const section = sectionSchema.parse(archetypesSection(profiles, classified, NO_VERDICT));
    const medians = section.blocks.find((block) => block.kind === 'table');
    const counts = medians?.kind === 'table' ? medians.rows.map((row) => Number(row[1])) : [];
    expect(counts.reduce((a, b) => a + b, 0)).toBe(n);
    expect(section.limits).toHaveLength(1);
  });

  it('draw the waterfall and every threshold', async () => {
    const shifts = await shiftThresholds(profiles, DEFAULT_THRESHOLDS, result.archetypes, 1, executor);
    const section = sectionSchema.parse(thresholdsSection(profiles, result, DEFAULT_THRESHOLDS, shifts));
    expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual([
      'waterfall',
      'whale_usd',
      'whale_days',
      'grinder_frequency',
      'grinder_markets',
      'shifts',
    ]);
  });
});

describe('verdictBlocks', () => {
  it('say why there is no verdict', () => {
    expect(verdictBlocks(NO_VERDICT)).toEqual([
      { kind: 'verdict', tone: 'neutral', text: 'No verdict on groups: too few wallets.' },
    ]);
  });
});

describe('checkLabels', () => {
  it('maps a sample and says how pure neighbourhoods are', () => {
    const profiles = makeProfiles(60, 0, 1);
    const labels = Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? 'casual' : 'grinder'));
    const check = checkLabels(profiles, labels, 40, 1, executor);
    expect(check.map!.nRows).toBe(check.labels.length);
    expect(check.labels.length).toBeLessThanOrEqual(40);
    expect(check.line).toContain('Neighbour purity of labels');
    expect(chartsOf(sectionSchema.parse(labelsSection(new Map([['casual', 30]]), check)).blocks)).toHaveLength(2);
  });

  it('draws no map of three wallets, and says so', () => {
    const check = checkLabels(makeProfiles(3, 0, 1), ['casual', 'casual', 'grinder'], 40, 1, executor);
    expect([check.map, check.line]).toEqual([null, 'No t-SNE check of the labels: 3 wallets are too few for a map.']);
    expect(chartsOf(labelsSection(new Map([['casual', 3]]), check).blocks)).toHaveLength(1);
  });
});
