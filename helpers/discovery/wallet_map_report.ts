/** The map of wallets, by archetype and, in simulated markets, by what was planted, in lines and in a section. */
import { crossTable } from '../archetypes/planted_types.ts';
import { type Block, chartBlock, verdictBlocks } from '../charts/section.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { formatPurity, summarizePurity } from '../evaluate/purity_report.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { MANIFOLD } from '../tables/schemas.ts';
import type { WalletMapFacts } from './wallet_map.ts';

export const MANIFOLD_SECTION = { id: 'manifold', order: 50, title: 'A map of wallets' };

/** Archetypes against planted types. */
function formatCrossTable(archetypes: readonly string[], planted: readonly string[]): string {
  const { rows, columns, counts } = crossTable(archetypes, planted);
  return formatTable(
    ['archetype \\ planted', ...columns],
    rows.map((name, i) => [name, ...counts[i]]),
  );
}

export function presentWalletMap(facts: WalletMapFacts, view: PresentView<unknown>): Presentation {
  const { nWallets, usedFeatures, purity, plantedPurity } = facts;
  const manifold = view.read(MANIFOLD);
  const [wallets, archetypes, types] = ['wallet', 'archetype', 'planted_type'].map((name) => toTexts(manifold, name));
  const [x, y] = ['x', 'y'].map((name) => toNumbers(manifold, name));
  const map = (groups: readonly string[], stem: string, caption: string): Block =>
    chartBlock(
      stem,
      caption,
      scatterPicture(
        groups.map((group, row) => ({ x: x[row], y: y[row], group, tooltip: { wallet: wallets[row]! } })),
        { xTitle: '', yTitle: '', isMap: true },
      ),
    );
  const planted = types.every((type) => type !== null) ? (types as string[]) : null;
  const purities = [
    ['archetype', purity],
    ...(planted === null ? [] : [['planted type', plantedPurity] as const]),
  ] as const;
  return {
    lines: [
      `Map of ${formatCount(manifold.height)} of ${formatCount(nWallets)} wallets by ${usedFeatures}.`,
      ...purities.flatMap(([what, own]) => [summarizePurity(what, own), ...formatPurity(what, own)]),
      ...(planted === null ? [] : [formatCrossTable(archetypes as string[], planted)]),
    ],
    blocks: [
      ...purities.flatMap(([what, own]) =>
        verdictBlocks(summarizePurity(what, own), `Purity by ${what}`, formatPurity(what, own)),
      ),
      map(
        archetypes as string[],
        'archetypes',
        `Wallets that are alike lie close together (t-SNE of ${usedFeatures}). Colours are archetypes, which partly come from the same features. Distances between islands and their sizes mean nothing.`,
      ),
      ...(planted === null
        ? []
        : [map(planted, 'planted', 'The same map, coloured by what the simulator planted. No method saw this.')]),
    ],
  };
}
