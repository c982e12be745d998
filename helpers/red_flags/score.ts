/** How much likelier the evidence of a wallet is among planted insiders than on the tapes they were planted in. */
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import { EVIDENCE } from './evidence.ts';

/** One piece of evidence of a model: its feature is centred, scaled and weighted; missing evidence counts nothing. */
interface Term {
  /** Column of the evidence. */
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  /** 0 or more, in natural units of the log odds. */
  readonly weight: number;
}

export interface RedFlagModel {
  readonly terms: readonly Term[];
  /** Log odds of an even mixture when all evidence is as on average. */
  readonly intercept: number;
}

/** What each term adds for each row, in bits; 0 where its evidence is missing. */
export interface ScoredEvidence {
  /** log₂ of the likelihood ratio, by row. */
  readonly bits: Float64Array;
  /** By term, by row. */
  readonly parts: readonly Float64Array[];
}

/** Features of one piece of evidence, one per row. */
export function featureValues(frame: DataFrame, name: string): Float64Array {
  return toNumbers(frame, name).map(EVIDENCE[name].feature);
}

/** @param frame rows with the columns of EVIDENCE_COLUMNS */
export function scoreEvidence(model: RedFlagModel, frame: DataFrame): ScoredEvidence {
  const parts = model.terms.map(({ name, mean, sd, weight }) =>
    featureValues(frame, name).map((value) =>
      Number.isNaN(value) ? 0 : ((weight * (value - mean)) / sd) * Math.LOG2E,
    ),
  );
  const bits = new Float64Array(frame.height).fill(model.intercept * Math.LOG2E);
  for (const part of parts) for (let row = 0; row < bits.length; row++) bits[row] += part[row];
  return { bits, parts };
}
