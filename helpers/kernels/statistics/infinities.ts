/** Whether a matrix holds an infinity: a check that every fit makes, so it should cost less than reading the rows twice. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import { streamSlabs } from '../slabs.ts';

/** Values of one task; a multiple of 16, as the WebAssembly kernel asks. */
const N_PER_CHUNK = 16_384;
/** Values in shared memory at once, as whole rows. */
const N_PER_SLAB = 262_144;

/** Reference implementation of the WebAssembly kernel, which explains the arguments. */
function infinityChunk(task: number, values: Float32Array, n: number, nPerChunk: number, found: Uint8Array): void {
  found[task] = 0;
  for (let i = task * nPerChunk; i < Math.min((task + 1) * nPerChunk, n); i++)
    if (Math.abs(values[i]) === Infinity) found[task] = 1;
}

const INFINITY_CHUNK: Kernel = { name: 'infinityChunk', run: infinityChunk };

/** Whether any value of `matrix` is infinite. */
export function hasInfinity(executor: Executor, matrix: Matrix): boolean {
  const { nCols } = matrix;
  const nRowsPerSlab = Math.max(1, Math.floor(N_PER_SLAB / nCols));
  let isFound = false;
  executor.scope(() => {
    streamSlabs(executor, matrix, {
      nRowsPerSlab,
      allocate: () => executor.uint8(countChunks(nRowsPerSlab * nCols, N_PER_CHUNK)),
      dispatch: ({ values, nRows }, found, meanwhile) => {
        const n = nRows * nCols;
        executor.dispatchBeside(meanwhile, INFINITY_CHUNK, countChunks(n, N_PER_CHUNK), values, n, N_PER_CHUNK, found);
      },
      take: ({ nRows }, found) => {
        isFound = found.subarray(0, countChunks(nRows * nCols, N_PER_CHUNK)).includes(1);
        return !isFound;
      },
    });
  });
  return isFound;
}
