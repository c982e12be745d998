/** What probabilities are worth: base rate, price only and model, with intervals by market. */
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
import type { ScoredRows } from './calibration.ts';

/** Thresholds at which picks are evaluated. */
export const PICK_THRESHOLDS = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9] as const;

/** Test rows with what became of them. */
export interface Evaluation extends ScoredRows {
  /** Gain of the follower per USD paid, before costs (or after them, if so made). */
  readonly returns: ArrayLike<number>;
  readonly market: ArrayLike<number>;
}

/** What the picks at or above a probability are worth. */
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

/** The picks of the highest probabilities, as many for the model as for its null. */
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

function flagsFrom(probabilities: ArrayLike<number>, threshold: number): Uint8Array {
  return Uint8Array.from(probabilities, (probability) => (probability >= threshold ? 1 : 0));
}

function product(values: ArrayLike<number>, flags: Uint8Array): Float64Array {
  return Float64Array.from(flags, (flag, i) => (flag === 1 ? values[i] : 0));
}

/** Flags of the `n` rows with the highest probabilities; of equal ones at the edge the first rows. */
export function topFlags(probabilities: ArrayLike<number>, n: number): Uint8Array {
  const flags = new Uint8Array(probabilities.length);
  if (n <= 0) return flags;
  // Typed arrays sort without a comparator ten times as fast.
  const edge = Float64Array.from(probabilities).sort()[Math.max(0, probabilities.length - n)];
  let nLeft = n;
  for (let i = 0; i < flags.length; i++)
    if (probabilities[i] > edge) {
      flags[i] = 1;
      nLeft--;
    }
  for (let i = 0; i < flags.length && nLeft > 0; i++)
    if (probabilities[i] === edge) {
      flags[i] = 1;
      nLeft--;
    }
  return flags;
}

function modelScore(
  name: ModelScore['name'],
  probabilities: ArrayLike<number>,
  auc: BootstrapInterval,
  { labels, returns }: Evaluation,
  options: ClusterOptions,
): ModelScore {
  return {
    name,
    auc,
    brier: brierScore(labels, probabilities),
    logLoss: logLoss(labels, probabilities),
    calibrationError: reliability(labels, probabilities).expectedCalibrationError,
    picks: PICK_THRESHOLDS.map((threshold) => {
      const flags = flagsFrom(probabilities, threshold);
      return {
        threshold,
        nPicks: flags.reduce((sum, flag) => sum + flag, 0),
        precision: clusteredRatio(product(labels, flags), flags, options),
        meanReturn: clusteredRatio(product(returns, flags), flags, options),
      };
    }),
  };
}

/** Share of the rows that the picks of equal number are. */
const TOP_SHARE = 0.01;

function topPicks(evaluation: Evaluation, options: ClusterOptions): TopPicks {
  const { labels, returns } = evaluation;
  const nPicks = Math.max(1, Math.round(labels.length * TOP_SHARE));
  const own = topFlags(evaluation.probabilities, nPicks);
  const rival = topFlags(evaluation.priceOnly, nPicks);
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

/** Evaluates the model beside price only and the base rate. */
export function scorecard(evaluation: Evaluation, seed: number): Scorecard {
  const { labels, probabilities, priceOnly, returns, market } = evaluation;
  const ones = new Uint8Array(labels.length).fill(1);
  const clusters: Clusters = numberGroups(market);
  const options = { groups: clusters, seed };
  const areas = clusteredAuc(labels, probabilities, priceOnly, options);
  return {
    nRows: labels.length,
    nMarkets: clusters.nGroups,
    baseRate: clusteredRatio(labels, ones, options),
    baseReturn: clusteredRatio(returns, ones, options),
    scores: [
      modelScore('price only', priceOnly, areas.rivalAuc, evaluation, options),
      modelScore('model', probabilities, areas.auc, evaluation, options),
    ],
    aucDifference: areas.difference,
    top: topPicks(evaluation, options),
  };
}

/** The score of the model or of price only. */
export function scoreOf(card: Scorecard, name: ModelScore['name']): ModelScore {
  return card.scores.find((score) => score.name === name)!;
}

/** @param threshold one of PICK_THRESHOLDS */
export function picksAt(score: ModelScore, threshold: number): Picks {
  return score.picks.find((picks) => picks.threshold === threshold)!;
}
