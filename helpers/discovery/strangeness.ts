/** The isolation forest over all wallets: a score for each, the strangest share, and why the flagged ones stand out. */
import { type FeatureAttribution, IsolationForest } from '../estimators/isolation_forest.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import { checkRange, SHARE } from '../run/ranges.ts';

const N_REASONS = 3;

export interface Strangeness {
  readonly scores: Float64Array;
  /** 1 for the strangest `topShare`, rounded down; equal scores in row order. */
  readonly isTop: Uint8Array;
  /** The three features that moved a row's score most; fewer where fewer moved it. */
  readonly explain: (rows: readonly number[]) => FeatureAttribution[][];
}

/** @throws InputError 'bad-option' for a share outside 0..1 */
export function measureStrangeness(
  x: Matrix,
  features: readonly string[],
  topShare: number,
  seed: number,
  executor: Executor,
): Strangeness {
  checkRange('top-share', topShare, SHARE, 0.05);
  const forest = new IsolationForest({ seed }, executor).fit(x, features);
  const scores = forest.score(x);
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b] - scores[a] || a - b);
  const isTop = new Uint8Array(x.nRows);
  for (const row of order.subarray(0, Math.floor(x.nRows * topShare + 1e-9))) isTop[row] = 1;
  return { scores, isTop, explain: (rows) => forest.explain(takeRows(x, rows), N_REASONS) };
}
