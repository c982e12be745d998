/** Wallets of each archetype, their medians, and whether the clusters are there, in lines and in a section. */
import { median } from 'd3-array';
import { ARCHETYPES, type WaterfallThresholds } from '../archetypes/archetypes.ts';
import { countFreshBets } from '../archetypes/fresh_bets.ts';
import type { WaterfallSummary } from '../archetypes/waterfall.ts';
import { formatArchetypes, formatFreshBets, formatInsiders, formatUnnamed } from '../archetypes/waterfall_report.ts';
import { chartBlock, paragraph, tableBlock } from '../charts/section.ts';
import { distributionsPicture } from '../charts/specs/distributions.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import type { ClusterValidity, NotAssessed } from '../evaluate/cluster_validity.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { countFeatures } from '../features/wallets/known_features.ts';
import type { DataFrame } from '../polars/polars.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { CLASSIFIED, WALLET_PROFILES } from '../tables/schemas.ts';
import { formatValidity, validityBlocks } from './cluster_validity_report.ts';

export const ARCHETYPES_SECTION = {
  id: 'archetypes',
  order: 20,
  title: 'Archetypes: rules first, clusters among the rest',
};

const MEDIANS = [
  ...['aggression_avg_usd', 'frequency_trades_daily', 'diversification_markets_count', 'tenure_days'],
  ...['win_rate_pct', 'roi_pct'],
];

/** Medians of each archetype, in the order of the archetypes. */
function mediansByArchetype(profiles: DataFrame, archetypes: readonly string[]): (string | number | null)[][] {
  const columns = MEDIANS.map((name) => toNumbers(profiles, name));
  return ARCHETYPES.map((archetype) => ({ archetype, rows: rowsOf(archetypes, archetype) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ archetype, rows }) => [
      archetype,
      rows.length,
      ...columns.map((values) => median(rows, (row) => values[row]) ?? null),
    ]);
}

function rowsOf(archetypes: readonly string[], archetype: string): number[] {
  return Array.from(archetypes.keys()).filter((row) => archetypes[row] === archetype);
}

export function presentArchetypes(
  { validity, ...summary }: WaterfallSummary & { readonly validity: ClusterValidity | NotAssessed },
  view: PresentView<WaterfallThresholds>,
): Presentation {
  const profiles = view.read(WALLET_PROFILES);
  const classified = view.read(CLASSIFIED);
  const archetypes = toTexts(classified, 'archetype') as string[];
  const scores = toNumbers(classified, 'anomaly_score');
  const insiders = formatInsiders(summary, view.settings);
  const isFresh = Uint8Array.from(toNumbers(classified, 'fresh_when_it_bet_big'));
  const fresh = formatFreshBets(countFreshBets(profiles, isFresh, archetypes), view.settings);
  return {
    lines: [...formatArchetypes(summary), ...insiders, ...fresh, ...formatValidity(validity)],
    blocks: [
      ...validityBlocks(validity),
      chartBlock(
        'counts',
        'Wallets of each archetype. "insider_like" wallets won more often than their prices say, in few markets and slowly; luck does that too, and the name does not say that anybody knew anything.',
        rankedBarsPicture(
          Object.entries(summary.counts).map(([label, value]) => ({ label, value, group: label })),
          'wallets',
        ),
      ),
      tableBlock(
        'Medians by archetype.',
        ['archetype', 'wallets', 'mean fill, USD', 'fills a day', 'markets', 'tenure, days', 'win rate, %', 'ROI, %'],
        mediansByArchetype(profiles, archetypes),
      ),
      ...[...formatUnnamed(summary), ...insiders, ...fresh].map(paragraph),
      chartBlock(
        'anomaly_scores',
        `Isolation-forest score of ${countFeatures(profiles, ANOMALY_FEATURES)} by archetype: line for the median, bar for the middle half, thin line for the middle nine tenths.`,
        distributionsPicture(
          Object.keys(summary.counts).map((name) => ({
            group: name,
            values: scores.filter((_, row) => archetypes[row] === name),
          })),
          'anomaly score',
        ),
      ),
    ],
    limits: [
      'Archetypes are rules and clusters. On simulated markets most wallets named insider_like are planted casuals who were lucky.',
      'A wallet with one or two resolved markets cannot be named insider_like: one bet that won at .30 is luck with a probability of .30, whoever made it.',
    ],
  };
}
