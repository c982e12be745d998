/** The tape with its counterparties dealt anew: what closed groups come about by chance. */
import { countingSort } from '../features/counting_sort.ts';
import { createRandom } from '../kernels/random.ts';
import type { Matches } from './matches.ts';

/** Makers change places among matches whose sizes differ by no more than a quarter. */
const SIZES_PER_OCTAVE = 3;
const OCTAVES_MAX = 64;

/**
 * A network with the same wallets, each with as many matches as taker and as maker, of (nearly) the same sizes in the same markets:
 * makers of matches of about the same size change places at random.
 */
export function rewire(matches: Matches, seed: number): Matches {
  const random = createRandom(seed);
  const sizes = new Uint32Array(matches.shares.length);
  for (let i = 0; i < sizes.length; i++) {
    const size = Math.floor(SIZES_PER_OCTAVE * Math.log2(Math.max(1, matches.shares[i])));
    sizes[i] = Math.min(SIZES_PER_OCTAVE * OCTAVES_MAX - 1, size);
  }
  const { rows, starts } = countingSort(sizes, SIZES_PER_OCTAVE * OCTAVES_MAX);
  const maker = matches.maker.slice();
  for (let size = 0; size + 1 < starts.length; size++) {
    const places = rows.subarray(starts[size], starts[size + 1]);
    const from = random.shuffle(places.slice());
    for (let k = 0; k < places.length; k++) maker[places[k]] = matches.maker[from[k]];
  }
  return { ...matches, maker };
}
