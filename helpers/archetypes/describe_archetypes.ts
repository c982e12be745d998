/** What the waterfall found, in lines for people. */
import { formatCount, formatTable } from '../run/console.ts';
import { ARCHETYPES, TARGETS } from './archetypes.ts';
import { NO_WIN_RATE, NOT_CLUSTERED, type WaterfallResult } from './waterfall.ts';

/** Wallets of each archetype, those that occur. */
export function archetypeCounts(result: WaterfallResult): Record<string, number> {
  const counts = ARCHETYPES.map((name) => [name, result.archetypes.filter((own) => own === name).length] as const);
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}

const orDash = (value: number, nDigits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(nDigits));

/** Why wallets are unnamed that no cluster left so, one sentence a reason. */
export function describeUnnamed({ refusal, rules }: WaterfallResult): string[] {
  const nUnrated = rules.filter((rule) => rule === NO_WIN_RATE).length;
  // Where nobody has a win rate, that is the refusal's own reason.
  const isTold = refusal !== null && !rules.includes(NOT_CLUSTERED);
  return [
    ...(nUnrated === 0 || isTold
      ? []
      : [
          `Without a resolved market, so without a win rate, unnamed and in no cluster: ${formatCount(nUnrated)} wallets.`,
        ]),
    ...(refusal === null ? [] : [`The rest was not clustered: ${refusal}; those wallets are unnamed.`]),
  ];
}

/** How many members of the insider-like cluster do not win often, in a sentence; none when the cluster is not there. */
export function describeInsiders(archetypes: readonly string[], winRatePct: Float64Array): string[] {
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
export function describeArchetypes(result: WaterfallResult): string[] {
  const total = Math.max(1, result.archetypes.length);
  const rows = Object.entries(archetypeCounts(result)).map(([name, n]) => [
    name,
    TARGETS[name as keyof typeof TARGETS] ?? '–',
    formatCount(n),
    `${((100 * n) / total).toFixed(1)}%`,
  ]);
  const clusters = result.named.map(({ cluster, name, nWallets, centre: [winRate, markets, frequency, top] }) => [
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
    ...describeUnnamed(result),
  ];
}
