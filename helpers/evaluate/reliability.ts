/** Do events predicted at 70 % happen 70 % of the time? The reliability curve and expected calibration error. */
import { check, checkBinary, checkProbabilities, checkSameLength } from './checks.ts';

/** How rows are put into bins: bins of equal width on [0, 1], or bins of (nearly) equal numbers of rows. */
export type ReliabilityBins = 'equal-width' | 'equal-mass';

interface ReliabilityBin {
  nRows: number;
  meanProbability: number;
  eventRate: number;
}

export interface Reliability {
  /** Non-empty bins by rising probability. */
  bins: ReliabilityBin[];
  /** Mean |event rate − mean probability| weighted by rows (Naeini, Cooper & Hauskrecht 2015); NaN for no rows. */
  expectedCalibrationError: number;
  /** The largest |event rate − mean probability| of any bin; NaN for no rows. */
  maximumCalibrationError: number;
}

/** For each row its bin by width: [0, 1/n), [1/n, 2/n) … with 1 in the last. */
function binsByWidth(probabilities: ArrayLike<number>, nBins: number): Uint32Array {
  return Uint32Array.from(probabilities, (p) => Math.min(Math.floor(p * nBins), nBins - 1));
}

/** For each row its bin by rank; equal probabilities share the bin of the first of them, so ties are never split. */
function binsByMass(probabilities: ArrayLike<number>, nBins: number): Uint32Array {
  const order = Uint32Array.from(probabilities, (_, i) => i).sort((a, b) => probabilities[a] - probabilities[b]);
  const bins = new Uint32Array(order.length);
  for (let rank = 0; rank < order.length; rank++) {
    const tied = rank > 0 && probabilities[order[rank]] === probabilities[order[rank - 1]];
    bins[order[rank]] = tied ? bins[order[rank - 1]] : Math.floor((rank * nBins) / order.length);
  }
  return bins;
}

/**
 * The reliability curve and its calibration errors.
 * @param labels 0 or 1 per row
 * @param probabilities probability of 1 per row
 * @param nBins at least 1
 */
export function reliability(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  nBins = 10,
  kind: ReliabilityBins = 'equal-mass',
): Reliability {
  checkSameLength(labels, probabilities, 'labels and probabilities');
  checkBinary(labels, 'labels');
  checkProbabilities(probabilities, 'probabilities');
  check(Number.isInteger(nBins) && nBins >= 1, `nBins must be a positive integer, got ${nBins}`);
  const binOf = kind === 'equal-width' ? binsByWidth(probabilities, nBins) : binsByMass(probabilities, nBins);
  const nRows = new Float64Array(nBins);
  const sumProbability = new Float64Array(nBins);
  const nEvents = new Float64Array(nBins);
  for (let i = 0; i < labels.length; i++) {
    nRows[binOf[i]]++;
    sumProbability[binOf[i]] += probabilities[i];
    nEvents[binOf[i]] += labels[i];
  }
  const bins: ReliabilityBin[] = [];
  let weighted = 0;
  let largest = Number.NaN;
  for (let b = 0; b < nBins; b++) {
    if (nRows[b] === 0) continue;
    bins.push({ nRows: nRows[b], meanProbability: sumProbability[b] / nRows[b], eventRate: nEvents[b] / nRows[b] });
    const gap = Math.abs(nEvents[b] - sumProbability[b]);
    weighted += gap;
    largest = Math.max(gap / nRows[b], Number.isNaN(largest) ? 0 : largest);
  }
  return {
    bins,
    expectedCalibrationError: weighted / labels.length,
    maximumCalibrationError: largest,
  };
}
