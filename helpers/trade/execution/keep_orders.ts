/** Keeps orders, fills and ledger up to date until it is told to stop: at intervals, and sooner when something was heard. */
import { InputError } from '../../run/errors.ts';
import type { Wake } from '../../run/wake.ts';
import type { OrderDesk } from './order_desk.ts';

export interface Keeping {
  /** Between two looks, ms. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Hears of what the world did wrong; the next look tries again. */
  readonly onProblem: (line: string) => void;
  /** What is to be done after each look that succeeded. @param asOfMs how fresh what the venue told was, ms since 1970 */
  readonly onSynced?: (asOfMs: number) => Promise<void>;
}

/** Looks until `signal` is aborted; at once when `wake` is called, for example because a fill was heard of. @throws what is no fault of the world */
export async function keepOrders(desk: OrderDesk, wake: Wake, keeping: Keeping): Promise<void> {
  const { everyMs, signal, onProblem, onSynced } = keeping;
  while (!signal.aborted) {
    try {
      const asOfMs = await desk.sync();
      await desk.cancelStale();
      await onSynced?.(asOfMs);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onProblem(error.message);
    }
    await wake.wait(everyMs, signal);
  }
}
