/** Training sets from labels: how many wallets of each class are taken, and what each taken wallet stands for. */
import { createRandom } from '../kernels/random.ts';

export interface Sample {
  /** Row numbers that were taken, rising. */
  readonly rows: Int32Array;
  /** For each taken row: wallets of its class available / taken. */
  readonly weights: Float64Array;
  readonly counts: readonly { readonly target: number; readonly available: number; readonly taken: number }[];
}

/** `n` of `rows`, without replacement, seeded (Floyd's choice kept in order of draw is not needed: rows come back sorted). */
function draw(rows: readonly number[], n: number, seed: number): number[] {
  return n >= rows.length ? [...rows] : createRandom(seed).sample([...rows], n);
}

function rowsByTarget(targets: readonly (number | null)[]): Map<number, number[]> {
  const byTarget = new Map<number, number[]>();
  targets.forEach((target, row) => {
    if (target === null) return;
    const rows = byTarget.get(target);
    if (rows === undefined) byTarget.set(target, [row]);
    else rows.push(row);
  });
  return new Map([...byTarget].sort(([a], [b]) => a - b));
}

function assemble(taken: readonly { target: number; available: number; rows: readonly number[] }[]): Sample {
  const pairs = taken
    .flatMap(({ available, rows }) => rows.map((row) => [row, available / rows.length] as const))
    .sort(([a], [b]) => a - b);
  return {
    rows: Int32Array.from(pairs, ([row]) => row),
    weights: Float64Array.from(pairs, ([, weight]) => weight),
    counts: taken.map(({ target, available, rows }) => ({ target, available, taken: rows.length })),
  };
}

/**
 * All wallets of `keptTarget` and at most `nPerClass` of each other class.
 * @param targets class of each row; null rows are left out
 */
export function balancedSample(
  targets: readonly (number | null)[],
  keptTarget: number,
  nPerClass: number,
  seed: number,
): Sample {
  const groups = [...rowsByTarget(targets)];
  return assemble(
    groups.map(([target, rows]) => ({
      target,
      available: rows.length,
      rows: target === keptTarget ? rows : draw(rows, nPerClass, seed + target),
    })),
  );
}

/**
 * All wallets of `keptTarget` and `ratio` others for each of them, sampled in proportion to their classes; every class that is
 * there keeps at least one.
 */
export function ratioSample(
  targets: readonly (number | null)[],
  keptTarget: number,
  ratio: number,
  seed: number,
): Sample {
  const groups = [...rowsByTarget(targets)];
  const nKept = groups.find(([target]) => target === keptTarget)?.[1].length ?? 0;
  const nOthers = groups.reduce((sum, [target, rows]) => sum + (target === keptTarget ? 0 : rows.length), 0);
  const wanted = Math.min(nOthers, nKept * ratio);
  return assemble(
    groups.map(([target, rows]) => {
      const n =
        target === keptTarget ? rows.length : Math.max(1, Math.round((wanted * rows.length) / Math.max(nOthers, 1)));
      return { target, available: rows.length, rows: draw(rows, n, seed + target) };
    }),
  );
}
