/** The models of followed trades as they are saved: that of the last fold, and the final one that is trained on all fills. */
import { boostingToXgboost } from '../estimators/xgboost_json.ts';
import { formatTarget } from '../features/trades/targets.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { HOUR_MS, isoTime } from '../run/clock.ts';
import { calibratedToModel } from './calibrated_boosting.ts';
import { formatShare } from './format.ts';
import { picksAt, type Scorecard } from './scorecard.ts';
import type { TrainingSettings } from './training.ts';
import type { FittedFold } from './walk_forward.ts';

/** Name of the model in the registry. */
export const TRADE_PROFIT = 'trade_profit';
/** Its trees in the format of XGBoost, beside the registry. */
export const WHALE_FILTER_FILE = 'whale_filter_xgb.json';
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

/** The model of the latest fold. */
export function lastFoldModel(
  folds: readonly FittedFold[],
  card: Scorecard,
  { target, horizonMs, split, boosting }: TrainingSettings,
): ModelEntry {
  const { model, priceOnly, fold } = folds[folds.length - 1];
  return {
    nRows: fold.fitRows.length,
    published: { [WHALE_FILTER_FILE]: boostingToXgboost(model.booster) },
    model: { ...calibratedToModel(model), priceOnly: calibratedToModel(priceOnly) },
    card: {
      purpose: `Probability that following a fill reaches ${formatTarget(target)} after ${horizonMs / HOUR_MS} h.`,
      data: `fills before ${isoTime(fold.testStartMs)}`,
      features: model.booster.featureNames,
      split: `${split.nFolds} walk-forward periods; purged by label window, embargo ${split.embargoMs / HOUR_MS} h; no market or event of the test in training; calibrated (${boosting.calibration}) on the latest ${split.validationFraction * 100} % of it`,
      metrics: scoreLines(card),
      limits: [
        'Before costs; 12 and 13 subtract fees, delay and spread.',
        'A high probability is not an edge: expensive shares and quiet markets are easy to guess. Compare with price only.',
        'Fills with no later trade within the horizon have no label and are not in these figures.',
      ],
    },
  };
}
