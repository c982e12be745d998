/** Fills cut into blocks, and the rows that a cut gives each role, for the tests of chapter 6. */
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import {
  type FillBlock,
  type FillKeys,
  type FillSource,
  fillsInMemory,
  type KeyBlock,
} from '../../profit/trade_rows.ts';
import { ROLE, type TrainingCut } from '../../profit/trade_splits.ts';

/** Some rows of all keys. */
function sliceKeys(keys: FillKeys, from: number, to: number): FillKeys {
  return Object.fromEntries(Object.entries(keys).map(([name, values]) => [name, values.slice(from, to)])) as never;
}

/** Keys of blocks that follow each other, as one. */
export function joinKeys(blocks: readonly FillKeys[]): FillKeys {
  const n = blocks.reduce((sum, { tsMs }) => sum + tsMs.length, 0);
  const join = <T extends Float64Array | Int32Array | Uint8Array>(whole: T, part: (keys: FillKeys) => T): T => {
    let at = 0;
    for (const keys of blocks) {
      whole.set(part(keys), at);
      at += keys.tsMs.length;
    }
    return whole;
  };
  return {
    tsMs: join(new Float64Array(n), ({ tsMs }) => tsMs),
    exitMs: join(new Float64Array(n), ({ exitMs }) => exitMs),
    market: join(new Int32Array(n), ({ market }) => market),
    event: join(new Int32Array(n), ({ event }) => event),
    wallet: join(new Int32Array(n), ({ wallet }) => wallet),
    labels: join(new Uint8Array(n), ({ labels }) => labels),
    returns: join(new Float64Array(n), ({ returns }) => returns),
  };
}

/** Keys with a return of 0 and no features, as one block. */
export function fillsOf(keys: Omit<FillKeys, 'returns'>): FillSource {
  const n = keys.tsMs.length;
  return fillsInMemory({ ...keys, returns: new Float64Array(n) }, createMatrix(new Float32Array(n), n, 1));
}

/** The same fills in blocks that begin at the given rows. */
export function inBlocks(keys: FillKeys, x: Matrix, begins: readonly number[]): FillSource {
  const n = keys.tsMs.length;
  const blocks = begins.map((firstRow, k): FillBlock => {
    const to = begins[k + 1] ?? n;
    const values = x.values.slice(firstRow * x.nCols, to * x.nCols);
    const part = createMatrix(values, to - firstRow, x.nCols);
    return { keys: sliceKeys(keys, firstRow, to), n: to - firstRow, firstRow, x: part, frame: null };
  });
  return {
    n,
    keys: () => blocks,
    blocks: async function* () {
      yield* blocks;
    },
  };
}

export interface RoleRows {
  readonly fit: number[];
  readonly validation: number[];
  readonly test: number[];
}

/** Numbers of the rows of each role, rising. */
export function rowsByRole(source: FillSource, cut: Pick<TrainingCut, 'rolesOf'>): RoleRows {
  const rows: RoleRows = { fit: [], validation: [], test: [] };
  for (const block of source.keys() as Iterable<KeyBlock>)
    cut.rolesOf(block).forEach((role, i) => {
      for (const name of ['fit', 'validation', 'test'] as const)
        if (role === ROLE[name]) rows[name].push(block.firstRow + i);
    });
  return rows;
}
