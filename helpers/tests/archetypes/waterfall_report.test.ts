import { expect, test } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { assignWaterfall, summarizeWaterfall } from '../../archetypes/waterfall.ts';
import { formatInsiders, formatUnnamed } from '../../archetypes/waterfall_report.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { makeProfiles } from '../anomaly/profiles.ts';

const executor = createExecutor({ nThreads: 1 });

test('that no wallet has a win rate is said once', () => {
  const none = makeProfiles(120, 0, 1).withColumns(pl.lit(null).cast(pl.Float64).alias('win_rate_pct'));
  const result = assignWaterfall(none, DEFAULT_THRESHOLDS, 1, executor);
  expect(formatUnnamed(summarizeWaterfall(result))).toEqual([
    expect.stringContaining('no wallet that is left has a win rate'),
  ]);
});

test('the insider-like pattern is told apart from the evidence, and from no such cluster', () => {
  const base = summarizeWaterfall(assignWaterfall(makeProfiles(120, 0, 1), DEFAULT_THRESHOLDS, 1, executor));
  const edges = { nEnough: 127, nAbove: 8, nBelow: 16 };
  const [own] = base.named;
  const winners = { ...own, name: 'insider_like' as const, nWallets: 768, nEnough: 3, nEvident: 1 };
  expect(formatInsiders({ ...base, edges, named: [winners] }, DEFAULT_THRESHOLDS)).toEqual([
    'Wallets of clusters that win often, in few markets and slowly: 768. Those with at least 3 resolved markets, so that outcomes say something: 3.',
    '1 of these won more often than their prices say (edge_z of at least 1.645) and is named insider_like. All others are casual.',
    'Of all 127 clustered wallets with so many resolved markets, 8 won that much more often than their prices say and 16 that much less often: luck makes both.',
  ]);
  const lucky = { ...base, edges, named: [{ ...winners, nEnough: 0, nEvident: 0 }] };
  expect(formatInsiders(lucky, DEFAULT_THRESHOLDS)[1]).toMatch(/^None of these won .* so no wallet is named/);
  const none = { ...base, named: [{ ...own, name: 'casual' as const }] };
  expect(formatInsiders(none, DEFAULT_THRESHOLDS)[0]).toMatch(/^No cluster wins often/);
  expect(formatInsiders({ ...base, named: [] }, DEFAULT_THRESHOLDS)).toEqual([]);
});
