/** The report's section of 13: where the strangest wallets lie among all, what makes them strange, and who shows signs. */

import { chartBlock, type ReportSection } from '../charts/section.ts';
import { heatMapPicture } from '../charts/specs/heat_map.ts';
import { binValues, histogramPicture } from '../charts/specs/histogram.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { Pca } from '../estimators/pca.ts';
import { percentile } from '../evaluate/percentile.ts';
import { countFeatures } from '../features/wallets/known_features.ts';
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import type { WalletAnomalyModel, WalletScores } from './wallet_model.ts';
import { flagWord } from './wallet_signs.ts';

export const ANOMALY_SECTION = 'anomaly_model';
const STRANGE_PERCENT = 95;
const N_SHOWN = 15;

/**
 * @param signs rows of 14_wallet_signs in the order of the profiles
 * @param lines what flags and signs say, one sentence each
 */
export function anomalySection(
  profiles: DataFrame,
  model: WalletAnomalyModel,
  result: WalletScores,
  signs: DataFrame,
  lines: readonly string[],
): ReportSection {
  const points = model.space.transform(profiles);
  const pca = new Pca({ nComponents: 2 }).fit(points, model.space.columns);
  const places = pca.transform(points, model.space.columns);
  const { components, explainedVarianceRatio } = pca.toModel();
  const shares = explainedVarianceRatio.map((share) => `${(100 * share).toFixed(0)} %`);
  const wallets = toTexts(profiles, 'wallet');
  const cut = percentile(result.scores, STRANGE_PERCENT);
  const insiderScores = toNumbers(signs, 'insider_score');
  const top = signs
    .sort({ by: 'insider_score', descending: true, maintainOrder: true })
    .head(N_SHOWN)
    .select('wallet', 'insider_score', 'insider_p_value', 'is_insider_flagged', 'is_insider_borderline', 'whale_score')
    .toRecords();
  return {
    id: ANOMALY_SECTION,
    order: 104,
    title: 'The production anomaly model',
    blocks: [
      ...lines.map((text) => ({ kind: 'verdict' as const, tone: 'neutral' as const, text })),
      chartBlock(
        'plane',
        `Wallets on the first two principal components of ${countFeatures(profiles, model.space.columns)} (${shares[0]} and ${shares[1]} of the variance); the strangest twentieth by the ${model.detector.name} detector in colour.`,
        scatterPicture(
          Array.from(result.scores, (score, row) => ({
            x: places.values[row * 2],
            y: places.values[row * 2 + 1],
            group: score > cut ? 'strangest 5 %' : 'others',
            tooltip: { wallet: wallets[row]!, score: Number(score.toFixed(2)) },
          })),
          { xTitle: `component 1 (${shares[0]})`, yTitle: `component 2 (${shares[1]})` },
        ),
      ),
      chartBlock(
        'loadings',
        'What the two components are made of: the weight of each column.',
        heatMapPicture(
          components.flatMap((loadings, c) =>
            loadings.map((value, column) => ({
              row: model.space.columns[column],
              column: `component ${c + 1}`,
              value,
            })),
          ),
          { rowTitle: 'column', columnTitle: 'component', valueTitle: 'weight', colours: 'diverging' },
        ),
      ),
      chartBlock(
        'scores',
        'Scores of all wallets and their 95th percentile.',
        histogramPicture(binValues(result.scores, 'linear'), {
          xTitle: `${model.detector.name} score`,
          yTitle: 'wallets',
          references: [{ value: cut, label: '95th percentile' }],
        }),
      ),
      chartBlock(
        'signs',
        'Strangeness against the signs of an insider: they are different things.',
        scatterPicture(
          Array.from(result.scores, (score, row) => ({
            x: score,
            y: insiderScores[row],
            group: 'wallet',
            tooltip: { wallet: wallets[row]! },
          })),
          { xTitle: `${model.detector.name} score`, yTitle: 'insider signs, mean rank' },
        ),
      ),
      {
        kind: 'table',
        caption: 'Wallets with the most signs of an insider. A sign is a reason to look, not a verdict.',
        header: ['wallet', 'insider signs', 'p', 'flagged', 'whale signs'],
        rows: top.map((row) => [
          String(row.wallet),
          Number(row.insider_score),
          Number(row.insider_p_value),
          flagWord(row.is_insider_flagged, row.is_insider_borderline),
          Number(row.whale_score),
        ]),
      },
    ],
    limits: [
      'Signs of an insider were chosen on simulated markets whose insiders were planted by the same people; on real wallets their power is unknown and certainly lower.',
    ],
  };
}
