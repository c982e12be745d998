/** Trades as training keeps them: rows to learn from, drawn evenly over hours and categories, and scores to calibrate with. */
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { HOUR_MS } from '../run/clock.ts';
import { EvenSample } from './even_sample.ts';
import { featureNames, rowWriter } from './feature_row.ts';
import type { Trade } from './trade.ts';
import type { TradeFeatures } from './trade_fold.ts';

const N_SAMPLE_MAX = 500_000;
const N_SHOWN = 10;

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Rows drawn evenly over hours and categories, at most N_SAMPLE_MAX of them. */
export class TrainingRows {
  nOffered = 0;
  readonly columns: readonly string[];
  private values: Float32Array;
  private readonly sample: EvenSample;
  private readonly write: ReturnType<typeof rowWriter>;
  private readonly categoryOf: string[] = [];

  constructor(venue: Trade['venue'], categories: readonly string[], seed: number) {
    this.columns = featureNames(venue, categories);
    this.write = rowWriter(venue, categories);
    this.values = new Float32Array(1024 * this.columns.length);
    this.sample = new EvenSample(N_SAMPLE_MAX, createRandom(seed));
  }

  add(features: TradeFeatures, tsMs: number): void {
    this.nOffered++;
    const place = this.sample.placeOf(`${Math.floor(tsMs / HOUR_MS)} ${features.category}`);
    if (place < 0) return;
    const from = place * this.columns.length;
    if (from === this.values.length) {
      const longer = new Float32Array(2 * this.values.length);
      longer.set(this.values);
      this.values = longer;
    }
    this.write(features, this.values.subarray(from, from + this.columns.length));
    this.categoryOf[place] = features.category;
  }

  get n(): number {
    return this.sample.size;
  }

  matrix(): Matrix {
    return createMatrix(this.values.subarray(0, this.n * this.columns.length), this.n, this.columns.length);
  }

  byCategory(): Record<string, number> {
    return countBy(this.categoryOf);
  }
}
/** Scores of trades that are later than those learnt from. */
export class CalibrationRows {
  n = 0;
  readonly byBaseline: Record<string, number> = {};
  readonly most: { trade: Trade; features: TradeFeatures; score: number }[] = [];
  private values = new Float64Array(1024);

  add(score: number, features: TradeFeatures, trade: Trade): void {
    if (this.n === this.values.length) {
      const longer = new Float64Array(2 * this.n);
      longer.set(this.values);
      this.values = longer;
    }
    this.values[this.n++] = score;
    this.byBaseline[features.baseline] = (this.byBaseline[features.baseline] ?? 0) + 1;
    if (this.most.length === N_SHOWN && score <= this.most[N_SHOWN - 1].score) return;
    this.most.push({ trade, features, score });
    this.most.sort((a, b) => b.score - a.score);
    this.most.length = Math.min(N_SHOWN, this.most.length);
  }

  get scores(): Float64Array {
    return this.values.subarray(0, this.n);
  }
}
