/** Is this Sharpe ratio more than the best of many lucky tries? (Bailey & López de Prado 2012, 2014.) */
import { check, checkFinite } from './checks.ts';
import { normalCdf, normalQuantile } from './normal.ts';

const EULER_MASCHERONI = 0.5772156649015329;

export interface SharpeMoments {
  nPeriods: number;
  /** Mean over standard deviation (n − 1) of the returns of one period; not annualised. NaN for constant returns. */
  sharpe: number;
  skewness: number;
  /** Raw fourth standardised moment: 3 for a normal distribution, not 0. */
  kurtosis: number;
}

/**
 * What a return series says about its Sharpe ratio.
 * @param returns one finite return per period, at least two
 */
export function sharpeMoments(returns: ArrayLike<number>): SharpeMoments {
  checkFinite(returns, 'returns');
  const n = returns.length;
  check(n >= 2, `a Sharpe ratio needs at least two returns, got ${n}`);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += returns[i] / n;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < n; i++) {
    const d = returns[i] - mean;
    m2 += (d * d) / n;
    m3 += (d * d * d) / n;
    m4 += (d * d * d * d) / n;
  }
  // A constant series leaves rounding dust, which must not pass for risk.
  if (m2 <= (Number.EPSILON * mean) ** 2 * n) {
    return { nPeriods: n, sharpe: Number.NaN, skewness: Number.NaN, kurtosis: Number.NaN };
  }
  return {
    nPeriods: n,
    sharpe: mean / Math.sqrt((m2 * n) / (n - 1)),
    skewness: m3 / m2 ** 1.5,
    kurtosis: m4 / m2 ** 2,
  };
}

/**
 * The probability that the true Sharpe ratio exceeds `benchmark`, given the sample's length, skewness and raw kurtosis.
 * @param benchmark Sharpe ratio of one period
 */
export function probabilisticSharpe(moments: SharpeMoments, benchmark: number): number {
  const { nPeriods, sharpe, skewness, kurtosis } = moments;
  const variance = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  return normalCdf(((sharpe - benchmark) * Math.sqrt(nPeriods - 1)) / Math.sqrt(variance));
}

/**
 * The expected maximum of nTrials independent standard normals, approximately: 2.189 for 40, 2.531 for 100. A single
 * trial has no selection: 0.
 * @param nTrials every threshold and variant tried, at least 1
 */
export function expectedMaximumZ(nTrials: number): number {
  check(nTrials >= 1, `nTrials must be at least 1, got ${nTrials}`);
  if (nTrials === 1) return 0;
  return (
    (1 - EULER_MASCHERONI) * normalQuantile(1 - 1 / nTrials) +
    EULER_MASCHERONI * normalQuantile(1 - 1 / (nTrials * Math.E))
  );
}

export interface DeflatedSharpe {
  /** The Sharpe ratio that the best of the trials reaches by luck alone. */
  luckSharpe: number;
  /** The probability that the true Sharpe ratio exceeds it. */
  probability: number;
}

/**
 * The probabilistic Sharpe ratio against the luck of the best of all trials.
 * @param trialSharpes Sharpe ratio of one period of every trial made, the chosen one among them
 */
export function deflatedSharpe(moments: SharpeMoments, trialSharpes: ArrayLike<number>): DeflatedSharpe {
  checkFinite(trialSharpes, 'trialSharpes');
  const n = trialSharpes.length;
  check(n >= 1, 'trialSharpes must hold at least the chosen trial');
  const mean = Array.from(trialSharpes).reduce((sum, sharpe) => sum + sharpe / n, 0);
  const squares = Array.from(trialSharpes).reduce((sum, sharpe) => sum + (sharpe - mean) ** 2, 0);
  const luckSharpe = n === 1 ? 0 : Math.sqrt(squares / (n - 1)) * expectedMaximumZ(n);
  return { luckSharpe, probability: probabilisticSharpe(moments, luckSharpe) };
}
