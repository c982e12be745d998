/** Wallets in the order of their evidence: those whose stake reaches the floor first. */
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import { type RedFlagModel, type ScoredEvidence, scoreEvidence } from './score.ts';

/** Clauses given as reasons for a rank. */
const N_REASONS = 3;

export interface RankedWallets extends ScoredEvidence {
  /** Rows at or above the floor by falling evidence; of equal evidence the larger stake first. */
  readonly order: readonly number[];
}

/** @param frame what collectEvidence gives */
export function rankWallets(model: RedFlagModel, frame: DataFrame, floorUsd: number): RankedWallets {
  const scored = scoreEvidence(model, frame);
  const stake = toNumbers(frame, 'stake_usd');
  const order = Array.from(stake.keys())
    .filter((row) => stake[row] >= floorUsd)
    .sort((a, b) => scored.bits[b] - scored.bits[a] || stake[b] - stake[a] || a - b);
  return { ...scored, order };
}

/** Names of the evidence that adds most to the rank of a row, the strongest first; only what adds something. */
export function strongestTerms({ terms }: RedFlagModel, { parts }: ScoredEvidence, row: number): string[] {
  return terms
    .map(({ name }, t) => ({ name, bits: parts[t][row] }))
    .filter(({ bits }) => bits > 0)
    .sort((a, b) => b.bits - a.bits)
    .slice(0, N_REASONS)
    .map(({ name }) => name);
}
