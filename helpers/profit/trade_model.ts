/** The models of followed trades as they are saved: that of the last fold, and the final one that is trained on all fills. */
import type { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { modelOnnx } from '../estimators/onnx/model_onnx.ts';
import { boostingToXgboost } from '../estimators/xgboost_json.ts';
import { formatTarget } from '../features/trades/targets.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { HOUR_MS, isoTime } from '../run/clock.ts';
import { calibratedToModel } from './calibrated_boosting.ts';
import { formatShare } from './format.ts';
import { picksAt, type Scorecard } from './scorecard.ts';
import type { TrainingFacts, TrainingSettings } from './training.ts';
import type { FittedFold } from './walk_forward.ts';

/** Name of the model in the registry. */
export const TRADE_PROFIT = 'trade_profit';
const CARD_THRESHOLDS = [0.5, 0.75, 0.9];

/** Base rate, price only and model, a line each. */
function scoreLines({ baseRate, scores }: Scorecard): string[] {
  return [
    `base rate: ${formatShare(baseRate)}`,
    ...scores.map((score) => {
      const precisions = CARD_THRESHOLDS.map((threshold) => {
        const { nPicks, precision } = picksAt(score, threshold);
        return `precision at ${threshold} ${nPicks === 0 ? 'no picks' : `${formatShare(precision)} (n ${nPicks})`}`;
      });
      return `${score.name}: AUC ${formatShare(score.auc)}, log loss ${score.logLoss.toFixed(4)}, ${precisions.join(', ')}`;
    }),
  ];
}

/** A booster in the two forms that other programs read. */
export function publishedBooster(booster: GradientBoosting): NonNullable<ModelEntry['published']> {
  return { 'whale_filter_xgb.json': boostingToXgboost(booster), 'whale_filter.onnx': modelOnnx(booster) };
}

/** The model of the latest fold. */
export function lastFoldModel(
  folds: readonly FittedFold[],
  { scorecard: card, heldOut }: TrainingFacts,
  { target, horizonMs, split, boosting }: TrainingSettings,
): ModelEntry {
  const { model, priceOnly, fold } = folds[folds.length - 1];
  return {
    nRows: fold.nFit,
    published: publishedBooster(model.booster),
    model: { ...calibratedToModel(model), priceOnly: calibratedToModel(priceOnly) },
    card: {
      purpose: `Probability that following a fill reaches ${formatTarget(target)} after ${horizonMs / HOUR_MS} h.`,
      data: `fills before ${isoTime(fold.testStartMs)}`,
      features: model.booster.featureNames,
      split: `${split.nFolds} walk-forward periods; purged by label window, embargo ${split.embargoMs / HOUR_MS} h; no market or event of the test in training${heldOut === null ? '' : ` (events held out in ${heldOut.nParts} parts)`}; calibrated (${boosting.calibration}) on the latest ${split.validationFraction * 100} % of it`,
      metrics: scoreLines(card),
      limits: [
        'Before costs; 12 and 13 subtract fees, delay and spread.',
        'A high probability is not an edge: expensive shares and quiet markets are easy to guess. Compare with price only.',
        'Fills with no later trade within the horizon have no label and are not in these figures.',
      ],
    },
  };
}
