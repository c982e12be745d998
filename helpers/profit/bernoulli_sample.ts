/** A Bernoulli sample of rows that come one by one. */
import { createRandom, type Random } from '../kernels/random.ts';

/** How far a sample may lie above its mean: a binomial number is never ten standard deviations off. */
const DEVIATIONS_MAX = 10;

/** At most about `most` of `n` rows that are offered one by one: each with the same probability, all when they are no more. */
export class BernoulliSample {
  /** Rows that it can take. */
  readonly capacity: number;
  private readonly random: Random | null;

  constructor(
    private readonly n: number,
    private readonly most: number,
    seed: number,
  ) {
    this.random = n <= most ? null : createRandom(seed);
    this.capacity = n <= most ? n : Math.min(n, Math.ceil(most + DEVIATIONS_MAX * Math.sqrt(most)));
  }

  /** Whether the next row is taken. */
  takes(): boolean {
    return this.random === null || this.random.uniform() * this.n < this.most;
  }
}
