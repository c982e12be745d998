/** What plain K-Means finds, and which features decide it, in lines and in a section of the report. */
import { chartBlock, tableBlock } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation } from '../step/contract.ts';
import { formatValidity, validityBlocks } from './cluster_validity_report.ts';
import type { BaselineFacts } from './kmeans_baseline.ts';

export const BASELINE_SECTION = { id: 'kmeans_baseline', order: 30, title: 'Plain K-Means: clusters without any rule' };

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const threeDigits = (value: number): string =>
  Number.isNaN(value) ? '–' : Number(value.toPrecision(3)).toLocaleString('en-US');

/** Centres in the units of the features, a dash where nothing is known, and the features by importance. */
function formatBaseline({ clusters, features, usedFeatures, importance }: BaselineFacts): string[] {
  return [
    `Clustered by ${usedFeatures}.`,
    formatTable(
      ['centre', ...clusters.map((own) => `${own.cluster}: ${own.name} (${formatCount(own.nWallets)})`)],
      features.map((feature, column) => [feature, ...clusters.map(({ centre }) => threeDigits(centre[column]))]),
    ),
    formatTable(
      ['feature', 'variance between clusters', 'wallets moved by shuffling it'],
      importance.map(({ feature, betweenShare, movedShare }) => [feature, percent(betweenShare), percent(movedShare)]),
    ),
  ];
}

export function presentBaseline(facts: BaselineFacts): Presentation {
  const { clusters, features, usedFeatures, importance, validity } = facts;
  return {
    lines: [...formatBaseline(facts), ...formatValidity(validity)],
    blocks: [
      ...validityBlocks(validity),
      tableBlock(
        `Centres in the units of the features: means over the wallets of which the feature is known (of logarithms, but for win rates), a dash where it is known of none. Clustered by ${usedFeatures}; names are what the rules say of the centre.`,
        ['feature', ...clusters.map((own) => `${own.cluster}: ${own.name}`)],
        [
          ['wallets', ...clusters.map((own) => own.nWallets)],
          ...features.map((feature, column) => [feature, ...clusters.map((own) => own.centre[column])]),
        ],
      ),
      chartBlock(
        'importance',
        'Share of each feature’s variance that lies between the clusters.',
        rankedBarsPicture(
          importance.map(({ feature, betweenShare }) => ({ label: feature, value: 100 * betweenShare })),
          'variance between clusters, %',
        ),
      ),
    ],
  };
}
