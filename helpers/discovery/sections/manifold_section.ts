/** The report's section of 05: the map of wallets, once by archetype and once, in simulated markets, by what was planted. */
import { type Block, chartBlock, type ReportSection } from '../../charts/section.ts';
import { scatterPicture } from '../../charts/specs/scatter.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';

export const MANIFOLD_SECTION = 'manifold';

/**
 * @param manifold rows of 12_manifold
 * @param used what made the map: `13 features`, or which of them nobody has
 * @param purityLines what neighbour purity says, one sentence a labelling
 */
export function manifoldSection(manifold: DataFrame, used: string, purityLines: readonly string[]): ReportSection {
  const [x, y] = ['x', 'y'].map((name) => toNumbers(manifold, name));
  const wallets = toTexts(manifold, 'wallet');
  const map = (groups: readonly string[], stem: string, caption: string): Block =>
    chartBlock(
      stem,
      caption,
      scatterPicture(
        groups.map((group, row) => ({
          x: x[row],
          y: y[row],
          group,
          tooltip: { wallet: `${wallets[row]?.slice(0, 10)}…` },
        })),
        { xTitle: '', yTitle: '', isMap: true },
      ),
    );
  const planted = toTexts(manifold, 'planted_type');
  const hasTruth = planted.every((type) => type !== null);
  return {
    id: MANIFOLD_SECTION,
    order: 50,
    title: 'A map of wallets',
    blocks: [
      ...purityLines.map((text) => ({ kind: 'verdict' as const, tone: 'neutral' as const, text })),
      map(
        toTexts(manifold, 'archetype') as string[],
        'archetypes',
        `Wallets that are alike lie close together (t-SNE of ${used}). Colours are archetypes, which partly come from the same features. Distances between islands and their sizes mean nothing.`,
      ),
      ...(hasTruth
        ? [
            map(
              planted as string[],
              'planted',
              'The same map, coloured by what the simulator planted. No method saw this.',
            ),
          ]
        : []),
    ],
  };
}
