import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { classifiedFrame, isolationScores } from '../../archetypes/classified_table.ts';
import { describeInsiders, describeUnnamed } from '../../archetypes/describe_archetypes.ts';
import { checkLabels, labelsSection } from '../../archetypes/label_check.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { chartsOf, sectionSchema } from '../../charts/section.ts';
import { waterfallSteps } from '../../discovery/describe_thresholds.ts';
import { archetypesSection } from '../../discovery/sections/archetypes_section.ts';
import { thresholdsSection } from '../../discovery/sections/thresholds_section.ts';
import { verdictBlocks } from '../../discovery/sections/verdict_blocks.ts';
import { shiftThresholds } from '../../discovery/threshold_shifts.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { toNumbers } from '../../tables/matrix.ts';
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
    const section = sectionSchema.parse(archetypesSection(profiles, classified, describeUnnamed(result), NO_VERDICT));
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

describe('wallets without a resolved market', () => {
  const some = makeProfiles(120, 0, 1);
  const rates = toNumbers(some, 'win_rate_pct');
  const profiles = some.withColumns(
    pl.Series(
      'win_rate_pct',
      Array.from(rates, (rate, row) => (row % 3 === 0 ? null : rate)),
      pl.Float64,
    ),
  );
  const result = assignWaterfall(profiles, DEFAULT_THRESHOLDS, 1, executor);
  const nUnrated = result.rules.filter((rule) => rule === 'no win rate').length;
  const classified = classifiedFrame(profiles, result, isolationScores(profiles, 1, executor));

  it('are told in the sections of 02 and 07, and are a step of the waterfall of their own', () => {
    const [why] = describeUnnamed(result);
    expect(why).toContain(`${nUnrated} wallets`);
    const section = archetypesSection(profiles, classified, [why], NO_VERDICT);
    expect(section.blocks).toContainEqual({ kind: 'paragraph', text: why });
    const check = checkLabels(profiles, result.archetypes, 40, 1, executor);
    expect(JSON.stringify(labelsSection(new Map([['casual', 30]]), [why], check))).toContain(why);
    const steps = waterfallSteps(result, DEFAULT_THRESHOLDS);
    expect(steps.find(({ rule }) => rule.includes('no win rate'))?.nTaken).toBe(nUnrated);
    expect(steps.at(-1)?.nLeft).toBe(0);
  });

  it('are told once where they are all that is left', () => {
    const none = some.withColumns(pl.lit(null).cast(pl.Float64).alias('win_rate_pct'));
    const lines = describeUnnamed(assignWaterfall(none, DEFAULT_THRESHOLDS, 1, executor));
    expect(lines).toEqual([expect.stringContaining('no wallet that is left has a win rate')]);
  });

  it('apart, members of the insider-like cluster that won no more than half are counted', () => {
    const names = ['insider_like', 'insider_like', 'insider_like', 'casual'];
    expect(describeInsiders(names, Float64Array.of(50, 51, 100, 0))[0]).toContain(
      'Of 3 wallets called insider_like, 1 won',
    );
    expect(describeInsiders(names, Float64Array.of(51, 60, 100, 0))[0]).toContain('All 3 wallets');
    expect(describeInsiders(['casual'], Float64Array.of(10))).toEqual([]);
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
    expect(chartsOf(sectionSchema.parse(labelsSection(new Map([['casual', 30]]), [], check)).blocks)).toHaveLength(2);
  });

  it('draws no map of three wallets, and says so', () => {
    const check = checkLabels(makeProfiles(3, 0, 1), ['casual', 'casual', 'grinder'], 40, 1, executor);
    expect([check.map, check.line]).toEqual([null, 'No t-SNE check of the labels: 3 wallets are too few for a map.']);
    expect(chartsOf(labelsSection(new Map([['casual', 3]]), [], check).blocks)).toHaveLength(1);
  });
});
