/** How often label 1 came true where a probability was predicted, by the model and by price alone. */
import { reliability } from '../evaluate/reliability.ts';
import { rowsWhere } from '../kernels/rows_where.ts';
import { BernoulliSample } from './bernoulli_sample.ts';

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

/** Rows that curves are drawn of at most, about; ranking more would take minutes and move no point. */
const ROWS_MAX = 5_000_000;

/** Curves of `nBins` bins with (nearly) as many rows each; of more than ROWS_MAX rows an even sample. */
export function calibrationCurves({ labels, probabilities, priceOnly }: ScoredRows, nBins = 10): CalibrationCurves {
  const sample = new BernoulliSample(labels.length, ROWS_MAX, 1);
  const rows = rowsWhere(labels.length, () => sample.takes());
  const own = Float64Array.from(rows, (row) => labels[row]);
  const curve = (predicted: ArrayLike<number>): CalibrationCurve => {
    const taken = Float64Array.from(rows, (row) => predicted[row]);
    const { bins, expectedCalibrationError } = reliability(own, taken, nBins);
    return {
      points: bins.map(({ meanProbability, eventRate }) => ({ x: meanProbability, y: eventRate })),
      error: expectedCalibrationError,
    };
  };
  return { model: curve(probabilities), priceOnly: curve(priceOnly) };
}
