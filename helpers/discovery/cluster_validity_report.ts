/** Whether clusters are there at all, in lines and in blocks: one sentence, and the figures behind it folded away. */
import { type Block, chartBlock } from '../charts/section.ts';
import { heatMapPicture } from '../charts/specs/heat_map.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import type { NoVerdict, Verdict } from '../evaluate/cluster_validity.ts';
import { formatCount } from '../run/console.ts';

/** Blocks of a verdict; one paragraph when there is none. */
export function verdictBlocks(verdict: Verdict | NoVerdict): Block[] {
  if ('refusal' in verdict)
    return [{ kind: 'verdict', tone: 'neutral', text: `No verdict on groups: ${verdict.refusal}.` }];
  const { k, silhouette, nulls, gaps, stability, dbscan, nSampled, nPoints, isSupported, sentence } = verdict;
  return [
    { kind: 'verdict', tone: isSupported ? 'good' : 'bad', text: sentence },
    {
      kind: 'details',
      summary: `What the verdict rests on (${formatCount(nSampled)} of ${formatCount(nPoints)} wallets)`,
      blocks: [
        {
          kind: 'table',
          caption: `Silhouette of ${k} groups here and in points without groups; agreement of bootstraps (adjusted Rand).`,
          header: ['points', 'silhouette', '95th percentile', 'p'],
          rows: [
            ['these wallets', silhouette, null, null],
            ...nulls.map((own) => [own.name, own.mean, own.p95, own.pValue]),
            ['adjusted Rand over bootstraps', stability.mean, null, null],
          ],
        },
        chartBlock(
          'gap',
          `Gap statistic by number of groups (Tibshirani et al. 2001): the best number is the smallest that the next one does not beat by more than its error. ${describeGap(verdict)}.`,
          linesPicture(
            [
              {
                name: 'gap',
                points: gaps.map(({ k: x, gap, standardError }) => ({
                  x,
                  y: gap,
                  low: gap - standardError,
                  high: gap + standardError,
                })),
              },
            ],
            { xTitle: 'groups', yTitle: 'gap' },
          ),
        ),
        chartBlock(
          'dbscan',
          'Groups that DBSCAN finds (at least 1 % of the points each), by radius and least number of neighbours.',
          heatMapPicture(
            dbscan.map(({ eps, minSamples, nGroups }) => ({
              row: `eps ${eps.toFixed(2)}`,
              column: `${minSamples} neighbours`,
              value: nGroups,
            })),
            { rowTitle: 'radius', columnTitle: 'core', valueTitle: 'groups' },
          ),
        ),
      ],
    },
  ];
}

/** How many groups the gap statistic wants, without a full stop. */
function describeGap({ gapBestK, gaps }: Pick<Verdict, 'gapBestK' | 'gaps'>): string {
  if (gapBestK === null) return `Gap statistic wants no number of groups up to ${gaps.at(-1)!.k}: the gap still rises`;
  return `Gap statistic wants ${gapBestK} ${gapBestK === 1 ? 'group' : 'groups'}`;
}

/** The verdict in lines for people. */
export function describeVerdict(verdict: Verdict | NoVerdict): string[] {
  if ('refusal' in verdict) return [`Verdict: none, ${verdict.refusal}.`];
  const { nulls, stability, dbscan, k, nSampled, nPoints } = verdict;
  const nOne = dbscan.filter((setting) => setting.nGroups === 1).length;
  const nMore = dbscan.filter((setting) => setting.nGroups > 1).length;
  const silhouettes = nulls.map((n) => `${n.name} ${n.mean.toFixed(3)} (p = ${n.pValue.toFixed(3)})`).join(', ');
  return [
    `Silhouette of ${k} groups ${verdict.silhouette.toFixed(3)}; without groups: ${silhouettes}.`,
    `${describeGap(verdict)}; adjusted Rand over bootstraps ${stability.mean.toFixed(2)} (5th percentile ${stability.p5.toFixed(2)}).`,
    `DBSCAN finds one group at ${nOne} of ${dbscan.length} settings, several at ${nMore}, none at ${dbscan.length - nOne - nMore}.`,
    `Verdict (${formatCount(nSampled)} of ${formatCount(nPoints)} wallets): ${verdict.sentence}`,
  ];
}
