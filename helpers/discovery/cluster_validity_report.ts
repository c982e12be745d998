/** Whether clusters are there at all, in lines and in blocks: one sentence, and the figures behind it folded away. */
import { type Block, chartBlock, detailsBlock, tableBlock, verdictBlock } from '../charts/section.ts';
import { heatMapPicture } from '../charts/specs/heat_map.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import type { CheckResult } from '../evaluate/cluster_checks.ts';
import type { ClusterValidity, NotAssessed, ValidityCheck } from '../evaluate/cluster_validity.ts';
import { formatCount } from '../run/console.ts';

/** Whether the clusters are supported, in one sentence. */
function summarizeValidity({ k, verdict, checks }: ClusterValidity): string {
  const count = (outcome: CheckResult['outcome']): number => checks.filter((own) => own.outcome === outcome).length;
  const nAll = checks.length;
  if (verdict === 'supported') return `${k} clusters are better supported than one: all ${nAll} checks pass.`;
  const nFailed = count('fails');
  if (verdict === 'not supported')
    return `${k} clusters are not better supported than one: ${nFailed} of ${nAll} checks ${nFailed === 1 ? 'fails' : 'fail'}.`;
  return `It cannot be told whether ${k} clusters are better supported than one: ${count('cannot tell')} of ${nAll} checks would change with other wallets.`;
}

const TONES = { supported: 'good', 'not supported': 'bad', 'cannot tell': 'neutral' } as const;

/** What each check measures; it passes from the bar on. */
const MEASURED: Readonly<Record<ValidityCheck, string>> = {
  'permuted columns': 'silhouette above that of permuted columns',
  'Gaussian copula': 'silhouette above that of a Gaussian copula',
  'gap statistic': 'gap of two clusters above that of one, less its error',
  bootstraps: 'agreement of bootstraps (adjusted Rand)',
};

/** The number of clusters that the gap statistic chooses, without a full stop. */
function formatGap({ gapBestK, gaps }: ClusterValidity): string {
  if (gapBestK === null)
    return `The gap statistic chooses no number of clusters up to ${gaps.at(-1)!.k}: the gap still rises`;
  return `The gap statistic chooses ${gapBestK} ${gapBestK === 1 ? 'cluster' : 'clusters'}`;
}

/** Blocks of an assessment; one sentence when there is none. */
export function validityBlocks(validity: ClusterValidity | NotAssessed): Block[] {
  if ('skippedReason' in validity) return [verdictBlock(`Clusters were not assessed: ${validity.skippedReason}.`)];
  const { k, silhouette, nulls, gaps, stability, dbscan, nSampled, nPoints, verdict, checks } = validity;
  return [
    verdictBlock(summarizeValidity(validity), TONES[verdict]),
    detailsBlock(`The checks behind this sentence (${formatCount(nSampled)} of ${formatCount(nPoints)} wallets)`, [
      tableBlock(
        'The four checks, with 95 % intervals over other draws of the wallets. A check passes, or fails, with its whole interval.',
        ['check', 'value', 'low', 'high', 'needed', 'outcome'],
        checks.map((own) => [MEASURED[own.name], own.value, own.low, own.high, own.bar, own.outcome]),
      ),
      tableBlock(
        `Silhouette of ${k} clusters here and in points without clusters; agreement of bootstraps (adjusted Rand).`,
        ['points', 'silhouette', '95th percentile', 'p'],
        [
          ['these wallets', silhouette, null, null],
          ...nulls.map((own) => [own.name, own.mean, own.p95, own.pValue]),
          ['adjusted Rand over bootstraps', stability.mean, null, null],
        ],
      ),
      chartBlock(
        'gap',
        `Gap statistic by number of clusters (Tibshirani et al. 2001): the best number is the smallest that the next one does not beat by more than its error. ${formatGap(validity)}.`,
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
          { xTitle: 'clusters', yTitle: 'gap' },
        ),
      ),
      chartBlock(
        'dbscan',
        'Clusters that DBSCAN finds (at least 1 % of the points each), by radius and least number of neighbours.',
        heatMapPicture(
          dbscan.map(({ eps, minSamples, nClusters }) => ({
            row: `eps ${eps.toFixed(2)}`,
            column: `${minSamples} neighbours`,
            value: nClusters,
          })),
          { rowTitle: 'radius', columnTitle: 'core', valueTitle: 'clusters' },
        ),
      ),
    ]),
  ];
}

/** The assessment in lines: the figures, then the sentence. */
export function formatValidity(validity: ClusterValidity | NotAssessed): string[] {
  if ('skippedReason' in validity) return [`Cluster validity: not assessed, ${validity.skippedReason}.`];
  const { nulls, stability, dbscan, k, nSampled, nPoints } = validity;
  const nOne = dbscan.filter((setting) => setting.nClusters === 1).length;
  const nMore = dbscan.filter((setting) => setting.nClusters > 1).length;
  const silhouettes = nulls.map((n) => `${n.name} ${n.mean.toFixed(3)} (p = ${n.pValue.toFixed(3)})`).join(', ');
  return [
    `Silhouette of ${k} clusters ${validity.silhouette.toFixed(3)}; without clusters: ${silhouettes}.`,
    `${formatGap(validity)}; adjusted Rand over bootstraps ${stability.mean.toFixed(2)} (5th percentile ${stability.p5.toFixed(2)}).`,
    `DBSCAN finds one cluster at ${nOne} of ${dbscan.length} settings, several at ${nMore}, none at ${dbscan.length - nOne - nMore}.`,
    `Checks: ${validity.checks.map(({ name, outcome }) => `${name} ${outcome}`).join(', ')}.`,
    `Cluster validity (${formatCount(nSampled)} of ${formatCount(nPoints)} wallets): ${summarizeValidity(validity)}`,
  ];
}
