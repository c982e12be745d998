/** Where the most anomalous wallets lie among all, what makes them so, and who shows red flags, in lines and in a section. */
import { join } from 'node:path';
import { type ChartBlock, chartBlock, detailsBlock, paragraph, verdictBlock } from '../charts/section.ts';
import { heatMapPicture } from '../charts/specs/heat_map.ts';
import { binValues, histogramPicture } from '../charts/specs/histogram.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { Pca } from '../estimators/pca.ts';
import { percentile } from '../evaluate/percentile.ts';
import type { FeatureSpace } from '../features/wallets/feature_space.ts';
import { countFeatures } from '../features/wallets/known_features.ts';
import { namedReasons, Population } from '../features/wallets/population.ts';
import { reasonsInWords } from '../features/wallets/reasons_report.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatRedFlags, redFlagBlocks } from '../red_flags/red_flags_report.ts';
import { MODEL_FILE } from '../registry/active_model.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { readJson } from '../run/files.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { WALLET_PROFILES, WALLET_RED_FLAGS, WALLET_SCORES } from '../tables/schemas.ts';
import { walletSpaceFromJson } from './wallet_model.ts';
import type { AnomalyFacts, AnomalySettings } from './wallet_scores.ts';

export const ANOMALY_SECTION = { id: 'anomaly_model', order: 104, title: 'The production anomaly model' };

const COLOURED_PERCENT = 95;
const N_SHOWN = 10;
/** Characters that tell a wallet from others. */
const N_SHORT = 10;

/** The most anomalous wallets first, one line each, with the first reason where a flagged one is among them. */
function formatMostAnomalous(scores: DataFrame, profiles: DataFrame): string {
  const [wallets, reasons] = [toTexts(scores, 'wallet'), namedReasons(scores)];
  const [values, pValues, flags] = ['score', 'p_value', 'is_flagged'].map((name) => toNumbers(scores, name));
  const population = new Population(profiles);
  const top = Array.from(values.keys())
    .sort((a, b) => values[b] - values[a] || a - b)
    .slice(0, N_SHOWN);
  const hasReasons = top.some((row) => reasons[row].length > 0);
  const rows = top.map((row) => [
    `${wallets[row]!.slice(0, N_SHORT)}…`,
    values[row].toFixed(2),
    pValues[row].toFixed(4),
    flags[row] === 1 ? 'yes' : 'no',
    ...(hasReasons ? [reasonsInWords(reasons[row].slice(0, 1), row, population)] : []),
  ]);
  return formatTable(['wallet', 'score', 'p', 'flagged', ...(hasReasons ? ['because'] : [])], rows);
}

/** How many wallets are flagged by the model, in one sentence. */
function formatVerdict({ nFlagged, nWallets }: AnomalyFacts, { flagRule }: AnomalySettings): string {
  const rule =
    flagRule.kind === 'fdr'
      ? `a false discovery rate of ${flagRule.rate}`
      : `percentile ${flagRule.percent} of the calibration scores`;
  return `${formatCount(nFlagged)} of ${formatCount(nWallets)} wallets are flagged as anomalous at ${rule}.`;
}

/** A sentence when the calibration wallets are too few for a false discovery rate to flag one wallet. */
export function formatCalibration({ nWallets, nCalibration, nCalibrationNeeded }: AnomalyFacts): string[] {
  if (nCalibrationNeeded === null || nCalibration >= nCalibrationNeeded) return [];
  return [
    `${formatCount(nCalibration)} calibration wallets are too few to flag a single one of ${formatCount(nWallets)} at this false discovery rate (it takes ${formatCount(nCalibrationNeeded)}); --flag percentile ranks instead.`,
  ];
}

/** Wallets on their first two principal components, and what those are made of. */
function planeBlocks(profiles: DataFrame, scores: Float64Array, space: FeatureSpace, detector: string): ChartBlock[] {
  const { columns } = space;
  const points = space.transform(profiles);
  const pca = new Pca({ nComponents: 2 }).fit(points, columns);
  const places = pca.transform(points, columns);
  const { components, explainedVarianceRatio } = pca.toModel();
  const shares = explainedVarianceRatio.map((share) => `${(100 * share).toFixed(0)} %`);
  const wallets = toTexts(profiles, 'wallet');
  const cut = percentile(scores, COLOURED_PERCENT);
  return [
    chartBlock(
      'plane',
      `Wallets on the first two principal components of ${countFeatures(profiles, columns)} (${shares[0]} and ${shares[1]} of the variance); the twentieth with the highest ${detector} score in colour.`,
      scatterPicture(
        Array.from(scores, (score, row) => ({
          x: places.values[row * 2],
          y: places.values[row * 2 + 1],
          group: score > cut ? 'most anomalous 5 %' : 'others',
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
          loadings.map((value, column) => ({ row: columns[column], column: `component ${c + 1}`, value })),
        ),
        { rowTitle: 'column', columnTitle: 'component', valueTitle: 'weight', colours: 'diverging' },
      ),
    ),
  ];
}

function scoreBlock(scores: Float64Array, detector: string): ChartBlock {
  const reference = { value: percentile(scores, COLOURED_PERCENT), label: '95th percentile' };
  return chartBlock(
    'scores',
    'Scores of all wallets and their 95th percentile.',
    histogramPicture(binValues(scores, 'linear'), {
      xTitle: `${detector} score`,
      yTitle: 'wallets',
      references: [reference],
    }),
  );
}

/** Both questions at once, for the wallets that red flags rank. */
function againstRedFlagsBlock(scores: DataFrame, redFlags: DataFrame, detector: string): ChartBlock {
  const ranked = redFlags
    .filter(pl.col('rank').isNotNull())
    .join(scores.select('wallet', 'score'), { on: 'wallet', how: 'inner' })
    .sort('wallet');
  const wallets = toTexts(ranked, 'wallet');
  const [x, y] = ['score', 'insider_evidence'].map((name) => toNumbers(ranked, name));
  return chartBlock(
    'red_flags',
    'Unlike the others is not the same as red flags: anomaly score against evidence, of the wallets that are ranked.',
    scatterPicture(
      Array.from(x, (score, row) => ({ x: score, y: y[row], group: 'wallet', tooltip: { wallet: wallets[row]! } })),
      { xTitle: `${detector} score`, yTitle: 'evidence, bits' },
    ),
  );
}

/** @param view its tables have the same wallets in the same order */
export function presentAnomalies(facts: AnomalyFacts, view: PresentView<AnomalySettings>): Presentation {
  const { detector } = view.settings;
  const [profiles, scoreTable, redFlags] = [WALLET_PROFILES, WALLET_SCORES, WALLET_RED_FLAGS].map((own) =>
    view.read(own),
  );
  const scores = toNumbers(scoreTable, 'score');
  const space = walletSpaceFromJson(readJson(join(view.modelFolder!, MODEL_FILE)));
  const verdict = formatVerdict(facts, view.settings);
  const warning = formatCalibration(facts);
  const [plane, loadings] = planeBlocks(profiles, scores, space, detector);
  return {
    lines: [
      formatMostAnomalous(scoreTable, profiles),
      verdict,
      ...warning,
      ...formatRedFlags(redFlags, facts.redFlags),
    ],
    blocks: [
      verdictBlock(verdict),
      ...warning.map(paragraph),
      plane,
      detailsBlock('What the components are made of, and how scores are distributed', [
        loadings,
        scoreBlock(scores, detector),
      ]),
      ...redFlagBlocks(redFlags, facts.redFlags),
      againstRedFlagsBlock(scoreTable, redFlags, detector),
    ],
    limits: [
      'Red flags were learnt from insiders that were planted into one real tape and into simulated markets. Real insiders may behave otherwise, and innocent wallets may behave like them.',
    ],
  };
}
