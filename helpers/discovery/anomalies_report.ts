/** The most anomalous wallets with reasons, who is flagged at which error, and where they lie, in lines and in a section. */
import { type Block, chartBlock, tableBlock, verdictBlocks } from '../charts/section.ts';
import { rankedBarsPicture } from '../charts/specs/ranked_bars.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { countFeatures } from '../features/wallets/known_features.ts';
import { namedReasons, Population } from '../features/wallets/population.ts';
import { figureName, reasonsInWords } from '../features/wallets/reasons_report.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { counted } from '../run/words.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { ANOMALIES, CLASSIFIED, WALLET_PROFILES } from '../tables/schemas.ts';
import type { AnomalyFacts } from './anomalies.ts';
import { formatValidity, validityBlocks } from './cluster_validity_report.ts';

export const ANOMALIES_SECTION = { id: 'anomalies', order: 40, title: 'Anomalous wallets, and why' };

const N_LINES = 10;
const N_ROWS = 20;
const HIGH_SCORE = 0.5;

interface TopWallet {
  readonly wallet: string;
  readonly score: number;
  readonly pValue: number;
  /** What moved its score most, in words: the first reason, and all of them. */
  readonly reason: string;
  readonly reasons: string;
}

/** The wallets with the highest scores, the highest first. @param anomalies rows in the order of the profiles */
function topWallets(anomalies: DataFrame, profiles: DataFrame): TopWallet[] {
  const [scores, pValues] = ['anomaly_score', 'p_value'].map((name) => toNumbers(anomalies, name));
  const wallets = toTexts(anomalies, 'wallet');
  const reasons = namedReasons(anomalies);
  const population = new Population(profiles);
  return Array.from(scores.keys())
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, N_ROWS)
    .map((row) => ({
      wallet: wallets[row]!,
      score: scores[row],
      pValue: pValues[row],
      reason: reasonsInWords(reasons[row].slice(0, 1), row, population),
      reasons: reasonsInWords(reasons[row], row, population),
    }));
}

/** The conformal flags: one sentence, then what must be known to read it. */
function formatFlags(anomalies: DataFrame, facts: AnomalyFacts, fdr: number): string[] {
  const { nCalibration, nTogether, nFlaggedOrdinary } = facts;
  const rate = `${Number((100 * fdr).toPrecision(3))} %`;
  const nWallets = anomalies.height;
  if (anomalies.getColumn('p_value').nullCount() === nWallets)
    return [
      `No wallet can be flagged: the folds have ${counted(nCalibration, 'ordinary wallet')} each, too few for p-values.`,
    ];
  if (nTogether > nWallets)
    return [
      `No wallet can be flagged: the folds have ${counted(nCalibration, 'ordinary wallet')} each, too few for a false discovery rate of ${rate}.`,
    ];
  const nFlagged = anomalies.filter(pl.col('is_conformal')).height;
  return [
    `At a false discovery rate of at most ${rate}, ${formatCount(nFlagged)} of ${formatCount(nWallets)} wallets are flagged as unlike ordinary wallets.`,
    ...(nTogether === 1
      ? []
      : [
          `Each wallet is compared with ${formatCount(nCalibration)} ordinary ones, so ${formatCount(nTogether)} or more must be anomalous together for any to be flagged.`,
        ]),
    `Ordinary are the wallets that the waterfall calls casual or does not name: ${formatCount(nFlaggedOrdinary)} of the flagged. The others are busy or large by its rules, and that is all that a flag says.`,
    'p-values come from forests that have not seen the wallet, so they may rank wallets in another order than the score.',
  ];
}

/** How often each feature is among the three reasons of the wallets that have reasons: the top share, and those flagged. */
function reasonCounts(anomalies: DataFrame): Block[] {
  const counts = new Map<string, number>();
  for (const reason of namedReasons(anomalies).flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0) return [];
  return [
    chartBlock(
      'reasons',
      'How often each feature is among the three that moved the score most, over the most anomalous wallets (the top share, and any flagged).',
      rankedBarsPicture(
        [...counts].map(([column, value]) => ({ label: figureName(column), value })),
        'wallets',
      ),
    ),
  ];
}

/** Fills and mean fill of the wallets with high scores. */
function scatterBlock(profiles: DataFrame, anomalies: DataFrame, archetypes: readonly string[]): Block {
  const wallets = toTexts(anomalies, 'wallet') as string[];
  const [fills, usd] = ['n_fills', 'aggression_avg_usd'].map((name) => toNumbers(profiles, name));
  const points = Array.from(toNumbers(anomalies, 'anomaly_score'), (score, row) => ({
    x: fills[row],
    y: usd[row],
    group: archetypes[row],
    score,
    tooltip: { wallet: wallets[row], score: Number(score.toFixed(3)) },
  }));
  return chartBlock(
    'where',
    'Fills and mean fill of every wallet with an anomaly score of .5 or more (log axes), by archetype.',
    scatterPicture(
      points.filter(({ score }) => score >= HIGH_SCORE),
      { xTitle: 'fills', yTitle: 'mean fill, USD', xScale: 'log', yScale: 'log' },
    ),
  );
}

export function presentAnomalies(facts: AnomalyFacts, view: PresentView<{ readonly fdr: number }>): Presentation {
  const profiles = view.read(WALLET_PROFILES);
  const anomalies = view.read(ANOMALIES);
  const archetypes = toTexts(view.read(CLASSIFIED), 'archetype') as string[];
  const usedFeatures = countFeatures(profiles, ANOMALY_FEATURES);
  const [flagSentence, ...flagDetails] = formatFlags(anomalies, facts, view.settings.fdr);
  const top = topWallets(anomalies, profiles);
  const cells = top
    .slice(0, N_LINES)
    .map(({ wallet, score, pValue, reason }) => [
      wallet,
      score.toFixed(3),
      Number.isNaN(pValue) ? '–' : pValue.toFixed(4),
      reason,
    ]);
  return {
    lines: [
      `Scored by ${usedFeatures}.`,
      formatTable(['most anomalous wallets', 'score', 'p', 'what moved the score most'], cells),
      flagSentence,
      ...flagDetails,
      ...formatValidity(facts.validity),
    ],
    blocks: [
      ...verdictBlocks(flagSentence, 'How to read the flags', flagDetails),
      tableBlock(
        `The most anomalous wallets, scored by ${usedFeatures}, with those that moved their score most.`,
        ['wallet', 'score', 'p', 'what moved its score most'],
        top.map(({ wallet, score, pValue, reasons }) => [wallet, score, pValue, reasons]),
      ),
      scatterBlock(profiles, anomalies, archetypes),
      ...reasonCounts(anomalies),
      ...validityBlocks(facts.validity),
    ],
    limits: [
      'The isolation forest and the distance to K-Means centres find busy wallets; planted insiders are not among them.',
    ],
  };
}
