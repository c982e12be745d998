/** What a process has once, whatever steps it runs: threads for kernels, and the board that it shows of itself. */
import type { Executor } from '../kernels/executor.ts';
import { createExecutor } from '../parallel/executor.ts';
import { MINUTE_MS } from '../run/clock.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import type { Run } from '../run/script.ts';
import { StatusBoard } from '../status/board.ts';
import { serveStatus } from '../status/server.ts';

export interface Runtime {
  /** Threads and memory for kernels, made by the first that asks. */
  executor(): Executor;
  readonly status: StatusBoard;
  close(): Promise<void>;
}

/**
 * @param staleMs without a success for so long a service is not healthy, ms
 * @throws InputError 'bad-option' when the port of --status-port is taken
 */
export async function openRuntime(
  run: Run,
  options: OptionValues<OptionSpecs>,
  staleMs: number = MINUTE_MS,
): Promise<Runtime> {
  const status = new StatusBoard(run.step.id, staleMs);
  const port = (options as Record<string, unknown>)['status-port'];
  const server = typeof port === 'number' && run.isCheck !== true ? await serveStatus(status, port, run.log) : null;
  let made: Executor | null = null;
  return {
    status,
    executor: () => {
      made ??= createExecutor({ nThreads: options.threads, onFallback: run.log.warn });
      return made;
    },
    close: async () => server?.close(),
  };
}
