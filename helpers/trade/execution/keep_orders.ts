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
  /** After each look that succeeded. */
  readonly onSynced?: () => void;
}

/** Looks until `signal` is aborted; at once when `wake` is called, for example because a fill was heard of. @throws what is no fault of the world */
export async function keepOrders(desk: OrderDesk, wake: Wake, keeping: Keeping): Promise<void> {
  const { everyMs, signal, onProblem, onSynced } = keeping;
  while (!signal.aborted) {
    try {
      await desk.sync();
      await desk.cancelStale();
      onSynced?.();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onProblem(error.message);
    }
    await wake.wait(everyMs, signal);
  }
}
