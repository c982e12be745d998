/** The executors every kernel test runs on: the reference implementation first, then WebAssembly on 1, 2 and 4 threads. */

import type { Executor } from '../kernels/executor.ts';
import { createExecutor } from '../parallel/executor.ts';

export function createTestExecutors(): Executor[] {
  const wasm = [1, 2, 4].map((nThreads) => createExecutor({ engine: 'wasm', nThreads }));
  return [createExecutor({ engine: 'typescript' }), ...wasm];
}
