/** Neighbour purity in words: one sentence, and the figures behind it. */
import { formatCount } from '../run/console.ts';
import type { NeighbourPurity } from './purity.ts';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/**
 * The purity in one sentence.
 * @param what the kind of label, singular: `archetype`
 */
export function summarizePurity(what: string, purity: NeighbourPurity | null): string {
  if (purity === null)
    return `Neighbour purity by ${what} was not measured: it takes two labels of two wallets each and more points.`;
  return `Averaged over labels, ${percent(purity.purity)} of the ${purity.nNeighbours} nearest neighbours on the map have the same ${what}; with shuffled labels it is ${percent(purity.nullMean)}.`;
}

/** The figures behind that sentence: over labels, over wallets, and label by label; none where there is no purity. */
export function formatPurity(what: string, purity: NeighbourPurity | null): string[] {
  if (purity === null) return [];
  const { nNeighbours, nullLow, nullHigh, pValue, plainShare, plainNullMean, byLabel, nSingletons } = purity;
  const own = byLabel.map(({ label, n, purity: share }) => `${label} ${share.toFixed(3)} (${formatCount(n)})`);
  return [
    `Neighbour purity by ${what}: ${purity.purity.toFixed(3)}, the mean over labels, each counted once (shuffled: ${nullLow.toFixed(3)} to ${nullHigh.toFixed(3)}, p = ${pValue.toFixed(3)}).`,
    `Counting wallets, ${plainShare.toFixed(3)} of the ${nNeighbours} nearest share the ${what} (shuffled: ${plainNullMean.toFixed(3)}).`,
    `By ${what} (wallets): ${own.join(', ')}.`,
    ...(byLabel.some(({ n }) => n <= nNeighbours)
      ? [`Where ${nNeighbours} wallets or fewer have a label, the share is taken of as many neighbours as can have it.`]
      : []),
    ...(nSingletons === 0
      ? []
      : [`Left out, because only one wallet has it: ${nSingletons} ${nSingletons === 1 ? 'label' : 'labels'}.`]),
  ];
}
