/** The verdict on clusters as blocks of a report: one sentence, and the figures behind it folded away. */
import { type Block, chartBlock } from '../../charts/section.ts';
import { heatMapPicture } from '../../charts/specs/heat_map.ts';
import { linesPicture } from '../../charts/specs/lines.ts';
import { describeGap, type NoVerdict, type Verdict } from '../../evaluate/cluster_validity.ts';

/** Blocks of a verdict; one paragraph when there is none. */
export function verdictBlocks(verdict: Verdict | NoVerdict): Block[] {
  if ('refusal' in verdict)
    return [{ kind: 'verdict', tone: 'neutral', text: `No verdict on groups: ${verdict.refusal}.` }];
  const { k, silhouette, nulls, gaps, stability, dbscan, nSampled, nPoints, isSupported, sentence } = verdict;
  return [
    { kind: 'verdict', tone: isSupported ? 'good' : 'bad', text: sentence },
    {
      kind: 'details',
      summary: `What the verdict rests on (${nSampled.toLocaleString('en-US')} of ${nPoints.toLocaleString('en-US')} wallets)`,
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
