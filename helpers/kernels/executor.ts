/**
 * How a kernel reaches memory and threads without knowing who provides them (helpers/parallel does).
 *
 * A kernel is a pair with one signature: an exported WebAssembly function `name(task, ...args)`, written in AssemblyScript
 * (x.as.ts), and its reference implementation in TypeScript beside it (x.ts), `run(task, ...args)`, where a pointer of the
 * first is a typed array of the second. The executor runs one of the two; nothing else in the code asks which.
 *
 *     export const COLUMN_SUMMARY: Kernel = { name: 'columnSummaryChunk', run: columnSummaryChunk };
 *
 *     executor.scope(() => {                                  // frees what is allocated inside, also on a throw
 *       const values = executor.place(matrix.values);         // copied into memory that all threads see
 *       const partials = executor.float64(nChunks * 4);       // zeroed
 *       executor.dispatch(COLUMN_SUMMARY, nChunks, values, nRows, partials);   // tasks 0..nChunks-1, returns when all are done
 *       return Float64Array.from(partials);                   // copy out what must outlive the scope
 *     });
 *
 * Rules for the same bits on any number of threads: cut work into tasks by the data alone (never by `nThreads`), let a
 * task write only its own part of the output, add partial sums in task order afterwards. A task costs about 0.2 us and
 * a dispatch about 5 us, so aim at 50 us to 5 ms a task. Number arguments are passed as float64 and converted to the
 * function's parameter types; i64 parameters are not possible. WebAssembly globals are per thread: keep none.
 * +, -, *, / and sqrt give the same bits in both; exp, log and the like may differ in the last one.
 */

export type KernelArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Int16Array
  | Uint8Array;

/** Pointer, number, or null (a null pointer). */
export type KernelArgument = KernelArray | number | null;

export interface Kernel {
  /** Name of the WebAssembly export. */
  readonly name: string;
  /** Reference implementation, `run(task, ...args)` with the arguments given to `dispatch`. */
  // biome-ignore lint/suspicious/noExplicitAny: each kernel has its own argument list, which only it knows.
  readonly run: (task: number, ...args: any[]) => void;
}

export interface Executor {
  /** What runs: the WebAssembly build or the TypeScript reference implementation. */
  readonly engine: 'wasm' | 'typescript';
  /** Threads that share the tasks, the calling one included. */
  readonly nThreads: number;
  /** Zeroed arrays of n elements, 64-byte aligned, visible to all threads, valid until the scope around them ends. */
  float32(n: number): Float32Array;
  float64(n: number): Float64Array;
  int32(n: number): Int32Array;
  uint32(n: number): Uint32Array;
  uint16(n: number): Uint16Array;
  int16(n: number): Int16Array;
  uint8(n: number): Uint8Array;
  /** A copy of `array` where all threads see it. */
  place<T extends KernelArray>(array: T): T;
  /** Runs `work` and frees everything that was allocated in it. Scopes nest. */
  scope<T>(work: () => T): T;
  /** Runs tasks 0..nTasks-1 of `kernel` on all threads and returns when all are done. Throws what a task throws. */
  dispatch(kernel: Kernel, nTasks: number, ...args: KernelArgument[]): void;
  /**
   * `dispatch` for a stream of slabs: the calling thread does `meanwhile` first (copying the next slab in, the last one's
   * results out) while the others are at the tasks already, then joins them. `meanwhile` must not touch what the tasks
   * read or write, nor dispatch.
   */
  dispatchBeside(meanwhile: () => void, kernel: Kernel, nTasks: number, ...args: KernelArgument[]): void;
  /** Ends the threads. They do not keep the process alive, so this is for tests and long-lived services. */
  close(): void;
}

/** Number of chunks of at most `size` that cover n items. */
export function countChunks(n: number, size: number): number {
  return Math.ceil(n / size);
}
