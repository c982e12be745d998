/** The report's section of 02: how many wallets of each archetype, what they look like, and whether the groups are there. */
import { op, table } from 'arquero';
import { ARCHETYPES } from '../../archetypes/archetypes.ts';
import { describeInsiders } from '../../archetypes/describe_archetypes.ts';
import { chartBlock, type ReportSection } from '../../charts/section.ts';
import { distributionsPicture } from '../../charts/specs/distributions.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import type { NoVerdict, Verdict } from '../../evaluate/cluster_validity.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { countFeatures } from '../../features/wallets/known_features.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { verdictBlocks } from './verdict_blocks.ts';

export const ARCHETYPES_SECTION = 'archetypes';

/** Medians of each archetype, in the order of the archetypes. */
function mediansByArchetype(profiles: DataFrame, archetypes: readonly string[]): (string | number | null)[][] {
  const column = (name: string): number[] => Array.from(toNumbers(profiles, name));
  // Arquero skips null and undefined, but takes NaN for a value.
  const known = (name: string): (number | null)[] => column(name).map((value) => (Number.isNaN(value) ? null : value));
  const rows = table({
    archetype: [...archetypes],
    fill: column('aggression_avg_usd'),
    daily: column('frequency_trades_daily'),
    markets: column('diversification_markets_count'),
    tenure: column('tenure_days'),
    win: known('win_rate_pct'),
    roi: known('roi_pct'),
  })
    .groupby('archetype')
    .rollup({
      wallets: op.count(),
      fill: op.median('fill'),
      daily: op.median('daily'),
      markets: op.median('markets'),
      tenure: op.median('tenure'),
      win: op.median('win'),
      roi: op.median('roi'),
    })
    .objects() as Record<string, number | string>[];
  const order = (row: Record<string, number | string>): number =>
    (ARCHETYPES as readonly string[]).indexOf(String(row.archetype));
  return rows
    .sort((a, b) => order(a) - order(b))
    .map((row) =>
      ['archetype', 'wallets', 'fill', 'daily', 'markets', 'tenure', 'win', 'roi'].map((name) => row[name] ?? null),
    );
}

/**
 * @param classified rows of 12_classified in the order of the profiles
 * @param whyUnnamed sentences about wallets that no cluster left unnamed
 */
export function archetypesSection(
  profiles: DataFrame,
  classified: DataFrame,
  whyUnnamed: readonly string[],
  verdict: Verdict | NoVerdict,
): ReportSection {
  const archetypes = toTexts(classified, 'archetype') as string[];
  const scores = toNumbers(classified, 'anomaly_score');
  const present = ARCHETYPES.filter((name) => archetypes.includes(name));
  const count = (name: string): number => archetypes.filter((own) => own === name).length;
  return {
    id: ARCHETYPES_SECTION,
    order: 20,
    title: 'Archetypes: rules first, clusters among the rest',
    blocks: [
      ...verdictBlocks(verdict),
      chartBlock(
        'counts',
        'Wallets of each archetype. "insider_like" is the name of a cluster with a high win rate, narrow and slow; it does not say that anybody knew anything.',
        rankedBarsPicture(
          present.map((name) => ({ label: name, value: count(name), group: name })),
          'wallets',
        ),
      ),
      {
        kind: 'table',
        caption: 'Medians by archetype.',
        header: [
          'archetype',
          'wallets',
          'mean fill, USD',
          'fills a day',
          'markets',
          'tenure, days',
          'win rate, %',
          'ROI, %',
        ],
        rows: mediansByArchetype(profiles, archetypes),
      },
      ...[...whyUnnamed, ...describeInsiders(archetypes, toNumbers(profiles, 'win_rate_pct'))].map((text) => ({
        kind: 'paragraph' as const,
        text,
      })),
      chartBlock(
        'strangeness',
        `Isolation-forest score of ${countFeatures(profiles, ANOMALY_FEATURES)} by archetype: line for the median, bar for the middle half, thin line for the middle nine tenths.`,
        distributionsPicture(
          present.map((name) => ({
            group: name,
            values: scores.filter((_, row) => archetypes[row] === name),
          })),
          'anomaly score',
        ),
      ),
    ],
    limits: [
      'Archetypes are rules and clusters. On simulated markets most wallets called insider_like are planted casuals who were lucky in a few markets.',
    ],
  };
}
