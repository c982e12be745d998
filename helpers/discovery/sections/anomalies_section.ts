/** The report's section of 04: the strangest wallets with reasons, and how they lie beside the others. */
import { type Block, chartBlock, type ReportSection } from '../../charts/section.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import { scatterPicture } from '../../charts/specs/scatter.ts';
import type { NoVerdict, Verdict } from '../../evaluate/cluster_validity.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { countFeatures } from '../../features/wallets/known_features.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { verdictBlocks } from './verdict_blocks.ts';

export const ANOMALIES_SECTION = 'anomalies';
const N_SHOWN = 20;
const HIGH_SCORE = 0.5;

/** How often each feature is among the three reasons of a wallet that has reasons: the strangest share, and those flagged. */
function reasonCounts(anomalies: DataFrame): Block[] {
  const counts = new Map<string, number>();
  for (const name of ['reason_1', 'reason_2', 'reason_3'])
    for (const reason of toTexts(anomalies, name))
      if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0) return [];
  return [
    chartBlock(
      'reasons',
      'How often each feature is among the three that moved the score most, over the strangest wallets (the top percentile asked for, and any flagged).',
      rankedBarsPicture(
        [...counts].map(([label, value]) => ({ label, value })),
        'wallets',
      ),
    ),
  ];
}

/**
 * @param anomalies rows of 12_anomalies in the order of the profiles
 * @param archetypes of the same wallets
 * @param flagLine what the conformal flags say in one sentence
 */
export function anomaliesSection(
  profiles: DataFrame,
  anomalies: DataFrame,
  archetypes: readonly string[],
  flagLine: string,
  verdict: Verdict | NoVerdict,
): ReportSection {
  const scores = toNumbers(anomalies, 'anomaly_score');
  const wallets = toTexts(anomalies, 'wallet');
  const [fills, usd] = ['n_fills', 'aggression_avg_usd'].map((name) => toNumbers(profiles, name));
  const top = anomalies
    .sort({ by: 'anomaly_score', descending: true, maintainOrder: true })
    .head(N_SHOWN)
    .select(
      'wallet',
      'anomaly_score',
      pl.col('p_value').fillNull(pl.lit(Number.NaN)),
      'reason_1',
      'reason_2',
      'reason_3',
    )
    .toRecords();
  return {
    id: ANOMALIES_SECTION,
    order: 40,
    title: 'Strange wallets, and why',
    blocks: [
      { kind: 'verdict', tone: 'neutral', text: flagLine },
      {
        kind: 'table',
        caption: `The strangest wallets, scored by ${countFeatures(profiles, ANOMALY_FEATURES)}, with those that moved their score most.`,
        header: ['wallet', 'score', 'p', 'first reason', 'second', 'third'],
        rows: top.map((row) => [
          String(row.wallet),
          Number(row.anomaly_score),
          Number(row.p_value),
          ...[row.reason_1, row.reason_2, row.reason_3].map((reason) => String(reason ?? '–')),
        ]),
      },
      chartBlock(
        'where',
        'Fills and mean fill of every wallet with an isolation score of .5 or more (log axes), by archetype.',
        scatterPicture(
          Array.from(scores, (score, row) => ({
            x: fills[row],
            y: usd[row],
            group: archetypes[row],
            score,
            tooltip: { wallet: wallets[row]!, score: Number(score.toFixed(3)) },
          })).filter(({ score }) => score >= HIGH_SCORE),
          { xTitle: 'fills', yTitle: 'mean fill, USD', xScale: 'log', yScale: 'log' },
        ),
      ),
      ...reasonCounts(anomalies),
      ...verdictBlocks(verdict),
    ],
    limits: [
      'The isolation forest and the distance to K-Means centres find busy wallets; planted insiders are not among them.',
    ],
  };
}
