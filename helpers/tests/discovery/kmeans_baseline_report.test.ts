import { expect, test } from 'vitest';
import { clusterWallets } from '../../discovery/global_clusters.ts';
import { clusterImportance } from '../../discovery/importance.ts';
import { BASELINE_SECTION, presentBaseline } from '../../discovery/kmeans_baseline_report.ts';
import { BASELINE_FEATURES } from '../../features/wallets/feature_sets.ts';
import { countFeatures } from '../../features/wallets/known_features.ts';
import { createRandom } from '../../kernels/random.ts';
import { longVerdicts, sectionOf, stored } from '../step/views.ts';
import { allUnknown, executor } from './chapter_2.ts';

test('a feature of which no wallet has a value is a dash and no 0 among the centres, and is named', () => {
  const profiles = allUnknown(60);
  const features = BASELINE_FEATURES;
  const found = clusterWallets(profiles, features, 3, 1, executor);
  if ('skippedReason' in found) throw new Error(found.skippedReason);
  const presentation = presentBaseline(
    stored({
      clusters: found.clusters,
      features,
      usedFeatures: countFeatures(profiles, features),
      importance: clusterImportance(found.model, found.points, features, createRandom(1)),
      validity: { skippedReason: 'too few wallets' },
    }),
  );
  const why = 'no wallet has a value of conviction_avg_buy_usd, win_rate_pct';
  const text = presentation.lines.join('\n');
  expect(text).toContain(`Clustered by 5 of 7 features (${why}).`);
  expect(text).toMatch(/^win_rate_pct +– +– +–$/m);
  const section = sectionOf(BASELINE_SECTION, presentation);
  const centres = section.blocks.find((block) => block.kind === 'table')!;
  expect(centres.caption).toContain(why);
  expect(JSON.parse(JSON.stringify(centres.rows)).at(-1)).toEqual(['win_rate_pct', null, null, null]);
  expect(longVerdicts(section.blocks)).toEqual([]);
});
