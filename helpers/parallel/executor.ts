/** Provides kernels with memory and threads; the one place that chooses between WebAssembly and the TypeScript reference kernels. */

import { readFileSync } from 'node:fs';
import type { Executor, Kernel, KernelArgument, KernelArray } from '../kernels/executor.ts';
import { InputError } from '../run/errors.ts';
import { createArena } from './arena.ts';
import { createPool } from './pool.ts';

const N_PAGES_INITIAL = 16;
/** 4 GiB, then smaller reservations for machines that limit address space. */
const N_PAGES_MAX_CHOICES = [65536, 32768, 16384, 4096] as const;
const N_THREADS_MAX = 256;
const PREPARE_HINT = 'run: npm run prepare';

export interface ExecutorOptions {
  /** Threads that share the work, the calling one included; default 1. */
  readonly nThreads?: number;
  /** Force one engine; default: WebAssembly where it was built and runs, else the TypeScript reference kernels. */
  readonly engine?: 'wasm' | 'typescript';
  /** Called once when no engine is forced and WebAssembly cannot be loaded, with one line that says why and what to do. */
  readonly onFallback?: (reason: string) => void;
}

/**
 * An executor for kernels. Keep one for the life of the process where several models are fitted: its threads stay. Its
 * `engine` says what runs; the reference kernels have one thread and take many times as long.
 * @throws InputError bad-option for a thread count that is no integer in 1..256, missing-dependency when WebAssembly is
 *   asked for and cannot be had
 */
export function createExecutor(options: ExecutorOptions = {}): Executor {
  const nThreads = options.nThreads ?? 1;
  if (!Number.isInteger(nThreads) || nThreads < 1 || nThreads > N_THREADS_MAX) {
    throw new InputError('bad-option', `threads must be an integer in 1..${N_THREADS_MAX}, not ${nThreads}`, 'try 2');
  }
  if (options.engine === 'typescript') return createReferenceExecutor();
  try {
    return createWasmExecutor(nThreads);
  } catch (cause) {
    const message = 'the WebAssembly kernels are not built, or this machine cannot run them';
    if (options.engine === 'wasm') throw new InputError('missing-dependency', message, PREPARE_HINT, { cause });
    const why = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0];
    options.onFallback?.(`${message} (${why}): slower TypeScript runs instead, on one thread; ${PREPARE_HINT}`);
    return createReferenceExecutor();
  }
}

function createWasmExecutor(nThreads: number): Executor {
  const module = new WebAssembly.Module(readFileSync(new URL('../kernels/build/kernels.wasm', import.meta.url)));
  const { memory, nPagesMax } = reserveMemory();
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const arena = createArena(memory, (instance.exports.heapBase as () => number)(), nPagesMax);
  const pool = createPool(module, memory, nThreads);

  const toNumber = (argument: KernelArgument): number => {
    if (argument === null) return 0;
    if (typeof argument === 'number') return argument;
    if (argument.buffer instanceof SharedArrayBuffer) return argument.byteOffset;
    throw new Error('assertion failed: a kernel was given an array that the executor did not allocate');
  };
  const float32 = (n: number): Float32Array => {
    const start = arena.allocate(n * 4);
    return new Float32Array(memory.buffer, start, n);
  };
  const float64 = (n: number): Float64Array => {
    const start = arena.allocate(n * 8);
    return new Float64Array(memory.buffer, start, n);
  };
  const int32 = (n: number): Int32Array => {
    const start = arena.allocate(n * 4);
    return new Int32Array(memory.buffer, start, n);
  };
  const uint32 = (n: number): Uint32Array => {
    const start = arena.allocate(n * 4);
    return new Uint32Array(memory.buffer, start, n);
  };
  const uint16 = (n: number): Uint16Array => {
    const start = arena.allocate(n * 2);
    return new Uint16Array(memory.buffer, start, n);
  };
  const int16 = (n: number): Int16Array => {
    const start = arena.allocate(n * 2);
    return new Int16Array(memory.buffer, start, n);
  };
  const uint8 = (n: number): Uint8Array => {
    const start = arena.allocate(n);
    return new Uint8Array(memory.buffer, start, n);
  };
  const place = <T extends KernelArray>(array: T): T => {
    const start = arena.allocate(array.byteLength);
    const copy = Reflect.construct(array.constructor, [memory.buffer, start, array.length]) as T;
    copy.set(array);
    return copy;
  };
  const scope = <T>(work: () => T): T => {
    const position = arena.mark();
    try {
      return work();
    } finally {
      arena.release(position);
    }
  };
  const dispatch = (kernel: Kernel, nTasks: number, ...args: KernelArgument[]): void => {
    pool.dispatch(kernel.name, nTasks, args.map(toNumber));
  };
  const dispatchBeside = (meanwhile: () => void, kernel: Kernel, nTasks: number, ...args: KernelArgument[]): void => {
    pool.dispatch(kernel.name, nTasks, args.map(toNumber), meanwhile);
  };
  const arrays = { float32, float64, int32, uint32, uint16, int16, uint8 };
  return { engine: 'wasm', nThreads, ...arrays, place, scope, dispatch, dispatchBeside, close: pool.close };
}

function reserveMemory(): { memory: WebAssembly.Memory; nPagesMax: number } {
  let cause: unknown;
  for (const nPagesMax of N_PAGES_MAX_CHOICES) {
    try {
      const memory = new WebAssembly.Memory({ initial: N_PAGES_INITIAL, maximum: nPagesMax, shared: true });
      return { memory, nPagesMax };
    } catch (error) {
      cause = error;
    }
  }
  throw cause;
}

/** Ordinary arrays, ordinary functions, one thread. */
function createReferenceExecutor(): Executor {
  const dispatch = (kernel: Kernel, nTasks: number, ...args: KernelArgument[]): void => {
    for (let task = 0; task < nTasks; task++) kernel.run(task, ...args);
  };
  return {
    engine: 'typescript',
    nThreads: 1,
    float32: (n) => new Float32Array(n),
    float64: (n) => new Float64Array(n),
    int32: (n) => new Int32Array(n),
    uint32: (n) => new Uint32Array(n),
    uint16: (n) => new Uint16Array(n),
    int16: (n) => new Int16Array(n),
    uint8: (n) => new Uint8Array(n),
    place: <T extends KernelArray>(array: T): T => array.slice() as T,
    scope: (work) => work(),
    dispatch,
    dispatchBeside: (meanwhile, kernel, nTasks, ...args) => {
      meanwhile();
      dispatch(kernel, nTasks, ...args);
    },
    close: () => {},
  };
}
