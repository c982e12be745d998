/** How often label 1 came true where a probability was predicted, by the model and by price alone. */
import { reliability } from '../evaluate/reliability.ts';

interface CalibrationCurve {
  /** One point a bin: predicted probability (x) and share of label 1 (y). */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Expected calibration error. */
  readonly error: number;
}

export interface CalibrationCurves {
  readonly model: CalibrationCurve;
  readonly priceOnly: CalibrationCurve;
}

/** Rows that were scored and whose label is known. */
export interface ScoredRows {
  readonly labels: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
  /** The probability when nothing but the price is known. */
  readonly priceOnly: ArrayLike<number>;
}

/** Curves of `nBins` bins with (nearly) as many rows each. */
export function calibrationCurves({ labels, probabilities, priceOnly }: ScoredRows, nBins = 10): CalibrationCurves {
  const curve = (predicted: ArrayLike<number>): CalibrationCurve => {
    const { bins, expectedCalibrationError } = reliability(labels, predicted, nBins);
    return {
      points: bins.map(({ meanProbability, eventRate }) => ({ x: meanProbability, y: eventRate })),
      error: expectedCalibrationError,
    };
  };
  return { model: curve(probabilities), priceOnly: curve(priceOnly) };
}
