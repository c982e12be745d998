/** Learns the anomaly model of single trades: two thirds of the days to learn from, the last third for p-values. */
import { IsolationForest } from '../estimators/isolation_forest.ts';
import { calibrationRowsNeeded } from '../evaluate/conformal.ts';
import type { Executor } from '../kernels/executor.ts';
import { DAY_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { type Skipped, skipped } from '../step/contract.ts';
import { packCalibration } from './calibration.ts';
import { categoriesOf, foldTrades, type TradeSource } from './table_trades.ts';
import type { Trade } from './trade.ts';
import type { TradeFeatures } from './trade_fold.ts';
import { SCORE_THRESHOLD, type TradeModelParts, tradeModel, tradeScorer } from './trade_model.ts';
import { CalibrationRows, TrainingRows } from './training_rows.ts';

/** Fewer leave nothing to learn from and calibrate with. */
const N_TRADES_MIN = 100;
const TRAINING_SHARE = 2 / 3;

export interface TradeTraining extends TradeSource {
  readonly seed: number;
  readonly fdr: number;
  /** Alerts a day that somebody reads. */
  readonly budget: number;
  readonly executor: Executor;
}

/** One of the most anomalous calibration trades. */
interface ShownTrade extends Pick<Trade, 'marketId' | 'tsMs' | 'contracts' | 'price'> {
  readonly score: number;
  readonly p: number;
  readonly baseline: string;
  readonly reasons: readonly { readonly column: string; readonly value: number }[];
}

export interface TradeModelFacts {
  readonly venue: Trade['venue'];
  readonly fromMs: number;
  /** Where learning ends and calibration begins. */
  readonly splitMs: number;
  readonly untilMs: number;
  readonly nTraining: number;
  readonly nSampled: number;
  readonly nCalibration: number;
  readonly tradesPerDay: number;
  /** Calibration trades that a false discovery rate over a day needs, if the day's budget of alerts is to be flagged. */
  readonly nCalibrationNeeded: number;
  /** Calibration trades at or above the published threshold. */
  readonly nAboveThreshold: number;
  /** Trades of the sample by category. */
  readonly byCategory: Readonly<Record<string, number>>;
  /** What sizes were compared with, calibration trades. */
  readonly byBaseline: Readonly<Record<string, number>>;
  /** Counts of calibration scores in hundredths, from 0 to 1. */
  readonly scoreCounts: readonly number[];
  readonly most: readonly ShownTrade[];
}

export interface TrainedTradeModel {
  readonly parts: TradeModelParts;
  readonly facts: TradeModelFacts;
}

/**
 * Learns from the trades of a venue.
 * @returns the model with what there is to say of it, or why there is none
 */
export async function trainTradeModel(job: TradeTraining): Promise<TrainedTradeModel | Skipped> {
  const { venue, markets, fromMs, untilMs, seed, executor } = job;
  const splitMs = Math.floor(fromMs + TRAINING_SHARE * (untilMs - fromMs));
  const categories = categoriesOf(markets, venue);
  const training = new TrainingRows(venue, categories, seed);
  const calibration = new CalibrationRows();
  const fitted: { forest?: IsolationForest; scoreOf?: (features: TradeFeatures) => number } = {};
  const fold = await foldTrades(job, (features, trade) => {
    if (trade.tsMs < splitMs) training.add(features, trade.tsMs);
    else if (training.n >= N_TRADES_MIN) {
      fitted.forest ??= new IsolationForest({ seed }, executor).fit(training.matrix(), training.columns);
      fitted.scoreOf ??= tradeScorer({ venue, categories, forest: fitted.forest });
      calibration.add(fitted.scoreOf(features), features, trade);
    }
  });
  const { forest } = fitted;
  if (forest === undefined || calibration.n < N_TRADES_MIN)
    return skipped(
      `${formatCount(training.nOffered)} trades of ${venue} to learn from and ${formatCount(calibration.n)} later ones to calibrate with are too few (at least ${N_TRADES_MIN} each)`,
    );
  const tradesPerDay = Math.max(1, Math.round((calibration.n * DAY_MS) / (untilMs - splitMs)));
  const baselines = categories.flatMap((name) => {
    const baseline = fold.baselineOfCategory(name, untilMs - 1);
    return baseline === null ? [] : [[name, baseline] as const];
  });
  const parts = {
    venue,
    categories,
    tradesPerDay,
    calibration: packCalibration(calibration.scores),
    categoryBaselines: Object.fromEntries(baselines),
    forest,
  };
  return { parts, facts: factsOf(job, splitMs, training, calibration, parts) };
}

function factsOf(
  { venue, fromMs, untilMs, fdr, budget }: TradeTraining,
  splitMs: number,
  training: TrainingRows,
  { n, scores, byBaseline, most }: CalibrationRows,
  parts: TradeModelParts,
): TradeModelFacts {
  const model = tradeModel(parts);
  const scoreCounts = new Array<number>(100).fill(0);
  for (const score of scores) scoreCounts[Math.min(99, Math.floor(100 * score))]++;
  const { tradesPerDay } = parts;
  return {
    venue,
    fromMs,
    splitMs,
    untilMs,
    nTraining: training.nOffered,
    nSampled: training.n,
    nCalibration: n,
    tradesPerDay,
    nCalibrationNeeded: Math.ceil(calibrationRowsNeeded(tradesPerDay, fdr) / Math.min(budget, tradesPerDay)),
    nAboveThreshold: scores.filter((score) => score >= SCORE_THRESHOLD).length,
    byCategory: training.byCategory(),
    byBaseline,
    scoreCounts,
    most: most.map(({ trade: { marketId, tsMs, contracts, price }, features, score }) => ({
      marketId,
      tsMs,
      contracts,
      price,
      ...model.score(features),
      score,
      baseline: features.baseline,
      reasons: model.explain(features),
    })),
  };
}
