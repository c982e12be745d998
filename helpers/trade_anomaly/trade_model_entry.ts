/** A trained model of single trades as the registry keeps it: with its card, and with the forest for other programs. */
import { modelOnnx } from '../estimators/onnx/model_onnx.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { isoTime } from '../run/clock.ts';
import { jsonText } from '../run/files.ts';
import { SCORE_THRESHOLD, tradeModelToJson } from './trade_model.ts';
import type { TrainedTradeModel } from './train_model.ts';

export function tradeModelEntry({ parts, facts }: TrainedTradeModel): ModelEntry {
  const { venue, categories, forest } = parts;
  const { fromMs, splitMs, untilMs, nTraining, nSampled, nCalibration, nAboveThreshold } = facts;
  return {
    model: tradeModelToJson(parts),
    nRows: nSampled,
    published: {
      [`${venue}_trade_model.json`]: jsonText({ categories, forest: forest.toModel() }),
      [`${venue}_trade_model.onnx`]: modelOnnx(forest),
    },
    card: {
      purpose: 'Ranks single trades by how little they resemble the others; a flag is a reason to look, not proof.',
      data: `${nTraining} trades of ${venue} from ${isoTime(fromMs)} to ${isoTime(splitMs)}, of which ${nSampled} were drawn evenly over hours and categories`,
      features: forest.featureNames,
      split: `Trades up to ${isoTime(splitMs)} to learn from; the ${nCalibration} up to ${isoTime(untilMs)} to calibrate p-values with.`,
      metrics: [
        `${nAboveThreshold} of ${nCalibration} calibration trades reach ${SCORE_THRESHOLD}, the published threshold`,
        `categories: ${categories.join(', ')}`,
      ],
      limits: [
        'The calibration trades are the market as it is, whales included: p-values are conservative.',
        'Open interest is what the stored fills of makers and takers leave outstanding; it is missing where makers are not told.',
        'Anomalous is not informed: most large trades know nothing.',
      ],
    },
  };
}
