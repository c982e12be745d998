/** How many of a stream of sampled scores reach each of given scores; the samples themselves are not kept. */
import { bisectRight } from 'd3-array';

/** Counts for the scores it is built from: `add` takes samples batch by batch, and p-values and rejections are by all so far. */
export class ExceedanceCounts {
  nSampled = 0;
  /** Rows by ascending score, and their scores. */
  private readonly order: Uint32Array;
  private readonly sorted: Float64Array;
  /** Samples that reach the `i` lowest scores and no more. */
  private readonly hits: Float64Array;
  /** Lowest scores in the cells before each: where to look for a sample. */
  private readonly cellStarts: Uint32Array;
  private readonly cellsPerUnit: number;

  /** @param scores finite, at least one; higher is more anomalous */
  constructor(scores: Float64Array) {
    const n = scores.length;
    this.sorted = scores.slice().sort();
    this.order = Uint32Array.from({ length: n }, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
    this.hits = new Float64Array(n + 1);
    const range = this.sorted[n - 1] - this.sorted[0];
    this.cellsPerUnit = range > 0 ? n / range : 0;
    this.cellStarts = new Uint32Array(n + 2);
    for (const score of scores) this.cellStarts[this.cell(score) + 1]++;
    for (let cell = 1; cell < n + 2; cell++) this.cellStarts[cell] += this.cellStarts[cell - 1];
  }

  private cell(score: number): number {
    return Math.floor((score - this.sorted[0]) * this.cellsPerUnit);
  }

  add(sampled: Float64Array): void {
    const { sorted, hits, cellStarts } = this;
    const n = sorted.length;
    this.nSampled += sampled.length;
    for (const score of sampled) {
      if (score >= sorted[n - 1]) hits[n]++;
      else if (score < sorted[0]) hits[0]++;
      else {
        const cell = this.cell(score);
        hits[bisectRight(sorted, score, cellStarts[cell], cellStarts[cell + 1])]++;
      }
    }
  }

  /** p = (1 + samples that reach the score) / (samples + 1), one per score. */
  pValues(): Float64Array {
    const pValues = new Float64Array(this.sorted.length);
    let nReach = 0;
    for (let i = pValues.length - 1; i >= 0; i--) {
      nReach += this.hits[i + 1];
      pValues[this.order[i]] = (1 + nReach) / (1 + this.nSampled);
    }
    return pValues;
  }

  /**
   * How many of the highest scores Benjamini–Hochberg flags at `fdr`.
   * @param nErrors 0 for the p-values as they are; otherwise every count is first moved by so many standard errors (of a
   *   Poisson count, by its root), up or down
   */
  nRejected(fdr: number, nErrors: number): number {
    const n = this.sorted.length;
    let nReach = 0;
    let nRejected = 0;
    for (let k = 1; k <= n; k++) {
      nReach += this.hits[n - k + 1];
      const root = Math.max(0, Math.sqrt(nErrors < 0 ? nReach : nReach + 1) + nErrors / 2);
      const p = root ** 2 / (1 + this.nSampled);
      if (p > fdr) break;
      if ((p * n) / k <= fdr) nRejected = k;
    }
    return nRejected;
  }
}
