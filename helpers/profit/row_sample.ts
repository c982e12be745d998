/** Rows of fills gathered into a matrix: all of a kind, or an even sample of them when they are many. */
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { BernoulliSample } from './bernoulli_sample.ts';
import type { LabelledFills } from './calibrated_boosting.ts';
import type { FillBlock, FillSource } from './trade_rows.ts';
import { ROLE, type TrainingCut } from './trade_splits.ts';

/** Rows to learn from, with the markets that halve them. */
export interface LearningRows extends LabelledFills {
  readonly market: Int32Array;
}

class RowGatherer {
  private readonly sample: BernoulliSample;
  private values = new Float32Array(0);
  private readonly labels: Float32Array;
  private readonly market: Int32Array;
  private nCols = 0;
  private n = 0;

  constructor(nRows: number, most: number, seed: number) {
    this.sample = new BernoulliSample(nRows, most, seed);
    this.labels = new Float32Array(this.sample.capacity);
    this.market = new Int32Array(this.sample.capacity);
  }

  offer({ x, keys }: FillBlock, i: number): void {
    if (!this.sample.takes()) return;
    if (this.n === 0) {
      this.nCols = x.nCols;
      this.values = new Float32Array(this.labels.length * x.nCols);
    }
    this.values.set(x.values.subarray(i * x.nCols, (i + 1) * x.nCols), this.n * x.nCols);
    this.labels[this.n] = keys.labels[i];
    this.market[this.n++] = keys.market[i];
  }

  finish(): LearningRows {
    const { n, nCols } = this;
    const x: Matrix = createMatrix(this.values.subarray(0, n * nCols), n, nCols);
    return { x, labels: this.labels.subarray(0, n), market: this.market.subarray(0, n) };
  }
}

/** The fit and the validation rows of a cut, at most about `most` of each, in one walk through the fills. */
export async function gatherRows(
  source: FillSource,
  cut: TrainingCut,
  most: number,
  seed: number,
): Promise<{ readonly fit: LearningRows; readonly validation: LearningRows }> {
  const fit = new RowGatherer(cut.nFit, most, seed);
  const validation = new RowGatherer(cut.nValidation, most, seed);
  for await (const block of source.blocks()) {
    if (block.firstRow >= cut.untilRow) break;
    cut.rolesOf(block).forEach((role, i) => {
      if (role === ROLE.fit) fit.offer(block, i);
      else if (role === ROLE.validation) validation.offer(block, i);
    });
  }
  return { fit: fit.finish(), validation: validation.finish() };
}
