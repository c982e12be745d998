/** Seeded rows that look like scaled wallet profiles, for the distance kernels. */
import { createRandom } from '../../kernels/random.ts';

const N_KINDS = 24;
const N_FACTORS = 4;

/**
 * nRows × nCols row-major, roughly standardised: 24 kinds of wallets of unequal size, each a correlated cloud (4 hidden
 * factors plus noise) with 2 % far outliers.
 */
export function makeWalletLikeRows(nRows: number, nCols: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const draw = (n: number, scale: number): Float64Array =>
    Float64Array.from({ length: n }, () => random.normal() * scale);
  const kinds = Array.from({ length: N_KINDS }, () => ({
    centre: draw(nCols, 1),
    loadings: draw(nCols * N_FACTORS, 0.35),
    noise: 0.1 + 0.3 * random.uniform(),
  }));
  const values = new Float32Array(nRows * nCols);
  const factors = new Float64Array(N_FACTORS);
  for (let i = 0; i < nRows; i++) {
    // Squaring the draw makes the first kinds much larger than the last.
    const { centre, loadings, noise } = kinds[Math.floor(random.uniform() ** 2 * N_KINDS)];
    const stretch = random.uniform() < 0.02 ? 5 : 1;
    for (let j = 0; j < N_FACTORS; j++) factors[j] = random.normal() * stretch;
    for (let f = 0; f < nCols; f++) {
      let value = centre[f] + noise * random.normal();
      for (let j = 0; j < N_FACTORS; j++) value += loadings[f * N_FACTORS + j] * factors[j];
      values[i * nCols + f] = value;
    }
  }
  return values;
}

/** The same rows as they come before scaling: half the columns are counts with many ties, the others heavy-tailed. */
export function makeUglyRows(nRows: number, nCols: number, seed: number): Float32Array {
  const values = makeWalletLikeRows(nRows, nCols, seed);
  return values.map((value, at) =>
    (at % nCols) % 2 === 0 ? Math.max(0, Math.round(2 * value)) : Math.exp(Math.min(value, 6)),
  );
}
