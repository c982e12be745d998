/** What to compare a strategy with: the same number of trades at the same prices, sampled. */
import { createRandom, type Random } from '../kernels/random.ts';
import { assert } from '../run/errors.ts';
import type { Strategy } from './model.ts';

/** Prices within 5 cents count as the same. */
const BINS = 20;
/** Blind tries at a row that was not sampled before, until all rows of the bin are looked through. */
const TRIES_MAX = 20;

function binOf(price: number): number {
  return Math.min(BINS - 1, Math.floor(price * BINS));
}

/** Rows that may be sampled, by price. */
export class PricePool {
  private readonly bins: readonly Uint32Array[];

  /**
   * @param prices price of every row
   * @param pool rows that may be sampled
   */
  constructor(
    private readonly prices: Float64Array,
    pool: Uint32Array,
  ) {
    this.bins = Array.from({ length: BINS }, (_, bin) => pool.filter((row) => binOf(prices[row]) === bin));
  }

  /**
   * Random picks: as many as `picks`, and in each bin of 5 cents as many as `picks` have there. The picks themselves are
   * part of the pool, so that a strategy which picks everything is its own control.
   * @returns rows, rising and without repeats
   */
  draw(picks: Uint32Array, random: Random): Uint32Array {
    const wanted = new Uint32Array(BINS);
    for (const row of picks) wanted[binOf(this.prices[row])]++;
    const sampled: number[] = [];
    this.bins.forEach((rows, bin) => {
      assert(wanted[bin] <= rows.length, 'picks are part of the pool');
      for (let k = 0; k < wanted[bin]; k++) {
        const other = k + random.integer(rows.length - k);
        [rows[k], rows[other]] = [rows[other], rows[k]];
        sampled.push(rows[k]);
      }
    });
    return Uint32Array.from(sampled).sort();
  }

  /** A row at about the price of `row` that is not in `tried`; null when all have been tried. */
  another(row: number, tried: ReadonlySet<number>, random: Random): number | null {
    const rows = this.bins[binOf(this.prices[row])];
    for (let k = 0; k < TRIES_MAX; k++) {
      const sampled = rows[random.integer(rows.length)];
      if (!tried.has(sampled)) return sampled;
    }
    const left = rows.filter((other) => !tried.has(other));
    return left.length === 0 ? null : left[random.integer(left.length)];
  }
}

/** A plan holds a strategy and whatever else its maker wants to know of it. */
interface Plan {
  readonly strategy: Strategy;
}

/** One random draw: its plan, and all rows that it has tried. */
interface Draw<P extends Plan> {
  plan: P;
  readonly tried: Set<number>;
}

/**
 * Random controls of strategies: as many trades as the strategy itself had filled, at the same prices, sampled from the
 * fills that an order can be filled after. That looks ahead, for the controls alone: else they would trade more or less.
 */
export class RandomControls<P extends Plan> {
  private readonly draws: readonly Draw<P>[];
  private readonly pool: PricePool;
  private readonly random: Random;

  /**
   * @param prices price of every row
   * @param controlled plans of the controls, each with the rows of the filled orders of the strategy that it is set beside
   * @param fillable rows whose order finds a trade when money is no matter
   * @param nDraws controls of each plan
   */
  constructor(
    prices: Float64Array,
    controlled: readonly { readonly plan: P; readonly filled: Uint32Array }[],
    fillable: Uint32Array,
    nDraws: number,
    seed: number,
  ) {
    this.pool = new PricePool(prices, fillable);
    this.random = createRandom(seed);
    this.draws = controlled.flatMap(({ plan, filled }) =>
      Array.from({ length: nDraws }, () => {
        const picks = this.pool.draw(filled, this.random);
        return { plan: { ...plan, strategy: { ...plan.strategy, picks } }, tried: new Set(picks) };
      }),
    );
  }

  /** The draws as strategies to replay. */
  plans(): P[] {
    return this.draws.map(({ plan }) => plan);
  }

  /**
   * Replaces the picks that came to nothing, for want of money or because the market was full, by others at the same prices
   * that were not tried before; where there are none the pick stays.
   * @param filled rows of the filled orders of each draw, from a replay of `plans()`
   * @returns share of all picks that came to nothing, 0..1
   */
  replaceUnfilled(filled: readonly Uint32Array[]): number {
    let nPicks = 0;
    let nUnfilled = 0;
    this.draws.forEach((draw, d) => {
      const isFilled = new Set(filled[d]);
      const { strategy } = draw.plan;
      const picks = strategy.picks.map((row) => {
        if (isFilled.has(row)) return row;
        nUnfilled++;
        const other = this.pool.another(row, draw.tried, this.random);
        if (other === null) return row;
        draw.tried.add(other);
        return other;
      });
      nPicks += picks.length;
      draw.plan = { ...draw.plan, strategy: { ...strategy, picks: picks.sort() } };
    });
    return nPicks === 0 ? 0 : nUnfilled / nPicks;
  }
}
