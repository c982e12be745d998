/**
 * Persistent worker threads over one WebAssembly memory, with dispatch that is synchronous for the caller.
 *
 * Protocol over the control block (all words through sequentially consistent Atomics):
 *   the caller writes kernel, arguments and ticket 0, sets `open`, raises `epoch` and wakes the workers; everybody takes
 *   tasks by adding 1 to `ticket`, the caller too. A worker counts itself into `inside` before it looks at `open`, and out
 *   when the tickets are gone. The caller, out of tickets, clears `open` and waits until `inside` is 0: whoever comes
 *   later finds it closed. So a worker that starts late, or never, delays nothing, and none can see two dispatches mixed.
 */

import { Worker } from 'node:worker_threads';

/** Word numbers of the control block, 64 bytes apart so that no two share a cache line. */
const WORDS = {
  epoch: 0,
  open: 16,
  ticket: 32,
  inside: 48,
  nTasks: 64,
  kernel: 80,
  nArgs: 96,
  failed: 112,
  quit: 128,
} as const;
const N_WORDS = 144;
const N_ARGS_MAX = 48;
/** About 100 us of looking before a thread goes to sleep: the dispatches of a fit follow each other more closely. */
const N_SPINS = 20000;

export interface Pool {
  /**
   * Runs tasks 0..nTasks-1 of the exported function `name` and returns when all are done.
   * @param meanwhile what the caller does before it takes tasks itself
   */
  dispatch(name: string, nTasks: number, args: readonly number[], meanwhile?: () => void): void;
  close(): void;
}

/** A pool of `nThreads` threads (the caller is one of them) that run exports of `module` over `memory`. */
export function createPool(module: WebAssembly.Module, memory: WebAssembly.Memory, nThreads: number): Pool {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const names = WebAssembly.Module.exports(module).filter((entry) => entry.kind === 'function');
  const kernelNumbers = new Map(names.map((entry, index) => [entry.name, index]));
  const control = new Int32Array(new SharedArrayBuffer(N_WORDS * 4));
  const sharedArgs = new Float64Array(new SharedArrayBuffer(N_ARGS_MAX * 8));
  const workers = Array.from({ length: nThreads - 1 }, () => {
    const workerData = { module, memory, control, args: sharedArgs, words: WORDS, nSpins: N_SPINS };
    const worker = new Worker(new URL('./worker.cjs', import.meta.url), { workerData, execArgv: [] });
    worker.unref();
    return worker;
  });

  const dispatch = (name: string, nTasks: number, args: readonly number[], meanwhile?: () => void): void => {
    const kernel = kernelNumbers.get(name);
    if (kernel === undefined) {
      throw new Error(`assertion failed: no kernel "${name}" in the WebAssembly build (npm run prepare)`);
    }
    if (args.length > N_ARGS_MAX) throw new Error(`assertion failed: ${args.length} kernel arguments, at most 48`);
    const run = instance.exports[name] as (task: number, ...rest: readonly number[]) => void;
    if (workers.length === 0 || nTasks === 1) {
      meanwhile?.();
      for (let task = 0; task < nTasks; task++) run(task, ...args);
      return;
    }
    sharedArgs.set(args);
    control[WORDS.nArgs] = args.length;
    control[WORDS.nTasks] = nTasks;
    control[WORDS.kernel] = kernel;
    Atomics.store(control, WORDS.ticket, 0);
    Atomics.store(control, WORDS.open, 1);
    Atomics.add(control, WORDS.epoch, 1);
    Atomics.notify(control, WORDS.epoch);
    try {
      meanwhile?.();
      for (;;) {
        const task = Atomics.add(control, WORDS.ticket, 1);
        if (task >= nTasks) break;
        run(task, ...args);
      }
    } finally {
      closeTickets(control, nTasks);
    }
    if (Atomics.exchange(control, WORDS.failed, 0) === 1) throw new Error(`kernel "${name}" failed in a worker thread`);
  };

  const close = (): void => {
    Atomics.store(control, WORDS.quit, 1);
    Atomics.add(control, WORDS.epoch, 1);
    Atomics.notify(control, WORDS.epoch);
    for (const worker of workers) void worker.terminate();
    workers.length = 0;
  };
  return { dispatch, close };
}

/** Lets no further thread in and waits for those inside; on a failure the tickets left over are spent first. */
function closeTickets(control: Int32Array, nTasks: number): void {
  Atomics.store(control, WORDS.ticket, nTasks);
  Atomics.store(control, WORDS.open, 0);
  for (let spin = 0; spin < N_SPINS; spin++) {
    if (Atomics.load(control, WORDS.inside) === 0) return;
  }
  for (;;) {
    const inside = Atomics.load(control, WORDS.inside);
    if (inside === 0) return;
    Atomics.wait(control, WORDS.inside, inside);
  }
}
