/** What the waterfall found, in lines for people. */
import { formatCount, formatTable } from '../run/console.ts';
import { ARCHETYPES, TARGETS } from './archetypes.ts';
import type { WaterfallResult } from './waterfall.ts';

/** Wallets of each archetype, those that occur. */
export function archetypeCounts(result: WaterfallResult): Record<string, number> {
  const counts = ARCHETYPES.map((name) => [name, result.archetypes.filter((own) => own === name).length] as const);
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
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
    winRate.toFixed(1),
    markets.toFixed(1),
    frequency.toFixed(2),
    top.toFixed(1),
  ]);
  return [
    formatTable(['archetype', 'target', 'wallets', 'share'], rows),
    ...(clusters.length === 0
      ? []
      : [formatTable(['cluster', 'name', 'wallets', 'win rate %', 'markets', 'fills/day', 'top market %'], clusters)]),
    ...(result.refusal === null ? [] : [`The rest was not clustered: ${result.refusal}; those wallets are unnamed.`]),
  ];
}
