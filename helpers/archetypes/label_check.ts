/** Do labels live together? A t-SNE map of a sample and how often neighbours on it share a label, with its section. */

import { chartBlock, type ReportSection } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { describePurity, neighbourPurity } from '../evaluate/purity.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import type { DataFrame } from '../polars/polars.ts';
import { takeFrameRows } from '../tables/matrix.ts';
import { mapWallets, stratifiedSample } from './manifold.ts';

export const LABELS_SECTION = 'labels';

export interface LabelCheck {
  /** The map, rows × 2, or null with the reason in `line`. */
  readonly map: Matrix | null;
  /** Labels of the wallets on the map. */
  readonly labels: readonly string[];
  /** What neighbour purity says, a line a sentence. */
  readonly line: string;
}

/**
 * Places at most `nMax` wallets on a t-SNE map of the 13 anomaly features. Some of these also make the labels, so purity
 * above chance is expected; what it can show is a label that is spread over the whole map.
 */
export function checkLabels(
  profiles: DataFrame,
  labels: readonly string[],
  nMax: number,
  seed: number,
  executor: Executor,
): LabelCheck {
  const rows = stratifiedSample(labels, nMax, seed);
  const own = rows.map((row) => labels[row]);
  const map = mapWallets(takeFrameRows(profiles, rows), 'spyhop', seed, executor);
  if ('refusal' in map) return { map: null, labels: own, line: `No t-SNE check of the labels: ${map.refusal}.` };
  return { map, labels: own, line: describePurity('labels', neighbourPurity(map, own, seed, executor)) };
}

/**
 * @param counts wallets by label
 * @param whyUnnamed sentences about wallets that no cluster left unnamed
 */
export function labelsSection(
  counts: ReadonlyMap<string, number>,
  whyUnnamed: readonly string[],
  { map, labels, line }: LabelCheck,
): ReportSection {
  const bars = [...counts].map(([label, value]) => ({ label, value, group: label }));
  return {
    id: LABELS_SECTION,
    order: 70,
    title: 'Labels for training',
    blocks: [
      { kind: 'verdict', tone: 'neutral', text: line },
      chartBlock(
        'counts',
        ['Wallets by label; unnamed ones are in no training set.', ...whyUnnamed].join(' '),
        rankedBarsPicture(bars, 'wallets'),
      ),
      ...(map === null
        ? []
        : [
            chartBlock(
              'map',
              'A t-SNE map of a sample of wallets by label. Distances between islands mean nothing.',
              scatterPicture(
                labels.map((group, row) => ({ x: map.values[row * 2], y: map.values[row * 2 + 1], group })),
                { xTitle: '', yTitle: '', isMap: true },
              ),
            ),
          ]),
    ],
  };
}
