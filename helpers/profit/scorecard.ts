/** What chances are worth: the three rows of every table here, base rate, price only, model, with intervals by market. */
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { brierScore } from '../evaluate/brier_score.ts';
import {
  type ClusterOptions,
  clusteredAuc,
  clusteredRatio,
  clusteredSums,
  numberGroups,
} from '../evaluate/clustered.ts';
import { logLoss } from '../evaluate/log_loss.ts';
import { reliability } from '../evaluate/reliability.ts';
import type { Clusters } from '../evaluate/weighted_ranks.ts';
import { formatCount, formatTable } from '../run/console.ts';

const THRESHOLDS = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9] as const;

export interface Judged {
  readonly labels: ArrayLike<number>;
  readonly probability: ArrayLike<number>;
  readonly priceOnly: ArrayLike<number>;
  /** Gain of the follower per USD paid, before costs (or after them, if so made). */
  readonly returns: ArrayLike<number>;
  readonly market: ArrayLike<number>;
  readonly seed: number;
}

/** What the picks at or above a chance are worth. */
export interface Picks {
  readonly threshold: number;
  readonly nPicks: number;
  readonly precision: BootstrapInterval;
  /** Mean return of a pick, one USD each. */
  readonly meanReturn: BootstrapInterval;
}

export interface ModelScore {
  readonly name: 'price only' | 'model';
  readonly auc: BootstrapInterval;
  readonly brier: number;
  readonly logLoss: number;
  readonly calibrationError: number;
  readonly picks: readonly Picks[];
}

/** The picks of the highest chances, as many for the model as for its null. */
interface TopPicks {
  readonly nPicks: number;
  readonly modelPrecision: BootstrapInterval;
  readonly priceOnlyPrecision: BootstrapInterval;
  readonly modelReturn: BootstrapInterval;
  readonly priceOnlyReturn: BootstrapInterval;
  /** Mean return of the model's picks minus that of price only, on the same resamples of markets. */
  readonly returnDifference: BootstrapInterval;
}

export interface Scorecard {
  readonly nRows: number;
  readonly nMarkets: number;
  readonly baseRate: BootstrapInterval;
  /** Mean return of following every row. */
  readonly baseReturn: BootstrapInterval;
  readonly scores: readonly ModelScore[];
  /** AUC of the model minus AUC of price only. */
  readonly aucDifference: BootstrapInterval;
  readonly top: TopPicks;
}

function flagsFrom(chances: ArrayLike<number>, threshold: number): Uint8Array {
  return Uint8Array.from(chances, (chance) => (chance >= threshold ? 1 : 0));
}

function product(values: ArrayLike<number>, flags: Uint8Array): Float64Array {
  return Float64Array.from(flags, (flag, i) => (flag === 1 ? values[i] : 0));
}

/** Flags of the `n` rows with the highest chances; of equal ones at the edge the first rows. */
export function topFlags(chances: ArrayLike<number>, n: number): Uint8Array {
  const flags = new Uint8Array(chances.length);
  if (n <= 0) return flags;
  // Typed arrays sort without a comparator ten times as fast.
  const edge = Float64Array.from(chances).sort()[Math.max(0, chances.length - n)];
  let nLeft = n;
  for (let i = 0; i < flags.length; i++)
    if (chances[i] > edge) {
      flags[i] = 1;
      nLeft--;
    }
  for (let i = 0; i < flags.length && nLeft > 0; i++)
    if (chances[i] === edge) {
      flags[i] = 1;
      nLeft--;
    }
  return flags;
}

function scoreOf(
  name: ModelScore['name'],
  chances: ArrayLike<number>,
  auc: BootstrapInterval,
  judged: Judged,
  options: ClusterOptions,
): ModelScore {
  const { labels, returns } = judged;
  return {
    name,
    auc,
    brier: brierScore(labels, chances),
    logLoss: logLoss(labels, chances),
    calibrationError: reliability(labels, chances).expectedCalibrationError,
    picks: THRESHOLDS.map((threshold) => {
      const flags = flagsFrom(chances, threshold);
      return {
        threshold,
        nPicks: flags.reduce((sum, flag) => sum + flag, 0),
        precision: clusteredRatio(product(labels, flags), flags, options),
        meanReturn: clusteredRatio(product(returns, flags), flags, options),
      };
    }),
  };
}

function topPicks(judged: Judged, share: number, options: ClusterOptions): TopPicks {
  const { labels, returns } = judged;
  const nPicks = Math.max(1, Math.round(labels.length * share));
  const own = topFlags(judged.probability, nPicks);
  const rival = topFlags(judged.priceOnly, nPicks);
  const mean = (values: ArrayLike<number>, flags: Uint8Array) => clusteredRatio(product(values, flags), flags, options);
  return {
    nPicks,
    modelPrecision: mean(labels, own),
    priceOnlyPrecision: mean(labels, rival),
    modelReturn: mean(returns, own),
    priceOnlyReturn: mean(returns, rival),
    returnDifference: clusteredSums(
      [product(returns, own), own, product(returns, rival), rival],
      ([a, b, c, d]) => (b > 0 && d > 0 ? a / b - c / d : Number.NaN),
      options,
    ),
  };
}

/**
 * Judges the model beside price only and the base rate.
 * @param topShare share of the rows that the picks of equal number are
 */
export function scorecard(judged: Judged, topShare = 0.01): Scorecard {
  const { labels, probability, priceOnly, returns, market, seed } = judged;
  const ones = new Uint8Array(labels.length).fill(1);
  const clusters: Clusters = numberGroups(market);
  const options = { groups: clusters, seed };
  const areas = clusteredAuc(labels, probability, priceOnly, options);
  return {
    nRows: labels.length,
    nMarkets: clusters.nGroups,
    baseRate: clusteredRatio(labels, ones, options),
    baseReturn: clusteredRatio(returns, ones, options),
    scores: [
      scoreOf('price only', priceOnly, areas.rivalAuc, judged, options),
      scoreOf('model', probability, areas.auc, judged, options),
    ],
    aucDifference: areas.difference,
    top: topPicks(judged, topShare, options),
  };
}

/** `.61 [.55, .70]`, or a dash where it does not exist. */
export function formatShare({ estimate, low, high }: BootstrapInterval): string {
  if (!Number.isFinite(estimate)) return '–';
  const short = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.');
  return Number.isFinite(low) ? `${short(estimate)} [${short(low)}, ${short(high)}]` : short(estimate);
}

function cellOf(picks: Picks): string {
  return picks.nPicks === 0 ? 'no picks' : `${formatShare(picks.precision)} n ${formatCount(picks.nPicks)}`;
}

/** The table that a person reads. */
export function scorecardTable(card: Scorecard): string {
  const shown = [0.5, 0.75, 0.9];
  return formatTable(
    ['', 'AUC', 'log loss', 'cal. error', ...shown.map((threshold) => `precision at ${threshold}`)],
    [
      ['base rate', '.500', '', '', formatShare(card.baseRate), '', ''],
      ...card.scores.map((score) => [
        score.name,
        formatShare(score.auc),
        score.logLoss.toFixed(4),
        score.calibrationError.toFixed(4),
        ...shown.map((threshold) => cellOf(score.picks.find((picks) => picks.threshold === threshold)!)),
      ]),
    ],
  );
}
