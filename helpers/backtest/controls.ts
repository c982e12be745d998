/** What to compare a strategy with: the same number of trades at the same prices, drawn at random. */
import { createRandom } from '../kernels/random.ts';
import { assert } from '../run/errors.ts';

/** Prices within 5 cents count as the same. */
const BINS = 20;

function binOf(price: number): number {
  return Math.min(BINS - 1, Math.floor(price * BINS));
}

/**
 * Random picks of a pool: as many as `picks`, and in each bin of 5 cents as many as `picks` have there. The picks
 * themselves are part of the pool, so that a strategy which picks everything is its own control.
 * @param prices price of every row
 * @param pool rows that may be drawn, `picks` among them
 * @param picks rows of a strategy
 * @returns `nDraws` lists of rows, each rising and without repeats
 */
export function randomPicks(
  prices: Float64Array,
  pool: Uint32Array,
  picks: Uint32Array,
  nDraws: number,
  seed: number,
): Uint32Array[] {
  const bins: number[][] = Array.from({ length: BINS }, () => []);
  for (const row of pool) bins[binOf(prices[row])].push(row);
  const wanted = new Uint32Array(BINS);
  for (const row of picks) wanted[binOf(prices[row])]++;
  const random = createRandom(seed);
  return Array.from({ length: nDraws }, () => {
    const drawn: number[] = [];
    bins.forEach((rows, bin) => {
      assert(wanted[bin] <= rows.length, 'picks are part of the pool');
      for (let k = 0; k < wanted[bin]; k++) {
        const other = k + random.integer(rows.length - k);
        [rows[k], rows[other]] = [rows[other], rows[k]];
        drawn.push(rows[k]);
      }
    });
    return Uint32Array.from(drawn).sort();
  });
}
