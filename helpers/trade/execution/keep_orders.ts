/** Keeps orders, fills and ledger up to date until it is told to stop: at intervals, and sooner when something was heard. */
import { InputError } from '../../run/errors.ts';
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

/** Something has been heard, for example of a fill: the next look comes at once. */
export class Wake {
  private wake: () => void = () => undefined;
  private isDue = false;

  call(): void {
    this.isDue = true;
    this.wake();
  }

  /** Until it is called, `ms` are over or `signal` is aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.isDue && !signal.aborted)
      await new Promise<void>((done) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          done();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
        this.wake = end;
      });
    this.isDue = false;
  }
}

/** Looks until `signal` is aborted. @throws what is no fault of the world */
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
