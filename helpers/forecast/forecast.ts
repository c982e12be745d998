/** What every forecaster answers: a probability with how sure it is and where it comes from, or why there is none. */

export interface Estimate {
  readonly kind: 'estimate';
  /** Probability of YES. */
  readonly p: number;
  /** Standard deviation of what went into it, in log-odds; NaN where one number did. */
  readonly spread: number;
  /** How many observations, samples or events it rests on. */
  readonly n: number;
  /** What it was made of, each with its time. */
  readonly sources: readonly string[];
  /** Sentences for people. */
  readonly reasons: readonly string[];
}

export interface Abstention {
  readonly kind: 'abstain';
  /** One sentence without a full stop. */
  readonly why: string;
}

export type Forecast = Estimate | Abstention;

export function abstain(why: string): Abstention {
  return { kind: 'abstain', why };
}
