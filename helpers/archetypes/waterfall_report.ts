/** What the waterfall found, in lines. */
import { formatCount, formatTable } from '../run/console.ts';
import { TARGETS } from './archetypes.ts';
import type { WaterfallSummary } from './waterfall.ts';

const orDash = (value: number, nDigits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(nDigits));

/** Why wallets are unnamed that no cluster left so, one sentence a reason. */
export function formatUnnamed({ refusal, nWithoutWinRate, hasUnclustered }: WaterfallSummary): string[] {
  // Where nobody has a win rate, that is the refusal's own reason.
  const isTold = refusal !== null && !hasUnclustered;
  return [
    ...(nWithoutWinRate === 0 || isTold
      ? []
      : [
          `Without a resolved market, so without a win rate, unnamed and in no cluster: ${formatCount(nWithoutWinRate)} wallets.`,
        ]),
    ...(refusal === null ? [] : [`The rest was not clustered: ${refusal}; those wallets are unnamed.`]),
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
      ? `All ${nAll} wallets called insider_like won more than half of their resolved markets.`
      : `Of ${nAll} wallets called insider_like, ${formatCount(nHalf)} won no more than half of their resolved markets: the name is the cluster's, not the wallet's.`,
  ];
}

/** Counts by archetype, the clusters with their names, and why there are none. */
export function formatArchetypes(summary: WaterfallSummary): string[] {
  const total = Math.max(
    1,
    Object.values(summary.counts).reduce((sum, n) => sum + n, 0),
  );
  const rows = Object.entries(summary.counts).map(([name, n]) => [
    name,
    TARGETS[name as keyof typeof TARGETS] ?? '–',
    formatCount(n),
    `${((100 * n) / total).toFixed(1)}%`,
  ]);
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
    formatTable(['archetype', 'target', 'wallets', 'share'], rows),
    ...(clusters.length === 0
      ? []
      : [formatTable(['cluster', 'name', 'wallets', 'win rate %', 'markets', 'fills/day', 'top market %'], clusters)]),
    ...formatUnnamed(summary),
  ];
}
