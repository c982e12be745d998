import { expect, test } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { assignWaterfall, summarizeWaterfall } from '../../archetypes/waterfall.ts';
import { formatInsiders, formatUnnamed } from '../../archetypes/waterfall_report.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { makeProfiles } from '../anomaly/profiles.ts';

test('that no wallet has a win rate is said once', () => {
  const none = makeProfiles(120, 0, 1).withColumns(pl.lit(null).cast(pl.Float64).alias('win_rate_pct'));
  const result = assignWaterfall(none, DEFAULT_THRESHOLDS, 1, createExecutor({ nThreads: 1 }));
  expect(formatUnnamed(summarizeWaterfall(result))).toEqual([
    expect.stringContaining('no wallet that is left has a win rate'),
  ]);
});

test('members of the insider-like cluster that won at most half of their markets are counted', () => {
  const names = ['insider_like', 'insider_like', 'insider_like', 'casual'];
  const [some] = formatInsiders(names, Float64Array.of(50, 51, 100, 0));
  expect(some).toContain('Of 3 wallets named insider_like, 1 won at most half');
  expect(formatInsiders(names, Float64Array.of(51, 60, 100, 0))[0]).toContain('All 3 wallets');
  expect(formatInsiders(['casual'], Float64Array.of(10))).toEqual([]);
});
