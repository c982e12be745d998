/** The result of the waterfall, in lines. */
import { formatCount, formatTable, tabulate } from '../run/console.ts';
import { counted } from '../run/words.ts';
import { TARGETS, type WaterfallThresholds } from './archetypes.ts';
import type { FreshBets } from './fresh_bets.ts';
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

/** Who is named insider-like and on what evidence, a sentence each; none where nothing was clustered. */
export function formatInsiders({ named, edges }: WaterfallSummary, thresholds: WaterfallThresholds): string[] {
  if (named.length === 0) return [];
  const { insiderResolvedMin: nMin, insiderEdgeMin: edge } = thresholds;
  const own = named.filter(({ name }) => name === 'insider_like');
  if (own.length === 0)
    return ['No cluster wins often, in few markets and slowly, so no wallet is named insider_like.'];
  const sum = (of: 'nWallets' | 'nEnough' | 'nEvident'): number => own.reduce((n, cluster) => n + cluster[of], 0);
  const nEvident = sum('nEvident');
  return [
    `Wallets of clusters that win often, in few markets and slowly: ${formatCount(sum('nWallets'))}. Those with at least ${nMin} resolved markets, so that outcomes say something: ${formatCount(sum('nEnough'))}.`,
    nEvident === 0
      ? `None of these won more often than its prices say (edge_z of at least ${edge}), so no wallet is named insider_like: all are casual.`
      : `${formatCount(nEvident)} of these won more often than their prices say (edge_z of at least ${edge}) and ${nEvident === 1 ? 'is' : 'are'} named insider_like. All others are casual.`,
    `Of all ${formatCount(edges.nEnough)} clustered wallets with so many resolved markets, ${formatCount(edges.nAbove)} won that much more often than their prices say and ${formatCount(edges.nBelow)} that much less often: luck makes both.`,
  ];
}

/** Who was fresh at its largest bet, and what the tape hides of the published rule for fresh whales, a sentence each. */
export function formatFreshBets(
  fresh: FreshBets,
  { whaleAggressionUsd, whaleTenureDays }: WaterfallThresholds,
): string[] {
  const { nFresh, nWhales, nCensoredWhales, nCensored, nWallets, cutUsd } = fresh;
  return [
    `Fresh when it bet big ($${formatCount(whaleAggressionUsd)} or more, less than ${whaleTenureDays} days after its first bet): ${counted(nFresh, 'wallet')}; the published rule, which asks for the age at the end, finds ${formatCount(nWhales)}.`,
    ...(nCensored === 0
      ? []
      : [
          `The tenure of ${formatCount(nCensored)} of ${formatCount(nWallets)} wallets is cut off by the beginning of the tape${nCensoredWhales === 0 ? '' : `, also of ${formatCount(nCensoredWhales)} of the fresh whales`}: they may be older than they look.`,
        ]),
    ...(cutUsd === null
      ? []
      : [
          `95 % of wallets bet $${cutUsd.toFixed(0)} or more on average: small fills seem to be missing from this tape, and with them the beginning of many wallets.`,
        ]),
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
  // `enough` counts wallets with the resolved markets that evidence needs, `edge` those of them that won beyond their prices.
  const { header, rows } = tabulate(summary.named, {
    cluster: (own) => String(own.cluster),
    pattern: (own) => own.name,
    wallets: (own) => formatCount(own.nWallets),
    'win rate %': (own) =>
      `${orDash(own.winRatePct, 1)} [${orDash(own.winRateLowPct, 1)}, ${orDash(own.winRateHighPct, 1)}]`,
    markets: (own) => orDash(own.centre[1], 1),
    'fills/day': (own) => orDash(own.centre[2], 2),
    'top market %': (own) => orDash(own.centre[3], 1),
    'one market %': (own) => (100 * own.oneMarketShare).toFixed(0),
    enough: (own) => formatCount(own.nEnough),
    edge: (own) => formatCount(own.nEvident),
  });
  return [
    formatCounts(summary.counts),
    ...(rows.length === 0 ? [] : [formatTable(header, rows)]),
    ...formatUnnamed(summary),
  ];
}
