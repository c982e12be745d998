/** The result of the waterfall, in lines. */
import { formatCount, formatTable } from '../run/console.ts';
import { TARGETS } from './archetypes.ts';
import type { WaterfallSummary } from './waterfall.ts';

const orDash = (value: number, nDigits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(nDigits));

/** Why wallets are unnamed that no cluster left so, one sentence a reason. */
export function formatUnnamed({ skippedReason, nWithoutWinRate, hasUnclustered }: WaterfallSummary): string[] {
  // Where no residual wallet has a win rate, the reason says so itself.
  const isSaid = skippedReason !== null && !hasUnclustered;
  return [
    ...(nWithoutWinRate === 0 || isSaid
      ? []
      : [
          `Wallets without a resolved market, so without a win rate, unnamed and in no cluster: ${formatCount(nWithoutWinRate)}.`,
        ]),
    ...(skippedReason === null ? [] : [`Residual wallets were not clustered: ${skippedReason}; they are unnamed.`]),
  ];
}

/** How many members of the insider-like cluster do not win often, in a sentence; none when the cluster is not there. */
export function formatInsiders(archetypes: readonly string[], winRatePct: Float64Array): string[] {
  const rates = winRatePct.filter((_, row) => archetypes[row] === 'insider_like');
  if (rates.length === 0) return [];
  const nHalf = rates.filter((rate) => rate <= 50).length;
  const nAll = formatCount(rates.length);
  return [
    nHalf === 0
      ? `All ${nAll} wallets named insider_like won more than half of their resolved markets.`
      : `Of ${nAll} wallets named insider_like, ${formatCount(nHalf)} won at most half of their resolved markets: the name describes the cluster, not each wallet.`,
  ];
}

/** A table of wallets by archetype. */
export function formatCounts(counts: WaterfallSummary['counts']): string {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const rows = Object.entries(counts).map(([name, n]) => [
    name,
    TARGETS[name as keyof typeof TARGETS] ?? '–',
    formatCount(n),
    `${((100 * n) / total).toFixed(1)}%`,
  ]);
  return formatTable(['archetype', 'target', 'wallets', 'share'], rows);
}

/** Counts by archetype, the clusters with their names, and why there are none. */
export function formatArchetypes(summary: WaterfallSummary): string[] {
  const clusters = summary.named.map(({ cluster, name, nWallets, centre: [winRate, markets, frequency, top] }) => [
    cluster,
    name,
    formatCount(nWallets),
    orDash(winRate, 1),
    orDash(markets, 1),
    orDash(frequency, 2),
    orDash(top, 1),
  ]);
  return [
    formatCounts(summary.counts),
    ...(clusters.length === 0
      ? []
      : [formatTable(['cluster', 'name', 'wallets', 'win rate %', 'markets', 'fills/day', 'top market %'], clusters)]),
    ...formatUnnamed(summary),
  ];
}
